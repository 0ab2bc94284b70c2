import type { Migration } from "../migrations/index.js";
import type { AdoptedHistory } from "./adopted-history.js";
import type { History } from "./history.js";
import type { JournalRow } from "./journal-row.js";
import { finishedRow } from "./recorded-row.js";
import type { RunContext, RunOptions } from "./run.js";
import { changeJournal } from "./stamp.js";

/** A history that another tool has kept, matched with the migrations that it is about. */
export interface HistoryToAdopt {
  readonly module: string;
  /** The tool, and its tables with their schema. */
  readonly from: string;
  readonly tables: readonly string[];
  /** What was applied, in the order in which it was. */
  readonly applied: readonly MigrationToAdopt[];
  /** Looks, in the transaction and before anything is written, whether all is still as it was planned. */
  readonly check?: (() => Promise<void>) | undefined;
}

export interface MigrationToAdopt {
  readonly migration: Migration;
  /** UTC, ISO 8601; undefined where the tool did not keep it. */
  readonly appliedAt: string | undefined;
  readonly appliedBy: string | null;
  readonly durationMs: number | null;
}

/**
 * Writes the histories of other tools into the journal, all in one transaction: every migration that the journal does not know
 * yet counts as applied from then on. Their tables are read and never written.
 */
export async function adoptHistory(
  context: RunContext,
  histories: readonly HistoryToAdopt[],
  options: RunOptions = {},
): Promise<readonly Migration[]> {
  await context.journal.settle({ isNew: true });
  return changeJournal(context, options, "declared", async (history) => {
    for (const each of histories) await each.check?.();
    const rows = rowsOf(context, history, histories);
    await context.journal.writeAll(rows.map(({ row }) => row));
    await remember(context, histories);
    return rows.map(({ migration }) => migration);
  });
}

function rowsOf(
  { clock }: RunContext,
  history: History,
  histories: readonly HistoryToAdopt[],
): readonly { readonly migration: Migration; readonly row: JournalRow }[] {
  // A row that is there stays, whatever it says: what was rolled back by Tenon is not applied because another tool's table says so.
  const known = new Set(history.rows.map(({ module, version }) => `${module}@${version}`));
  let sequence = Math.max(0, ...history.rows.map((row) => row.sequence));
  return histories
    .flatMap((each) => each.applied)
    .filter(({ migration }) => !known.has(`${migration.module}@${migration.version}`))
    .map(({ migration, appliedAt, appliedBy, durationMs }) => {
      const { module, version, name, up } = migration;
      const row = finishedRow(
        { direction: "up", module, version, name, migration, row: undefined, step: up },
        { appliedAt: appliedAt ?? clock.now().toISOString(), appliedBy },
        { durationMs, sequence: ++sequence },
      );
      return { migration, row };
    });
}

async function remember({ journal, clock }: RunContext, histories: readonly HistoryToAdopt[]): Promise<void> {
  const adoptedAt = clock.now().toISOString();
  const now = histories.map(
    ({ module, from, tables, applied }): AdoptedHistory => ({
      module,
      from,
      adoptedAt,
      tables,
      versions: applied.map(({ migration }) => migration.version),
    }),
  );
  const replaced = new Set(histories.map(({ module }) => module));
  const others = (await journal.readAdopted()).filter(({ module }) => !replaced.has(module));
  await journal.writeAdopted([...others, ...now]);
}
