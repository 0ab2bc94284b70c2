// Random SQLite schemas, as plain descriptions: tables and columns have an identity of their own, so that a
// test knows which of them survive a change under another name. A schema is what a list of small edits makes
// of nothing; so a case that fails shrinks to few edits.
import fc from "fast-check";

export interface SchemaSpec {
  readonly tables: readonly TableSpec[];
  readonly views: readonly ViewSpec[];
}

export interface TableSpec {
  readonly id: number;
  readonly name: string;
  readonly columns: readonly ColumnSpec[];
  readonly key: KeySpec | undefined;
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  readonly uniques: readonly UniqueSpec[];
  readonly checks: readonly CheckSpec[];
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly indexes: readonly IndexSpec[];
  readonly triggers: readonly TriggerSpec[];
  readonly fts: FtsSpec | undefined;
}

export interface ColumnSpec {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | undefined;
  readonly collation: string | undefined;
  /** An expression over the column with this id, `virtual` or `stored`. */
  readonly generated: { readonly from: number; readonly storage: "virtual" | "stored" } | undefined;
}

export interface KeySpec {
  readonly columns: readonly number[];
  readonly style: "inline" | "inline desc" | "autoincrement" | "table" | "table desc";
  readonly conflict: string | undefined;
}

export interface UniqueSpec {
  readonly id: number;
  readonly name: string | undefined;
  readonly column: number;
  readonly collation: string | undefined;
  readonly conflict: string | undefined;
}

export interface CheckSpec {
  readonly id: number;
  readonly name: string | undefined;
  readonly column: number;
  readonly limit: number;
}

export interface ForeignKeySpec {
  readonly id: number;
  readonly name: string | undefined;
  readonly column: number;
  readonly parent: number;
  readonly onDelete: string;
  readonly onUpdate: string;
  readonly deferral: string;
}

export interface IndexSpec {
  readonly id: number;
  readonly name: string;
  readonly column: number;
  readonly form: "plain" | "unique" | "desc" | "expression" | "partial" | "collate";
}

export interface TriggerSpec {
  readonly id: number;
  readonly name: string;
  readonly column: number;
  readonly form: number;
}

export interface FtsSpec {
  readonly name: string;
  readonly column: number;
  readonly content: "external" | "own";
  readonly porter: boolean;
}

export interface ViewSpec {
  readonly id: number;
  readonly name: string;
  /** A table, or an earlier view. */
  readonly of: { readonly kind: "table" | "view"; readonly id: number };
  readonly column: number;
  readonly form: number;
}

/** One small edit; its numbers are read modulo whatever there is to choose from. */
export interface Edit {
  readonly kind: EditKind;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const EDIT_KINDS = [
  "add table",
  "add column",
  "add column",
  "add generated column",
  "drop table",
  "drop column",
  "rename table",
  "rename column",
  "swap tables",
  "swap columns",
  "change type",
  "change default",
  "change collation",
  "toggle not null",
  "toggle strict",
  "toggle without rowid",
  "toggle autoincrement",
  "move column",
  "add check",
  "drop check",
  "add unique",
  "drop unique",
  "add foreign key",
  "change foreign key",
  "drop foreign key",
  "add index",
  "change index",
  "rename index",
  "drop index",
  "add trigger",
  "change trigger",
  "drop trigger",
  "add view",
  "change view",
  "drop view",
  "toggle fts",
  "change fts",
] as const;
type EditKind = (typeof EDIT_KINDS)[number];

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...EDIT_KINDS),
  a: fc.nat(60),
  b: fc.nat(60),
  c: fc.nat(60),
});

/** Edits that make a schema with a few tables in it. */
export const firstEdits: fc.Arbitrary<readonly Edit[]> = fc
  .tuple(
    fc.array(
      edit.map((item): Edit => ({ ...item, kind: "add table" })),
      { minLength: 1, maxLength: 4 },
    ),
    fc.array(edit, { maxLength: 25 }),
  )
  .map(([tables, others]) => [...tables, ...others]);

