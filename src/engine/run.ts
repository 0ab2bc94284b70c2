import type { Connection } from "../connection/index.js";
import type { Dialect, Lock, LockRequest } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Migration, Version } from "../migrations/index.js";
import type { BoundWork } from "./bound-work.js";
import type { Clock } from "./clock.js";
import type { Direction, RunListener } from "./events.js";
import { type History, isSameHistory, readHistory } from "./history.js";
import { hasNothingToDo, type StartContext } from "./nothing-to-do.js";
import { type PlanOptions, planSteps, type Target } from "./plan.js";
import type { PlanInput, PlannedStep } from "./plan-input.js";
import { refuseForbidden } from "./plugin-rules.js";
import { prepareStep } from "./prepare-step.js";
import { cutIntoSegments, oneSegment } from "./segments.js";
import { syncedMigrations } from "./synced-migrations.js";

/** Everything a run works with. */
export interface RunContext extends StartContext {
  readonly dialect: Dialect;
  readonly legacyModule: string | undefined;
  readonly clock: Clock;
  readonly appliedBy: string | null;
  readonly onEvent: RunListener;
  /** What happens together with each run of this context, or not at all. */
  readonly bound?: BoundWork | undefined;
}

export interface RunOptions extends PlanOptions {
  /** One transaction for the whole run, or one for each migration; the dialect's own choice when left out. */
  readonly transaction?: "run" | "each" | undefined;
  /** Milliseconds to wait for another process; without it the wait has no end. */
  readonly lockTimeoutMs?: number | undefined;
  /**
   * Steps that somebody has seen and agreed to: a run that would take any other one is refused, because the journal
   * was changed meanwhile. Steps that are no longer needed are left out.
   */
  readonly agreed?: readonly StepName[] | undefined;
  /** How often a step that met a passing obstacle is tried again. */
  readonly retries?: number | undefined;
}

export interface StepName {
  readonly direction: Direction;
  readonly module: string;
  readonly version: Version;
}

export interface StepResult extends StepName {
  readonly name: string;
  readonly durationMs: number;
}

export interface RunResult {
  readonly steps: readonly StepResult[];
}

const NOTHING: RunResult = { steps: [] };

/** How often a plan is made anew because another process was faster; more means that something is wrong. */
const MOST_PLANS = 100;

/**
 * Brings the database to the target: looks whether there is anything to do (one query), locks, plans, runs each
 * step under its guards, records it, commits and unlocks.
 *
 * @throws TenonError whatever refuses the plan (see `planSteps`), `PLAN_OUTDATED`, `LOCK_TIMEOUT`, `MIGRATION_FAILED`,
 * `VERIFY_FAILED`, `ROWS_LOST`, `OBJECTS_LOST`, `FOREIGN_KEYS_VIOLATED`, `OUTCOME_UNKNOWN` and what the connection throws
 */
export async function run(context: RunContext, target: Target, options: RunOptions = {}): Promise<RunResult> {
  refuseOpenTransaction(context.connection);
  if (context.bound === undefined && (await hasNothingToDo(context, target))) return NOTHING;
  return runPending(context, target, options);
}

/** As `run`, where it is known that the digests differ. */
export async function runPending(
  context: RunContext,
  target: Target,
  options: RunOptions = {},
): Promise<RunResult> {
  refuseOpenTransaction(context.connection);
  const isBound = context.bound !== undefined;
  for (let attempt = 0; attempt < MOST_PLANS; attempt++) {
    const history = await readState(context);
    const planned = planSteps(await planInput(context, history, target), target, options);
    if (planned.length === 0 && history.carryOver === undefined && !isBound) return NOTHING;
    refuseOthers(planned, options.agreed);
    await refuseForbidden(context, planned);
    const result = await runPlanned(context, target, options, { planned, history });
    if (result !== "outdated") return result;
  }
  throw new TenonError("INTERNAL", "The plan was outdated again and again while other processes migrated.", {
    hint: "Stop the other processes, look at `tenon status`, and run again.",
  });
}

/** What is applied and what would run, without writing anything. */
export async function plan(
  context: RunContext,
  target: Target,
  options: PlanOptions = {},
): Promise<{ readonly steps: readonly PlannedStep[]; readonly history: History }> {
  if (await hasNothingToDo(context, target)) return { steps: [], history: { rows: [], journal: "current" } };
  const history = await readState(context);
  const steps = planSteps(await planInput(context, history, target), target, options);
  await refuseForbidden(context, steps);
  for (const step of steps) prepareStep(step, context.dialect);
  return { steps, history };
}

