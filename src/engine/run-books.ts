import { digestsOf } from "./digest.js";
import type { History } from "./history.js";
import type { JournalRow } from "./journal-row.js";
import type { ModuleWatch } from "./module-watch.js";
import type { PlannedStep } from "./plan-input.js";
import type { PreparedStep } from "./prepare-step.js";
import { finishedRow, type RowStamp, unfinishedRow } from "./recorded-row.js";
import type { RunContext } from "./run.js";
import { beginSnapshot } from "./snapshot.js";

/** The journal's rows as a run knows and writes them, and what is written when it ends. */
export class RunBooks {
  readonly #context: RunContext;
  readonly #watch: ModuleWatch;
  /** The journal as it is once everything written so far is committed. */
  readonly #rows = new Map<string, JournalRow>();
  /** Rows of finished steps of the open transaction; written together, since each statement has its price. */
  readonly #unwritten = new Map<string, JournalRow>();
  /** Its name as a text may spell it; a pattern, for a text in small letters would be a copy of every script. */
  #journalName: RegExp | undefined;
  #sequence = 0;

  constructor(context: RunContext, watch: ModuleWatch) {
    this.#context = context;
    this.#watch = watch;
  }

  /** Takes over what was read of the journal. */
  open(history: History): void {
    this.#rows.clear();
    for (const row of history.rows) {
      this.#rows.set(keyOf(row), row);
      this.#sequence = Math.max(this.#sequence, row.sequence);
    }
  }

  rows(): Iterable<JournalRow> {
    return this.#rows.values();
  }

  rowOf(planned: PlannedStep): JournalRow | undefined {
    return this.#rows.get(keyOf(planned));
  }

  /** Knows a row that is written by somebody else. */
  know(row: JournalRow): void {
    this.#rows.set(keyOf(row), row);
  }

  /** Knows a row, and writes it with the next ones that are written. */
  keep(row: JournalRow): void {
    this.#unwritten.set(keyOf(row), row);
    this.know(row);
  }

  async write(row: JournalRow): Promise<void> {
    this.keep(row);
    await this.writeKept();
  }

  async writeKept(): Promise<void> {
    const rows = [...this.#unwritten.values()];
    this.#unwritten.clear();
    await this.#context.journal.writeAll(rows);
  }

  /** Rows that were kept went with a rollback. */
  rolledBack(): void {
    this.#unwritten.clear();
  }

  /** Whether a step could notice that the rows of those before it are not written yet. */
  mayBeReadBy({ planned: { step, migration }, scripts }: PreparedStep): boolean {
    if (step.kind === "code" || migration?.verify?.kind === "code") return true;
    const { table } = this.#context.journal.address;
    this.#journalName ??= new RegExp(table.replaceAll(/[^\w\s]/g, "\\$&"), "i");
    const names = this.#journalName.test.bind(this.#journalName);
    const verify = migration?.verify?.scripts ?? [];
    return (
      scripts.some(({ statements }) => statements.some(({ text }) => names(text))) ||
      verify.some(({ text }) => names(text))
    );
  }

  /**
   * Writes the digests, and the snapshot where the run ends. In one transaction for the run the rows in memory are
   * those of the journal: nobody else can write.
   */
  async close(isEnd: boolean, rows: readonly JournalRow[] = [...this.#rows.values()]): Promise<void> {
    const { connection, dialect, journal, clock } = this.#context;
    await this.#watch.settle(rows);
    // Begun first: it is packed while the rows are written.
    const store = isEnd ? await beginSnapshot({ connection, dialect, journal }) : undefined;
    await this.writeKept();
    const digests = digestsOf(rows.filter((row) => row.status === "applied"));
    await journal.writeDigests(rows.length, digests);
    await store?.({ digests, takenAt: clock.now().toISOString() });
  }

  /** The row of a step that has just finished. */
  finished(step: PreparedStep, durationMs: number): JournalRow {
    return finishedRow(step.planned, this.#stamp(), { durationMs, sequence: ++this.#sequence });
  }

  /** The row of a step that has not, and why. */
  failed(step: PreparedStep, error: string | null): JournalRow {
    return { ...unfinishedRow(step.planned, this.#stamp()), error };
  }

  #stamp(): RowStamp {
    return { appliedAt: this.#context.clock.now().toISOString(), appliedBy: this.#context.appliedBy };
  }
}

function keyOf(row: { readonly module: string; readonly version: string }): string {
  return `${row.module}@${row.version}`;
}
