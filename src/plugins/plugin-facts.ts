import {
  type History,
  type JournalRow,
  type PluginRecord,
  PluginRecords,
  type PluginStatus,
  type RunContext,
  readState,
} from "../engine/index.js";
import { compareVersions, type ModuleReference, type Version } from "../migrations/index.js";
import type { Module } from "../modules/index.js";

/** What the database and the program know of plugins and of the modules beside them, at one moment. */
export class PluginFacts {
  readonly rows: readonly JournalRow[];
  readonly records: ReadonlyMap<string, PluginRecord>;
  readonly #modules: ReadonlyMap<string, Module>;
  readonly #applied: ReadonlyMap<string, readonly JournalRow[]>;

  constructor(
    rows: readonly JournalRow[],
    records: ReadonlyMap<string, PluginRecord>,
    modules: readonly Module[],
  ) {
    this.rows = rows;
    this.records = records;
    this.#modules = new Map(modules.map((module) => [module.name, module]));
    const applied = new Map<string, JournalRow[]>();
    for (const row of rows) {
      if (row.status !== "applied") continue;
      const known = applied.get(row.module);
      if (known === undefined) applied.set(row.module, [row]);
      else known.push(row);
    }
    this.#applied = applied;
  }

  /** The modules that have something applied, in the order of their names. */
  get present(): readonly string[] {
    return [...this.#applied.keys()].sort();
  }

  module(name: string): Module | undefined {
    return this.#modules.get(name);
  }

  /** What of a module is applied. */
  appliedOf(name: string): readonly JournalRow[] {
    return this.#applied.get(name) ?? [];
  }

  installedVersion(name: string): Version | undefined {
    return this.appliedOf(name)
      .map((row) => row.version)
      .reduce<Version | undefined>(
        (top, version) => (top === undefined || compareVersions(version, top) > 0 ? version : top),
        undefined,
      );
  }

  isPlugin(name: string): boolean {
    return this.records.has(name) || this.#modules.get(name)?.kind === "plugin";
  }

  /**
   * What became of a plugin. One that was applied without being activated (`up --module`, or before Tenon kept this)
   * counts as active.
   */
  statusOf(name: string): PluginStatus {
    const record = this.records.get(name);
    const isPresent = this.appliedOf(name).length > 0;
    if (record === undefined || record.status === "removed") {
      return isPresent ? "active" : (record?.status ?? "inactive");
    }
    return record.status;
  }

  /** Whether a plugin is in use, be it with a failed update; or a core module is applied. */
  isInUse(name: string): boolean {
    if (!this.isPlugin(name)) return this.appliedOf(name).length > 0;
    const status = this.statusOf(name);
    return status === "active" || (status === "failed" && this.appliedOf(name).length > 0);
  }

  /** What a module depends on, as its code says, or its journal where the code is gone. */
  needsOf(name: string): readonly ModuleReference[] {
    const own = this.#modules.get(name)?.dependsOn ?? [];
    const recorded = this.appliedOf(name).flatMap((row) => row.dependsOn);
    return [...own, ...recorded].filter((reference) => reference.module !== name);
  }
}

/** Reads the journal, unless that was just done, and the state of all plugins; writes nothing. */
export async function readFacts(
  context: RunContext,
  modules: readonly Module[],
  known?: Pick<History, "rows">,
): Promise<PluginFacts> {
  const { connection, dialect, journal } = context;
  const { rows } = known ?? (await readState(context));
  const records = await new PluginRecords(connection, dialect, journal).read();
  return new PluginFacts(rows, records, modules);
}
