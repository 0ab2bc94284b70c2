import type { ListedObject } from "../dialects/index.js";
import type { Module, PluginRules } from "../modules/index.js";

/** The plugins among the modules whose migrations are built in a scratch database. */
export interface ScratchPlugins {
  /** What each is held to; a module without rules is a core module. */
  readonly rules: ReadonlyMap<string, PluginRules>;
  /** What each has made there so far. */
  readonly made: Map<string, readonly ListedObject[]>;
}

/** Those among these modules, before any of them has made anything. */
export function pluginsAmong(modules: Iterable<Pick<Module, "name" | "rules">>): ScratchPlugins {
  const rules = [...modules].flatMap(({ name, rules }) =>
    rules === undefined ? [] : [[name, rules] as const],
  );
  return { rules: new Map(rules), made: new Map() };
}
