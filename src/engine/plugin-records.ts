import type { Connection } from "../connection/index.js";
import type { Dialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Version } from "../migrations/index.js";
import { NO_RULES, type PluginRules } from "../modules/index.js";
import { Companion, type CompanionRow } from "./companion.js";
import type { Journal } from "./journal.js";

/** What a person has decided about a plugin, or what became of it. */
export type PluginStatus = "active" | "inactive" | "removed" | "failed";

/** What the database remembers of a plugin, so that it is known when its code is gone. */
export interface PluginRecord {
  readonly plugin: string;
  readonly status: PluginStatus;
  /** Of a failed one: the message. */
  readonly error: string | null;
  readonly rules: PluginRules;
  readonly conflictsWith: readonly string[];
  /** The highest version that was applied when this was written. */
  readonly version: Version | null;
  /** When it was last activated; UTC, ISO 8601. */
  readonly activatedAt: string | null;
  /** When this was written; UTC, ISO 8601. */
  readonly changedAt: string;
  readonly changedBy: string | null;
}

/** The companion of the journal that holds the state of each plugin. */
export class PluginRecords {
  readonly #table: Companion;
  #isThere = false;

  constructor(connection: Connection, dialect: Dialect, journal: Journal) {
    this.#table = new Companion(connection, dialect, journal.companion("plugins"), COLUMNS);
  }

  /** By name; empty when no plugin was ever activated. */
  async read(): Promise<ReadonlyMap<string, PluginRecord>> {
    const rows = await this.#table.read();
    // It never goes again, so that to have seen it once is enough.
    this.#isThere ||= rows !== undefined;
    return new Map((rows ?? []).map(decode).map((record) => [record.plugin, record]));
  }

  /** Makes the table where it is missing. */
  async write(record: PluginRecord): Promise<void> {
    if (!this.#isThere && (await this.#table.read()) === undefined) await this.#table.create();
    await this.#table.write([encode(record)]);
  }
}

const COLUMNS = [
  { name: "plugin", isKey: true },
  { name: "status" },
  { name: "error", isOptional: true },
  { name: "rules" },
  { name: "conflicts_with" },
  { name: "version", isOptional: true },
  { name: "activated_at", isOptional: true },
  { name: "changed_at" },
  { name: "changed_by", isOptional: true },
] as const;

function encode(record: PluginRecord): CompanionRow {
  return {
    plugin: record.plugin,
    status: record.status,
    error: record.error,
    rules: JSON.stringify(record.rules),
    conflicts_with: JSON.stringify(record.conflictsWith),
    version: record.version,
    activated_at: record.activatedAt,
    changed_at: record.changedAt,
    changed_by: record.changedBy,
  };
}

function decode(row: CompanionRow): PluginRecord {
  const plugin = row["plugin"] ?? "";
  const status = row["status"];
  if (status !== "active" && status !== "inactive" && status !== "removed" && status !== "failed") {
    throw invalid(plugin, `its status is "${status}"`);
  }
  return {
    plugin,
    status,
    error: row["error"] ?? null,
    rules: { ...NO_RULES, ...parse<Partial<PluginRules>>(plugin, row["rules"]) },
    conflictsWith: parse<readonly string[]>(plugin, row["conflicts_with"]),
    version: row["version"] ?? null,
    activatedAt: row["activated_at"] ?? null,
    changedAt: row["changed_at"] ?? "",
    changedBy: row["changed_by"] ?? null,
  };
}

function parse<T>(plugin: string, value: string | null | undefined): T {
  try {
    return JSON.parse(value ?? "");
  } catch (cause) {
    throw invalid(plugin, "it holds what is no JSON", cause);
  }
}

function invalid(plugin: string, why: string, cause?: unknown): TenonError {
  return new TenonError(
    "JOURNAL_INVALID",
    `The record of the plugin ${plugin} cannot be understood: ${why}.`,
    {
      where: { module: plugin },
      hint: "It is written by Tenon alone. Restore it from a backup, or correct the value by hand.",
      cause,
    },
  );
}
