// Random PostgreSQL schemas, as plain descriptions: tables, columns and all else have an identity of their own, so that a
// test knows which of them survive a change under another name. A schema is what a list of small edits makes of nothing;
// so a case that fails shrinks to few edits. A reference to something that was dropped is simply left out.
import fc from "fast-check";

export interface SchemaSpec {
  readonly tables: readonly TableSpec[];
  readonly enums: readonly EnumSpec[];
  readonly domains: readonly FormSpec[];
  readonly functions: readonly FormSpec[];
  readonly views: readonly ViewSpec[];
}

export interface Identified {
  readonly id: number;
  readonly name: string;
}

export interface TableSpec extends Identified {
  readonly schema: "public" | "app";
  readonly shape: "plain" | "unlogged" | "partitioned" | "parent";
  /** The first is `id`, and never dropped or changed but in its name. */
  readonly columns: readonly ColumnSpec[];
  readonly key: "none" | "primary" | "deferrable" | "include";
  readonly parts: readonly PartSpec[];
  readonly comment: string | undefined;
  readonly fillfactor: number | undefined;
  readonly security: "off" | "on" | "forced";
}

export interface ColumnSpec extends Identified {
  readonly type: TypeSpec;
  readonly notNull: boolean;
  readonly fill:
    | "none"
    | "constant"
    | "expression"
    | "function"
    | "serial"
    | "identity"
    | "generated"
    | "virtual";
  /** The column that it is generated from. */
  readonly from: number;
  readonly collation: boolean;
  readonly comment: string | undefined;
}

export type TypeSpec = PlainType | { readonly made: number; readonly array: boolean };
export type PlainType = (typeof TYPES)[number];

export interface EnumSpec extends Identified {
  readonly values: readonly string[];
}

export interface FormSpec extends Identified {
  readonly form: number;
}

/** A constraint, index, trigger or policy of a table. */
export interface PartSpec extends Identified {
  readonly kind: "check" | "unique" | "exclusion" | "foreign key" | "index" | "trigger" | "policy";
  readonly column: number;
  readonly target: number;
  readonly form: number;
}

export interface ViewSpec extends Identified {
  readonly of: { readonly kind: "table" | "view"; readonly id: number };
  readonly column: number;
  readonly form: number;
}

export const TYPES = [
  "integer",
  "bigint",
  "smallint",
  "numeric(10,2)",
  "numeric",
  "double precision",
  "text",
  "character varying(20)",
  "boolean",
  "date",
  "timestamp without time zone",
  "timestamp with time zone",
  "uuid",
  "jsonb",
  "integer[]",
  "text[]",
] as const;

/** One small edit; its numbers are read modulo whatever there is to choose from. */
export interface Edit {
  readonly kind: EditKind;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const EDIT_KINDS = [
  "add table",
  "drop table",
  "rename table",
  "swap tables",
  "move table shape",
  "add column",
  "add column",
  "drop column",
  "rename column",
  "swap columns",
  "change type",
  "change type",
  "change fill",
  "change fill",
  "toggle not null",
  "change collation",
  "comment column",
  "comment table",
  "change key",
  "change options",
  "change security",
  "add part",
  "add part",
  "add part",
  "change part",
  "rename part",
  "drop part",
  "add enum",
  "change enum",
  "change enum",
  "drop enum",
  "add domain",
  "change domain",
  "drop domain",
  "add function",
  "change function",
  "change function",
  "drop function",
  "add view",
  "add view",
  "change view",
  "drop view",
] as const;
type EditKind = (typeof EDIT_KINDS)[number];

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...EDIT_KINDS),
  a: fc.nat(60),
  b: fc.nat(60),
  c: fc.nat(60),
});

/** Edits that make a schema with a few tables, types, functions and views in it. */
export const firstEdits: fc.Arbitrary<readonly Edit[]> = fc
  .tuple(
    fc.array(
      edit.map((item): Edit => ({ ...item, kind: "add table" })),
      { minLength: 1, maxLength: 3 },
    ),
    fc.array(edit, { maxLength: 25 }),
  )
  .map(([tables, others]) => [...tables, ...others]);

/** Edits that turn one schema into another. */
export const laterEdits: fc.Arbitrary<readonly Edit[]> = fc.array(edit, { minLength: 1, maxLength: 8 });

export const EMPTY: SchemaSpec = { tables: [], enums: [], domains: [], functions: [], views: [] };

/** What the edits make of a schema. `start` keeps the identities of earlier and later edits apart. */
export function applyEdits(schema: SchemaSpec, edits: readonly Edit[], start: number): SchemaSpec {
  let result = schema;
  for (const [index, item] of edits.entries()) result = applyEdit(result, item, start + index * 10);
  return result;
}

const NAME_FORMS = ["plain", "plain", "Mixed", "we ird", 'qu"ote', "näme", "select", "it's"];

