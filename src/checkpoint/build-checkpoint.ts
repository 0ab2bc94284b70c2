import type { Connection } from "../connection/index.js";
import type { ChangePlan, Dialect } from "../dialects/index.js";
import { Catalogue, pluginsAmong, replayInto } from "../engine/index.js";
import { messageOf, TenonError } from "../errors.js";
import type { Migration } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import { type DatabaseModel, describe, formatAddress } from "../schema/index.js";
import { applyCheckpoint } from "./apply-checkpoint.js";
import { type Checkpoint, replacedBy } from "./checkpoint.js";
import { findComputing } from "./computed-rows.js";
import { type DatabaseRows, differingRows, readDatabaseRows } from "./database-rows.js";

export interface CheckpointRequest {
  readonly module: Module;
  /** The modules that come before it. */
  readonly before: readonly Module[];
  readonly dialect: Dialect;
  /** A session with the server on which scratch databases are made; none for engines that have them in memory. */
  readonly connection: Connection | undefined;
}

/** A database as one run of a history has left it. */
interface Built {
  readonly model: DatabaseModel;
  readonly rows: DatabaseRows;
}

/**
 * Replays a module's history in scratch databases, and gives what it builds as a checkpoint. Before it is given it was
 * applied on top of the modules before it, and made the same schema and the same rows as the history.
 *
 * @throws TenonError `CHECKPOINT_IMPOSSIBLE` when the history does what one file cannot stand for
 */
export async function buildCheckpoint(request: CheckpointRequest): Promise<Checkpoint | undefined> {
  const { module, before, dialect } = request;
  const all = await migrationsOf([...before, module], dialect);
  const own = all.filter((migration) => migration.module === module.name);
  const last = own.at(-1);
  if (last === undefined) return undefined;
  const others = await migrationsOf(before, dialect);

  return inScratch(request, async (ground) => {
    await replayInto(ground, dialect, others, pluginsAmong(before));
    const without = await look(ground, dialect);
    const whole = await replayAll(request, all);
    const schema = await dialect.loadSchema();
    const plan = await schema.planChanges(without.model, whole.model);
    refuseBeyondOwn(module, plan, without, whole);

    const fresh = new Set(differingRows(without.rows, whole.rows));
    const rows = whole.rows.tables.filter(({ schema, name }) => fresh.has(`${schema}.${name}`));
    const counters = whole.rows.counters.filter(({ schema, name }) =>
      fresh.has(`the numbering of ${schema}.${name}`),
    );
    await refuseComputed(request, { all, own, whole, rows });
    const checkpoint: Checkpoint = {
      module: module.name,
      engine: dialect.engine,
      version: last.version,
      replaces: replacedBy(own),
      statements: plan.statements.map((statement) => statement.text),
      rows,
      counters,
    };
    await ground
      .transaction(() => applyCheckpoint(ground, dialect, checkpoint))
      .catch((cause: unknown) => {
        throw impossible(`built at once it fails: ${messageOf(cause)}`);
      });
    refuseUnequal(module, await look(ground, dialect), whole, schema.compare);
    return checkpoint;
  });
}

async function migrationsOf(modules: readonly Module[], dialect: Dialect): Promise<readonly Migration[]> {
  const catalogue = await Catalogue.load(modules, dialect.engine);
  return catalogue.ordered([], () => true);
}

async function inScratch<T>(
  { dialect, connection }: CheckpointRequest,
  work: (scratch: Connection) => Promise<T>,
): Promise<T> {
  const scratch = await dialect.openScratch(connection);
  try {
    return await work(scratch);
  } finally {
    await scratch.close();
  }
}

function replayAll(request: CheckpointRequest, migrations: readonly Migration[]): Promise<Built> {
  const { dialect, before, module } = request;
  return inScratch(request, async (scratch) => {
    await replayInto(scratch, dialect, migrations, pluginsAmong([...before, module]));
    return look(scratch, dialect);
  });
}

