// What a migration is and where migrations come from: inline versions, folders and tables. Reads and writes files; knows no
// database, no journal and no order between modules.
export { checkpointPath, findCheckpoint } from "./checkpoint-path.js";
export { checksumOf, normaliseText } from "./checksum.js";
export type {
  CodeMigration,
  CodeStep,
  EngineSteps,
  SchemaVersion,
  SchemaVersions,
  StepDefinition,
} from "./definition.js";
export { type LayoutContext, type LayoutReading, layoutOf, readLayout } from "./layouts/index.js";
export { type NewFilesRequest, type NewMigration, newFiles } from "./layouts/new-files.js";
export { readWhole } from "./lazy-migration.js";
export { listMigrations, loadMigrations, loadPrograms, versionsOf } from "./load.js";
export type { LoadContext } from "./load-context.js";
export {
  LAYOUT_NAMES,
  type LayoutChoice,
  type LayoutName,
  type Migration,
  type MigrationOrigin,
  type ModuleReference,
  type OriginFile,
  type SqlScript,
  type Step,
  type TransactionMode,
  type Version,
} from "./migration.js";
export {
  type NewFile,
  type NextVersion,
  nextVersion,
  safeName,
} from "./new-migration.js";
export { describeReference, isModuleName, parseReferences, type ReferenceInput } from "./reference.js";
export {
  type FolderDefinition,
  LAYOUT_CHOICES,
  layoutNamed,
  type Source,
  type SourceDefinition,
  type SourceTables,
  sourceOf,
  type TablesDefinition,
} from "./source.js";
export {
  compareVersions,
  isRepeatable,
  NOTHING_APPLIED,
  parseTarget,
  parseTargetAmong,
  parseVersion,
  publicVersion,
  type VersionOptions,
} from "./version.js";
export { VersionOrder } from "./version-order.js";
export { type FileToWrite, writeNewFiles } from "./write-files.js";
