import { type Connection, type PgSession, pgSessionOf } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { ObjectName } from "../schema/index.js";
import { encodeCsv } from "./csv.js";
import { NotAsPresumed } from "./not-as-presumed.js";
import { qualified, quote } from "./quote.js";
import type { Piece, Source } from "./source.js";
import { REJECTS, STAGING } from "./staging-names.js";
import { convertRows, type Loaded, type RejectedRow, type Task, type Writer } from "./target.js";

/** One session that loads chunks: the rows and the record of them are one transaction. */
export class PostgresWriter implements Writer {
  readonly #connection: Connection;
  readonly #session: PgSession;
  readonly #at: (task: Task) => ObjectName;

  constructor(connection: Connection, at: (task: Task) => ObjectName) {
    const session = pgSessionOf(connection);
    if (session === undefined) throw new TenonError("INTERNAL", "The target is no session of PostgreSQL.");
    this.#connection = connection;
    this.#session = session;
    this.#at = at;
  }

  load(source: Source, task: Task): Promise<Loaded> {
    return this.#connection.transaction(async () => {
      // A chunk and its record are written together or not at all; that both are on the disk is waited for at the end, by the transaction that
      // makes everything visible: https://www.postgresql.org/docs/current/wal-async-commit.html
      await this.#connection.execute("SET LOCAL synchronous_commit = off");
      const rejects: RejectedRow[] = [];
      const { plan, chunk, mustConvert, sums } = task;
      const options = mustConvert ? undefined : source.copyOptions(plan, "postgres");
      const columns = plan.columns.map(({ target }) => quote(target.name));
      const of = `${qualified(this.#at(task))} (${columns.join(", ")})`;
      const pieces =
        options === undefined ? encoded(source, task, rejects) : bytesOf(source.pieces(plan, chunk, sums));
      const rows = await this.#session
        .copyIn({ of, options: options ?? "FORMAT csv" }, pieces)
        .catch((error: unknown) => {
          const isRefused = error instanceof TenonError && error.code === "SQL_FAILED";
          throw isRefused && plan.presumed !== undefined ? new NotAsPresumed(plan.source.name, error) : error;
        });
      await this.#keepRejects(task, rejects);
      const loaded = { rows, rejected: rejects.length };
      await this.#connection.query(
        `INSERT INTO ${quote(STAGING)}.chunks (relation, number, rows, rejected) VALUES ($1, $2, $3, $4)`,
        [JSON.stringify([plan.target.schema, plan.target.name]), chunk.number, rows, rejects.length],
      );
      return loaded;
    });
  }

  async #keepRejects({ plan }: Task, rejects: readonly RejectedRow[]): Promise<void> {
    for (const { table, column, reason, values } of rejects) {
      const row = plan.columns.map(({ source }, index) => [source.name, shown(values[index])]);
      await this.#connection.query(
        `INSERT INTO ${quote(STAGING)}.${quote(REJECTS)} (relation, "column", reason, "row") VALUES ($1, $2, $3, $4)`,
        [table, column, reason, JSON.stringify(Object.fromEntries(row))],
      );
    }
  }
}

async function* bytesOf(pieces: AsyncIterable<Piece>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of pieces) yield bytes;
}

async function* encoded(source: Source, task: Task, rejects: RejectedRow[]): AsyncGenerator<Uint8Array> {
  for await (const batch of convertRows(source, task, rejects)) {
    let text = "";
    for (const values of batch) text += encodeCsv(values);
    yield Buffer.from(text);
  }
}

/** A value in JSON: bytes as hexadecimal digits, large integers as text. A NUL has no place in the jsonb of PostgreSQL. */
function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return typeof value === "string" ? value.replaceAll("\0", "\\u0000") : value;
}
