import { type Version, VersionOrder } from "../migrations/index.js";
import type { Journal } from "./journal.js";
import type { JournalRow } from "./journal-row.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";

/**
 * Keeps where the history of a module ends that was written for another tool. Up to there the guards warn, for that tool ran it
 * without them; what comes after is new, and is refused when it loses something.
 */
export async function markHistory(journal: Journal, module: string, end: Version): Promise<void> {
  await journal.writeState(`${KEY}${module}`, end);
}

/** What stands before the name of a module in the key under which the end of its history is kept. */
const KEY = "history:";

/**
 * The histories of other tools among the modules of a run. Adoption says where such a history ends. Where nothing of a module is
 * in the journal, as in a new database, all that its folder holds when it is first run is history.
 */
export class ForeignHistory {
  readonly #context: RunContext;
  readonly #ends = new Map<string, Version>();
  /** What `tenon adopt` has carried over, as `module@version`. */
  readonly #adopted = new Set<string>();
  readonly #order: VersionOrder;
  #isOpen = false;

  constructor(context: RunContext) {
    this.#order = new VersionOrder(context.catalogue.migrations);
    this.#context = context;
  }

  /** Finds the ends, and marks those that are not known yet; part of the transaction of the first step. */
  async open(rows: Iterable<JournalRow>): Promise<void> {
    if (this.#isOpen) return;
    const { catalogue, journal, modules } = this.#context;
    const foreign = new Set(
      catalogue.migrations.filter(({ origin }) => origin !== undefined).map(({ module }) => module),
    );
    const known = new Set<string>();
    if (foreign.size > 0) for (const row of rows) if (row.status !== "failed") known.add(row.module);
    if (foreign.size > 0) {
      for (const { module, versions } of await journal.readAdopted()) {
        for (const version of versions) this.#adopted.add(`${module}@${version}`);
      }
    }
    for (const module of modules.filter((name) => foreign.has(name))) {
      const kept = await journal.readState(`${KEY}${module}`);
      const end = kept ?? (known.has(module) ? undefined : catalogue.latest.get(module));
      if (end === undefined) continue;
      this.#ends.set(module, end);
      if (kept === undefined) await markHistory(journal, module, end);
    }
    this.#isOpen = true;
  }

  /** What was written may be gone: the next transaction looks again. */
  rolledBack(): void {
    this.#isOpen = false;
    this.#ends.clear();
  }

  /** The step with guards that warn, where it is history. */
  tolerated(step: PreparedStep): PreparedStep {
    const { module, version, migration } = step.planned;
    if (migration?.origin === undefined || !this.#holds(module, version)) return step;
    const { layout } = migration.origin;
    return {
      ...step,
      tolerate: (what) =>
        this.#context.onEvent({
          kind: "warning",
          message: `${module}@${version} ${what}. It belongs to the history that was written for ${layout}, so it runs as it ran there.`,
        }),
    };
  }

  #holds(module: string, version: Version): boolean {
    if (this.#adopted.has(`${module}@${version}`)) return true;
    const end = this.#ends.get(module);
    return end !== undefined && this.#order.compare(module, version, end) <= 0;
  }
}
