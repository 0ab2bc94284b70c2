// Dialects: what Tenon knows of each engine's SQL, one folder an engine with the same file names in each.
export {
  type CompanionColumn,
  type CompanionStatements,
  companionStatements,
} from "./companion-statements.js";
export type {
  Capabilities,
  CatalogueGrowth,
  Dialect,
  ForeignKeyViolation,
  ForeignKeyWatch,
  InOnePiece,
  Lock,
  LockHolder,
  LockRequest,
  Loss,
  LossWatch,
  OfflineSyntax,
  PreparedScript,
  PrepareOptions,
  SessionSettings,
  TableAddress,
} from "./dialect.js";
export type {
  Counter,
  ExactRows,
  NamedObject,
  StoredColumn,
  StoredRow,
  StoredTable,
  StoredValue,
} from "./exact-rows.js";
export { executeTogether } from "./execute-together.js";
export type { JournalDialect } from "./journal-dialect.js";
export { type JournalStatements, journalStatements } from "./journal-statements.js";
export { identityOf, type ListedObject, type ListOptions, type ObjectIdentity } from "./listed-object.js";
export { loadDialect, loadJournalDialect, loadTranslation } from "./load.js";
export { withNamedDependencies } from "./named-dependencies.js";
export type {
  PluginBounds,
  PluginObjects,
  PluginWatch,
  PluginWatchRequest,
  TableUse,
} from "./plugin-watch.js";
export type {
  ChangePlan,
  DataCheck,
  IntrospectOptions,
  PlanChangesOptions,
  PlannedStatement,
  Reading,
  SchemaDialect,
} from "./schema-dialect.js";
export type { TranslateOptions, Translation, Untranslated } from "./translate/index.js";
