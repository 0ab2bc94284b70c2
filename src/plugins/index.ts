// Plugins: they come, rest and go, with their state in the database and a dump of their rows before those go. Knows no
// registry, no command, and nothing of what a plugin's SQL may do: the engine holds it to that.
export { activate, isActiveAndCurrent, recordFailure } from "./activate.js";
export { type DeactivateRequest, deactivate, isCore, refuseUnknownPlugin } from "./deactivate.js";
export { dropScript } from "./drop-script.js";
export type { DumpedTable, DumpedVersion, DumpManifest } from "./dump/manifest.js";
export { type RestoreOptions, type RestoreResult, restoreDump } from "./dump/restore-dump.js";
export { type PluginFacts, readFacts } from "./plugin-facts.js";
export {
  type PluginCode,
  type PluginInfo,
  type PluginSummary,
  summarise,
  withTables,
} from "./plugin-info.js";
export {
  planRemoval,
  type Removal,
  type RemovalRequest,
  type RemovedPlugin,
  type RemovedTable,
} from "./removal.js";
export { type Removed, type RemoveRequest, remove, type WrittenDump } from "./remove.js";
