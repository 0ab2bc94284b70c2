import { isUtf8 } from "node:buffer";
import type { Connection, Row } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { primaryKeyOf, type Table } from "../schema/index.js";
import { type Chunk, type ChunkRange, type CutTable, cutAt, cutByOffset, cutSpan } from "./chunk.js";
import { CSV_OF_ENGINE, countQuoted, csvLine, type Quoting } from "./csv.js";
import { LineCutter, type RowTaker } from "./line-cutter.js";
import { NotAsPresumed } from "./not-as-presumed.js";
import { quote } from "./quote.js";
import type { Piece, Source } from "./source.js";
import type { ColumnPlan, SourceRow, TablePlan } from "./table-plan.js";

/**
 * A SQLite database in one read transaction: what others write meanwhile is not seen, and nobody waits for anybody in WAL mode.
 * https://sqlite.org/isolation.html
 */
export class SqliteSource implements Source {
  readonly engine = "sqlite";
  /** The driver does one thing at a time, and does it faster than PostgreSQL takes it. */
  readonly readers = 64;
  readonly #connection: Connection;
  readonly #rowsOfChunk: number;
  /** Tables in which some rows are so large that few of them make a piece. */
  readonly #hasLargeRows = new Map<string, boolean>();
  readonly #values = new Map<string, Map<string, number>>();

  constructor(connection: Connection, rowsOfChunk: number) {
    this.#connection = connection;
    this.#rowsOfChunk = rowsOfChunk;
  }

  async cut({ source, columns }: TablePlan): Promise<CutTable> {
    const key = rowidOf(source);
    const size = sizeOf(columns);
    // LIMIT keeps the two queries apart, so that a size is worked out once: https://sqlite.org/optoverview.html#subquery_flattening
    const [row] = await this.#connection.query<Row>(
      `SELECT json_array(count(*), CAST(min(number) AS TEXT), CAST(max(number) AS TEXT), total(size)) AS found, max(size) AS most
       FROM (SELECT ${key ?? "NULL"} AS number, ${size} AS size FROM ${address(source)} LIMIT -1)`,
    );
    const fingerprint = String(row?.["found"] ?? "[0]");
    const [rows, first, last]: readonly (number | string | null)[] = JSON.parse(fingerprint);
    const count = Number(rows ?? 0);
    const chunks =
      key !== undefined && typeof first === "string" && typeof last === "string"
        ? await this.#cutByRowid(source, key, { first: BigInt(first), last: BigInt(last), count })
        : cutByOffset(count, this.#rowsOfChunk);
    this.#hasLargeRows.set(source.name, Number(row?.["most"] ?? 0) > LARGEST_BYTES / ROWS_OF_STEP);
    return { rows: count, fingerprint, chunks };
  }