function nameFor(prefix: string, id: number, form: number): string {
  return `${prefix}${id} ${pick(NAME_FORMS, form)}`.replace(/ plain$/, "");
}

function applyEdit(schema: SchemaSpec, { kind, a, b, c }: Edit, id: number): SchemaSpec {
  switch (kind) {
    case "add table":
      return { ...schema, tables: [...schema.tables, newTable(id, a, b)] };
    case "add enum":
      return {
        ...schema,
        enums: [...schema.enums, { id, name: nameFor("e", id, a), values: ["one", "two"] }],
      };
    case "change enum":
      return { ...schema, enums: changeOne(schema.enums, a, (item) => changeEnum(item, b, c)) };
    case "drop enum":
      return { ...schema, enums: dropOne(schema.enums, a) };
    case "add domain":
      return { ...schema, domains: [...schema.domains, { id, name: nameFor("d", id, a), form: b }] };
    case "change domain":
      return { ...schema, domains: changeOne(schema.domains, a, (item) => ({ ...item, form: b })) };
    case "drop domain":
      return { ...schema, domains: dropOne(schema.domains, a) };
    case "add function":
      return { ...schema, functions: [...schema.functions, { id, name: nameFor("f", id, a), form: b }] };
    case "change function":
      return { ...schema, functions: changeOne(schema.functions, a, (item) => ({ ...item, form: b })) };
    case "drop function":
      return { ...schema, functions: dropOne(schema.functions, a) };
    case "add view":
      return { ...schema, views: [...schema.views, ...newView(schema, id, a, b, c)] };
    case "change view":
      return { ...schema, views: changeOne(schema.views, a, (item) => ({ ...item, form: b, column: c })) };
    case "drop view":
      return { ...schema, views: dropOne(schema.views, a) };
    case "drop table":
      return { ...schema, tables: dropOne(schema.tables, a) };
    case "swap tables":
      return { ...schema, tables: swapNames(schema.tables, a, b) };
    default:
      return {
        ...schema,
        tables: changeOne(schema.tables, a, (table) => editTable(schema, table, kind, id, b, c)),
      };
  }
}

function newTable(id: number, form: number, nameForm: number): TableSpec {
  const first = column(id + 1, nameForm, "integer");
  return {
    id,
    name: nameFor("t", id, nameForm),
    schema: form % 3 === 0 ? "app" : "public",
    shape: pick(["plain", "plain", "plain", "plain", "unlogged", "partitioned", "parent"] as const, form),
    columns: [{ ...first, notNull: true }, column(id + 2, nameForm + 1, pick(TYPES, form))],
    key: form % 4 === 0 ? "none" : "primary",
    parts: [],
    comment: undefined,
    fillfactor: undefined,
    security: "off",
  };
}

function column(id: number, form: number, type: TypeSpec): ColumnSpec {
  const name = nameFor("c", id, form);
  return { id, name, type, notNull: false, fill: "none", from: 0, collation: false, comment: undefined };
}

function changeEnum(item: EnumSpec, b: number, c: number): EnumSpec {
  const { values } = item;
  const place = c % (values.length + 1);
  if (b % 4 === 0 && values.length > 1) return { ...item, values: values.slice(0, -1) };
  if (b % 4 === 1) return { ...item, values: [...values].reverse() };
  const value = `v'${b}${c}`;
  if (values.includes(value)) return item;
  return { ...item, values: [...values.slice(0, place), value, ...values.slice(place)] };
}

function newView(schema: SchemaSpec, id: number, a: number, b: number, c: number): readonly ViewSpec[] {
  const name = nameFor("v", id, a);
  const view = b % 3 === 0 ? pickOrNone(schema.views, a) : undefined;
  if (view !== undefined) return [{ id, name, of: { kind: "view", id: view.id }, column: c, form: b }];
  const table = pickOrNone(schema.tables, a);
  return table === undefined ? [] : [{ id, name, of: { kind: "table", id: table.id }, column: c, form: b }];
}

