import {
  type Check,
  type Column,
  type ConflictAction,
  type Constraint,
  type ForeignKey,
  type KeyColumn,
  primaryKeyOf,
  type Table,
} from "../../schema/index.js";
import { quote } from "./names.js";
import { nameKey, tokensOf } from "./rules.js";

/** CREATE TABLE, or CREATE VIRTUAL TABLE, under a name that may be another than the table's own. */
export function renderCreateTable(table: Table, name = table.name): string {
  if (table.virtual !== undefined) return renderVirtualTable(table.virtual, name);
  const key = primaryKeyOf(table);
  const keyColumn = key !== undefined && isInline(key) ? nameKey(key.columns[0]?.name ?? "") : undefined;
  const inlineKey = table.columns.some((column) => nameKey(column.name) === keyColumn) ? key : undefined;
  const lines = table.columns.map((column) => {
    const isKey = inlineKey !== undefined && nameKey(column.name) === keyColumn;
    return isKey ? `${renderColumn(column)} ${renderConstraint(inlineKey, "inline")}` : renderColumn(column);
  });
  for (const constraint of table.constraints)
    if (constraint !== inlineKey) lines.push(renderConstraint(constraint, "table"));
  const options: string[] = [];
  if (table.strict === true) options.push("STRICT");
  if (table.withoutRowid === true) options.push("WITHOUT ROWID");
  if (table.options !== undefined && "random rowid" in table.options) options.push("RANDOM ROWID");
  const body = `CREATE TABLE ${quote(name)} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)`;
  return options.length === 0 ? body : `${body} ${options.join(", ")}`;
}

/** A column with all that belongs to it alone. */
export function renderColumn(column: Column): string {
  const parts = [quote(column.name)];
  if (column.type !== "") parts.push(renderType(column.type));
  if (column.notNull === true) parts.push(`NOT NULL${renderConflict(column.notNullOptions?.conflict)}`);
  if (column.default !== undefined) parts.push(`DEFAULT ${renderDefault(column.default)}`);
  if (column.collation !== undefined) parts.push(`COLLATE ${quote(column.collation)}`);
  if (column.generated !== undefined) {
    const { expression, storage } = column.generated;
    parts.push(`GENERATED ALWAYS AS (${expression}) ${storage.toUpperCase()}`);
  }
  return parts.join(" ");
}

/** A foreign key or check, written behind a column that ALTER TABLE ADD COLUMN adds. */
export function renderInlineConstraint(constraint: ForeignKey | Check): string {
  return renderConstraint(constraint, "inline");
}

/** Whether a default is a plain literal; ALTER TABLE ADD COLUMN takes nothing else. */
export function isLiteral(expression: string): boolean {
  const tokens = tokensOf(expression);
  const [first, second] = tokens;
  if (tokens.length === 2) return (first?.text === "-" || first?.text === "+") && second?.kind === "number";
  if (tokens.length !== 1 || first === undefined) return false;
  if (first.kind === "word") return ["TRUE", "FALSE", "NULL"].includes(first.text.toUpperCase());
  return first.kind === "string" || first.kind === "number" || first.kind === "blob";
}

function renderDefault(expression: string): string {
  const isConstant = /^current_(?:time|date|timestamp)$/i.test(expression);
  return isLiteral(expression) || isConstant ? expression : `(${expression})`;
}

/**
 * A type as declared. Types are words to SQLite; one that would be read as something else (a keyword, a sign)
 * is put in quotes, which leaves it the same type.
 */
function renderType(type: string): string {
  const isPlain = /^[\w$\x80-\uffff ]+(?:\([\w+\-., ]*\))?$/.test(type);
  const words = type.toUpperCase().match(/[\w$\x80-\uffff]+/g) ?? [];
  return isPlain && !words.some((word) => RESERVED.has(word)) ? type : quote(type);
}

