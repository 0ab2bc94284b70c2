import type { Version } from "../migrations/index.js";
import type { StepReference } from "./events.js";
import type { RunContext, RunOptions, StepResult } from "./run.js";
import { changeJournal, writeStamps } from "./stamp.js";

/** What stands for all migrations of a module up to a version. */
export interface PartToApply {
  readonly module: string;
  readonly version: Version;
  /** What it is called while it runs. */
  readonly name: string;
  /** Builds it; in the transaction of the journal. */
  readonly apply: () => Promise<void>;
}

/**
 * Builds parts in a database that holds nothing, and marks the migrations that they stand for as applied: all in one
 * transaction, under the lock of a run. Whether the database is empty is looked at there; if it is not, nothing is done.
 */
export async function applyToEmpty(
  context: RunContext,
  parts: readonly PartToApply[],
  options: RunOptions,
): Promise<readonly StepResult[]> {
  const { connection, dialect, journal, clock, onEvent } = context;
  await journal.settle();
  if (!(await holdsNothing())) return [];
  return changeJournal(context, options, "declared", async (history) => {
    if (history.rows.length > 0 || !(await holdsNothing())) return [];
    const results: StepResult[] = [];
    let rows = history.rows;
    for (const [index, part] of parts.entries()) {
      const { module, version, name } = part;
      const step: StepReference = {
        direction: "up",
        module,
        version,
        name,
        index: index + 1,
        total: parts.length,
      };
      onEvent({ kind: "step-started", step });
      const started = clock.elapsed();
      await part.apply();
      await writeStamps(context, { ...history, rows }, { module, version });
      rows = await journal.readAll();
      const durationMs = Math.round(clock.elapsed() - started);
      onEvent({ kind: "step-finished", step, durationMs });
      results.push({ direction: "up", module, version, name, durationMs });
    }
    return results;
  });

  async function holdsNothing(): Promise<boolean> {
    const listed = await dialect.listObjects(connection, { definitions: false });
    return listed.every((object) => journal.holds(object) || object.temporary || object.kind === "schema");
  }
}
