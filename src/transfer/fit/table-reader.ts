import type { Connection } from "../../connection/index.js";
import { type Column, primaryKeyOf, type Table } from "../../schema/index.js";
import { type TextEncoding, taggedExpression } from "./tagged-value.js";

/** A name as SQLite quotes it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What a rowid is called in a table; undefined where it has none, or all its names are those of columns. */
export function rowidOf(table: Table): string | undefined {
  if (table.withoutRowid === true) return undefined;
  const taken = new Set(table.columns.map((column) => column.name.toLowerCase()));
  return ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name));
}

/** SQL that tells a row from the others, for people: its rowid, or the values of its primary key. */
export function rowLabel(table: Table): string {
  const rowid = rowidOf(table);
  if (rowid !== undefined) return rowid;
  const key = primaryKeyOf(table)?.columns.map(({ name }) => `quote(${quoteName(name)})`) ?? [];
  return key.length === 0 ? "NULL" : key.join(" || ', ' || ");
}

/** A column of a primary key may hold NULL on SQLite, and nowhere else: https://sqlite.org/lang_createtable.html#the_primary_key */
export function takesNull(table: Table, column: Column): boolean {
  const isKey = primaryKeyOf(table)?.columns.some(
    ({ name }) => name.toLowerCase() === column.name.toLowerCase(),
  );
  return column.notNull !== true && isKey !== true;
}

/** https://sqlite.org/pragma.html#pragma_encoding */
export async function readEncoding(source: Connection): Promise<TextEncoding> {
  const [row] = await source.query("PRAGMA encoding");
  return row?.["encoding"] === "UTF-8" ? "utf-8" : "utf-16";
}

/**
 * Counts in one pass over a table: all rows, and for each column the values that are not NULL and those for which each of its
 * conditions is true.
 */
export async function countConditions(
  source: Connection,
  table: Table,
  columns: readonly CountedColumn[],
): Promise<{ readonly rows: number; readonly columns: readonly ColumnCount[] }> {
  const counts: ColumnCount[] = [];
  let rows = 0;
  for (let from = 0; from === 0 || from < columns.length; from += COLUMNS_AT_ONCE) {
    const some = columns.slice(from, from + COLUMNS_AT_ONCE);
    const sums = some.flatMap(({ name, conditions }) => [
      `count(${quoteName(name)})`,
      ...conditions.map((condition) => `coalesce(sum(${condition}), 0)`),
    ]);
    const named = ["count(*)", ...sums].map((sum, index) => `${sum} AS c${index}`);
    const [row = {}] = await source.query(`SELECT ${named.join(", ")} FROM main.${quoteName(table.name)}`);
    const found = Object.values(row).map(Number);
    rows = found.shift() ?? 0;
    for (const { conditions } of some) {
      const [values = 0, ...matches] = found.splice(0, conditions.length + 1);
      counts.push({ values, matches });
    }
  }
  return { rows, columns: counts };
}

/** SQLite gives at most 2000 columns, and evaluates none twice: https://sqlite.org/limits.html#max_column */
const COLUMNS_AT_ONCE = 150;

export interface CountedColumn {
  readonly name: string;
  /** SQL that is 1, 0 or NULL. */
  readonly conditions: readonly string[];
}

export interface ColumnCount {
  /** How many are not NULL. */
  readonly values: number;
  /** For each condition, how many rows it is true for. */
  readonly matches: readonly number[];
}

/** The values of a column for which a condition is not true, with their storage classes. */
export function readOthers(
  source: Connection,
  table: Table,
  column: string,
  condition: string | undefined,
  encoding: TextEncoding,
) {
  const name = quoteName(column);
  const where = condition === undefined ? "" : ` AND NOT coalesce(${condition}, 0)`;
  return source.stream(
    `SELECT ${rowLabel(table)} AS label, ${taggedExpression(name, encoding)} AS value FROM main.${quoteName(table.name)} WHERE ${name} IS NOT NULL${where}`,
  );
}
