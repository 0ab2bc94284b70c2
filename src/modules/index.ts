// What a module is, and the order of modules and of their migrations: data and pure functions. Knows no database,
// no journal and no files; it reads no migration, it is given them.
export { compareModules } from "./compare-modules.js";
export { dependentsOf } from "./dependents.js";
export type { MigrationId } from "./migration-graph.js";
export { defineModule, type Module, type ModuleKind, type ModuleOptions } from "./module.js";
export { ModuleSet } from "./module-set.js";
export { type OrderOptions, orderMigrations, orderModules } from "./order.js";
export { NO_RULES, type PluginRules, type PluginRulesInput, readPluginRules } from "./plugin-rules.js";

/** The order, loaded when it is asked for: a start with nothing to do asks for none. */
export function loadOrder(): Promise<typeof import("./order.js")> {
  return import("./order.js");
}
