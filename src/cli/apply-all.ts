import type { MigrateOptions } from "../api/index.js";
import type { RunResult } from "../engine/index.js";
import type { Module } from "../modules/index.js";
import type { Project } from "./project.js";
import type { Terminal } from "./terminal.js";

/**
 * Applies core modules together, then each plugin by itself: one that fails keeps no other from its turn, and its error comes
 * when all is done. Where a core module builds on a plugin they run together, in one order.
 */
export async function applyAll(
  project: Project,
  modules: readonly Module[],
  options: MigrateOptions,
  terminal: Terminal,
): Promise<RunResult> {
  const plugins = new Set(modules.filter(({ kind }) => kind === "plugin").map(({ name }) => name));
  const core = modules.filter(({ kind }) => kind === "core");
  const isMixed = core.some(({ dependsOn }) => dependsOn.some(({ module }) => plugins.has(module)));
  if (plugins.size === 0 || isMixed) return project.manager(modules).migrateToLatest(options);
  const applied = core.length === 0 ? { steps: [] } : await project.manager(core).migrateToLatest(options);
  const { started, failed } = await project.startPlugins(options);
  const [first, ...others] = failed;
  if (first !== undefined) {
    for (const { plugin, error } of others) terminal.warn(`The plugin ${plugin} failed: ${error.message}`);
    throw first.error;
  }
  return { steps: [...applied.steps, ...started.flatMap(({ steps }) => steps)] };
}
