import type { ChangePlan } from "../dialects/index.js";
import { checksumOf, type ModuleReference, type Version } from "../migrations/index.js";
import { applyChanges } from "./apply-changes.js";
import type { StepReference } from "./events.js";
import { prepareJournal } from "./history.js";
import type { Journal } from "./journal.js";
import type { JournalRow } from "./journal-row.js";
import { highestApplied, nextVersionOf } from "./module-versions.js";
import { ContainedChanges } from "./plugin-changes.js";
import { type RunContext, readState, type StepResult } from "./run.js";
import { changeJournal, type StampTarget, stampJournal, writeStamps } from "./stamp.js";

/** Changes that are made as one more version of a module, without a migration that somebody wrote. */
export interface VersionToApply {
  readonly module: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly dependsOn: readonly ModuleReference[];
  readonly plan: ChangePlan;
  /** The changes as a script, and what takes them back; undefined when nothing can. */
  readonly upSql: string;
  readonly downSql: string | undefined;
  readonly allowLoss: readonly string[];
  readonly lockTimeoutMs?: number | undefined;
  /** Keeps facts of the caller beside the journal, in the same transaction; `version` is the highest that is applied then. */
  readonly remember: (journal: Journal, version: Version | undefined) => Promise<void>;
}

/**
 * Makes changes under the guards of a migration and writes them into the journal as the module's next version, with
 * their SQL and the SQL that takes them back, all in one transaction. A plan without a change only remembers.
 *
 * @throws TenonError what `applyChanges` throws; `CHANGE_BLOCKED` with `details.outdated` when the database is no
 * longer what the plan was made for
 */
export async function applyVersion(
  context: RunContext,
  request: VersionToApply,
): Promise<StepResult | undefined> {
  const { plan, lockTimeoutMs } = request;
  if (plan.statements.length === 0) {
    await changeJournal(context, { lockTimeoutMs }, "untouched", ({ rows }) =>
      request.remember(context.journal, highestApplied(rows, request.module)),
    );
    return undefined;
  }
  const { connection, dialect, journal, clock, onEvent } = context;
  const started = clock.elapsed();
  const known = nextVersionOf((await readState(context)).rows, request.module);
  const reference: StepReference = {
    direction: "up",
    module: request.module,
    version: known,
    name: request.name,
    index: 1,
    total: 1,
  };
  onEvent({ kind: "step-started", step: reference });
  let written: JournalRow | undefined;
  const plugin = new ContainedChanges(context, reference);
  await applyChanges({
    connection,
    dialect,
    plan,
    journal: journal.address,
    exclude: (await journal.isOurs()) ? journal.patterns : [],
    allowLoss: request.allowLoss,
    lockTimeoutMs,
    place: { module: request.module, version: known },
    contain: (statements) => plugin.open(statements),
    record: async () => {
      const history = await readState(context);
      await prepareJournal(journal, history);
      written = rowOf(context, request, history.rows, Math.round(clock.elapsed() - started));
      await journal.write(written);
      await request.remember(journal, written.version);
      await plugin.keepRules();
      await stampJournal(context);
    },
  }).catch((error: unknown) => {
    throw plugin.failed(error);
  });
  const durationMs = Math.round(clock.elapsed() - started);
  const version = written?.version ?? known;
  onEvent({ kind: "step-finished", step: { ...reference, version }, durationMs });
  return { direction: "up", module: request.module, version, name: request.name, durationMs };
}

function rowOf(
  context: RunContext,
  request: VersionToApply,
  rows: readonly JournalRow[],
  durationMs: number,
): JournalRow {
  return {
    module: request.module,
    version: nextVersionOf(rows, request.module),
    status: "applied",
    sequence: Math.max(0, ...rows.map((row) => row.sequence)) + 1,
    checksum: checksumOf(request.upSql),
    name: request.name,
    description: request.description ?? null,
    appliedAt: context.clock.now().toISOString(),
    appliedBy: context.appliedBy,
    durationMs,
    dependsOn: request.dependsOn,
    progress: null,
    error: null,
    downSql: request.downSql === undefined ? null : [request.downSql],
    upSql: [request.upSql],
  };
}

/** Changes that stand for all migrations of a module up to one: these are marked as applied and do not run. */
export interface ChangesToStamp {
  readonly target: StampTarget;
  readonly plan: ChangePlan;
  readonly lockTimeoutMs?: number | undefined;
}

/** Makes changes under the guards of a migration, and marks the migrations that they stand for, in one transaction. */
export async function applyStamped(context: RunContext, request: ChangesToStamp): Promise<void> {
  const { connection, dialect, journal } = context;
  await journal.settle();
  await applyChanges({
    connection,
    dialect,
    plan: request.plan,
    journal: journal.address,
    exclude: (await journal.isOurs()) ? journal.patterns : [],
    allowLoss: [],
    lockTimeoutMs: request.lockTimeoutMs,
    place: request.target,
    record: async () => {
      const history = await readState(context);
      await prepareJournal(journal, history);
      await writeStamps(context, history, request.target);
      await stampJournal(context);
    },
  });
}
