// What a migration is and where migrations come from: inline versions and folders. Reads files; knows no database,
// no journal and no order between modules.
export { checksumOf, normaliseText } from "./checksum.js";
export type {
  CodeMigration,
  CodeStep,
  EngineSteps,
  SchemaVersion,
  SchemaVersions,
  StepDefinition,
} from "./definition.js";
export { loadMigrations, loadPrograms, versionsOf } from "./load.js";
export type { LoadContext } from "./load-context.js";
export type { Migration, ModuleReference, SqlScript, Step, Version } from "./migration.js";
export { describeReference, isModuleName, parseReferences, type ReferenceInput } from "./reference.js";
export { type Source, type SourceDefinition, sourceOf } from "./source.js";
export {
  compareVersions,
  NOTHING_APPLIED,
  parseTarget,
  parseVersion,
  publicVersion,
  type VersionOptions,
} from "./version.js";
