import type { ChangePlan } from "../dialects/index.js";
import {
  applyVersion,
  planScript,
  type RunContext,
  readOwners,
  type StepResult,
  type SyncedFacts,
} from "../engine/index.js";
import { TenonError } from "../errors.js";
import { NOTHING_APPLIED, type SourceTables, type Version } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import { describe, parseRenameHint, type RenameAnswers } from "../schema/index.js";
import { planBack } from "./change-texts.js";
import { refuseMissingDependencies } from "./dependencies.js";
import { type DesiredModel, notesOn, readDesiredModel } from "./desired-model.js";
import { keepInexpressible } from "./expressible.js";
import { type OwnedObjects, ownedBy, refuseTaken } from "./owned-objects.js";
import { normaliseDesired } from "./scratch-model.js";
import { decodeSyncState, encodeSyncState, type SyncState } from "./sync-state.js";
import { targetModel } from "./target-model.js";

export interface SyncOptions {
  /** Tables (`users`) and columns (`users.email`) whose data may go. */
  readonly allowLoss?: readonly string[] | undefined;
  /** Renames that are known: `users.name:users.full_name`, `old_table:new_table`, `users.name:` for "dropped". */
  readonly renames?: readonly string[] | undefined;
  /** Answers what is left open; without it an open question is an error. */
  readonly askRename?: RenameAnswers["ask"];
  readonly lockTimeoutMs?: number | undefined;
  /** By module what somebody has seen and agreed to: a sync that would run anything else is refused. */
  readonly agreedStatements?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** What it takes for the database to follow the tables of one module. */
export interface SyncPlan {
  readonly module: string;
  readonly plan: ChangePlan;
  /** The changes as a script; empty when there is nothing to change. */
  readonly upSql: string;
  readonly downSql: string | undefined;
  /** Sentences about what cannot be taken back, or was left out. */
  readonly notes: readonly string[];
  readonly state: Omit<SyncState, "stamp" | "version">;
}

/** How often a sync is planned anew because the database was changed meanwhile. */
const MOST_PLANS = 20;

/**
 * Lets the database follow the tables of a module: what differs is changed under the guards of a migration and written
 * into the journal as the module's next version. When neither tables nor database have changed since the last time, it
 * costs one query.
 *
 * @param facts what one query for several modules has found already
 * @returns the step, or undefined when there was nothing to change
 * @throws TenonError `CHANGE_LOSES_DATA`, `CHANGE_BLOCKED`, `CHANGE_UNSUPPORTED`, `RENAME_AMBIGUOUS`, `OBJECT_TAKEN`, and what
 * the guards of a migration throw; nothing is changed then
 */
export async function syncTables(
  context: RunContext,
  module: Module,
  options: SyncOptions = {},
  facts?: SyncedFacts,
): Promise<StepResult | undefined> {
  return inModule(module, async () => {
    refuseOpenTransaction(context);
    const desired = await desiredOf(context, module);
    const known = facts ?? (await context.journal.readSynced());
    if (isUpToDate(module, desired, known)) return undefined;
    await refuseMissingDependencies(context, module);
    return await syncUntilDone(context, module, desired, options);
  });
}

/** Whether the tables of a module are as they were, and the database too, as far as one query tells. */
export function isSynced(
  context: RunContext,
  module: Module,
  facts: SyncedFacts | undefined,
): Promise<boolean> {
  return inModule(module, async () => isUpToDate(module, await desiredOf(context, module), facts));
}

/** The version that the last sync of a module left, as the query for several modules has found it. */
export function syncedVersion(module: Module, facts: SyncedFacts | undefined): Version {
  return decodeSyncState(facts?.states.get(module.name)).version;
}

/** Works out what a sync would do; writes nothing. */
export async function planSync(
  context: RunContext,
  module: Module,
  options: SyncOptions = {},
): Promise<SyncPlan> {
  return inModule(module, async () => makePlan(context, module, await desiredOf(context, module), options));
}

/** What fails is told with the module that it is about. */
async function inModule<T>(module: Module, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TenonError ? error.at({ module: module.name }) : error;
  }
}

async function syncUntilDone(
  context: RunContext,
  module: Module,
  desired: DesiredModel,
  options: SyncOptions,
): Promise<StepResult | undefined> {
  for (let attempt = 1; ; attempt++) {
    const planned = await makePlan(context, module, desired, options);
    refuseOthers(module, planned, options.agreedStatements);
    try {
      return await apply(context, module, planned, options);
    } catch (error) {
      if (!isOutdated(error) || attempt === MOST_PLANS) throw error;
      // Another process was faster: perhaps it did all there was to do.
      if (isUpToDate(module, desired, await context.journal.readSynced())) return undefined;
    }
  }
}