  /** Numbers without gaps tell by themselves where a chunk ends; where most are missing, the table is asked. */
  async #cutByRowid(
    source: Table,
    key: string,
    { first, last, count }: { readonly first: bigint; readonly last: bigint; readonly count: number },
  ): Promise<readonly Chunk[]> {
    const rowsOfChunk = this.#rowsOfChunk;
    if (count <= rowsOfChunk || last - first < 2n * BigInt(count))
      return cutSpan(first, last, count, rowsOfChunk);
    const starts: bigint[] = [first];
    for (;;) {
      const found: readonly Row[] = await this.#connection.query(
        `SELECT CAST(${key} AS TEXT) AS start FROM ${address(source)} WHERE ${key} >= ? ORDER BY ${key} LIMIT 1 OFFSET ?`,
        [starts.at(-1) ?? first, rowsOfChunk],
      );
      const start = found[0]?.["start"];
      if (typeof start !== "string") return cutAt(starts, last, count);
      starts.push(BigInt(start));
    }
  }

  copyOptions({ columns }: TablePlan): string | undefined {
    return csvLine(columns, "bare") === undefined ? undefined : CSV_OF_ENGINE;
  }

  valuesOf(table: string): ReadonlyMap<string, number> {
    return this.#values.get(table) ?? new Map();
  }

  async *pieces(plan: TablePlan, chunk: Chunk, taker?: RowTaker): AsyncGenerator<Piece> {
    const { source, columns } = plan;
    const key = rowidOf(source);
    if (chunk.range.kind === "rowid" && key !== undefined) {
      yield* this.#steps({ plan, key, range: chunk.range, taker });
      return;
    }
    const line = csvLine(columns, "doubled") ?? "''";
    const lines = this.#connection.stream<Row>(
      `SELECT CAST(${line} AS BLOB) AS line FROM ${address(source)} ${tailOf(source, chunk.range)}`,
    );
    const cutter = new LineCutter(columns.length);
    for await (const { bytes, rows } of gather(lines)) {
      if (taker !== undefined) giveDoubled(cutter, bytes, rows, taker);
      yield { bytes, rows };
    }
  }

  async *rows({ source, columns }: TablePlan, chunk: Chunk): AsyncGenerator<readonly SourceRow[]> {
    const selected = columns.map(({ select }, index) => `${select} AS c${index}`);
    const sql = `SELECT ${selected.join(", ")} FROM ${address(source)} ${tailOf(source, chunk.range)}`;
    let batch: SourceRow[] = [];
    for await (const row of this.#connection.stream(sql)) {
      batch.push(Object.values(row));
      if (batch.length < ROWS_OF_BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  async close(): Promise<void> {
    if (this.#connection.inTransaction) await this.#connection.execute("ROLLBACK");
  }

  /**
   * Many rows with one step of the driver: one blob of lines crosses the boundary, and is handed on as it is. Texts are not looked through
   * for quotes; where one turns out to have them, the step is taken again.
   */
  async *#steps(request: StepsRequest): AsyncGenerator<Piece> {
    const { plan, key, range, taker } = request;
    const { source, columns, presumed } = plan;
    const at = address(source);
    const { inEach, more } = countQuoted(columns);
    const counts = presumed === undefined ? "" : `, ${countPresumed(columns, presumed)}`;
    // Without a star that could stand for columns: with one it would be prepared anew for each step.
    const step = (quoting: Quoting) => `
      SELECT max(${key}) AS last, count(*) AS rows, ${more} AS quoted, CAST(group_concat(${csvLine(columns, quoting)}, '') AS BLOB) AS lines${counts}
      FROM ${at}
      WHERE ${key} >= ?1 AND ${key} <= coalesce((SELECT ${key} FROM ${at} WHERE ${key} >= ?1 AND ${key} < ?2 ORDER BY ${key} LIMIT 1 OFFSET ?3), ?2)`;
    const [bare, doubled] = [step("bare"), step("doubled")];
    const limit = await this.#rowsOfStep(source, columns, key, range);
    const cutter = new LineCutter(columns.length);
    const last = BigInt(range.last);
    for (let start = BigInt(range.first); start <= last; ) {
      const bounds = [start, last, limit - 1];
      const found = readStep(await this.#connection.query(bare, bounds));
      if (found === undefined) return;
      if (presumed !== undefined) this.#holdAgainst(plan, found);
      if (cutter.cut(found.bytes, found.rows, inEach * found.rows + found.quoted)) {
        if (taker !== undefined) cutter.give(taker);
        yield found;
      } else {
        const again = readStep(await this.#connection.query(doubled, bounds));
        if (again === undefined) return;
        giveDoubled(cutter, again.bytes, again.rows, taker);
        yield again;
      }
      start = found.last + 1n;
    }
  }

  /** @throws NotAsPresumed */
  #holdAgainst({ source: { name }, columns }: TablePlan, { bytes, rows, row }: Step): void {
    if (Number(row["fits"]) !== rows || bytes.includes(0) || !isUtf8(bytes)) throw new NotAsPresumed(name);
    const values = this.#values.get(name) ?? new Map<string, number>();
    this.#values.set(name, values);
    for (const [index, { source }] of columns.entries())
      values.set(source.name, (values.get(source.name) ?? 0) + Number(row[`v${index}`] ?? rows));
  }

  /** As many rows as make a piece of a good size, and never so many that the largest of them would make a huge one. */
  async #rowsOfStep(
    source: Table,
    columns: readonly ColumnPlan[],
    key: string,
    range: ChunkRange & { readonly kind: "rowid" },
  ): Promise<number> {
    if (this.#hasLargeRows.get(source.name) === false) return ROWS_OF_STEP;
    const size = sizeOf(columns);
    const [row] = await this.#connection.query<Row>(
      `SELECT max(${size}) AS most, avg(${size}) AS usual FROM ${address(source)} WHERE ${key} BETWEEN ? AND ?`,
      [BigInt(range.first), BigInt(range.last)],
    );
    const most = Math.max(1, Number(row?.["most"] ?? 1));
    const usual = Math.max(1, Number(row?.["usual"] ?? 1));
    return Math.max(
      1,
      Math.min(ROWS_OF_STEP, Math.floor(PIECE_BYTES / usual), Math.floor(LARGEST_BYTES / most)),
    );
  }
}

const ROWS_OF_BATCH = 500;
const ROWS_OF_STEP = 1000;
const PIECE_BYTES = 256 * 1024;
const LARGEST_BYTES = 8 * 1024 * 1024;

/** Bytes of a row, as far as it has any that count: a number is never long. */
function sizeOf(columns: readonly ColumnPlan[]): string {
  const sizes = columns
    .filter(({ treatment }) => treatment.kind !== "to-postgres" || IS_LONG.has(treatment.type.kind))
    .map(({ source: { name }, hasNulls }) =>
      hasNulls === false ? `octet_length(${quote(name)})` : `ifnull(octet_length(${quote(name)}), 0)`,
    );
  return sizes.join(" + ") || "0";
}

const IS_LONG: ReadonlySet<string> = new Set(["text", "json", "bytes", "other"]);

/** SQL for how many rows are what they were presumed to be, and how many values a column has where it may have NULLs. */
function countPresumed(columns: readonly ColumnPlan[], presumed: string): string {
  const values = columns.flatMap(({ source, hasNulls }, index) =>
    hasNulls === false ? [] : [`count(${quote(source.name)}) AS v${index}`],
  );
  return [`count(*) FILTER (WHERE ${presumed}) AS fits`, ...values].join(", ");
}

/** The number of a row under a name that no column has taken; undefined where rows have none: https://sqlite.org/rowidtable.html */
export function rowidOf(table: Table): string | undefined {
  if (table.withoutRowid === true || table.kind !== "ordinary") return undefined;
  const taken = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  return ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name));
}