/** Edits that turn one schema into another. */
export const laterEdits: fc.Arbitrary<readonly Edit[]> = fc.array(edit, { minLength: 1, maxLength: 8 });

/** What the edits make of a schema. `start` keeps the identities of earlier and later edits apart. */
export function applyEdits(schema: SchemaSpec, edits: readonly Edit[], start: number): SchemaSpec {
  let result = schema;
  for (const [index, item] of edits.entries()) result = applyEdit(result, item, start + index * 10);
  return result;
}

export const EMPTY: SchemaSpec = { tables: [], views: [] };

const TYPES = ["INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC", "varchar(20)", "DECIMAL(10, 2)", ""];
const STRICT_TYPES = ["INTEGER", "TEXT", "REAL", "BLOB", "ANY"];
const DEFAULTS = [undefined, "5", "'it''s'", "-1.5", "(1 + 2)", "CURRENT_TIMESTAMP", "x'00ff'", "TRUE"];
const COLLATIONS = [undefined, "NOCASE", "RTRIM"];
const ACTIONS = ["", "CASCADE", "SET NULL", "RESTRICT", "SET DEFAULT"];
const DEFERRALS = ["", "DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE"];
const CONFLICTS = [undefined, undefined, "IGNORE", "REPLACE"];
const NAME_FORMS = ["plain", "Mixed", "we ird", 'qu"ote', "näme", "select", "a-b", "it's"];

function nameFor(prefix: string, id: number, form: number): string {
  return `${prefix}${id} ${pick(NAME_FORMS, form)}`.replace(/ plain$/, "");
}

function applyEdit(schema: SchemaSpec, { kind, a, b, c }: Edit, id: number): SchemaSpec {
  if (kind === "add table") return { ...schema, tables: [...schema.tables, newTable(id, a, b)] };
  if (kind === "add view" || kind === "change view" || kind === "drop view")
    return editView(schema, kind, id, a, b, c);
  const table = pickOrNone(schema.tables, a);
  if (table === undefined) return schema;
  if (kind === "swap tables") {
    const other = pick(schema.tables, b);
    const swapped = new Map([
      [table, other.name],
      [other, table.name],
    ]);
    return {
      ...schema,
      tables: schema.tables.map((item) => ({ ...item, name: swapped.get(item) ?? item.name })),
    };
  }
  if (kind === "drop table")
    return tidy({ ...schema, tables: schema.tables.filter((item) => item !== table) });
  const changed = editTable(schema, table, kind, id, b, c);
  return tidy({ ...schema, tables: schema.tables.map((item) => (item === table ? changed : item)) });
}

function newTable(id: number, form: number, nameForm: number): TableSpec {
  const name = nameFor("t", id, nameForm);
  const column = (offset: number, type: string, notNull = false): ColumnSpec => ({
    id: id + offset,
    name: nameFor("c", id + offset, nameForm + offset),
    type,
    notNull,
    default: undefined,
    collation: undefined,
    generated: undefined,
  });
  const empty = { id, name, strict: false, withoutRowid: false, uniques: [], checks: [], foreignKeys: [] };
  const rest = { ...empty, indexes: [], triggers: [], fts: undefined };
  const key = (style: KeySpec["style"], columns = [id + 1]): KeySpec => ({
    columns,
    style,
    conflict: undefined,
  });
  const integer = [column(1, "INTEGER"), column(2, "TEXT")];
  switch (form % 9) {
    case 0:
      return { ...rest, columns: integer, key: key("autoincrement") };
    case 1:
      return {
        ...rest,
        columns: [column(1, "TEXT", true), column(2, "INTEGER")],
        key: key("table"),
        withoutRowid: true,
      };
    case 2:
      return {
        ...rest,
        columns: [column(1, "INTEGER", true), column(2, "TEXT", true)],
        key: key("table", [id + 1, id + 2]),
      };
    case 3:
      return { ...rest, columns: integer, key: undefined };
    case 4:
      return { ...rest, columns: integer, key: key("inline"), strict: true };
    case 5:
      return { ...rest, columns: integer, key: key("inline desc") };
    case 6:
      return { ...rest, columns: integer, key: key("table desc") };
    case 7:
      return {
        ...rest,
        columns: [column(1, "TEXT"), column(2, "REAL")],
        key: { ...key("inline"), conflict: "REPLACE" },
      };
    default:
      return { ...rest, columns: integer, key: key("inline") };
  }
}

