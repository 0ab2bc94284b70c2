import { type Place, TenonError } from "../errors.js";
import { isRepeatable, type Version, VersionOrder } from "../migrations/index.js";
import { digestsOf } from "./digest.js";
import { type DriftItem, findDrift } from "./drift.js";
import { verifyStep } from "./execute-step.js";
import type { JournalRow } from "./journal-row.js";
import { pendingMigrations } from "./plan.js";
import { changedMigrations, type PlanInput, unknownRows } from "./plan-input.js";
import { containVerification } from "./plugin-verification.js";
import { replay } from "./replay.js";
import { planInput, type RunContext, readState } from "./run.js";
import { readBesideSnapshot, readModel, readSnapshot, type Snapshot } from "./snapshot.js";
import { describeModules, type ModuleStatus } from "./status.js";

/** One thing that is not as it should be. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly where: Place;
  readonly hint: string | undefined;
}

/** What a look at the whole database found. */
export interface Validation {
  /** True when there is no problem; pending migrations are not one. */
  readonly valid: boolean;
  readonly problems: readonly Problem[];
  readonly modules: readonly ModuleStatus[];
  readonly needsMigration: boolean;
  /** What the database was compared with; `nothing` when no snapshot was taken since the last change. */
  readonly comparedWith: "snapshot" | "replay" | "nothing";
  readonly drift: readonly DriftItem[];
  readonly missingTables: readonly string[];
  readonly extraTables: readonly string[];
}

export interface ValidateOptions {
  /** Compare with what the migrations build in a scratch database, rather than with the snapshot of the last run. */
  readonly replay?: boolean | undefined;
}

/** Looks at journal, checksums, verify steps, foreign keys and the schema itself; changes nothing. */
export async function validate(context: RunContext, options: ValidateOptions = {}): Promise<Validation> {
  const history = await readState(context);
  // The programs of all applied migrations are loaded, for each may have a verification.
  const input = await planInput(context, history, { kind: "back", count: 0 });
  const { drift, comparedWith } = await compareSchema(context, input, options);
  const problems = [
    ...journalProblems(input),
    ...(await verifyProblems(context, input)),
    ...(await foreignKeyProblems(context)),
    ...drift.map(driftProblem),
  ];
  const tables = (kind: DriftItem["kind"]) =>
    drift.filter((item) => item.kind === kind && item.objectKind === "table").map((item) => item.object);
  return {
    valid: problems.length === 0,
    problems,
    modules: describeModules(input.migrations, input.modules, history.rows),
    needsMigration: pendingMigrations(input).length > 0,
    comparedWith,
    drift,
    missingTables: tables("missing"),
    extraTables: tables("extra"),
  };
}

async function compareSchema(
  context: RunContext,
  input: PlanInput,
  options: ValidateOptions,
): Promise<Pick<Validation, "drift" | "comparedWith">> {
  const { connection, dialect, journal } = context;
  if (options.replay === true) {
    const expected = await replay(context, input);
    const found = await readModel(connection, dialect, journal);
    return { drift: await findDrift(dialect, expected, found), comparedWith: "replay" };
  }
  const snapshot = await snapshotOf(context, input);
  if (snapshot === undefined) return { drift: [], comparedWith: "nothing" };
  const { expected, found } = await readBesideSnapshot(snapshot, context);
  return { drift: await findDrift(dialect, expected, found), comparedWith: "snapshot" };
}

/** A snapshot counts only for the very set of migrations after which it was taken. */
async function snapshotOf(context: RunContext, input: PlanInput): Promise<Snapshot | undefined> {
  const snapshot = await readSnapshot(context.dialect, context.journal);
  const applied = digestsOf(input.rows.filter((row) => row.status === "applied"));
  const isOfNow =
    snapshot !== undefined &&
    snapshot.digests.size === applied.size &&
    [...applied].every(([module, digest]) => snapshot.digests.get(module) === digest);
  return isOfNow ? snapshot : undefined;
}

