// The public interface in code: thin classes over the engine.

export type {
  Checksum,
  ColumnFinding,
  ColumnProof,
  FinishProof,
  ForeignKeyProof,
  LeftOut,
  Mapping,
  MisfitFinding,
  MisfitSample,
  Proof,
  SequenceProof,
  TableProgress,
  TableProof,
  TransferEvent,
  TransferListener,
  TransferPhase,
  TransferReport,
  TransferredTable,
  TransformRow,
} from "../transfer/index.js";
export {
  type Adoption,
  type AdoptionItem,
  type AdoptOptions,
  type AdoptResult,
  adopt,
  planAdoption,
} from "./adopt.js";
export { type CheckpointOptions, type CheckpointResult, checkpoint } from "./checkpoint.js";
export type { CreatedMigration, CreateMigrationOptions } from "./create-migration.js";
export { defineModule, isModule } from "./define-module.js";
export type { DiffChange, DiffHazard } from "./described-plan.js";
export {
  type ApplyDiffOptions,
  type Diff,
  type DiffOptions,
  type DiffSide,
  diff,
  inspect,
} from "./diff.js";
export { type GenerateOptions, type GenerateResult, generate } from "./generate.js";
export type { InitializeOptions, InitializeResult } from "./initialize.js";
export { type HostPlugin, loadPlugin, withHostRules } from "./load-plugin.js";
export type { MigrateOptions, MigrateResult } from "./migrate-latest.js";
export { makePlan, type Plan, type PlanStep } from "./plan.js";
export {
  type ActivateOptions,
  type CascadeOption,
  type DeactivateOptions,
  PluginManager,
  type PluginManagerOptions,
  type PluginsGone,
  type RemovePluginOptions,
} from "./plugin-manager.js";
export type { ActivateResult, StartOptions, StartResult } from "./plugin-work.js";
export { type PrintSqlOptions, printSql } from "./print-sql.js";
export {
  type ModuleChoice,
  type PlanRequest,
  type SchemaInfo,
  SchemaManager,
  type SchemaManagerOptions,
  type SchemaValidation,
  type VersionInput,
  type VersionOutput,
} from "./schema-manager.js";
export {
  type RegistryInfo,
  type RegistryRunOptions,
  type RegistrySchemaInfo,
  registerSchema,
  type SchemaClass,
  type SchemaRegistration,
  SchemaRegistry,
} from "./schema-registry.js";
export type { SyncRequest, SyncResult } from "./sync.js";
export { type TransferOptions, transfer } from "./transfer.js";