function editTable(
  schema: SchemaSpec,
  table: TableSpec,
  kind: EditKind,
  id: number,
  b: number,
  c: number,
): TableSpec {
  const keyColumns = new Set(table.key?.columns);
  const free = table.columns.filter((column) => !keyColumns.has(column.id));
  const column = pickOrNone(free, b);
  const plain = pickOrNone(
    free.filter((item) => item.generated === undefined),
    b,
  );
  const withColumn = (changed: ColumnSpec) => ({
    ...table,
    columns: table.columns.map((item) => (item.id === changed.id ? changed : item)),
  });
  const types = table.strict ? STRICT_TYPES : TYPES;
  const named = (prefix: string) => (c % 2 === 0 ? nameFor(prefix, id, c) : undefined);
  const replaceOne = <T extends { readonly id: number }>(
    list: readonly T[],
    change: (item: T) => T | undefined,
  ) => {
    const chosen = pickOrNone(list, b);
    return list.flatMap((item) => (item === chosen ? (change(item) ?? []) : item)) as readonly T[];
  };
  const added = (): ColumnSpec => {
    const value = pick(DEFAULTS, c);
    const type = pick(types, b);
    const fits = table.strict && type !== "ANY" ? undefined : value;
    const name = nameFor("c", id, b);
    const notNull = fits !== undefined && c % 3 === 0;
    return {
      id,
      name,
      type,
      notNull,
      default: fits,
      collation: pick(COLLATIONS, b + c),
      generated: undefined,
    };
  };

  switch (kind) {
    case "add column":
      return { ...table, columns: [...table.columns, added()] };
    case "add generated column": {
      const from = plain?.id ?? table.columns[0]?.id ?? 0;
      const storage = c % 2 === 0 ? "virtual" : "stored";
      const generated = { from, storage } as const;
      const type = table.strict ? "TEXT" : pick(TYPES, c);
      return {
        ...table,
        columns: [...table.columns, { ...added(), type, notNull: false, default: undefined, generated }],
      };
    }
    case "drop column":
      return column === undefined ||
        !table.columns.some((item) => item !== column && item.generated === undefined)
        ? table
        : { ...table, columns: table.columns.filter((item) => item !== column) };
    case "rename table":
      return { ...table, name: nameFor("t", id, b) };
    case "rename column": {
      const any = pick(table.columns, b);
      return withColumn({ ...any, name: nameFor("c", id, c) });
    }
    case "swap columns": {
      const one = pick(table.columns, b);
      const other = pick(table.columns, c);
      const swapped = new Map([
        [one, other.name],
        [other, one.name],
      ]);
      return {
        ...table,
        columns: table.columns.map((item) => ({ ...item, name: swapped.get(item) ?? item.name })),
      };
    }
    case "change type":
      return plain === undefined
        ? table
        : withColumn({ ...plain, type: pick(types, c), default: undefined, notNull: false });
    case "change default":
      return plain === undefined || table.strict
        ? table
        : withColumn({ ...plain, default: pick(DEFAULTS, c), notNull: false });
    case "change collation":
      return plain === undefined ? table : withColumn({ ...plain, collation: pick(COLLATIONS, c) });
    case "toggle not null":
      return plain === undefined ? table : withColumn({ ...plain, notNull: !plain.notNull });
    case "toggle strict":
      return { ...table, strict: !table.strict };
    case "toggle without rowid":
      return { ...table, withoutRowid: !table.withoutRowid };
    case "toggle autoincrement": {
      const style = table.key?.style;
      const isInteger = table.columns.find((item) => item.id === table.key?.columns[0])?.type === "INTEGER";
      if (table.key === undefined || !isInteger || (style !== "inline" && style !== "autoincrement"))
        return table;
      return { ...table, key: { ...table.key, style: style === "inline" ? "autoincrement" : "inline" } };
    }
    case "move column": {
      const any = pick(table.columns, b);
      const rest = table.columns.filter((item) => item !== any);
      const place = c % table.columns.length;
      return { ...table, columns: [...rest.slice(0, place), any, ...rest.slice(place)] };
    }
    case "add check":
      return {
        ...table,
        checks: [
          ...table.checks,
          { id, name: named("k"), column: pick(table.columns, b).id, limit: 500 + c },
        ],
      };
    case "drop check":
      return { ...table, checks: replaceOne(table.checks, () => undefined) };
    case "add unique": {
      if (column === undefined || table.uniques.some((item) => item.column === column.id)) return table;
      const unique = {
        id,
        name: named("u"),
        column: column.id,
        collation: pick(COLLATIONS, c),
        conflict: pick(CONFLICTS, c),
      };
      return { ...table, uniques: [...table.uniques, unique] };
    }
    case "drop unique":
      return { ...table, uniques: replaceOne(table.uniques, () => undefined) };
    case "add foreign key": {
      const parent = pick(schema.tables, c);
      const target =
        parent.key?.columns.length === 1
          ? parent.columns.find((item) => item.id === parent.key?.columns[0])
          : undefined;
      if (target === undefined) return table;
      const own: ColumnSpec = { ...added(), type: target.type, notNull: false, default: undefined };
      const key = {
        id,
        name: named("f"),
        column: id,
        parent: parent.id,
        onDelete: pick(ACTIONS, b),
        onUpdate: pick(ACTIONS, c),
      };
      return {
        ...table,
        columns: [...table.columns, own],
        foreignKeys: [...table.foreignKeys, { ...key, deferral: pick(DEFERRALS, b) }],
      };
    }
    case "change foreign key":
      return {
        ...table,
        foreignKeys: replaceOne(table.foreignKeys, (item) => ({ ...item, onDelete: pick(ACTIONS, c) })),
      };
    case "drop foreign key":
      return { ...table, foreignKeys: replaceOne(table.foreignKeys, () => undefined) };
    case "add index": {
      const index = {
        id,
        name: nameFor("i", id, c),
        column: pick(table.columns, b).id,
        form: pick(INDEX_FORMS, c),
      };
      return { ...table, indexes: [...table.indexes, index] };
    }
    case "change index":
      return {
        ...table,
        indexes: replaceOne(table.indexes, (item) => ({ ...item, form: pick(INDEX_FORMS, c) })),
      };
    case "rename index":
      return {
        ...table,
        indexes: replaceOne(table.indexes, (item) => ({ ...item, name: nameFor("i", id, c) })),
      };
    case "drop index":
      return { ...table, indexes: replaceOne(table.indexes, () => undefined) };
    case "add trigger": {
      const trigger = { id, name: nameFor("g", id, c), column: pick(table.columns, b).id, form: c };
      return { ...table, triggers: [...table.triggers, trigger] };
    }
    case "change trigger":
      return { ...table, triggers: replaceOne(table.triggers, (item) => ({ ...item, form: c })) };
    case "drop trigger":
      return { ...table, triggers: replaceOne(table.triggers, () => undefined) };
    case "toggle fts": {
      const text = table.columns.find((item) => item.type === "TEXT");
      if (table.fts !== undefined || text === undefined || table.withoutRowid)
        return { ...table, fts: undefined };
      return {
        ...table,
        fts: { name: `fts${id}`, column: text.id, content: b % 2 === 0 ? "external" : "own", porter: false },
      };
    }
    case "change fts":
      return table.fts === undefined ? table : { ...table, fts: { ...table.fts, porter: !table.fts.porter } };
    default:
      return table;
  }
}

