import { type Connection, type EngineName, pgSessionOf } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { type Chunk, type ChunkRange, type CutTable, cutBlocks } from "./chunk.js";
import { PieceChannel } from "./piece-channel.js";
import { qualified, quote } from "./quote.js";
import type { Piece, Source } from "./source.js";
import type { SourceRow, TablePlan } from "./table-plan.js";

/** What the text of a value depends on, so that it reads the same on every server and back. */
export const TEXT_SETTINGS =
  "SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'; SET intervalstyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'";

/**
 * A PostgreSQL database as it stands at one moment, read by one or several sessions that share a snapshot.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
 */
export class PostgresSource implements Source {
  readonly engine = "postgres";
  readonly #free: Connection[];
  readonly #own: readonly Connection[];
  readonly #main: Connection;
  readonly #rowsOfChunk: number;
  readonly #waiting: ((connection: Connection) => void)[] = [];

  private constructor(main: Connection, own: readonly Connection[], rowsOfChunk: number) {
    this.#main = main;
    this.#rowsOfChunk = rowsOfChunk;
    this.#own = own;
    this.#free = [main, ...own];
  }

  /** Begins to read on `main`, and opens as many more sessions as are wished and possible. */
  static async open(main: Connection, readers: number, rowsOfChunk: number): Promise<PostgresSource> {
    await main.executeScript(TEXT_SETTINGS);
    await main.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    const own: Connection[] = [];
    const session = pgSessionOf(main);
    if (readers > 1 && session !== undefined) {
      const [row] = await main.query("SELECT pg_catalog.pg_export_snapshot() AS snapshot");
      while (own.length < readers - 1) {
        const other = await session.openSecond();
        if (other === undefined) break;
        await other.executeScript(TEXT_SETTINGS);
        await other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        await other.execute(`SET TRANSACTION SNAPSHOT '${String(row?.["snapshot"])}'`);
        own.push(other);
      }
    }
    return new PostgresSource(main, own, rowsOfChunk);
  }

  get readers(): number {
    return this.#own.length + 1;
  }

  async cut({ source }: TablePlan): Promise<CutTable> {
    const [row] = await this.#main.query(
      `SELECT count(*) AS rows, pg_catalog.pg_relation_size($1::text::regclass) AS bytes,
        current_setting('block_size')::int AS block FROM ONLY ${qualified(source)}`,
      [qualified(source)],
    );
    const rows = Number(row?.["rows"]);
    const blocks = Math.ceil(Number(row?.["bytes"]) / Number(row?.["block"]));
    return {
      rows,
      fingerprint: JSON.stringify([rows, blocks]),
      chunks: cutBlocks(blocks, rows, this.#rowsOfChunk),
    };
  }

  valuesOf(): ReadonlyMap<string, number> {
    return new Map();
  }

  copyOptions(_plan: TablePlan, target: EngineName): string | undefined {
    return target === "postgres" ? "FORMAT text" : undefined;
  }

  async *pieces({ source, columns }: TablePlan, { range }: Chunk): AsyncGenerator<Piece> {
    const names = columns.map(({ source: { name } }) => quote(name)).join(", ");
    const of = `(SELECT ${names} FROM ONLY ${qualified(source)} ${tailOf(range)})`;
    const connection = await this.#take();
    try {
      const channel = new PieceChannel();
      const session = pgSessionOf(connection);
      if (session === undefined) throw new TenonError("INTERNAL", "The source is no session of PostgreSQL.");
      const copied = session
        .copyOut({ of, options: "FORMAT text" }, (piece) => channel.push(piece))
        .then(
          () => channel.end(),
          (error: unknown) => channel.fail(error),
        );
      for await (const bytes of channel.pieces()) yield { bytes, rows: 0 };
      await copied;
    } finally {
      this.#giveBack(connection);
    }
  }

  async *rows({ source, columns }: TablePlan, { range }: Chunk): AsyncGenerator<readonly SourceRow[]> {
    const selected = columns.map(({ select }, index) => `${select} AS c${index}`);
    const sql = `SELECT ${selected.join(", ")} FROM ONLY ${qualified(source)} ${tailOf(range)}`;
    const connection = await this.#take();
    try {
      let batch: SourceRow[] = [];
      for await (const row of connection.stream(sql)) {
        batch.push(Object.values(row));
        if (batch.length < ROWS_OF_BATCH) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    } finally {
      this.#giveBack(connection);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#own.map((each) => each.close()));
    if (this.#main.inTransaction) await this.#main.execute("ROLLBACK");
  }

  #take(): Promise<Connection> {
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(connection: Connection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else next(connection);
  }
}

const ROWS_OF_BATCH = 500;

/** Rows are found by where they lie, which reads each block once: https://www.postgresql.org/docs/14/release-14.html#id-1.11.6.27.5.3.3 */
function tailOf(range: ChunkRange): string {
  if (range.kind !== "blocks") return "";
  const from = range.first === 0 ? [] : [`ctid >= '(${range.first},0)'::tid`];
  const to = range.end >= LAST_BLOCK ? [] : [`ctid < '(${range.end},0)'::tid`];
  const conditions = [...from, ...to];
  return conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
}

const LAST_BLOCK = 4_294_967_295;
