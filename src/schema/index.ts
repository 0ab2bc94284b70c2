// The model of a database and its comparison: pure data. Knows no SQL, no connection and no files.
export type { Dependency, ObjectAddress, ObjectKind, ObjectName } from "./address.js";
export { DEFAULT_SCHEMA, formatAddress, qualifiedKey } from "./address.js";
export type { Change, ChangeKind, ChangeOf } from "./change.js";
export type { CompareOptions } from "./compare.js";
export { compareModels } from "./compare.js";
export type { Comparison, Unjudged } from "./comparison.js";
export type {
  Check,
  Constraint,
  Exclusion,
  ForeignKey,
  ForeignKeyAction,
  ForeignKeyTarget,
  KeyColumn,
  PrimaryKey,
  Unique,
} from "./constraint.js";
export { constraintLabel } from "./constraint-label.js";
export { dependencyOrder } from "./dependency-order.js";
export { describe, describeColumn } from "./describe.js";
export { fingerprint } from "./fingerprint.js";
export type { Hazard, HazardKind } from "./hazard.js";
export { hazardsOf } from "./hazard.js";
export type { DatabaseModel, Extension, Grant, OtherObject, Schema } from "./model.js";
export { emptyModel, MODEL_VERSION, sortModel, tidyModel, tidyPart } from "./model.js";
export type { RenameHint } from "./rename-hint.js";
export { parseRenameHint } from "./rename-hint.js";
export type {
  AskRename,
  ColumnRename,
  RenameAnswer,
  RenameAnswers,
  RenameQuestion,
  Renames,
  TableRename,
} from "./renames.js";
export { NO_RENAMES, settleRenames } from "./renames.js";
export type { ModelRules } from "./rules.js";
export { exactRules } from "./rules.js";
export type { Selection } from "./selection.js";
export { selectFrom, selects, selectTarget } from "./selection.js";
export type {
  Column,
  ConflictAction,
  GeneratedColumn,
  IdentityColumn,
  NotNullOptions,
  PartitionOf,
  Policy,
  Table,
  VirtualTable,
} from "./table.js";
export { primaryKeyOf, tableOf } from "./table.js";
export type { IndexDefinition, IndexPart } from "./table-index.js";
export type {
  CompositeAttribute,
  CompositeType,
  DomainType,
  EnumType,
  Routine,
  Sequence,
  SequenceOptions,
  SequenceOwner,
  UserType,
} from "./type.js";
export { signatureOf } from "./type.js";
export { type KnownOfTable, type TableReader, unreadTable } from "./unread-table.js";
export type { Trigger, View, ViewColumn } from "./view.js";
