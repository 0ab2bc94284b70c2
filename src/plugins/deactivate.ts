import {
  type History,
  type PluginRecord,
  PluginRecords,
  type RunContext,
  type RunOptions,
  run,
} from "../engine/index.js";
import { TenonError } from "../errors.js";
import { type Module, NO_RULES } from "../modules/index.js";
import { type PluginFacts, readFacts } from "./plugin-facts.js";
import { whoLeaves } from "./requirements.js";

export interface DeactivateRequest {
  readonly name: string;
  /** Takes those along that need it. */
  readonly cascade?: boolean | undefined;
}

/**
 * Marks a plugin, and with `cascade` those that need it, as inactive; their tables and rows stay. Gives the names of
 * those that were in use.
 * @throws TenonError `MODULE_UNKNOWN`, `PLUGIN_NEEDED`
 */
export async function deactivate(
  context: RunContext,
  modules: readonly Module[],
  request: DeactivateRequest,
  options: RunOptions = {},
): Promise<readonly string[]> {
  const { connection, dialect, journal } = context;
  const records = new PluginRecords(connection, dialect, journal);
  let changed: readonly string[] = [];
  let facts = await readFacts(context, modules);
  leavers(request, facts);
  const bound = {
    begin: async (history: History) => {
      facts = await readFacts(context, modules, history);
      changed = leavers(request, facts);
    },
    finish: async () => {
      for (const name of changed) await records.write(restingRecord(context, name, facts, "inactive"));
    },
    fail: async () => undefined,
  };
  await run({ ...context, bound }, { kind: "latest", modules: [] }, options);
  return changed;
}

function leavers(request: DeactivateRequest, facts: PluginFacts): readonly string[] {
  refuseUnknownPlugin(request.name, facts);
  const all = whoLeaves(request.name, facts, "inactive", request);
  return all.filter((name) => facts.isInUse(name) || facts.statusOf(name) === "failed");
}

/** The record of a plugin that is no longer in use. */
export function restingRecord(
  context: RunContext,
  name: string,
  facts: PluginFacts,
  status: "inactive" | "removed",
): PluginRecord {
  const before = facts.records.get(name);
  const module = facts.module(name);
  return {
    plugin: name,
    status,
    error: null,
    rules: module?.rules ?? before?.rules ?? NO_RULES,
    conflictsWith: module?.conflictsWith ?? before?.conflictsWith ?? [],
    version: status === "removed" ? null : (facts.installedVersion(name) ?? null),
    activatedAt: before?.activatedAt ?? null,
    changedAt: context.clock.now().toISOString(),
    changedBy: context.appliedBy,
  };
}

/** @throws TenonError `MODULE_UNKNOWN`, and `USAGE` for a core module */
export function refuseUnknownPlugin(name: string, facts: PluginFacts): void {
  if (facts.module(name)?.kind === "core") throw isCore(name);
  if (facts.isPlugin(name) || facts.appliedOf(name).length > 0) return;
  const known = [...new Set([...facts.records.keys(), ...facts.present])].filter((each) =>
    facts.isPlugin(each),
  );
  throw new TenonError(
    "MODULE_UNKNOWN",
    `There is no plugin ${JSON.stringify(name)}, here or in the database.`,
    {
      where: { module: name },
      hint:
        known.length === 0
          ? "`tenon plugin list` shows the plugins."
          : `Known plugins: ${known.sort().join(", ")}.`,
      details: { known },
    },
  );
}

export function isCore(name: string): TenonError {
  return new TenonError("USAGE", `${name} is a core module, and no plugin.`, {
    where: { module: name },
    hint: "Core modules are applied with `tenon up` and taken back with `tenon down`.",
  });
}
