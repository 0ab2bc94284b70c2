import type { Connection, Row, SqlOutput } from "../../connection/index.js";
import type { ObjectName, Table } from "../../schema/index.js";
import { quoteName, rowidOf } from "../fit/table-reader.js";
import type { RowHasher } from "./row-hasher.js";

/**
 * Adds all rows of a SQLite table. SQL makes one blob of many rows, so that no value is looked at on its way; a cell is `=` and its text,
 * or `-` for NULL, and ends with a NUL, which no text has.
 *
 * @param at Where the table stands.
 * @param cells SQL over a row for the text of each cell.
 */
export async function addSqliteRows(
  source: Connection,
  at: ObjectName,
  table: Table,
  cells: readonly string[],
  hasher: RowHasher,
): Promise<void> {
  const line = cells.map((cell) => `ifnull('=' || ${cell}, '-') || char(0)`).join(" || ");
  const reader = new CellReader(cells.length, hasher);
  const name = `${quoteName(at.schema)}.${quoteName(at.name)}`;
  const rowid = rowidOf(table);
  if (rowid === undefined) {
    for await (const row of source.stream(`SELECT CAST(${line} AS BLOB) AS cells FROM ${name}`))
      if (row["cells"] instanceof Uint8Array) reader.read(row["cells"]);
    return;
  }
  const limit = await rowsOfStep(source, name, table);
  const step = (where: string) =>
    `SELECT max(id) AS last, CAST(group_concat(line, '') AS BLOB) AS cells
     FROM (SELECT ${rowid} AS id, ${line} AS line FROM ${name} ${where} ORDER BY ${rowid} LIMIT ${limit})`;
  let [found]: readonly Row[] = await source.query(step(""));
  const next = step(`WHERE ${rowid} > ?`);
  for (;;) {
    const { last, cells: bytes } = found ?? {};
    if (!(bytes instanceof Uint8Array) || !isRowid(last)) return;
    reader.read(bytes);
    [found] = await source.query(next, [last]);
  }
}

function isRowid(value: SqlOutput | undefined): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** So many that a blob stays of a good size; hexadecimal digits are twice the bytes. */
async function rowsOfStep(source: Connection, name: string, table: Table): Promise<number> {
  const size = table.columns
    // A number, which is less than any text, is never long, and making its text only to measure it takes long.
    .map(({ name }) => `iif(${quoteName(name)} >= '', octet_length(${quoteName(name)}), 0)`)
    .join(" + ");
  // LIMIT keeps the two queries apart, so that a size is worked out once: https://sqlite.org/optoverview.html#subquery_flattening
  const [row] = await source.query(
    `SELECT max(size) AS most, avg(size) AS usual FROM (SELECT ${size} AS size FROM ${name} LIMIT -1)`,
  );
  const most = Number(row?.["most"] ?? 0) + 1;
  const usual = Number(row?.["usual"] ?? 0) + 1;
  return Math.max(1, Math.floor(Math.min(MOST_ROWS, GOOD_SIZE / usual, LARGEST_SIZE / most)));
}

const MOST_ROWS = 2000;
const GOOD_SIZE = 256 * 1024;
const LARGEST_SIZE = 16 * 1024 * 1024;

/** Cuts blobs of rows into cells. */
class CellReader {
  readonly #hasher: RowHasher;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  constructor(columns: number, hasher: RowHasher) {
    this.#hasher = hasher;
    this.#starts = new Int32Array(columns);
    this.#ends = new Int32Array(columns);
  }

  read(given: Uint8Array): void {
    const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
    const columns = this.#starts.length;
    let column = 0;
    let at = 0;
    while (at < bytes.length) {
      const isNull = bytes[at] === NULL_MARK;
      const start = at + 1;
      at = start;
      while (bytes[at] !== 0) at++;
      this.#starts[column] = isNull ? -1 : start;
      this.#ends[column] = at++;
      if (++column < columns) continue;
      this.#hasher.addRow(bytes, this.#starts, this.#ends);
      column = 0;
    }
  }
}

const NULL_MARK = 0x2d;
