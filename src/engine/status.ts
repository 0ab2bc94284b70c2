import {
  type LayoutName,
  type Migration,
  publicVersion,
  type Version,
  VersionOrder,
} from "../migrations/index.js";
import type { JournalOutcome } from "./journal-row.js";
import { hasNothingToDo } from "./nothing-to-do.js";
import { isChanged, isDone } from "./plan-input.js";
import { type RunContext, readState } from "./run.js";
import { syncedMigrations } from "./synced-migrations.js";
import { writtenLayout } from "./written-layout.js";

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
  /** Whose layout its files have; undefined for modules that have none, or only in the journal. */
  readonly layout: LayoutName | undefined;
}

/**
 * The state of every module that the program or the journal knows. No step of a migration is read for it, and no order between
 * modules is looked for: what is wrong there is told by whoever plans or verifies.
 */
export async function readStatus(context: RunContext): Promise<readonly ModuleStatus[]> {
  const { catalogue, journal, modules } = context;
  if (modules.some((module) => catalogue.synced.has(module))) {
    const { rows } = await readState(context);
    const migrations = [...catalogue.migrations, ...syncedMigrations(rows, catalogue.synced)];
    return describeModules(migrations, modules, rows);
  }
  // Where the digests say that all is applied there is a journal: nobody has to look for one.
  const isThere =
    (await hasNothingToDo(context, { kind: "latest" })) || (await journal.shape()) === "current";
  const rows = isThere ? await journal.readOutcomes() : (await readState(context)).rows;
  return describeModules(catalogue.migrations, modules, rows);
}

/** What the state of a module depends on. */
type Defined = Pick<Migration, "module" | "version" | "checksum" | "orderKey" | "origin" | "file">;

/** The state of every module that is given or that the journal knows, in the order in which they are given; of each the migrations in their order. */
export function describeModules(
  migrations: readonly Defined[],
  modules: readonly string[],
  rows: readonly JournalOutcome[],
): ModuleStatus[] {
  const order = new VersionOrder(migrations);
  const rowsByModule = groupByModule(rows);
  const byModule = groupByModule(migrations);
  const known = new Set(modules);
  const orphans = [...rowsByModule.keys()].filter((module) => !known.has(module)).sort();
  return [...modules, ...orphans].map((module) => {
    const facts = describeOne(module, byModule.get(module) ?? [], rowsByModule.get(module) ?? [], order);
    // What is not managed here is neither pending nor newer than this program.
    const own = known.has(module) ? facts : { ...facts, pending: [], unknown: [] };
    return { ...own, state: stateOf(own, known.has(module)) };
  });
}

type Facts = Omit<ModuleStatus, "state">;

function describeOne(
  module: string,
  migrations: readonly Defined[],
  rows: readonly JournalOutcome[],
  order: VersionOrder,
): Facts {
  const defined = new Map(migrations.map((migration) => [migration.version, migration]));
  const rowOf = new Map(rows.map((row) => [row.version, row]));
  const applied = rows.filter((row) => row.status === "applied");
  const current = order.highest(module, versionsOf(applied));
  const latest = order.highest(module, versionsOf(migrations));
  return {
    module,
    layout: writtenLayout(migrations[0]),
    current,
    latest,
    currentVersion: publicVersion(current ?? "0"),
    latestVersion: publicVersion(latest ?? "0"),
    pending: versionsOf(migrations.filter((migration) => !isDone(rowOf.get(migration.version), migration))),
    applied: applied.length,
    // A version that failed and was then taken out of the code has left nothing behind.
    failed: rows
      .filter((row) => row.status === "failed" && (row.progress !== null || defined.has(row.version)))
      .map(({ version, error }) => ({ version, error: error ?? "" })),
    changed: versionsOf(applied.filter((row) => isChanged(row, defined.get(row.version)))),
    unknown: versionsOf(applied.filter((row) => !defined.has(row.version))),
  };
}

function versionsOf(items: readonly { readonly version: Version }[]): readonly Version[] {
  return items.map(({ version }) => version);
}

function groupByModule<T extends { readonly module: string }>(items: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.module);
    if (group === undefined) groups.set(item.module, [item]);
    else group.push(item);
  }
  return groups;
}

function stateOf(facts: Facts, isKnown: boolean): ModuleState {
  if (!isKnown) return "unknown";
  if (facts.changed.length > 0) return "changed";
  if (facts.unknown.length > 0) return "newer";
  if (facts.failed.length > 0) return "failed";
  return facts.pending.length > 0 ? "pending" : "current";
}
