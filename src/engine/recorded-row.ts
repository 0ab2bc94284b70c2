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
  const { module, version, name, migration, row } = planned;
  return {
    module,
    version,
    name,
    status: "failed",
    sequence: row?.sequence ?? 0,
    checksum: migration?.checksum ?? row?.checksum ?? null,
    description: migration?.description ?? row?.description ?? null,
    ...stamp,
    durationMs: null,
    dependsOn: migration?.dependsOn ?? row?.dependsOn ?? [],
    progress: null,
    error: null,
    downSql: sqlTexts(migration?.down) ?? row?.downSql ?? null,
    upSql: sqlTexts(migration?.up) ?? row?.upSql ?? null,
  };
}

/** The row of a step that is done. A rollback keeps what was known of the migration when it was applied. */
export function finishedRow(
  planned: PlannedStep,
  stamp: RowStamp,
  result: { readonly durationMs: number | null; readonly sequence: number },
): JournalRow {
  const base = { ...unfinishedRow(planned, stamp), ...result };
  if (planned.direction === "up") return { ...base, status: "applied" };
  const { row } = planned;
  return {
    ...base,
    status: "rolled_back",
    checksum: row?.checksum ?? null,
    downSql: row?.downSql ?? base.downSql,
    upSql: row?.upSql ?? base.upSql,
  };
}

function sqlTexts(step: Step | undefined): readonly string[] | null {
  if (step?.kind !== "sql") return null;
  const texts = step.scripts.map((script) => script.text);
  // Without its file a script can only say by itself that it runs without a transaction.
  return step.transaction === "outside" ? texts.map((text) => `-- tenon: no-transaction\n${text}`) : texts;
}
