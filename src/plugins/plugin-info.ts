import type { PluginStatus, RunContext } from "../engine/index.js";
import { compareVersions, describeReference, type Migration, publicVersion } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { PluginFacts } from "./plugin-facts.js";
import { ownedBy, type RemovedTable, tablesOf } from "./removal.js";
import { dependentsOn } from "./requirements.js";

/** One plugin in a line. */
export interface PluginSummary {
  readonly name: string;
  /** `active`, `inactive` (its tables, if it has any, are kept), `removed` or `failed`. */
  readonly status: PluginStatus;
  /** What went wrong, of one that failed; or what is wrong with its code. */
  readonly error: string | null;
  /** The highest version that is applied; 0 for none. */
  readonly installedVersion: number | string;
  /** The highest version that its code has; null where there is no code, or none that can be read. */
  readonly availableVersion: number | string | null;
  /** Versions that an activation would apply. */
  readonly pending: readonly (number | string)[];
  readonly dependsOn: readonly string[];
  readonly conflictsWith: readonly string[];
  /** Modules that have something applied which depends on it. */
  readonly neededBy: readonly string[];
  /** When it was last activated, and when its state last changed: UTC, ISO 8601. */
  readonly activatedAt: string | null;
  readonly changedAt: string | null;
  readonly changedBy: string | null;
}

/** All that is known of one plugin. */
export interface PluginInfo extends PluginSummary {
  readonly tables: readonly RemovedTable[];
  readonly rows: number;
  /** Of its tables and their indexes; null where the engine does not tell. */
  readonly bytes: number | null;
}

/** What the code of a plugin brings, as far as it can be read. */
export interface PluginCode {
  readonly module: Module;
  readonly migrations: readonly Migration[];
  /** Why its migrations cannot be read. */
  readonly problem: string | undefined;
}

export function summarise(name: string, code: PluginCode | undefined, facts: PluginFacts): PluginSummary {
  const record = facts.records.get(name);
  const applied = new Set(facts.appliedOf(name).map((row) => row.version));
  const defined = [...(code?.migrations ?? [])].map(({ version }) => version).sort(compareVersions);
  const references = [...facts.needsOf(name), ...(code?.migrations ?? []).flatMap((each) => each.dependsOn)];
  const { plugins, core } = dependentsOn(name, facts, "removed");
  const isReadable = code !== undefined && code.problem === undefined;
  return {
    name,
    status: facts.statusOf(name),
    error: record?.status === "failed" ? (record.error ?? null) : (code?.problem ?? null),
    installedVersion: publicVersion(facts.installedVersion(name) ?? "0"),
    availableVersion: isReadable ? publicVersion(defined.at(-1) ?? "0") : null,
    pending: defined.filter((version) => !applied.has(version)).map(publicVersion),
    dependsOn: [...new Set(references.filter(({ module }) => module !== name).map(describeReference))].sort(),
    conflictsWith: code?.module.conflictsWith ?? record?.conflictsWith ?? [],
    neededBy: [...core, ...plugins].sort(),
    activatedAt: record?.activatedAt ?? null,
    changedAt: record?.changedAt ?? null,
    changedBy: record?.changedBy ?? null,
  };
}

export async function withTables(context: RunContext, summary: PluginSummary): Promise<PluginInfo> {
  const stored = await tablesOf(context, await ownedBy(context, summary.name));
  const tables = stored.map(({ schema, name, rows, bytes }) => ({ schema, name, rows, bytes }));
  const isTold = tables.every((table) => table.bytes !== undefined);
  return {
    ...summary,
    tables,
    rows: tables.reduce((sum, table) => sum + table.rows, 0),
    bytes: isTold ? tables.reduce((sum, table) => sum + (table.bytes ?? 0), 0) : null,
  };
}
