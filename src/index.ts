// The public interface of Tenon, and nothing else.
export {
  defineModule,
  type ModuleChoice,
  type Plan,
  type PlanStep,
  type PrintSqlOptions,
  printSql,
  type RegistryInfo,
  type RegistryRunOptions,
  type RegistrySchemaInfo,
  registerSchema,
  type SchemaClass,
  type SchemaInfo,
  SchemaManager,
  type SchemaManagerOptions,
  type SchemaRegistration,
  SchemaRegistry,
  type VersionInput,
  type VersionOutput,
} from "./api/index.js";
export {
  type ColumnInfo,
  type Connection,
  type ConnectOptions,
  changePassword,
  connect,
  type EngineName,
  type ExecuteResult,
  type Row,
  type SqlInput,
  type SqlOutput,
} from "./connection/index.js";
export type {
  ChangedMigration,
  Clock,
  JournalRow,
  JournalStatus,
  ModuleState,
  ModuleStatus,
  Problem,
  RunEvent,
  RunListener,
  RunOptions,
  RunResult,
  StepReference,
  StepResult,
  Validation,
} from "./engine/index.js";
export { ERROR_CODES, type ErrorCode, type Place, TenonError } from "./errors.js";
export type { SchemaVersion, SchemaVersions, SourceDefinition } from "./migrations/index.js";
export type { Module, ModuleKind, ModuleOptions } from "./modules/index.js";
