// The model of a database and its comparison: pure data. Knows no SQL, no connection and no files.
export type { Dependency, ObjectAddress, ObjectKind, ObjectName } from "./address.js";
export { formatAddress } from "./address.js";
export type { Change, ChangeKind, ChangeOf } from "./change.js";
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
export type { DatabaseModel, Extension, Grant, OtherObject, Schema } from "./model.js";
export { emptyModel, MODEL_VERSION, sortModel } from "./model.js";
export type { ModelRules } from "./rules.js";
export { exactRules } from "./rules.js";
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
export type { Trigger, View, ViewColumn } from "./view.js";
