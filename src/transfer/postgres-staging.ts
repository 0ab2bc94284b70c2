import { type Connection, pgSessionOf } from "../connection/index.js";
import type { SchemaDialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import { type DatabaseModel, emptyModel, type ObjectName, type Table } from "../schema/index.js";
import { PostgresWriter } from "./postgres-writer.js";
import { quote } from "./quote.js";
import { REJECTS, STAGING } from "./staging-names.js";
import type { TablePlan } from "./table-plan.js";
import { type Loaded, type Target, taskKey, type Writer } from "./target.js";
import { joinTransfer } from "./transfer-lock.js";

/** What becomes of the staging of an earlier transfer. */
export type EarlierTransfer = "refuse" | "resume" | "restart";

export interface StagingRequest {
  readonly connection: Connection;
  readonly schema: SchemaDialect;
  readonly plans: readonly TablePlan[];
  /** What of the target's model has to stand before a table can: extensions, types. */
  readonly before: readonly string[];
  /** Another whenever the source, or what is to become of it, is another. */
  readonly fingerprint: string;
  readonly earlier: EarlierTransfer;
}

/** The schema in which the tables are loaded: without keys, indexes and defaults, which are made when the rows are there. */
export class PostgresStaging implements Target {
  readonly engine = "postgres";
  readonly done: ReadonlyMap<string, Loaded>;
  readonly connection: Connection;
  readonly #names: ReadonlyMap<TablePlan, string>;
  readonly #others: Connection[] = [];

  private constructor(
    connection: Connection,
    names: ReadonlyMap<TablePlan, string>,
    done: ReadonlyMap<string, Loaded>,
  ) {
    this.connection = connection;
    this.#names = names;
    this.done = done;
  }

  /**
   * Makes the staging, or finds the one of an interrupted transfer.
   * @throws TenonError `DATABASE_BUSY`, `TRANSFER_UNFINISHED`, `TRANSFER_CHANGED`
   */
  static async open(request: StagingRequest): Promise<PostgresStaging> {
    const { connection, plans, earlier } = request;
    const names = stagedNames(plans);
    const known = await readFingerprint(connection);
    if (known !== undefined && earlier === "refuse") throw unfinished(connection);
    if (known !== undefined && earlier === "resume") {
      if (known !== request.fingerprint) throw changed(connection);
      return new PostgresStaging(connection, names, await readDone(connection, plans));
    }
    await make(request, names);
    return new PostgresStaging(connection, names, new Map());
  }

  at(plan: TablePlan): ObjectName {
    return { schema: STAGING, name: this.#names.get(plan) ?? plan.target.name };
  }

  async writers(count: number): Promise<readonly Writer[]> {
    const session = pgSessionOf(this.connection);
    while (this.#others.length < count - 1) {
      const other = await session?.openSecond();
      if (other === undefined) break;
      this.#others.push(other);
      await joinTransfer(other);
    }
    const connections = [this.connection, ...this.#others].slice(0, count);
    return connections.map((each) => new PostgresWriter(each, ({ plan }) => this.at(plan)));
  }

  /** Another session than that of `connection`, where more than one loads. */
  get second(): Connection | undefined {
    return this.#others[0];
  }

  /** Takes away what was loaded. */
  async drop(): Promise<void> {
    await this.closeWriters();
    await this.connection.execute(`DROP SCHEMA ${quote(STAGING)} CASCADE`);
  }

  /** Ends the sessions that were opened for loading. */
  async closeWriters(): Promise<void> {
    await Promise.all(this.#others.splice(0).map((each) => each.close()));
  }
}

async function make(request: StagingRequest, names: ReadonlyMap<TablePlan, string>): Promise<void> {
  const { connection, schema, plans, before, fingerprint } = request;
  const staged: DatabaseModel = {
    ...emptyModel("postgres"),
    schemas: [{ name: STAGING }],
    tables: plans.map((plan) => bareTable(plan.target, names.get(plan) ?? plan.target.name)),
  };
  const { statements } = await schema.planChanges(emptyModel("postgres"), staged);
  await connection.transaction(async () => {
    await connection.execute(`DROP SCHEMA IF EXISTS ${quote(STAGING)} CASCADE`);
    for (const text of before) await connection.execute(text);
    for (const { text } of statements) await connection.execute(text);
    await connection.executeScript(`
      CREATE TABLE ${quote(STAGING)}.chunks (relation text, number bigint, rows bigint NOT NULL, rejected bigint NOT NULL, PRIMARY KEY (relation, number));
      CREATE TABLE ${quote(STAGING)}.${quote(REJECTS)} (relation text NOT NULL, "column" text NOT NULL, reason text NOT NULL, "row" jsonb NOT NULL);
      CREATE TABLE ${quote(STAGING)}.transfer (fingerprint text NOT NULL, started_at timestamptz NOT NULL DEFAULT now())`);
    await connection.query(`INSERT INTO ${quote(STAGING)}.transfer (fingerprint) VALUES ($1)`, [fingerprint]);
  });
}

/** Told before the long look at the source. @throws TenonError `TRANSFER_UNFINISHED` */
export async function refuseUnfinished(connection: Connection, earlier: EarlierTransfer): Promise<void> {
  if (earlier === "refuse" && (await readFingerprint(connection)) !== undefined) throw unfinished(connection);
}

/** A table as it is loaded: its columns, NOT NULL and what is computed; nothing that would be checked or kept in order row by row. */
function bareTable(table: Table, name: string): Table {
  const { schema: _, constraints: __, indexes: ___, triggers: ____, policies: _____, ...rest } = table;
  return {
    ...rest,
    schema: STAGING,
    name,
    columns: table.columns.map(
      ({ default: _default, comment: _comment, grants: _grants, ...column }) => column,
    ),
    constraints: [],
    indexes: [],
    triggers: [],
    comment: undefined,
    grants: undefined,
    rowSecurity: undefined,
    replicaIdentity: undefined,
  };
}

/** Tables of several schemas come together in one: the second of a name gets a number. */
function stagedNames(plans: readonly TablePlan[]): ReadonlyMap<TablePlan, string> {
  const taken = new Set<string>(["chunks", "transfer", REJECTS]);
  return new Map(
    plans.map((plan) => {
      let name = plan.target.name;
      for (let number = 1; taken.has(name); number++) name = `${plan.target.name.slice(0, 50)}_${number}`;
      taken.add(name);
      return [plan, name] as const;
    }),
  );
}

async function readFingerprint(connection: Connection): Promise<string | undefined> {
  const [there] = await connection.query(
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1) AS schema, pg_catalog.to_regclass($2) IS NOT NULL AS state",
    [STAGING, `${quote(STAGING)}.transfer`],
  );
  if (there?.["schema"] !== true) return undefined;
  if (there["state"] !== true) {
    throw new TenonError(
      "TRANSFER_UNFINISHED",
      `${connection.description} has a schema ${STAGING} that no transfer made.`,
      { hint: "Rename it: the transfer needs this name. Nothing was changed." },
    );
  }
  const [row] = await connection.query(`SELECT fingerprint FROM ${quote(STAGING)}.transfer`);
  return String(row?.["fingerprint"] ?? "");
}

async function readDone(
  connection: Connection,
  plans: readonly TablePlan[],
): Promise<ReadonlyMap<string, Loaded>> {
  const rows = await connection.query(
    `SELECT relation, number, rows, rejected FROM ${quote(STAGING)}.chunks`,
  );
  const byRelation = new Map(
    plans.map((plan) => [JSON.stringify([plan.target.schema, plan.target.name]), plan]),
  );
  const done = new Map<string, Loaded>();
  for (const row of rows) {
    const plan = byRelation.get(String(row["relation"]));
    if (plan === undefined) continue;
    const chunk = { number: Number(row["number"]), rows: 0, range: { kind: "all" as const } };
    done.set(taskKey(plan, chunk), { rows: Number(row["rows"]), rejected: Number(row["rejected"]) });
  }
  return done;
}

function unfinished(connection: Connection): TenonError {
  return new TenonError(
    "TRANSFER_UNFINISHED",
    `An earlier transfer into ${connection.description} was interrupted; what it loaded is in the schema ${STAGING}.`,
    { hint: "Go on after its last chunk with --resume, or begin anew with --restart. Nothing was changed." },
  );
}

function changed(connection: Connection): TenonError {
  return new TenonError(
    "TRANSFER_CHANGED",
    `The transfer into ${connection.description} cannot go on: the source, or what was asked, is not what it was when it began.`,
    { hint: "Begin anew with --restart: what was loaded is dropped and loaded again. Nothing was changed." },
  );
}