function driftProblem(item: DriftItem): Problem {
  const kind = `${item.objectKind.charAt(0).toUpperCase()}${item.objectKind.slice(1)}`;
  const told = {
    missing: "is missing",
    extra: "was made by nobody that the journal knows",
    different: "is not as the migrations left it",
  }[item.kind];
  return {
    code: "DRIFT",
    message: `${kind} ${item.object} ${told}.`,
    where: { object: item.object },
    hint: "Undo the change by hand, or write it as a migration; `tenon diff` makes the SQL for either.",
  };
}

function journalProblems(input: PlanInput): Problem[] {
  const modules = new Set(input.modules);
  // A version that failed and was then taken out of the code has left nothing behind.
  const defined = new Set(input.migrations.map(nameOf));
  const failed = input.rows.filter(
    (row) =>
      row.status === "failed" &&
      modules.has(row.module) &&
      (defined.has(nameOf(row)) || row.progress !== null),
  );
  return [
    ...changedMigrations(input).map(({ migration, row }) => ({
      code: "CHECKSUM_MISMATCH",
      message: `Migration ${nameOf(row)} was changed after it was applied.`,
      where: { ...placeOf(row), file: migration.file },
      hint: "`tenon repair` shows the difference and can accept it.",
    })),
    ...unknownRows(input).map((row) => ({
      code: "DATABASE_NEWER",
      message: `${nameOf(row)} is applied and not known to this program.`,
      where: placeOf(row),
      hint: "Use the program that brought it, or roll it back.",
    })),
    ...failed.map((row) => ({
      code: "MIGRATION_FAILED",
      message: `${nameOf(row)} failed when it was last tried: ${row.error ?? "no error was kept"}`,
      where: placeOf(row),
      hint: "Correct the migration and run `tenon up` again.",
    })),
  ];
}

/**
 * Runs the verify steps of what is applied, in a transaction that is rolled back. A later version may have changed
 * what an early verification looks at, so only the newest of a module must still be able to run at all.
 */
async function verifyProblems(context: RunContext, input: PlanInput): Promise<Problem[]> {
  const { connection, dialect } = context;
  const applied = new Set(input.rows.filter((row) => row.status === "applied").map(nameOf));
  const withVerify = input.migrations.filter(
    (each) => each.verify !== undefined && applied.has(nameOf(each)),
  );
  const order = new VersionOrder(input.migrations);
  const newest = new Map<string, Version>();
  for (const row of input.rows) {
    const top = newest.get(row.module);
    if (isRepeatable(row.version)) continue;
    if (row.status === "applied" && (top === undefined || order.compare(row.module, row.version, top) > 0)) {
      newest.set(row.module, row.version);
    }
  }
  const problems: Problem[] = [];
  for (const migration of withVerify) {
    const { module, version, name, up } = migration;
    const planned = { direction: "up" as const, module, version, name, migration, row: undefined, step: up };
    try {
      await connection.transaction(async () => {
        const plugin = await containVerification(context, planned);
        await verifyStep(plugin?.connection ?? connection, dialect, planned, plugin);
        await plugin?.settle();
        throw new RollBack();
      });
    } catch (error) {
      if (error instanceof RollBack) continue;
      if (!(error instanceof TenonError)) throw error;
      const couldNotRun = error.cause !== undefined;
      if (couldNotRun && newest.get(module) !== version) continue;
      problems.push({ code: error.code, message: error.message, where: error.where, hint: error.hint });
    }
  }
  return problems;
}

async function foreignKeyProblems(context: RunContext): Promise<Problem[]> {
  const violations = (await context.dialect.readViolations?.(context.connection)) ?? [];
  return violations.map(({ table, parent, rows }) => ({
    code: "FOREIGN_KEYS_VIOLATED",
    message: `${rows} ${rows === 1 ? "row" : "rows"} of ${table} refer to rows of ${parent} that do not exist.`,
    where: { object: table },
    hint: "Correct or remove these rows; they were written while foreign keys were off.",
  }));
}

/** Ends a transaction that only looked. */
class RollBack extends Error {}

function nameOf(item: { readonly module: string; readonly version: Version }): string {
  return `${item.module}@${item.version}`;
}

function placeOf(row: JournalRow): Place {
  return { module: row.module, version: row.version };
}
