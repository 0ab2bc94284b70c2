import { publicVersion, type Version, VersionOrder } from "../migrations/index.js";
import type { History } from "./history.js";
import type { JournalRow } from "./journal-row.js";
import { pendingMigrations } from "./plan.js";
import { changedMigrations, type PlanInput, unknownRows } from "./plan-input.js";
import { planInput, type RunContext, readState } from "./run.js";

/** What one word says about a module. */
export type ModuleState =
  /** Everything defined is applied. */
  | "current"
  | "pending"
  /** The last try of a migration failed. */
  | "failed"
  /** An applied migration was changed since. */
  | "changed"
  /** Versions are applied that this program does not have. */
  | "newer"
  /** The journal knows the module and this program does not. */
  | "unknown";

export interface ModuleStatus {
  readonly module: string;
  readonly state: ModuleState;
  /** The highest applied version; undefined when nothing is applied. */
  readonly current: Version | undefined;
  /** The highest defined version; undefined when nothing is defined. */
  readonly latest: Version | undefined;
  /** The same for programs: a number while it is an exact one, 0 for none. */
  readonly currentVersion: number | string;
  readonly latestVersion: number | string;
  readonly pending: readonly Version[];
  readonly applied: number;
  readonly failed: readonly { readonly version: Version; readonly error: string }[];
  readonly changed: readonly Version[];
  readonly unknown: readonly Version[];
}

/** The state of every module that the program or the journal knows. */
export async function readStatus(context: RunContext): Promise<readonly ModuleStatus[]> {
  const history = await readState(context);
  return describeModules(await planInput(context, history), history);
}

/** The state of every module that the program or the journal knows, in the order in which they are given. */
export function describeModules(input: PlanInput, history: History): ModuleStatus[] {
  const all: PlanInput = { ...input, rows: history.rows };
  const known = new Set(input.modules);
  const order = new VersionOrder(input.migrations);
  const orphans = [...new Set(history.rows.map((row) => row.module))]
    .filter((module) => !known.has(module))
    .sort();
  const changed = changedMigrations(all);
  const unknown = unknownRows(all);
  const pending = pendingMigrations(all);
  const defined = new Set(input.migrations.map(({ module, version }) => `${module}@${version}`));
  // A version that failed and was then taken out of the code has left nothing behind.
  const isStillDefined = ({ module, version, progress }: JournalRow) =>
    progress !== null || defined.has(`${module}@${version}`);
  return [...input.modules, ...orphans].map((module) => {
    const rows = history.rows.filter((row) => row.module === module);
    const applied = rows.filter((row) => row.status === "applied");
    const failed = rows.filter((row) => row.status === "failed" && isStillDefined(row));
    const current = order.highest(
      module,
      applied.map((row) => row.version),
    );
    const latest = order.highest(
      module,
      input.migrations.filter((each) => each.module === module).map((each) => each.version),
    );
    const facts = {
      module,
      current,
      latest,
      currentVersion: publicVersion(current ?? "0"),
      latestVersion: publicVersion(latest ?? "0"),
      pending: pending.filter((each) => each.module === module).map((each) => each.version),
      applied: applied.length,
      failed: failed.map((row) => ({ version: row.version, error: row.error ?? "" })),
      changed: changed.filter((each) => each.row.module === module).map((each) => each.row.version),
      unknown: unknown.filter((row) => row.module === module).map((row) => row.version),
    };
    return { ...facts, state: stateOf(facts, known.has(module)) };
  });
}

function stateOf(facts: Omit<ModuleStatus, "state">, isKnown: boolean): ModuleState {
  if (!isKnown) return "unknown";
  if (facts.changed.length > 0) return "changed";
  if (facts.unknown.length > 0) return "newer";
  if (facts.failed.length > 0) return "failed";
  return facts.pending.length > 0 ? "pending" : "current";
}
