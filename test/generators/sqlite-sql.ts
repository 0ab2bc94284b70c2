// The SQL that builds a random schema and fills it with rows: written here by hand, so that what Tenon
// renders is compared with something else.
import type { ColumnSpec, SchemaSpec, TableSpec, ViewSpec } from "./sqlite-schema.js";

/** The statements that build a schema in an empty database. */
export function schemaSql(schema: SchemaSpec): readonly string[] {
  return [
    ...schema.tables.map((table) => tableSql(schema, table)),
    ...schema.tables.flatMap((table) => indexSql(table)),
    ...schema.tables.flatMap((table) => ftsSql(table)),
    ...schema.views.map((view) => viewSql(schema, view)),
    ...schema.tables.flatMap((table) => triggerSql(table)),
  ];
}

export const ROWS = 4;

/**
 * Rows for every table, with values that satisfy what the generator makes: unique, and each with its parent.
 */
export function rowsSql(schema: SchemaSpec): readonly string[] {
  const statements: string[] = [];
  for (const table of schema.tables) {
    const writable = table.columns.filter((column) => column.generated === undefined);
    const names = writable.map((column) => quote(column.name)).join(", ");
    for (let row = 0; row < ROWS; row++) {
      const values = writable.map((column) => valueFor(schema, table, column, row)).join(", ");
      statements.push(`INSERT INTO ${quote(table.name)} (${names}) VALUES (${values})`);
    }
    // The last number that AUTOINCREMENT gave is of a row that is gone.
    if (table.key?.style === "autoincrement") {
      const key = keyColumn(table);
      statements.push(
        `INSERT INTO ${quote(table.name)} (${names}) VALUES (${writable.map((column) => (column === key ? "999" : valueFor(schema, table, column, ROWS))).join(", ")})`,
      );
      statements.push(`DELETE FROM ${quote(table.name)} WHERE ${quote(key?.name ?? "")} = 999`);
    }
    if (table.fts !== undefined) {
      const { name, content } = table.fts;
      const text = quote(columnName(table, table.fts.column));
      if (content === "external")
        statements.push(`INSERT INTO ${quote(name)} (${quote(name)}) VALUES ('rebuild')`);
      else
        statements.push(
          `INSERT INTO ${quote(name)} (rowid, body) SELECT ${rowidName(table)}, ${text} FROM ${quote(table.name)}`,
        );
    }
  }
  return statements;
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function columnName(table: TableSpec, id: number): string {
  return table.columns.find((column) => column.id === id)?.name ?? "?";
}

/** The column that stands for the rowid, or the rowid itself. */
export function rowidName(table: TableSpec): string {
  const key = keyColumn(table);
  const isAlias =
    key?.type === "INTEGER" && table.key?.columns.length === 1 && table.key.style !== "inline desc";
  return isAlias && key !== undefined ? quote(key.name) : "rowid";
}

function keyColumn(table: TableSpec): ColumnSpec | undefined {
  return table.columns.find((column) => column.id === table.key?.columns[0]);
}

function valueFor(schema: SchemaSpec, table: TableSpec, column: ColumnSpec, row: number): string {
  const key = table.foreignKeys.find((item) => item.column === column.id);
  const parent = schema.tables.find((item) => item.id === key?.parent);
  const target = parent === undefined ? undefined : keyColumn(parent);
  if (key !== undefined) {
    const isEarlier = parent !== undefined && schema.tables.indexOf(parent) < schema.tables.indexOf(table);
    return isEarlier && row < ROWS && target !== undefined && parent !== undefined
      ? valueFor(schema, parent, target, row)
      : "NULL";
  }
  const isInKey = table.key?.columns.includes(column.id) === true;
  if (!column.notNull && !isInKey && row === 1 && column.id % 2 === 1) return "NULL";
  const number = column.id * 100 + row;
  switch (column.type) {
    case "INTEGER":
      return String(number);
    case "REAL":
      return `${number}.5`;
    case "BLOB":
      return `x'${number.toString(16).padStart(8, "0")}'`;
    case "NUMERIC":
    case "DECIMAL(10, 2)":
      return row % 2 === 0 ? `${number}.25` : String(number);
    case "":
    case "ANY":
      return row % 2 === 0 ? `'any ${number}'` : String(number);
    default:
      return `'täxt ''${number}'' Ü'`;
  }
}

function tableSql(schema: SchemaSpec, table: TableSpec): string {
  const { key } = table;
  const lines = table.columns.map((column) => {
    const parts = [quote(column.name), column.type];
    if (key?.columns[0] === column.id && key.columns.length === 1 && !key.style.startsWith("table")) {
      const conflict = key.conflict === undefined ? "" : ` on conflict ${key.conflict}`;
      parts.push(`primary key${key.style === "inline desc" ? " desc" : ""}${conflict}`);
      if (key.style === "autoincrement") parts.push("autoincrement");
    }
    if (column.notNull) parts.push("not null");
    if (column.default !== undefined) parts.push(`default ${column.default}`);
    if (column.collation !== undefined) parts.push(`collate ${column.collation.toLowerCase()}`);
    if (column.generated !== undefined)
      parts.push(
        `as (coalesce(${quote(columnName(table, column.generated.from))}, '') || 'x') ${column.generated.storage}`,
      );
    return parts.filter((part) => part !== "").join(" ");
  });
  if (key !== undefined && (key.columns.length > 1 || key.style.startsWith("table"))) {
    const direction = key.style === "table desc" ? " DESC" : "";
    lines.push(
      `PRIMARY KEY (${key.columns.map((id) => quote(columnName(table, id)) + direction).join(", ")})`,
    );
  }
  for (const { name, column, collation, conflict } of table.uniques)
    lines.push(
      `${constraintName(name)}UNIQUE (${quote(columnName(table, column))}${collation === undefined ? "" : ` COLLATE ${collation}`})${conflict === undefined ? "" : ` ON CONFLICT ${conflict}`}`,
    );
  for (const { name, column, limit } of table.checks)
    lines.push(
      `${constraintName(name)}CHECK (length( ${quote(columnName(table, column))} )<${limit} /* why */)`,
    );
  for (const item of table.foreignKeys) {
    const parent = schema.tables.find((candidate) => candidate.id === item.parent);
    const actions = `${item.onDelete === "" ? "" : ` ON DELETE ${item.onDelete}`}${item.onUpdate === "" ? "" : ` ON UPDATE ${item.onUpdate}`}`;
    const target =
      parent === undefined
        ? ""
        : `${quote(parent.name)}${item.id % 3 === 0 ? "" : ` (${quote(keyColumn(parent)?.name ?? "")})`}`;
    lines.push(
      `${constraintName(item.name)}FOREIGN KEY (${quote(columnName(table, item.column))}) REFERENCES ${target}${actions} ${item.deferral}`,
    );
  }
  const options = [...(table.strict ? ["strict"] : []), ...(table.withoutRowid ? ["without rowid"] : [])];
  return `create table ${quote(table.name)} (${lines.join(",\n\t")}) ${options.join(", ")}`;
}

function constraintName(name: string | undefined): string {
  return name === undefined ? "" : `constraint ${quote(name)} `;
}

function indexSql(table: TableSpec): readonly string[] {
  return table.indexes.map(({ name, column, form }) => {
    const what = quote(columnName(table, column));
    const forms = {
      plain: what,
      unique: what,
      desc: `${what} DESC`,
      expression: `lower(${what}), ${what} || 'x'`,
      partial: what,
      collate: `${what} COLLATE RTRIM`,
    };
    const where = form === "partial" ? ` where ${what} IS NOT NULL` : "";
    return `create ${form === "unique" ? "unique " : ""}index ${quote(name)} on ${quote(table.name)} (${forms[form]})${where}`;
  });
}

function ftsSql(table: TableSpec): readonly string[] {
  if (table.fts === undefined) return [];
  const { name, column, content, porter } = table.fts;
  const tokenizer = porter ? ", tokenize = 'porter'" : "";
  if (content === "own") return [`create virtual table ${quote(name)} using fts5(body${tokenizer})`];
  const text = quote(columnName(table, column));
  const key = rowidName(table);
  return [
    `create virtual table ${quote(name)} using fts5(${text}, content=${quote(table.name)}, content_rowid=${key}${tokenizer})`,
  ];
}

function viewSql(schema: SchemaSpec, view: ViewSpec): string {
  const table = schema.tables.find((item) => item.columns.some((column) => column.id === view.column));
  const below = schema.views.find((item) => item.id === view.of.id);
  const column = table === undefined ? "?" : columnName(table, view.column);
  if (view.of.kind === "view" && below !== undefined)
    return `create view ${quote(view.name)} as select x${view.form % 2 === 0 ? "" : ", 1 as one"} from ${quote(below.name)}`;
  const list = view.form % 2 === 0 ? "" : "(x)";
  const alias = view.form % 2 === 0 ? " as x" : "";
  return `create view ${quote(view.name)}${list} as select ${quote(column)}${alias} from ${quote(table?.name ?? "?")} where ${view.form} > 0`;
}

function triggerSql(table: TableSpec): readonly string[] {
  return table.triggers.map(({ name, column, form }) => {
    const what = quote(columnName(table, column));
    return `create trigger ${quote(name)} before insert on ${quote(table.name)} when new.${what} = 'never ${form}' begin select raise(abort, 'never'); end`;
  });
}
