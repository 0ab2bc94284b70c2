import { TenonError } from "../errors.js";
import { isRepeatable, type Version, VersionOrder } from "../migrations/index.js";
import type { JournalRow } from "./journal-row.js";
import { changedMigrations, type PlanInput, type PlannedStep, unknownRows } from "./plan-input.js";

/**
 * A rollback is refused while something applied depends on it: a reference to that version or a later one, or, for
 * a dependency on the whole module, a migration that ran after it (it may use what it made).
 */
export function refuseDependents(input: PlanInput, rows: readonly JournalRow[]): void {
  const leaving = new Set(rows);
  const order = new VersionOrder(input.migrations);
  const dependents = new Map<string, string>();
  for (const row of input.rows) {
    if (row.status !== "applied" || leaving.has(row)) continue;
    for (const reference of row.dependsOn) {
      if (reference.module === row.module) continue;
      const needed = rows.find(
        (gone) =>
          gone.module === reference.module &&
          (reference.version === undefined
            ? row.sequence > gone.sequence
            : order.compare(gone.module, reference.version, gone.version) >= 0),
      );
      if (needed !== undefined)
        dependents.set(`${row.module}@${row.version}`, `${needed.module}@${needed.version}`);
    }
  }
  if (dependents.size === 0) return;
  const [[dependent, needed] = ["", ""]] = dependents;
  const [module, version] = needed.split("@");
  throw new TenonError(
    "DEPENDENTS_APPLIED",
    `${needed} cannot be rolled back while ${[...dependents.keys()].join(", ")} ${dependents.size === 1 ? "depends" : "depend"} on it. Nothing was changed.`,
    {
      where: { module, version },
      hint: `Roll back ${dependent.split("@")[0]} first.`,
      details: { dependents: [...dependents.keys()] },
    },
  );
}

export function refuseChanged(
  input: PlanInput,
  modules: ReadonlySet<string> | undefined,
  rows?: ReadonlySet<JournalRow>,
): void {
  const changed = changedMigrations(input).filter(
    ({ row }) => (modules?.has(row.module) ?? true) && (rows?.has(row) ?? true),
  );
  const [first] = changed;
  if (first === undefined) return;
  const { migration, row } = first;
  const others = changed.length > 1 ? ` So were ${changed.length - 1} more.` : "";
  throw new TenonError(
    "CHECKSUM_MISMATCH",
    `Migration ${row.module}@${row.version} was changed after it was applied.${others} ` +
      `${migration.file ?? "Its definition"} has checksum ${shortHash(migration.checksum)}, the journal has ${shortHash(row.checksum ?? "")}.`,
    {
      where: { module: row.module, version: row.version, file: migration.file },
      hint: "Restore it as it was, or write the change as a new migration. If the database is right as it is, look at the difference and accept it with `tenon repair`.",
      details: {
        changed: changed.map((each) => `${each.row.module}@${each.row.version}`),
        applied: row.checksum,
        defined: migration.checksum,
      },
    },
  );
}

export function refuseUnknown(
  input: PlanInput,
  modules: ReadonlySet<string>,
  leaving: ReadonlySet<JournalRow> = new Set(),
): void {
  const unknown = unknownRows(input).filter((row) => modules.has(row.module) && !leaving.has(row));
  const [first] = unknown;
  if (first === undefined) return;
  const names = unknown.map((row) => `${row.module}@${row.version}`);
  throw new TenonError(
    "DATABASE_NEWER",
    `The database is newer than this program: ${names.join(", ")} ${names.length === 1 ? "is" : "are"} applied and not known here.`,
    {
      where: { module: first.module, version: first.version },
      hint: "Use the program that brought these versions, roll them back (their down SQL is kept in the journal), or go on without them with --allow-unknown.",
      details: { versions: names },
    },
  );
}

export function refuseOutOfOrder(
  input: PlanInput,
  steps: readonly PlannedStep[],
  leaving: ReadonlySet<JournalRow> = new Set(),
): void {
  const order = new VersionOrder(input.migrations);
  const highest = new Map<string, Version>();
  for (const row of input.rows) {
    if (row.status !== "applied" || leaving.has(row) || isRepeatable(row.version)) continue;
    const known = highest.get(row.module);
    if (known === undefined || order.compare(row.module, row.version, known) > 0)
      highest.set(row.module, row.version);
  }
  const late = steps.filter((step) => {
    const top = highest.get(step.module);
    return top !== undefined && order.compare(step.module, step.version, top) < 0;
  });
  const [first] = late;
  if (first === undefined) return;
  const names = late.map((step) => `${step.module}@${step.version}`);
  throw new TenonError(
    "OUT_OF_ORDER",
    `${names.join(", ")} ${names.length === 1 ? "was" : "were"} never applied, though ${first.module}@${highest.get(first.module)} is.`,
    {
      where: { module: first.module, version: first.version, file: first.migration?.file },
      hint: "Give it a version above the highest, or, if it does not depend on what came after, run it with --allow-out-of-order.",
      details: { versions: names },
    },
  );
}

/** Nothing is pulled in silently: what another module must bring first is named. */
export function refuseUnmetDependencies(input: PlanInput, steps: readonly PlannedStep[]): void {
  const present = new Map<string, Version[]>();
  const add = (module: string, version: Version) => {
    const versions = present.get(module);
    if (versions === undefined) present.set(module, [version]);
    else versions.push(version);
  };
  for (const row of input.rows) if (row.status === "applied") add(row.module, row.version);
  for (const step of steps) add(step.module, step.version);
  for (const step of steps) {
    for (const { module, version } of step.migration?.dependsOn ?? []) {
      const versions = present.get(module) ?? [];
      // A module without migrations has nothing that could be missing; one that nobody knows was refused before.
      const isEmpty = !input.migrations.some((migration) => migration.module === module);
      const isMet = version === undefined ? versions.length > 0 || isEmpty : versions.includes(version);
      if (isMet) continue;
      const needed = version === undefined ? module : `${module}@${version}`;
      throw new TenonError(
        "DEPENDENCY_MISSING",
        `${step.module}@${step.version} depends on ${needed}, which is not applied and not part of this run.`,
        {
          where: { module: step.module, version: step.version, file: step.migration?.file },
          hint: `Apply ${module} first, or run all modules together.`,
        },
      );
    }
  }
}

export function notReversible(rows: readonly JournalRow[]): TenonError {
  const names = rows.map((row) => `${row.module}@${row.version}`);
  const [first] = rows;
  return new TenonError(
    "NOT_REVERSIBLE",
    `${names.join(", ")} cannot be rolled back: there is no down step, in the code or in the journal. Nothing was changed.`,
    {
      where: { module: first?.module, version: first?.version },
      hint: "Write a down step (for files: the same name with `_rollback.sql`), or undo the change in a new migration.",
      details: { versions: names },
    },
  );
}

function shortHash(checksum: string): string {
  return checksum.length > 12 ? `${checksum.slice(0, 12)}…` : checksum;
}
