import type { CutTable } from "./chunk.js";
import type { TransferListener } from "./events.js";
import type { RowSums } from "./proof/index.js";
import type { Source } from "./source.js";
import { type Loaded, type Target, type Task, taskKey, type Writer } from "./target.js";

/** A table with what is to be done to load it. */
export interface TableToLoad extends Omit<Task, "chunk"> {
  readonly cut: CutTable;
}

/** What was loaded of a table, in this run and before. */
export interface LoadedTable extends Loaded {
  readonly table: TableToLoad;
  readonly durationMs: number;
  /** What its rows came to as they were read; undefined where some were read before, or the proof has to read them itself. */
  readonly read: RowSums | undefined;
}

export interface LoadRequest {
  readonly source: Source;
  readonly target: Target;
  readonly tables: readonly TableToLoad[];
  readonly jobs: number;
  readonly listener: TransferListener;
}

/** Loads all chunks that are not done yet, several at a time; after a failure nothing new is begun. */
export async function loadTables(request: LoadRequest): Promise<readonly LoadedTable[]> {
  const { source, target, tables, jobs } = request;
  const state = new LoadState(request);
  const tasks = tables.flatMap((table) =>
    table.cut.chunks
      .filter((chunk) => !target.done.has(taskKey(table.plan, chunk)))
      .map((chunk) => ({ table, task: { ...table, chunk } })),
  );
  const writers = await target.writers(Math.max(1, Math.min(jobs, source.readers, tasks.length)));
  let failure: { readonly thrown: unknown } | undefined;
  const work = async (writer: Writer): Promise<void> => {
    for (;;) {
      const next = failure === undefined ? tasks.shift() : undefined;
      if (next === undefined) return;
      try {
        state.begin(next.table);
        state.add(next.table, await writer.load(source, next.task));
      } catch (thrown) {
        failure ??= { thrown };
      }
    }
  };
  await Promise.all(writers.map(work));
  if (failure !== undefined) throw failure.thrown;
  return tables.map((table) => state.result(table));
}

interface Counts {
  rows: number;
  rejected: number;
  chunksLeft: number;
  startedAt: number;
  endedAt: number;
}

class LoadState {
  readonly #counts = new Map<TableToLoad, Counts>();
  readonly #resumed = new Set<TableToLoad>();
  readonly #listener: TransferListener;
  readonly #startedAt = performance.now();
  readonly #ofAll: number;
  #before = 0;

  constructor({ tables, target, listener }: LoadRequest) {
    this.#listener = listener;
    this.#ofAll = sum(tables.map((table) => table.cut.rows));
    let chunks = 0;
    for (const table of tables) {
      const done = table.cut.chunks.flatMap((chunk) => target.done.get(taskKey(table.plan, chunk)) ?? []);
      chunks += done.length;
      if (done.length > 0) this.#resumed.add(table);
      const rows = sum(done.map((each) => each.rows));
      const rejected = sum(done.map((each) => each.rejected));
      this.#before += rows;
      const chunksLeft = table.cut.chunks.length - done.length;
      this.#counts.set(table, { rows, rejected, chunksLeft, startedAt: 0, endedAt: 0 });
    }
    if (chunks > 0) listener({ kind: "resumed", chunks, rows: this.#before });
  }

  begin(table: TableToLoad): void {
    const counts = this.#counts.get(table);
    if (counts !== undefined && counts.startedAt === 0) counts.startedAt = performance.now();
  }

  add(table: TableToLoad, loaded: Loaded): void {
    const counts = this.#counts.get(table);
    if (counts === undefined) return;
    counts.rows += loaded.rows;
    counts.rejected += loaded.rejected;
    counts.chunksLeft--;
    counts.endedAt = performance.now();
    const allRows = sum([...this.#counts.values()].map((each) => each.rows));
    const seconds = (counts.endedAt - this.#startedAt) / 1000;
    const rate = seconds > 0.05 ? (allRows - this.#before) / seconds : 0;
    this.#listener({
      kind: counts.chunksLeft === 0 ? "table-loaded" : "rows",
      progress: {
        table: table.plan.target.name,
        rows: counts.rows,
        of: table.cut.rows,
        allRows,
        ofAll: this.#ofAll,
        rate: Math.round(rate),
        secondsLeft: rate > 0 ? Math.max(0, (this.#ofAll - allRows) / rate) : undefined,
      },
    });
  }

  result(table: TableToLoad): LoadedTable {
    const { rows, rejected, startedAt, endedAt } = this.#counts.get(table) ?? EMPTY;
    const read = this.#resumed.has(table) ? undefined : table.sums;
    return { table, rows, rejected, durationMs: Math.round(endedAt - startedAt), read };
  }
}

const EMPTY: Counts = { rows: 0, rejected: 0, chunksLeft: 0, startedAt: 0, endedAt: 0 };

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
