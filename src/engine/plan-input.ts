import { isRepeatable, type Migration, type Step, type Version } from "../migrations/index.js";
import type { Direction } from "./events.js";
import type { JournalRow } from "./journal-row.js";

/** One step that a run will take. */
export interface PlannedStep {
  readonly direction: Direction;
  readonly module: string;
  readonly version: Version;
  readonly name: string;
  /** Undefined when the code is gone and the journal's own down SQL is used. */
  readonly migration: Migration | undefined;
  readonly row: JournalRow | undefined;
  /** What runs. */
  readonly step: Step;
}

/** What is defined and what is applied, side by side. */
export interface PlanInput {
  /** All known migrations in the order in which they may run. */
  readonly migrations: readonly Migration[];
  /** The modules that the caller stands for; the journal's other modules are not judged. */
  readonly modules: readonly string[];
  readonly rows: readonly JournalRow[];
}

/** Versions of the caller's modules that are applied and not defined. */
export function unknownRows(input: PlanInput): JournalRow[] {
  const modules = new Set(input.modules);
  const defined = byVersion(input.migrations);
  return input.rows.filter(
    (row) =>
      row.status === "applied" && modules.has(row.module) && !defined.get(row.module)?.has(row.version),
  );
}

/** Whether a row says that a migration has run, as it is now where it runs again whenever it was changed. */
export function isDone(
  row: Pick<JournalRow, "status" | "checksum"> | undefined,
  migration: Pick<Migration, "version" | "checksum">,
): boolean {
  if (row?.status !== "applied") return false;
  return !isRepeatable(migration.version) || row.checksum === migration.checksum;
}

/** Applied migrations whose content is not what was applied; those that then run again are not among them. */
export function changedMigrations(input: PlanInput): { migration: Migration; row: JournalRow }[] {
  const defined = byVersion(input.migrations);
  return input.rows.flatMap((row) => {
    const migration = defined.get(row.module)?.get(row.version);
    return migration !== undefined && isChanged(row, migration) ? [{ migration, row }] : [];
  });
}

/** Whether a row says that something else was applied than what is defined. */
export function isChanged(
  row: Pick<JournalRow, "version" | "status" | "checksum">,
  migration: Pick<Migration, "checksum"> | undefined,
): boolean {
  return (
    row.status === "applied" &&
    migration !== undefined &&
    !isRepeatable(row.version) &&
    row.checksum !== null &&
    row.checksum !== migration.checksum
  );
}

/** Items by module and version. */
export function byVersion<T extends { readonly module: string; readonly version: Version }>(
  items: readonly T[],
): Map<string, Map<Version, T>> {
  const index = new Map<string, Map<Version, T>>();
  for (const item of items) {
    const versions = index.get(item.module);
    if (versions === undefined) index.set(item.module, new Map([[item.version, item]]));
    else versions.set(item.version, item);
  }
  return index;
}