/** Everything that the journal holds. */
export function readState(context: RunContext): Promise<History> {
  return readHistory(context);
}

/**
 * What is defined beside what is applied. For a target the programs of the migrations are loaded that it may run;
 * without one none is.
 */
export async function planInput(context: RunContext, history: History, target?: Target): Promise<PlanInput> {
  const { catalogue, modules } = context;
  const managed = new Set(modules);
  const applied = new Set(history.rows.filter((row) => row.status === "applied").map(keyOf));
  const isNeeded = (migration: Migration): boolean =>
    target !== undefined &&
    managed.has(migration.module) &&
    (target.kind !== "latest" || !applied.has(keyOf(migration)));
  const defined = await catalogue.ordered(history.rows, isNeeded);
  const migrations = [...defined, ...syncedMigrations(history.rows, catalogue.synced)];
  return { migrations, modules, rows: history.rows };
}

/** Runs a plan under the lock; "outdated" when another process changed the journal since it was made. */
async function runPlanned(
  context: RunContext,
  target: Target,
  options: RunOptions,
  { planned, history: known }: { readonly planned: readonly PlannedStep[]; readonly history: History },
): Promise<RunResult | "outdated"> {
  const { dialect, connection, journal } = context;
  const prepared = planned.map((step) => prepareStep(step, dialect));
  const isBound = context.bound !== undefined;
  const mode = isBound ? "run" : (options.transaction ?? dialect.capabilities.defaultTransaction);
  const segments = isBound ? oneSegment(prepared) : cutIntoSegments(prepared, mode);
  const request: LockRequest = {
    journal: journal.address,
    timeoutMs: options.lockTimeoutMs,
    onWait: (holder) => context.onEvent({ kind: "waiting", holder }),
  };
  const needsLock =
    !dialect.capabilities.transactionIsLock || segments.some((each) => each.transaction === "outside");
  // Loaded before the lock is taken, and only when there is something to run.
  const { RunSession } = await import("./run-session.js");
  let lock: Lock | undefined;
  try {
    if (needsLock) lock = await dialect.lock(connection, request);
    const session = new RunSession(context, options, mode, request, prepared.length);
    return await session.run(segments, async () => {
      // Under the lock the journal is read again: another process may have done the work while we waited.
      const history = await readState(context);
      if (isSameHistory(history, known)) return { history, isCurrent: true };
      const again = planSteps(await planInput(context, history, target), target, options);
      const isSame =
        again.length === planned.length && again.every((step, index) => isSameStep(step, planned[index]));
      return { history, isCurrent: isSame };
    });
  } finally {
    await lock?.release();
  }
}

function isSameStep(a: PlannedStep, b: PlannedStep | undefined): boolean {
  return (
    a.direction === b?.direction &&
    a.module === b.module &&
    a.version === b.version &&
    a.row?.progress?.finished === b.row?.progress?.finished
  );
}

/** @throws TenonError `PLAN_OUTDATED` for a step that is not among those that were agreed to */
function refuseOthers(planned: readonly PlannedStep[], agreed: readonly StepName[] | undefined): void {
  if (agreed === undefined) return;
  const nameOf = ({ direction, module, version }: StepName) => `${direction} ${module}@${version}`;
  const known = new Set(agreed.map(nameOf));
  const other = planned.find((step) => !known.has(nameOf(step)));
  if (other === undefined) return;
  const { module, version } = other;
  throw new TenonError(
    "PLAN_OUTDATED",
    `The journal was changed after this plan was made: now ${nameOf(other)} would run, which nobody has seen. Nothing was changed.`,
    { where: { module, version }, hint: "Make the plan again and look at it." },
  );
}

function keyOf(item: { readonly module: string; readonly version: Version }): string {
  return `${item.module}@${item.version}`;
}

function refuseOpenTransaction(connection: Connection): void {
  if (!connection.inTransaction) return;
  throw new TenonError("USAGE", "The connection is in a transaction; a run needs to open its own.", {
    hint: "Commit or roll back before migrating.",
  });
}