function editTable(
  schema: SchemaSpec,
  table: TableSpec,
  kind: EditKind,
  id: number,
  b: number,
  c: number,
): TableSpec {
  const [first, ...others] = table.columns;
  const withOthers = (columns: readonly ColumnSpec[]): TableSpec =>
    first === undefined ? table : { ...table, columns: [first, ...columns] };
  const changed = (change: (item: ColumnSpec) => ColumnSpec) => withOthers(changeOne(others, b, change));
  switch (kind) {
    case "rename table":
      return { ...table, name: nameFor("t", id, b) };
    case "move table shape":
      return table.shape === "plain" || table.shape === "unlogged"
        ? { ...table, shape: table.shape === "plain" ? "unlogged" : "plain" }
        : table;
    case "add column":
      return withOthers([...others, fillColumn(column(id, b, typeFor(schema, b, c)), c, table)]);
    case "drop column":
      return withOthers(dropOne(others, b));
    case "rename column":
      return {
        ...table,
        columns: changeOne(table.columns, b, (item) => ({ ...item, name: nameFor("c", id, c) })),
      };
    case "swap columns":
      return { ...table, columns: swapNames(table.columns, b, c) };
    case "change type":
      return changed((item) => ({ ...item, type: similarType(schema, item.type, c), collation: false }));
    case "change fill":
      return changed((item) => fillColumn(item, c, table));
    case "toggle not null":
      return changed((item) => ({ ...item, notNull: !item.notNull }));
    case "change collation":
      return changed((item) => ({ ...item, collation: !item.collation }));
    case "comment column":
      return changed((item) => ({ ...item, comment: c % 3 === 0 ? undefined : `it's ${c}` }));
    case "comment table":
      return { ...table, comment: c % 3 === 0 ? undefined : `table \\ ${c}` };
    case "change key":
      return { ...table, key: pick(["none", "primary", "primary", "deferrable", "include"] as const, c) };
    case "change options":
      return { ...table, fillfactor: c % 3 === 0 ? undefined : 50 + (c % 50) };
    case "change security":
      return { ...table, security: pick(["off", "on", "forced"] as const, c) };
    case "add part":
      return { ...table, parts: [...table.parts, newPart(schema, table, id, b, c)] };
    case "change part":
      return { ...table, parts: changeOne(table.parts, b, (item) => ({ ...item, form: c })) };
    case "rename part":
      return {
        ...table,
        parts: changeOne(table.parts, b, (item) => ({ ...item, name: nameFor("p", id, c) })),
      };
    case "drop part":
      return { ...table, parts: dropOne(table.parts, b) };
    default:
      return table;
  }
}

const PART_KINDS = [
  "check",
  "unique",
  "foreign key",
  "index",
  "index",
  "trigger",
  "policy",
  "exclusion",
] as const;

function newPart(schema: SchemaSpec, table: TableSpec, id: number, b: number, c: number): PartSpec {
  return {
    id,
    name: nameFor("p", id, b),
    kind: pick(PART_KINDS, b),
    column: pick(table.columns, c).id,
    target: pickOrNone(schema.tables, c)?.id ?? 0,
    form: b + c,
  };
}

function fillColumn(item: ColumnSpec, c: number, table: TableSpec): ColumnSpec {
  const fills = [
    "none",
    "constant",
    "expression",
    "function",
    "serial",
    "identity",
    "generated",
    "virtual",
  ] as const;
  const fill = pick(fills, c);
  const from = pick(table.columns, c).id;
  const isNumbered = fill === "serial" || fill === "identity";
  const needsInteger = isNumbered || fill === "function";
  const type = needsInteger && !isInteger(item.type) ? "integer" : item.type;
  return {
    ...item,
    type,
    fill: from === item.id && isComputed(fill) ? "none" : fill,
    from,
    notNull: isNumbered,
  };
}

function isInteger(type: TypeSpec): boolean {
  return type === "integer" || type === "bigint" || type === "smallint";
}

export function isComputed(fill: ColumnSpec["fill"]): boolean {
  return fill === "generated" || fill === "virtual";
}

function typeFor(schema: SchemaSpec, b: number, c: number): TypeSpec {
  const made = [...schema.enums, ...schema.domains];
  const type = b % 3 === 0 ? pickOrNone(made, c) : undefined;
  return type === undefined ? pick(TYPES, b + c) : { made: type.id, array: c % 4 === 0 };
}

/** Mostly a type to which the values of the old one can go over. */
function similarType(schema: SchemaSpec, type: TypeSpec, c: number): TypeSpec {
  if (typeof type !== "string") return c % 2 === 0 ? "text" : type;
  const families: readonly (readonly PlainType[])[] = [TYPES.slice(0, 8), TYPES.slice(9, 12)];
  const family = families.find((list) => list.includes(type));
  if (family !== undefined) return pick(family, c);
  return c % 5 === 0 ? typeFor(schema, c, c) : "text";
}

export function pick<T>(list: readonly T[], index: number): T {
  const item = pickOrNone(list, index);
  if (item === undefined) throw new Error("there is nothing to choose from");
  return item;
}

function pickOrNone<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length];
}

function changeOne<T>(list: readonly T[], index: number, change: (item: T) => T): readonly T[] {
  const chosen = pickOrNone(list, index);
  return list.map((item) => (item === chosen ? change(item) : item));
}

function dropOne<T>(list: readonly T[], index: number): readonly T[] {
  const chosen = pickOrNone(list, index);
  return list.filter((item) => item !== chosen);
}

function swapNames<T extends Identified>(list: readonly T[], a: number, b: number): readonly T[] {
  const [one, other] = [pickOrNone(list, a), pickOrNone(list, b)];
  return list.map((item) => {
    if (item === one && other !== undefined) return { ...item, name: other.name };
    return item === other && one !== undefined ? { ...item, name: one.name } : item;
  });
}
