import { isUtf8 } from "node:buffer";
import type { Connection, SqlOutput } from "../../connection/index.js";
import type { Table } from "../../schema/index.js";
import { quoteName, rowidOf, rowLabel } from "./table-reader.js";

/** Texts of a column that are not UTF-8. */
export interface BadUtf8 {
  readonly count: number;
  /** Rows, as `rowLabel` tells them. */
  readonly samples: readonly string[];
}

/**
 * Finds texts that are not UTF-8. SQLite stores what it is given, and the driver ends the process when it reads such a text: so texts
 * are looked at as bytes, those of many rows at once.
 */
export async function findBadUtf8(
  source: Connection,
  table: Table,
  columns: readonly string[],
): Promise<ReadonlyMap<string, BadUtf8>> {
  const found = new Map<string, { count: number; samples: string[] }>();
  if (columns.length === 0) return found;
  const rowid = rowidOf(table);
  const look = async (rows: string, values: readonly Rowid[]) => {
    for await (const row of source.stream(
      `SELECT ${rowLabel(table)} AS label, ${columns.map((column, index) => `${asBytes(column)} AS b${index}`).join(", ")} ${rows}`,
      values,
    )) {
      for (const [index, column] of columns.entries()) {
        const bytes = row[`b${index}`];
        if (!(bytes instanceof Uint8Array) || isUtf8(bytes)) continue;
        const entry = found.get(column) ?? { count: 0, samples: [] };
        found.set(column, entry);
        if (++entry.count <= MOST_SAMPLES) entry.samples.push(String(row["label"]));
      }
    }
  };
  if (rowid === undefined) {
    await look(`FROM main.${quoteName(table.name)}`, []);
    return found;
  }
  for await (const [from, to] of suspiciousRanges(source, table, columns, rowid))
    await look(`FROM main.${quoteName(table.name)} WHERE ${rowid} >= ? AND ${rowid} <= ?`, [from, to]);
  return found;
}

export const MOST_SAMPLES = 5;

const asBytes = (column: string) =>
  `CASE WHEN typeof(${quoteName(column)}) = 'text' THEN CAST(${quoteName(column)} AS BLOB) END`;

/** Ranges of rowids in which some text is not UTF-8. */
async function* suspiciousRanges(
  source: Connection,
  table: Table,
  columns: readonly string[],
  rowid: string,
): AsyncGenerator<readonly [Rowid, Rowid]> {
  const name = `main.${quoteName(table.name)}`;
  const size = columns.map((column) => `coalesce(octet_length(${quoteName(column)}), 0)`).join(" + ");
  const [longest] = await source.query(`SELECT max(${size}) AS size FROM ${name}`);
  const rows = Math.max(
    1,
    Math.min(ROWS_AT_ONCE, Math.floor(BYTES_AT_ONCE / (Number(longest?.["size"]) + 1))),
  );
  // A line break between texts keeps the end of one from being taken together with the start of the next.
  const texts = columns.map((column) => `coalesce(${asBytes(column)}, '')`).join(" || char(10) || ");
  const chunk = (where: string) => `
    SELECT CAST(group_concat(texts, char(10)) AS BLOB) AS bytes, min(id) AS first, max(id) AS last
    FROM (SELECT ${rowid} AS id, ${texts} AS texts FROM ${name} ${where} ORDER BY ${rowid} LIMIT ${rows})`;
  let [row] = await source.query(chunk(""));
  for (;;) {
    const { bytes, first, last } = row ?? {};
    if (!isRowid(first) || !isRowid(last)) return;
    if (bytes instanceof Uint8Array && !isUtf8(bytes)) yield [first, last];
    [row] = await source.query(chunk(`WHERE ${rowid} > ?`), [last]);
  }
}

type Rowid = number | bigint;

function isRowid(value: SqlOutput | undefined): value is Rowid {
  return typeof value === "number" || typeof value === "bigint";
}

const ROWS_AT_ONCE = 2000;
/** Far below the longest string that SQLite makes: https://sqlite.org/limits.html#max_length */
const BYTES_AT_ONCE = 64 * 1024 * 1024;
