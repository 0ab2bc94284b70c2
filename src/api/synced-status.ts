import { type ModuleStatus, nextVersionOf, type RunContext, readState } from "../engine/index.js";
import { TenonError } from "../errors.js";
import { publicVersion } from "../migrations/index.js";
import type { Module } from "../modules/index.js";

/**
 * The states of modules, with those that follow their tables: where the tables ask for something else than what stands, the next version is pending,
 * which is made when they are synced.
 */
export async function withSyncedModules(
  context: RunContext,
  modules: readonly Module[],
  described: readonly ModuleStatus[],
): Promise<readonly ModuleStatus[]> {
  const synced = modules.filter(({ name }) => context.catalogue.synced.has(name));
  if (synced.length === 0) return described;
  const ahead = await modulesAhead(context, synced);
  const { rows } = await readState(context);
  return described.map((status) => {
    if (!ahead.has(status.module)) return status;
    const next = nextVersionOf(rows, status.module);
    return {
      ...status,
      state: status.state === "current" ? "pending" : status.state,
      latest: next,
      latestVersion: publicVersion(next),
      pending: [...status.pending, next],
    };
  });
}

/** Modules whose tables have moved ahead of the database, or the database away from them. */
async function modulesAhead(context: RunContext, synced: readonly Module[]): Promise<ReadonlySet<string>> {
  const { isSynced, planSync } = await import("../autogenerate/index.js");
  const facts = await context.journal.readSynced();
  const ahead = new Set<string>();
  for (const module of synced) {
    if (await isSynced(context, module, facts)) continue;
    try {
      if ((await planSync(context, module)).plan.statements.length > 0) ahead.add(module.name);
    } catch (error) {
      // Whether something was renamed is asked when it is done; that something changed is sure.
      if (!(error instanceof TenonError) || error.code !== "RENAME_AMBIGUOUS") throw error;
      ahead.add(module.name);
    }
  }
  return ahead;
}