/** @throws TenonError `PLAN_OUTDATED` when the database or the tables ask for something that nobody has seen */
function refuseOthers(
  module: Module,
  { plan }: SyncPlan,
  agreed: ReadonlyMap<string, readonly string[]> | undefined,
): void {
  if (agreed === undefined || plan.statements.length === 0) return;
  const seen = agreed.get(module.name) ?? [];
  const isSame =
    seen.length === plan.statements.length &&
    plan.statements.every(({ text }, index) => text === seen[index]);
  if (isSame) return;
  throw new TenonError(
    "PLAN_OUTDATED",
    `The database was changed after this plan was made: the tables of ${module.name} now ask for other statements, which nobody has seen. Nothing of ${module.name} was changed.`,
    { where: { module: module.name }, hint: "Make the plan again and look at it." },
  );
}

async function apply(
  context: RunContext,
  module: Module,
  planned: SyncPlan,
  options: SyncOptions,
): Promise<StepResult | undefined> {
  const changes = planned.plan.comparison.changes;
  return applyVersion(context, {
    module: module.name,
    name: "sync",
    description: changes.map(describe).join("; "),
    dependsOn: module.dependsOn,
    plan: planned.plan,
    upSql: planned.upSql,
    downSql: planned.downSql,
    allowLoss: options.allowLoss ?? [],
    lockTimeoutMs: options.lockTimeoutMs,
    remember: async (journal, version = NOTHING_APPLIED) => {
      const stamp = (await journal.readSynced())?.stamp ?? "";
      await journal.writeSynced(module.name, encodeSyncState({ ...planned.state, version, stamp }));
    },
  });
}

async function makePlan(
  context: RunContext,
  module: Module,
  desired: DesiredModel,
  options: SyncOptions,
): Promise<SyncPlan> {
  const { connection, dialect, journal } = context;
  const schema = await dialect.loadSchema();
  const facts = await journal.readSynced();
  const exclude = (await journal.isOurs()) ? journal.patterns : [];
  const current = await schema.introspect(connection, { exclude });
  const own = decodeSyncState(facts?.states.get(module.name)).owned;
  const normalised = await normaliseDesired({ desired, current, dialect, connection });
  const lent = await refuseTaken({
    module: module.name,
    desired: normalised,
    current,
    own,
    others: ownedByOthers(module.name, facts),
    readOwners: () => readOwners(context),
    schema,
  });
  const kept = keepInexpressible(normalised, current, schema, {
    impliedNames: desired.impliedNames,
    keepsSecurity: (table) =>
      !own.secured.some((each) => each.schema === table.schema && each.name === table.name),
  });
  const plan = await schema.planChanges(current, targetModel(current, kept, own, schema), {
    renames: { hints: (options.renames ?? []).map(parseRenameHint), ask: options.askRename },
  });
  const back = plan.statements.length === 0 ? undefined : await planBack(plan.comparison, schema);
  return {
    module: module.name,
    plan,
    upSql: planScript(plan, dialect),
    downSql: back?.plan === undefined ? undefined : planScript(back.plan, dialect),
    notes: [
      ...notesOn(desired, plan.comparison.changes),
      ...(back !== undefined && back.plan === undefined ? [`This cannot be taken back: ${back.reason}`] : []),
    ],
    state: { hash: desired.hash, owned: ownedBy(kept, lent) },
  };
}

/** The model of a module's tables, read once for each connection's engine and place. */
async function desiredOf(context: RunContext, module: Module): Promise<DesiredModel> {
  const { source } = module;
  if (source.kind !== "tables") {
    throw new TenonError(
      "USAGE",
      `${module.name} has migrations; a sync is for modules that have tables alone.`,
      {
        hint: "Apply its migrations, or define it as { tables: { … } } without `migrations`.",
      },
    );
  }
  const { engine } = context.connection;
  const defaultSchema = engine === "postgres" ? await context.journal.homeSchema() : undefined;
  const key = `${engine} ${defaultSchema ?? ""}`;
  const known = READ.get(source.tables)?.get(key);
  if (known !== undefined) return known;
  const desired = await readDesiredModel(source.tables, { engine, defaultSchema });
  const models = READ.get(source.tables) ?? new Map<string, DesiredModel>();
  READ.set(source.tables, models.set(key, desired));
  return desired;
}

/** Tables of a program do not change while it runs. */
const READ = new WeakMap<SourceTables, Map<string, DesiredModel>>();

function isUpToDate(module: Module, desired: DesiredModel, facts: SyncedFacts | undefined): boolean {
  const state = decodeSyncState(facts?.states.get(module.name));
  return facts !== undefined && state.hash === desired.hash && state.stamp === facts.stamp;
}

function ownedByOthers(module: string, facts: SyncedFacts | undefined): ReadonlyMap<string, OwnedObjects> {
  const others = [...(facts?.states ?? [])].filter(([name]) => name !== module);
  return new Map(others.map(([name, value]) => [name, decodeSyncState(value).owned]));
}

function isOutdated(error: unknown): boolean {
  return error instanceof TenonError && error.code === "CHANGE_BLOCKED" && error.details["outdated"] === true;
}

function refuseOpenTransaction({ connection }: RunContext): void {
  if (!connection.inTransaction) return;
  throw new TenonError("USAGE", "The connection is in a transaction; a sync needs to open its own.", {
    hint: "Commit or roll back before the sync.",
  });
}
