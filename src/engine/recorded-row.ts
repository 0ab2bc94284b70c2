import type { Step } from "../migrations/index.js";
import type { JournalRow } from "./journal-row.js";
import type { PlannedStep } from "./plan-input.js";

/** Who writes a row, and when. */
export interface RowStamp {
  readonly appliedAt: string;
  readonly appliedBy: string | null;
}

/** The row of a step that began and is not (or not yet) finished. */
export function unfinishedRow(planned: PlannedStep, stamp: RowStamp): JournalRow {
  return rowOf(planned, stamp, { status: "failed", sequence: planned.row?.sequence ?? 0, durationMs: null });
}

/** The row of a step that is done. A rollback keeps what was known of the migration when it was applied. */
export function finishedRow(
  planned: PlannedStep,
  stamp: RowStamp,
  result: { readonly durationMs: number | null; readonly sequence: number },
): JournalRow {
  if (planned.direction === "up") return rowOf(planned, stamp, { ...result, status: "applied" });
  const { row } = planned;
  const base = rowOf(planned, stamp, { ...result, status: "rolled_back" });
  return {
    ...base,
    checksum: row?.checksum ?? null,
    downSql: row?.downSql ?? base.downSql,
    upSql: row?.upSql ?? base.upSql,
  };
}

function rowOf(
  { module, version, name, migration, row }: PlannedStep,
  { appliedAt, appliedBy }: RowStamp,
  { status, sequence, durationMs }: Pick<JournalRow, "status" | "sequence" | "durationMs">,
): JournalRow {
  return {
    module,
    version,
    name,
    status,
    sequence,
    checksum: migration?.checksum ?? row?.checksum ?? null,
    description: migration?.description ?? row?.description ?? null,
    appliedAt,
    appliedBy,
    durationMs,
    dependsOn: migration?.dependsOn ?? row?.dependsOn ?? [],
    progress: null,
    error: null,
    downSql: sqlTexts(migration?.down) ?? row?.downSql ?? null,
    upSql: sqlTexts(migration?.up) ?? row?.upSql ?? null,
  };
}

function sqlTexts(step: Step | undefined): readonly string[] | null {
  if (step?.kind !== "sql") return null;
  const texts = step.scripts.map((script) => script.text);
  // Without its file a script can only say by itself that it runs without a transaction.
  return step.transaction === "outside" ? texts.map((text) => `-- tenon: no-transaction\n${text}`) : texts;
}