const INDEX_FORMS = ["plain", "unique", "desc", "expression", "partial", "collate"] as const;

function editView(schema: SchemaSpec, kind: string, id: number, a: number, b: number, c: number): SchemaSpec {
  if (kind === "add view") {
    const table = pickOrNone(schema.tables, a);
    const below = pickOrNone(schema.views, a);
    if (table === undefined) return schema;
    const onView = below !== undefined && c % 3 === 0;
    const of = onView
      ? ({ kind: "view", id: below.id } as const)
      : ({ kind: "table", id: table.id } as const);
    const view = {
      id,
      name: nameFor("v", id, b),
      of,
      column: onView ? below.column : pick(table.columns, b).id,
      form: c,
    };
    return { ...schema, views: [...schema.views, view] };
  }
  const chosen = pickOrNone(schema.views, a);
  const views = schema.views.flatMap((view) => {
    if (view !== chosen) return [view];
    return kind === "drop view" ? [] : [{ ...view, form: c }];
  });
  return tidy({ ...schema, views });
}

/** Takes away what refers to something that is gone, and what SQLite does not allow together. */
function tidy(schema: SchemaSpec): SchemaSpec {
  const tables = schema.tables.map((table): TableSpec => {
    let { columns } = table;
    for (let size = -1; size !== columns.length; ) {
      size = columns.length;
      const ids = new Set(columns.map((column) => column.id));
      columns = columns.filter((column) => column.generated === undefined || ids.has(column.generated.from));
    }
    const ids = new Set(columns.map((column) => column.id));
    const here = <T extends { readonly column: number }>(list: readonly T[]) =>
      list.filter((item) => ids.has(item.column));
    const parents = new Map(schema.tables.map((item) => [item.id, item]));
    const key = table.key;
    const withoutRowid = table.withoutRowid && key !== undefined && key.style !== "autoincrement";
    const parentKeys = new Map(
      table.foreignKeys.map((item) => [item.column, keyTypeOf(parents.get(item.parent))] as const),
    );
    columns = columns.map((column) => {
      const type = parentKeys.get(column.id);
      return type === undefined
        ? column
        : { ...column, type, notNull: false, default: undefined, collation: undefined };
    });
    const isText = (column: ColumnSpec) => column.generated !== undefined && column.type !== "TEXT";
    if (table.strict)
      columns = columns.map((column) => ({
        ...column,
        type: isText(column) ? "ANY" : column.type,
        default: undefined,
      }));
    if (table.strict)
      columns = columns.map((column) =>
        STRICT_TYPES.includes(column.type)
          ? column
          : { ...column, type: "ANY", default: undefined, notNull: false },
      );
    return {
      ...table,
      columns,
      withoutRowid,
      uniques: here(table.uniques),
      checks: here(table.checks),
      indexes: here(table.indexes),
      triggers: here(table.triggers),
      foreignKeys: here(table.foreignKeys).filter(
        (item) => parents.get(item.parent)?.key?.columns.length === 1,
      ),
      fts: table.fts !== undefined && ids.has(table.fts.column) && !withoutRowid ? table.fts : undefined,
    };
  });
  const columns = new Set(tables.flatMap((table) => table.columns.map((column) => column.id)));
  let { views } = schema;
  for (let size = -1; size !== views.length; ) {
    size = views.length;
    const known = new Set([
      ...tables.map((table) => `table ${table.id}`),
      ...views.map((view) => `view ${view.id}`),
    ]);
    views = views.filter((view) => columns.has(view.column) && known.has(`${view.of.kind} ${view.of.id}`));
  }
  return { tables, views };
}

function keyTypeOf(table: TableSpec | undefined): string | undefined {
  const [only, ...others] = table?.key?.columns ?? [];
  return others.length > 0 ? undefined : table?.columns.find((column) => column.id === only)?.type;
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

function pickOrNone<T>(list: readonly T[], index: number): T | undefined {
  return list.length === 0 ? undefined : pick(list, index);
}