function tailOf(table: Table, range: ChunkRange): string {
  switch (range.kind) {
    case "rowid": {
      const key = rowidOf(table) ?? "rowid";
      return `WHERE ${key} BETWEEN ${range.first} AND ${range.last} ORDER BY ${key}`;
    }
    case "offset": {
      const key = primaryKeyOf(table)?.columns.map(({ name }) => quote(name)) ?? [];
      const order = key.length === 0 ? "" : `ORDER BY ${key.join(", ")} `;
      return `${order}LIMIT ${range.take} OFFSET ${range.skip}`;
    }
    default:
      return "";
  }
}

interface StepsRequest {
  readonly plan: TablePlan;
  readonly key: string;
  readonly range: ChunkRange & { readonly kind: "rowid" };
  readonly taker: RowTaker | undefined;
}

interface Step extends Piece {
  readonly bytes: Buffer;
  readonly last: bigint;
  /** Texts in quotes that not every line has. */
  readonly quoted: number;
  /** As it was found. */
  readonly row: Row;
}

/** Undefined where there was no row any more. */
function readStep([row = {}]: readonly Row[]): Step | undefined {
  const { last, rows, quoted, lines } = row;
  if ((typeof last !== "number" && typeof last !== "bigint") || !(lines instanceof Uint8Array))
    return undefined;
  return { bytes: bufferOf(lines), rows: Number(rows), quoted: Number(quoted), last: BigInt(last), row };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function giveDoubled(cutter: LineCutter, bytes: Uint8Array, rows: number, taker: RowTaker | undefined): void {
  if (!cutter.cutDoubled(bufferOf(bytes), rows))
    throw new TenonError("INTERNAL", "SQLite gave lines that are not those of the rows.");
  if (taker !== undefined) cutter.give(taker);
}

async function* gather(lines: AsyncIterable<Row>): AsyncGenerator<Piece> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const { line } of lines) {
    if (!(line instanceof Uint8Array)) continue;
    parts.push(line);
    size += line.byteLength;
    if (size < PIECE_BYTES) continue;
    yield { bytes: Buffer.concat(parts), rows: parts.length };
    [parts, size] = [[], 0];
  }
  if (parts.length > 0) yield { bytes: Buffer.concat(parts), rows: parts.length };
}

function address({ name }: Table): string {
  return `main.${quote(name)}`;
}
