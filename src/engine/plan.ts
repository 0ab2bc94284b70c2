import { TenonError } from "../errors.js";
import { isRepeatable, type Migration, type Step, type Version, VersionOrder } from "../migrations/index.js";
import type { Direction } from "./events.js";
import type { JournalRow } from "./journal-row.js";
import { byVersion, isDone, type PlanInput, type PlannedStep } from "./plan-input.js";
import {
  notReversible,
  refuseChanged,
  refuseDependents,
  refuseOutOfOrder,
  refuseUnknown,
  refuseUnmetDependencies,
} from "./plan-refusals.js";

/** Where a run is to lead. */
export type Target =
  /** Everything that is pending, in all modules or in those named. */
  | { readonly kind: "latest"; readonly modules?: readonly string[] | undefined }
  /** One module at one version, up or down as it needs; "0" takes everything of it back. */
  | {
      readonly kind: "version";
      readonly module: string;
      readonly version: Version;
      /** `down` takes back and never applies, `up` applies and never takes back. */
      readonly only?: Direction | undefined;
    }
  /** Nothing of these modules: everything of them is taken back, the newest first. */
  | {
      readonly kind: "nothing";
      readonly modules: readonly string[];
      /** Scripts that take everything of a module away at once, in place of its own downs. */
      readonly drops?: ReadonlyMap<string, string> | undefined;
    }
  /** Back by this many applied migrations, newest first; of one module, or of all. */
  | { readonly kind: "back"; readonly count: number; readonly module?: string | undefined };

/** What is refused by default and allowed when the caller says so. */
export interface PlanOptions {
  /** Run a version below the highest applied one that was never applied. */
  readonly allowOutOfOrder?: boolean | undefined;
  /** Go on though the journal holds versions that this program does not have. */
  readonly allowUnknown?: boolean | undefined;
}

/**
 * Works out the steps from what is applied to the target. Pending is what is defined and not applied, never
 * "above the highest".
 *
 * @throws TenonError `CHECKSUM_MISMATCH`, `DATABASE_NEWER`, `OUT_OF_ORDER`, `DEPENDENCY_MISSING`, `NOT_REVERSIBLE`,
 * `DEPENDENTS_APPLIED`, `VERSION_UNKNOWN`
 */
export function planSteps(input: PlanInput, target: Target, options: PlanOptions = {}): PlannedStep[] {
  switch (target.kind) {
    case "latest": {
      const modules = new Set(target.modules ?? input.modules);
      refuseChanged(input, modules);
      if (options.allowUnknown !== true) refuseUnknown(input, modules);
      const steps = pendingSteps(input, (migration) => modules.has(migration.module));
      if (options.allowOutOfOrder !== true) refuseOutOfOrder(input, steps);
      refuseUnmetDependencies(input, steps);
      return steps;
    }
    case "version":
      return planToVersion(input, target, options);
    case "nothing": {
      const { modules, drops = new Map() } = target;
      return rollbackSteps(
        input,
        appliedRows(input).filter((row) => modules.includes(row.module)),
        drops,
      );
    }
    case "back": {
      const rows = appliedRows(input)
        .filter((row) =>
          target.module === undefined ? input.modules.includes(row.module) : row.module === target.module,
        )
        .slice(0, target.count);
      return rollbackSteps(input, rows);
    }
  }
}

/** Pending migrations of the caller's modules, in order. */
export function pendingMigrations(input: PlanInput): Migration[] {
  const modules = new Set(input.modules);
  return pendingSteps(input, (migration) => modules.has(migration.module)).flatMap((step) =>
    step.migration === undefined ? [] : [step.migration],
  );
}

function planToVersion(
  input: PlanInput,
  target: Extract<Target, { kind: "version" }>,
  options: PlanOptions,
): PlannedStep[] {
  const { module, version } = target;
  const known =
    version === "0" ||
    input.migrations.some((migration) => migration.module === module && migration.version === version) ||
    input.rows.some((row) => row.module === module && row.version === version && row.status === "applied");
  if (!known) {
    throw new TenonError("VERSION_UNKNOWN", `Module ${module} has no version ${version}.`, {
      where: { module, version },
      hint: "`tenon status` lists the versions of each module.",
    });
  }
  const order = new VersionOrder(input.migrations);
  const above =
    target.only === "up"
      ? []
      : appliedRows(input).filter(
          (row) => row.module === module && order.compare(module, row.version, version) > 0,
        );
  const downs = rollbackSteps(input, above);
  if (target.only === "down") return downs;
  const ups = pendingSteps(
    input,
    (migration) => migration.module === module && order.compare(module, migration.version, version) <= 0,
  );
  if (ups.length > 0) {
    const only = new Set([module]);
    refuseChanged(input, only);
    if (options.allowUnknown !== true) refuseUnknown(input, only, new Set(above));
    if (options.allowOutOfOrder !== true) refuseOutOfOrder(input, ups, new Set(above));
    refuseUnmetDependencies(input, ups);
  }
  return [...downs, ...ups];
}

function pendingSteps(input: PlanInput, isWanted: (migration: Migration) => boolean): PlannedStep[] {
  const rows = byVersion(input.rows);
  return input.migrations.filter(isWanted).flatMap((migration) => {
    const row = rows.get(migration.module)?.get(migration.version);
    if (isDone(row, migration)) return [];
    const { module, version, name, up } = migration;
    return [{ direction: "up" as const, module, version, name, migration, row, step: up }];
  });
}

/** Applied rows, the newest first. What runs again and again has no way back, and stands in no one's. */
function appliedRows(input: PlanInput): JournalRow[] {
  return input.rows
    .filter((row) => row.status === "applied" && !isRepeatable(row.version))
    .sort((a, b) => b.sequence - a.sequence);
}

function rollbackSteps(
  input: PlanInput,
  rows: readonly JournalRow[],
  drops: ReadonlyMap<string, string> = new Map(),
): PlannedStep[] {
  if (rows.length === 0) return [];
  refuseChanged(input, undefined, new Set(rows.filter((row) => !drops.has(row.module))));
  refuseDependents(input, rows);
  const defined = byVersion(input.migrations);
  const steps: PlannedStep[] = [];
  const irreversible: JournalRow[] = [];
  for (const row of rows) {
    const migration = defined.get(row.module)?.get(row.version);
    const drop = drops.get(row.module);
    const step = drop === undefined ? (migration?.down ?? storedDown(row)) : dropStep(drop, row, rows);
    if (step === undefined) irreversible.push(row);
    else {
      const { module, version, name } = row;
      steps.push({ direction: "down", module, version, name, migration, row, step });
    }
  }
  if (irreversible.length > 0) throw notReversible(irreversible);
  return steps;
}

/** The script runs where the module's first step is taken back: by then all that was built on it has gone. */
function dropStep(script: string, row: JournalRow, rows: readonly JournalRow[]): Step {
  const isFirst = rows.findLast((each) => each.module === row.module) === row;
  return { kind: "sql", scripts: isFirst ? [{ text: script }] : [] };
}

function storedDown(row: JournalRow): Step | undefined {
  return row.downSql === null ? undefined : { kind: "sql", scripts: row.downSql.map((text) => ({ text })) };
}