/** The keywords that SQLite never takes for a word of a type: https://sqlite.org/lang_keywords.html */
const RESERVED = new Set([
  ...["ADD", "ALL", "ALTER", "AND", "AS", "AUTOINCREMENT", "BETWEEN", "CASE", "CHECK", "COLLATE", "COMMIT"],
  ...[
    "CONSTRAINT",
    "CREATE",
    "DEFAULT",
    "DEFERRABLE",
    "DELETE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "ESCAPE",
    "EXISTS",
  ],
  ...[
    "FOREIGN",
    "FROM",
    "GENERATED",
    "GROUP",
    "HAVING",
    "IN",
    "INDEX",
    "INSERT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
  ],
  ...[
    "LIMIT",
    "NOT",
    "NOTHING",
    "NOTNULL",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "PRIMARY",
    "REFERENCES",
    "RETURNING",
  ],
  ...["SELECT", "SET", "TABLE", "THEN", "TO", "TRANSACTION", "UNION", "UNIQUE", "UPDATE", "USING", "VALUES"],
  ...["WHEN", "WHERE"],
]);

/** A key stands within its column where only that form says what is meant, and where it is the usual one. */
function isInline(key: Constraint & { kind: "primary-key" }): boolean {
  const [first, ...others] = key.columns;
  if (first === undefined || others.length > 0 || first.collation !== undefined) return false;
  return key.rowidAlias === true ? first.descending !== true : true;
}

function renderConstraint(constraint: Constraint, place: "inline" | "table"): string {
  const name = constraint.name === undefined ? "" : `CONSTRAINT ${quote(constraint.name)} `;
  switch (constraint.kind) {
    case "primary-key": {
      const [first] = constraint.columns;
      const columns =
        place === "inline"
          ? first?.descending === true
            ? " DESC"
            : ""
          : ` ${renderKeyColumns(constraint.columns)}`;
      const autoincrement = constraint.autoincrement === true ? " AUTOINCREMENT" : "";
      if (place === "inline")
        return `${name}PRIMARY KEY${columns}${renderConflict(constraint.conflict)}${autoincrement}`;
      const inside = autoincrement === "" ? columns : columns.replace(/\)$/, `${autoincrement})`);
      return `${name}PRIMARY KEY${inside}${renderConflict(constraint.conflict)}`;
    }
    case "unique":
      return `${name}UNIQUE ${renderKeyColumns(constraint.columns)}${renderConflict(constraint.conflict)}`;
    case "check":
      return `${name}CHECK (${constraint.expression})`;
    case "foreign-key": {
      const start = place === "inline" ? "" : `FOREIGN KEY ${renderNames(constraint.columns)} `;
      return `${name}${start}${renderReferences(constraint)}`;
    }
    case "exclusion":
      return `${name}${constraint.definition}`;
  }
}

function renderKeyColumns(columns: readonly KeyColumn[]): string {
  const list = columns.map(({ name, collation, descending }) =>
    [
      quote(name),
      ...(collation === undefined ? [] : [`COLLATE ${quote(collation)}`]),
      ...(descending === true ? ["DESC"] : []),
    ].join(" "),
  );
  return `(${list.join(", ")})`;
}

function renderReferences(key: ForeignKey): string {
  const { table, columns } = key.references;
  const parts = [`REFERENCES ${quote(table)}${columns.length === 0 ? "" : ` ${renderNames(columns)}`}`];
  if (key.onUpdate !== undefined) parts.push(`ON UPDATE ${key.onUpdate.toUpperCase()}`);
  if (key.onDelete !== undefined) parts.push(`ON DELETE ${key.onDelete.toUpperCase()}`);
  if (key.match !== undefined) parts.push(`MATCH ${quote(key.match)}`);
  if (key.deferrable === true)
    parts.push(key.initiallyDeferred === true ? "DEFERRABLE INITIALLY DEFERRED" : "DEFERRABLE");
  return parts.join(" ");
}

function renderVirtualTable(virtual: NonNullable<Table["virtual"]>, name: string): string {
  const head = `CREATE VIRTUAL TABLE ${quote(name)} USING ${virtual.module}`;
  if (virtual.arguments.length === 0) return head;
  return `${head} (\n${virtual.arguments.map((argument) => `  ${argument}`).join(",\n")}\n)`;
}

function renderNames(names: readonly string[]): string {
  return `(${names.map(quote).join(", ")})`;
}

function renderConflict(action: ConflictAction | undefined): string {
  return action === undefined ? "" : ` ON CONFLICT ${action.toUpperCase()}`;
}
