import type { ObjectAddress } from "./address.js";
import type { Constraint, ForeignKey } from "./constraint.js";
import type { Extension, Grant, Schema } from "./model.js";
import type { Column, Policy, Table } from "./table.js";
import type { IndexDefinition } from "./table-index.js";
import type { Routine, Sequence, UserType } from "./type.js";
import type { Trigger, View } from "./view.js";

/**
 * One difference between two models, small and plain. `object` is where it happens, under the names that are
 * valid at its place in the list: renames come first, so everything after them uses the new names.
 *
 * `create-table` and `create-view` bring their columns, constraints, indexes, comments and grants with them;
 * triggers and policies come as changes of their own, because they may need what is created later.
 * `drop-table` and `drop-view` take all of that away.
 */
export type Change =
  | Create<"create-schema", Schema>
  | Drop<"drop-schema", Schema>
  | Create<"create-extension", Extension>
  | Drop<"drop-extension", Extension>
  | Alter<"change-extension", Extension>
  | Create<"create-type", UserType>
  | Drop<"drop-type", UserType>
  | Alter<"change-type", UserType>
  | Create<"create-sequence", Sequence>
  | Drop<"drop-sequence", Sequence>
  | Alter<"change-sequence", Sequence>
  | Create<"create-routine", Routine>
  | Drop<"drop-routine", Routine>
  | Alter<"change-routine", Routine>
  | CreateTable
  | Drop<"drop-table", Table>
  | RenameInSteps<"rename-table">
  | Alter<"change-table", Table>
  | Create<"add-column", Column>
  | Drop<"drop-column", Column>
  | RenameInSteps<"rename-column">
  | Alter<"change-column", Column>
  | ReorderColumns
  | Create<"add-constraint", Constraint>
  | Drop<"drop-constraint", Constraint>
  | Alter<"rename-constraint", Constraint>
  | Alter<"change-constraint", Constraint>
  | Create<"create-index", IndexDefinition>
  | Drop<"drop-index", IndexDefinition>
  | Rename<"rename-index">
  | Alter<"change-index", IndexDefinition>
  | Create<"create-view", View>
  | Drop<"drop-view", View>
  | Alter<"change-view", View>
  | Create<"create-trigger", Trigger>
  | Drop<"drop-trigger", Trigger>
  | Alter<"change-trigger", Trigger>
  | Create<"create-policy", Policy>
  | Drop<"drop-policy", Policy>
  | Alter<"change-policy", Policy>
  | ChangeComment
  | ChangeGrants;

export type ChangeKind = Change["kind"];

/** The change of one kind: `ChangeOf<"add-column">`. */
export type ChangeOf<K extends ChangeKind> = Extract<Change, { readonly kind: K }>;

interface Create<K extends string, T> {
  readonly kind: K;
  readonly object: ObjectAddress;
  readonly to: T;
}

interface Drop<K extends string, T> {
  readonly kind: K;
  /** Of a table or column whose name was given to another before: the name by which people know it. */
  readonly object: ObjectAddress;
  /** As it is by then; its name is the one to drop. */
  readonly from: T;
}

interface Alter<K extends string, T> {
  readonly kind: K;
  readonly object: ObjectAddress;
  /** As it is, with the renames of this comparison already made in it. */
  readonly from: T;
  readonly to: T;
  /** The properties that differ. Comment and grants are never among them: they are changes of their own. */
  readonly differences: readonly string[];
}

/** `object` has the old name. */
interface Rename<K extends string> {
  readonly kind: K;
  readonly object: ObjectAddress;
  readonly to: string;
}

/** Names that change places are changed in steps, over a name in between. */
interface RenameInSteps<K extends string> extends Rename<K> {
  /** The new name only makes room, for the next step or until what has it is dropped. */
  readonly isInterim: boolean;
  /** The name before the first step, where `object` has a name in between. */
  readonly formerly: string | undefined;
}

interface CreateTable extends Create<"create-table", Table> {
  /**
   * Foreign keys left out of CREATE TABLE because their target comes later in a circle; each follows as an
   * `add-constraint`. Empty where the engine allows a key to a table that is not there yet.
   */
  readonly cut: readonly ForeignKey[];
}

/** The same columns in another order; only when the comparison was told that order counts. */
interface ReorderColumns {
  readonly kind: "reorder-columns";
  readonly object: ObjectAddress;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

interface ChangeComment {
  readonly kind: "change-comment";
  readonly object: ObjectAddress;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

interface ChangeGrants {
  readonly kind: "change-grants";
  readonly object: ObjectAddress;
  readonly from: readonly Grant[];
  readonly to: readonly Grant[];
}
