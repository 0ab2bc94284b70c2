import type { Connection, SqlInput } from "../connection/index.js";
import type { SchemaDialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import { type DatabaseModel, emptyModel, type ObjectName } from "../schema/index.js";
import type { EarlierTransfer } from "./postgres-staging.js";
import { quote } from "./quote.js";
import type { Source } from "./source.js";
import { REJECTS, STAGING } from "./staging-names.js";
import type { TablePlan } from "./table-plan.js";
import {
  convertRows,
  type Loaded,
  type RejectedRow,
  type Target,
  type Task,
  taskKey,
  type Writer,
} from "./target.js";

export interface SqliteStagingRequest {
  /** A session with a file that nobody else knows, or inside a transaction: what is made here is seen by nobody. */
  readonly connection: Connection;
  readonly schema: SchemaDialect;
  readonly wanted: DatabaseModel;
  /** Tables that stand already, and are filled as they stand. */
  readonly standing: ReadonlySet<string>;
  readonly fingerprint: string;
  readonly earlier: EarlierTransfer;
}

/** Tables of SQLite as they are loaded: their keys and checks are part of them, indexes and views come when the rows are there. */
export class SqliteStaging implements Target, Writer {
  readonly engine = "sqlite";
  readonly done: ReadonlyMap<string, Loaded>;
  readonly connection: Connection;

  private constructor(connection: Connection, done: ReadonlyMap<string, Loaded>) {
    this.connection = connection;
    this.done = done;
  }

  static async open(request: SqliteStagingRequest): Promise<SqliteStaging> {
    const { connection, earlier, fingerprint } = request;
    if (await connection.tableExists(STATE)) {
      const [row] = await connection.query(`SELECT fingerprint FROM ${quote(STATE)}`);
      if (earlier === "resume" && row?.["fingerprint"] !== fingerprint) throw changed(connection);
      return new SqliteStaging(connection, await readDone(connection));
    }
    await make(request);
    return new SqliteStaging(connection, new Map());
  }

  at({ target }: TablePlan): ObjectName {
    return { schema: "main", name: target.name };
  }

  /** There is one session that may write. */
  async writers(): Promise<readonly Writer[]> {
    return [this];
  }

  async load(source: Source, task: Task): Promise<Loaded> {
    return this.connection.transaction(async () => {
      const { plan, chunk } = task;
      const rejects: RejectedRow[] = [];
      const insert = new Inserts(this.connection, plan);
      let rows = 0;
      for await (const batch of convertRows(source, task, rejects)) {
        await insert.add(batch);
        rows += batch.length;
      }
      for (const { table, column, reason, values } of rejects) {
        await this.connection.execute(`INSERT INTO ${quote(REJECTS)} VALUES (?, ?, ?, ?)`, [
          table,
          column,
          reason,
          JSON.stringify(values.map((value) => (typeof value === "bigint" ? String(value) : value))),
        ]);
      }
      await this.connection.execute(`INSERT INTO ${quote(CHUNKS)} VALUES (?, ?, ?)`, [
        taskKey(plan, chunk),
        rows,
        rejects.length,
      ]);
      return { rows, rejected: rejects.length };
    });
  }
}

const STATE = STAGING;
const CHUNKS = `${STAGING}_chunks`;

/** Takes away what only an interrupted transfer needs. */
export async function dropState(connection: Connection, rejected: number): Promise<void> {
  await connection.execute(`DROP TABLE ${quote(STATE)}`);
  await connection.execute(`DROP TABLE ${quote(CHUNKS)}`);
  if (rejected === 0) await connection.execute(`DROP TABLE ${quote(REJECTS)}`);
}

/** Tables that are no part of what is transferred. */
export function isState(name: string): boolean {
  return name === STATE || name === CHUNKS || name === REJECTS;
}

/** Statements with many rows each: most of what a row costs is the statement. */
class Inserts {
  readonly #connection: Connection;
  readonly #head: string;
  readonly #row: string;
  readonly #rowsAtOnce: number;

  constructor(connection: Connection, { target, columns }: TablePlan) {
    this.#connection = connection;
    const names = columns.map((column) => quote(column.target.name));
    this.#head = `INSERT INTO main.${quote(target.name)} (${names.join(", ")}) VALUES `;
    this.#row = `(${names.map(() => "?").join(", ")})`;
    this.#rowsAtOnce = Math.max(1, Math.min(100, Math.floor(MOST_VALUES / Math.max(1, names.length))));
  }

  async add(rows: readonly (readonly SqlInput[])[]): Promise<void> {
    for (let start = 0; start < rows.length; start += this.#rowsAtOnce) {
      const part = rows.slice(start, start + this.#rowsAtOnce);
      await this.#connection.execute(this.#head + part.map(() => this.#row).join(", "), part.flat());
    }
  }
}

/** Far below the engine's own limit: https://sqlite.org/limits.html#max_variable_number */
const MOST_VALUES = 5000;

async function make({
  connection,
  schema,
  wanted,
  standing,
  fingerprint,
}: SqliteStagingRequest): Promise<void> {
  const bare: DatabaseModel = {
    ...emptyModel("sqlite"),
    schemas: wanted.schemas,
    tables: wanted.tables
      .filter(({ name }) => !standing.has(name.toLowerCase()))
      .map((table) => ({ ...table, indexes: [], triggers: [] })),
  };
  const { statements } = await schema.planChanges({ ...emptyModel("sqlite"), schemas: wanted.schemas }, bare);
  await connection.transaction(async () => {
    for (const { text } of statements) await connection.execute(text);
    await connection.execute(
      `CREATE TABLE ${quote(CHUNKS)} (chunk TEXT PRIMARY KEY, rows INTEGER, rejected INTEGER)`,
    );
    await connection.execute(
      `CREATE TABLE ${quote(REJECTS)} (relation TEXT, "column" TEXT, reason TEXT, "row" TEXT)`,
    );
    await connection.execute(`CREATE TABLE ${quote(STATE)} (fingerprint TEXT)`);
    await connection.execute(`INSERT INTO ${quote(STATE)} VALUES (?)`, [fingerprint]);
  });
}

async function readDone(connection: Connection): Promise<ReadonlyMap<string, Loaded>> {
  const rows = await connection.query(`SELECT chunk, rows, rejected FROM ${quote(CHUNKS)}`);
  return new Map(
    rows.map((row) => [
      String(row["chunk"]),
      { rows: Number(row["rows"]), rejected: Number(row["rejected"]) },
    ]),
  );
}

function changed(connection: Connection): TenonError {
  return new TenonError(
    "TRANSFER_CHANGED",
    `The transfer into ${connection.description} cannot go on: the source, or what was asked, is not what it was when it began.`,
    { hint: "Begin anew with --restart: what was loaded is dropped and loaded again. Nothing was changed." },
  );
}
