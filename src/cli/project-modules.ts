import { loadPlugin, SchemaRegistry, withHostRules } from "../api/index.js";
import type { Settings } from "../config/index.js";
import type { EngineName } from "../connection/index.js";
import { messageOf, TenonError } from "../errors.js";
import { loadMigrations } from "../migrations/index.js";
import { type Module, ModuleSet } from "../modules/index.js";

/**
 * The modules of the settings, or, where the config lists none, those that it registered while it was read; plugins
 * whose code has to be loaded are not among them.
 * @throws TenonError `CONFIG_INVALID`, `MODULE_DUPLICATE`
 */
export function knownModules(settings: Settings): ModuleSet {
  const hosts = new Map(settings.plugins.map((plugin) => [plugin.name, plugin]));
  const listed = settings.modules ?? SchemaRegistry.default.modules;
  const modules = new ModuleSet(listed.map((module) => withHostRules(module, hosts.get(module.name) ?? {})));
  if (modules.size > 0 || settings.modules !== undefined || hosts.size > 0) return modules;
  throw new TenonError("CONFIG_INVALID", "Nothing says which modules there are.", {
    hint: "Give --dir ./migrations, or list them in tenon.config.ts; `tenon init` writes one.",
  });
}

/** All modules of a project, and which of its plugins nothing can be done with. */
export interface ProjectModules {
  readonly all: ModuleSet;
  /** Plugins that cannot be loaded or read, and why: no affair of the others. */
  readonly broken: ReadonlyMap<string, TenonError>;
}

/** Loads the code of plugins, and reads those that may be broken. @throws TenonError `MODULE_DUPLICATE` */
export async function findModules(
  settings: Settings,
  known: ModuleSet,
  engine: EngineName,
): Promise<ProjectModules> {
  const all = new ModuleSet(known.list());
  const broken = new Map<string, TenonError>();
  for (const host of settings.plugins) {
    if (host.from === undefined) continue;
    const registered = () => SchemaRegistry.default.modules.find((module) => module.name === host.name);
    try {
      const module = await loadPlugin({ ...host, baseFolder: settings.pluginFolder, registered });
      if (!all.has(host.name)) all.add(module);
    } catch (error) {
      broken.set(host.name, asTenonError(host.name, error));
    }
  }
  for (const module of all.list("plugin")) {
    const problem = await problemOf(module, all, engine);
    if (problem !== undefined) broken.set(module.name, problem);
  }
  return { all, broken };
}

async function problemOf(
  module: Module,
  all: ModuleSet,
  engine: EngineName,
): Promise<TenonError | undefined> {
  const unknown = module.dependsOn.find((reference) => !all.has(reference.module));
  if (unknown !== undefined) {
    return new TenonError(
      "DEPENDENCY_MISSING",
      `${module.name} depends on ${unknown.module}, which is not among the modules of this project.`,
      { where: { module: module.name }, hint: "Add it to the config, or correct the name." },
    );
  }
  try {
    await loadMigrations(module.source, { module: module.name, engine });
    return undefined;
  } catch (error) {
    return asTenonError(module.name, error);
  }
}

function asTenonError(module: string, error: unknown): TenonError {
  if (error instanceof TenonError) return error.at({ module });
  return new TenonError("PLUGIN_FAILED", messageOf(error), { where: { module }, cause: error });
}