async function look(connection: Connection, dialect: Dialect): Promise<Built> {
  const model = await (await dialect.loadSchema()).introspect(connection);
  for (const { name, kind } of model.tables) {
    if (kind === "virtual") await refuseVirtualRows(connection, dialect, name);
  }
  return { model, rows: await readDatabaseRows(connection, dialect, model) };
}

async function refuseVirtualRows(connection: Connection, dialect: Dialect, table: string): Promise<void> {
  const [row] = await connection.query(`SELECT EXISTS (SELECT 1 FROM ${dialect.quote(table)}) AS "holds"`);
  if (Number(row?.["holds"]) === 0) return;
  throw impossible(`the virtual table ${table} holds rows, and what it makes of them is its own`, table);
}

/** One file per module: what a module does to another's objects or rows has no place in its own. */
function refuseBeyondOwn(module: Module, plan: ChangePlan, without: Built, whole: Built): void {
  const { unjudged, changes } = plan.comparison;
  const [unclear] = unjudged;
  if (unclear !== undefined) throw impossible(unclear.reason);
  if (plan.transaction === "outside") throw impossible("what it builds cannot be built in one transaction");
  if (Object.keys(plan.settings).length > 0) throw impossible("what it builds needs settings of the session");
  const others = new Set(
    [...without.model.tables, ...without.model.views].map(({ schema, name }) => `${schema}.${name}`),
  );
  const foreign = changes.find(({ kind, object }) => {
    const isMade = kind === "create-table" || kind === "create-view";
    const owner = object.table ?? object.name;
    return !isMade && others.has(`${object.schema}.${owner}`);
  });
  if (foreign !== undefined) {
    const what = formatAddress(foreign.object);
    throw impossible(`${module.name} changes what another module made (${describe(foreign)})`, what);
  }
  const known = new Set(without.model.tables.map(({ schema, name }) => `${schema}.${name}`));
  const touched = differingRows(without.rows, whole.rows).find((name) => known.has(name));
  if (touched !== undefined)
    throw impossible(`${module.name} changes rows of ${touched}, a table of another module`, touched);
}

interface Computing {
  readonly all: readonly Migration[];
  readonly own: readonly Migration[];
  readonly whole: Built;
  readonly rows: DatabaseRows["tables"];
}

/** Looks for it in the text, and whether a second run, later than a clock's second, makes the same rows. */
async function refuseComputed(
  request: CheckpointRequest,
  { all, own, whole, rows }: Computing,
): Promise<void> {
  if (rows.length === 0) return;
  const names = new Set(rows.map(({ schema, name }) => `${schema}.${name}`));
  const [computing] = findComputing(own, whole.model, names, request.dialect);
  if (computing !== undefined) throw impossible(`rows of it are computed: ${computing}`);
  await new Promise((resolve) => setTimeout(resolve, A_CLOCK_TICK_MS));
  const again = await replayAll(request, all);
  const [other] = differingRows(whole.rows, again.rows);
  if (other !== undefined) throw impossible(`two runs of it make different rows: ${other}`, other);
}

/** SQLite's CURRENT_TIMESTAMP and most people's texts tell seconds. */
const A_CLOCK_TICK_MS = 1_100;

function refuseUnequal(
  module: Module,
  built: Built,
  whole: Built,
  compare: (from: DatabaseModel, to: DatabaseModel) => ChangePlan["comparison"],
): void {
  const { changes, unjudged } = compare(built.model, whole.model);
  const [change] = changes;
  const different = change === undefined ? unjudged[0]?.reason : describe(change);
  const [rows] = differingRows(built.rows, whole.rows);
  if (different === undefined && rows === undefined) return;
  throw impossible(
    `built at once ${module.name} is not what its migrations build: ${different ?? `rows of ${rows}`}`,
  );
}

function impossible(why: string, object?: string): TenonError {
  return new TenonError("CHECKPOINT_IMPOSSIBLE", `No checkpoint can be written: ${why}.`, {
    where: { object },
    hint: "Its migrations are applied one after the other, as before; nothing was written.",
  });
}
