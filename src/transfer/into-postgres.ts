import type { Connection } from "../connection/index.js";
import type { SchemaDialect } from "../dialects/index.js";
import { type DatabaseModel, type ObjectName, signatureOf } from "../schema/index.js";
import type { TransferListener } from "./events.js";
import { findFilled, placeKey } from "./find-filled.js";
import type { OwnSequence } from "./last-numbers.js";
import { type LoadedTable, loadTables, type TableToLoad } from "./load.js";
import { NotAsPresumed } from "./not-as-presumed.js";
import { finishPostgres, merged } from "./postgres-finish.js";
import { buildKeyIndexes } from "./postgres-keys.js";
import { bringOwnSequences, bringSequences, type LastNumber } from "./postgres-sequences.js";
import { type EarlierTransfer, PostgresStaging } from "./postgres-staging.js";
import type { Source } from "./source.js";
import type { TablePlan } from "./table-plan.js";
import { lockTransfers, unlockTransfers } from "./transfer-lock.js";

export interface IntoRequest {
  readonly source: Source;
  readonly connection: Connection;
  readonly schema: SchemaDialect;
  readonly tables: readonly TableToLoad[];
  /** What the target is to look like, as its engine tells it. */
  readonly wanted: DatabaseModel;
  readonly fingerprint: string;
  readonly earlier: EarlierTransfer;
  readonly jobs: number;
  readonly listener: TransferListener;
  readonly lastNumber: LastNumber;
  /** PostgreSQL: sequences that number no column. */
  readonly sequences: readonly OwnSequence[];
  /** Compares what was loaded with the source, before anybody can see it; throws when it differs. */
  readonly prove: (loaded: readonly LoadedTable[], at: (plan: TablePlan) => ObjectName) => Promise<void>;
  /** Looks at everything in its place, in the transaction that makes it visible; throws when something is wrong. */
  readonly proveFinished: (connection: Connection) => Promise<void>;
}

/** Loads tables into PostgreSQL unseen, compares them with the source, and makes them visible at once. */
export async function intoPostgres(request: IntoRequest): Promise<readonly LoadedTable[]> {
  const { connection } = request;
  await lockTransfers(connection);
  try {
    return await loadAndFinish(request);
  } finally {
    // A session that is over has no lock any more.
    await unlockTransfers(connection).catch(() => {});
  }
}

async function loadAndFinish(request: IntoRequest): Promise<readonly LoadedTable[]> {
  const { source, connection, schema, tables, wanted, jobs, listener } = request;
  const plans = tables.map(({ plan }) => plan);
  const current = await schema.introspect(connection);
  const places = new Set(
    (
      await findFilled(
        connection,
        current,
        plans.map(({ target }) => target),
      )
    ).map(placeKey),
  );
  const filled = new Set(plans.filter(({ target }) => places.has(placeKey(target))));
  const staging = await PostgresStaging.open({
    connection,
    schema,
    plans,
    before: await statementsBefore(schema, current, wanted),
    fingerprint: request.fingerprint,
    earlier: request.earlier,
  });
  try {
    listener({ kind: "phase", phase: "load" });
    const loaded = await loadTables({ source, target: staging, tables, jobs, listener }).catch(
      async (error: unknown) => {
        if (error instanceof NotAsPresumed) await staging.drop();
        throw error;
      },
    );
    listener({ kind: "phase", phase: "prove" });
    await together(
      request.prove(loaded, (plan) => staging.at(plan)),
      buildKeysBeside(staging, plans, filled),
    );
    listener({ kind: "phase", phase: "finish" });
    await finishPostgres({
      staging,
      schema,
      plans,
      wanted,
      filled,
      rejected: loaded.reduce((sum, each) => sum + each.rejected, 0),
      beforeCommit: async () => {
        await bringSequences(connection, plans, request.lastNumber);
        await bringOwnSequences(connection, request.sequences);
        await request.proveFinished(connection);
      },
      listener,
    });
    return loaded;
  } finally {
    await staging.closeWriters();
  }
}

/** In another session, where there is one: a core that compares does not build. */
async function buildKeysBeside(
  staging: PostgresStaging,
  plans: readonly TablePlan[],
  filled: ReadonlySet<TablePlan>,
): Promise<void> {
  if (staging.second === undefined) return;
  const made = plans.filter((plan) => !filled.has(plan));
  await buildKeyIndexes(
    staging.second,
    made.map((plan) => ({ plan, at: staging.at(plan) })),
  );
}

/** Waits for all work, and throws what the first of it threw. */
async function together(...works: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(works);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** What columns need: extensions, types, and the functions by which some are computed. A table cannot be made without them. */
async function statementsBefore(
  schema: SchemaDialect,
  current: DatabaseModel,
  wanted: DatabaseModel,
): Promise<readonly string[]> {
  const { extensions, types, schemas, routines } = merged(current, wanted, []);
  const needed = new Set(
    wanted.tables
      .filter(({ columns }) => columns.some((column) => column.generated !== undefined))
      .flatMap(({ dependsOn = [] }) => dependsOn.filter(({ kind }) => kind === "routine"))
      .map(({ schema: home, name }) => JSON.stringify([home, name])),
  );
  const computing = routines.filter((each) => needed.has(JSON.stringify([each.schema, signatureOf(each)])));
  const before = { ...current, schemas, extensions, types };
  const { statements } = await schema.planChanges(current, {
    ...before,
    routines: [...current.routines, ...computing.filter((each) => !current.routines.includes(each))],
  });
  return statements.map(({ text }) => text);
}
