import {
  type History,
  type PluginRecord,
  PluginRecords,
  type RunContext,
  type RunOptions,
  type RunResult,
  readState,
  run,
} from "../engine/index.js";
import type { TenonError } from "../errors.js";
import { type Module, NO_RULES } from "../modules/index.js";
import { PluginFacts, readFacts } from "./plugin-facts.js";
import { refuseUnmet } from "./requirements.js";

/** What an activation works with: the context manages the plugin alone. */
export interface Activation {
  readonly context: RunContext;
  readonly module: Module;
  /** All modules of the program. */
  readonly modules: readonly Module[];
}

/**
 * Applies what is pending in a plugin and marks it active, in one transaction: all of it or nothing. A migration that
 * fails leaves the plugin marked as failed.
 *
 * @throws TenonError `PLUGIN_CONFLICT`, `DEPENDENCY_MISSING`, and whatever a run throws
 */
export async function activate(activation: Activation, options: RunOptions = {}): Promise<RunResult> {
  const { context, module, modules } = activation;
  const { connection, dialect, journal, catalogue } = context;
  const records = new PluginRecords(connection, dialect, journal);
  // Once before the run plans anything, so that all that is missing is told at once; once more under the lock.
  const known = new PluginFacts((await readState(context)).rows, await records.read(), modules);
  refuseUnmet(module, catalogue.migrations, known);
  let before: PluginRecord | undefined;
  const bound = {
    begin: async (history: History) => {
      const facts = new PluginFacts(history.rows, await records.read(), modules);
      refuseUnmet(module, catalogue.migrations, facts);
      before = facts.records.get(module.name);
    },
    finish: async () => {
      const version = catalogue.latest.get(module.name) ?? null;
      const now = context.clock.now().toISOString();
      const isGoingOn = before?.status === "active";
      const record: PluginRecord = {
        ...recordOf(context, module, now),
        status: "active",
        error: null,
        version,
        activatedAt: isGoingOn ? (before?.activatedAt ?? now) : now,
      };
      if (isGoingOn && before !== undefined && isSame(before, record)) return;
      await records.write(record);
    },
    fail: async (error: TenonError) => records.write(await failedRecord(context, module.name, module, error)),
  };
  return await run({ ...context, bound }, { kind: "latest", modules: [module.name] }, options);
}

/** Whether a plugin is active and everything of it is applied, told by its record and the digests of what is applied. */
export function isActiveAndCurrent(
  { catalogue }: Pick<RunContext, "catalogue">,
  module: Module,
  record: PluginRecord | undefined,
  applied: ReadonlyMap<string, string> | undefined,
): boolean {
  if (record?.status !== "active" || catalogue.synced.has(module.name)) return false;
  const version = catalogue.latest.get(module.name) ?? null;
  const wanted = { ...record, version, rules: module.rules ?? NO_RULES, conflictsWith: module.conflictsWith };
  if (!isSame(record, wanted)) return false;
  return applied !== undefined && applied.get(module.name) === catalogue.digests.get(module.name);
}

/** Marks a plugin as failed, in a transaction of its own. What cannot be written is told as a warning: the first error matters. */
export async function recordFailure(
  context: RunContext,
  name: string,
  module: Module | undefined,
  error: TenonError,
): Promise<void> {
  const { connection, dialect, journal, onEvent } = context;
  const records = new PluginRecords(connection, dialect, journal);
  const bound = {
    begin: async () => undefined,
    finish: async () => records.write(await failedRecord(context, name, module, error)),
    fail: async () => undefined,
  };
  try {
    await run({ ...context, bound }, { kind: "latest", modules: [] });
  } catch (second) {
    onEvent({
      kind: "warning",
      message: `The failure of ${name} could not be recorded: ${second instanceof Error ? second.message : String(second)}`,
    });
  }
}

async function failedRecord(
  context: RunContext,
  name: string,
  module: Module | undefined,
  error: TenonError,
): Promise<PluginRecord> {
  const facts = await readFacts(context, []);
  const before = facts.records.get(name);
  return {
    plugin: name,
    status: "failed",
    error: error.message,
    rules: module?.rules ?? before?.rules ?? NO_RULES,
    conflictsWith: module?.conflictsWith ?? before?.conflictsWith ?? [],
    version: facts.installedVersion(name) ?? null,
    activatedAt: before?.activatedAt ?? null,
    changedAt: context.clock.now().toISOString(),
    changedBy: context.appliedBy,
  };
}

function recordOf(context: RunContext, module: Module, changedAt: string) {
  return {
    plugin: module.name,
    rules: module.rules ?? NO_RULES,
    conflictsWith: module.conflictsWith,
    changedAt,
    changedBy: context.appliedBy,
  };
}

function isSame(a: PluginRecord, b: Omit<PluginRecord, "activatedAt">): boolean {
  const facts = ({ status, version, rules, conflictsWith }: typeof b) =>
    JSON.stringify([status, version, rules, conflictsWith]);
  return facts(a) === facts(b);
}
