import type {
  Change,
  ChangeOf,
  Column,
  Comparison,
  Constraint,
  ForeignKey,
  IndexDefinition,
  ObjectName,
  Policy,
  Routine,
  Table,
  Trigger,
  UserType,
  View,
} from "../../../schema/index.js";
import { namesIn } from "../rules.js";
import { type Dependent, type DependentsOf, dependentsIn } from "./dependents.js";
import { ModelIndex, nameKey, partKey, routineName } from "./model-index.js";
import {
  constraintMentions,
  constraintUses,
  generationUses,
  indexMentions,
  indexUses,
  mentions,
} from "./parts.js";
import { isReplaceableRoutine } from "./routine-change.js";
import { alterPolicy } from "./statements/create-policy.js";
import { isReplaceable } from "./statements/create-view.js";
import { isChangedInPlace, isOfType } from "./type-change.js";
import { otherInTheWay, refuseUnsupported } from "./unsupported.js";

/** Something that must be taken down before a change, with the changes that ask for it. */
export interface Aside<T> {
  readonly item: T;
  readonly owner: ObjectName;
  readonly changes: Set<Change>;
}

/**
 * Finds all that has to stand aside while changes are made: PostgreSQL neither alters nor drops what something else needs. What of it
 * is in the model to be reached is put back afterwards, as that model has it.
 * https://www.postgresql.org/docs/current/ddl-depend.html
 */
export class StandAside {
  readonly views = new Map<string, Aside<View>>();
  readonly routines = new Map<string, Aside<Routine>>();
  readonly policies = new Map<string, Aside<Policy>>();
  readonly triggers = new Map<string, Aside<Trigger>>();
  readonly constraints = new Map<string, Aside<Constraint>>();
  readonly indexes = new Map<string, Aside<IndexDefinition>>();
  /** Columns that are for a time without their default. */
  readonly defaults = new Map<string, Aside<Column>>();
  /** Columns that are dropped and added again, because what generates them changes. */
  readonly remade = new Map<string, Aside<Column>>();
  /** Types that are made anew beside the old one, to which their columns then go over. */
  readonly rebuilt = new Map<string, Aside<UserType>>();
  readonly retyped = new Map<string, Aside<Column>>();

  readonly #before: ModelIndex;
  readonly #after: ModelIndex;
  readonly #dependents: DependentsOf;
  #cause: readonly Change[] = [];

  constructor(comparison: Comparison) {
    this.#before = new ModelIndex(comparison.renamed);
    this.#after = new ModelIndex(comparison.to);
    this.#dependents = dependentsIn(comparison.renamed);
    for (const change of comparison.changes) {
      this.#cause = [change];
      this.#start(change, comparison);
    }
  }

  #start(change: Change, comparison: Comparison): void {
    switch (change.kind) {
      case "drop-table":
        this.#table(change.from);
        break;
      case "drop-view":
        this.#view(change.from);
        break;
      case "change-view":
        if (!isReplaceable(change.from, change.to)) this.#view(change.from);
        break;
      case "drop-routine":
        this.#routine(change.from);
        break;
      case "change-routine":
        if (!isReplaceableRoutine(change.from, change.to)) this.#routine(change.from);
        break;
      case "drop-type":
        this.#typeUsers(change.from);
        break;
      case "change-type":
        if (!isChangedInPlace(change, comparison)) this.#type(change.from);
        break;
      case "drop-column":
        this.#columnOf(change, "drop");
        break;
      case "change-column":
        this.#changedColumn(change);
        break;
      case "drop-constraint":
      case "change-constraint":
        this.#keyOf(change);
        break;
      case "drop-index":
      case "change-index":
        this.#indexOf(change);
        break;
      case "change-policy":
      case "change-trigger":
        this.#replaced(change);
        break;
      default:
    }
  }

  #changedColumn(change: ChangeOf<"change-column">): void {
    const { from, to, differences } = change;
    const has = (property: string) => differences.includes(property);
    const isGenerated = from.generated !== undefined || to.generated !== undefined;
    const losesExpression =
      from.generated?.storage === "stored" && to.generated === undefined && !has("type") && !has("collation");
    if (isGenerated && !losesExpression && (has("generated") || has("type") || has("collation"))) {
      if (!this.#followsParent(change)) this.#columnOf(change, "remake");
    } else if (has("type") || has("collation")) this.#columnOf(change, "type");
  }

  /** A column that comes from a parent changes with the parent's. */
  #followsParent({ object, to }: ChangeOf<"change-column">): boolean {
    const table = this.#after.table({ schema: object.schema, name: object.table ?? "" });
    return to.inherited === true && table !== undefined && this.#after.parents(table).length > 0;
  }

  #columnOf(change: ChangeOf<"drop-column" | "change-column">, how: How): void {
    const table = this.#before.table({ schema: change.object.schema, name: change.object.table ?? "" });
    if (table !== undefined) this.#column(table, change.from, how);
  }

  #column(table: Table, column: Column, how: How): void {
    if (how === "remake" && !this.#add(this.remade, partKey(table, column.name), column, table)) return;
    if (how === "type") refusePartitionKey(table, column);
    for (const dependent of this.#dependents("table", table)) {
      if (dependent.columns.includes(column.name)) this.#dependent(dependent, how);
    }
    for (const other of table.columns)
      if (generationUses(other, column.name)) this.#column(table, other, "remake");
    if (how === "type") {
      if (column.default !== undefined) this.#add(this.defaults, partKey(table, column.name), column, table);
      this.#foreignKeysOn(table, (key) => key.columns.includes(column.name));
      this.#foreignKeysTo(table, (columns) => columns.includes(column.name));
      for (const child of this.#before.children(table)) this.#childColumn(child, column, how);
      return;
    }
    for (const constraint of table.constraints) {
      if (constraintUses(constraint, column.name)) this.#constraint(table, constraint);
    }
    for (const index of table.indexes) if (indexUses(index, column.name)) this.#index(table, index);
    for (const child of this.#before.children(table)) this.#childColumn(child, column, how);
  }

  /** What is done to a column is done to the same column of its partitions and children. */
  #childColumn(child: Table, { name }: Column, how: How): void {
    const column = child.columns.find((item) => item.name === name);
    if (column !== undefined && (how === "type" || column.inherited === true))
      this.#column(child, column, how);
  }

  #constraint(table: ObjectName, constraint: Constraint): void {
    if (!this.#add(this.constraints, partKey(table, constraint.name ?? ""), constraint, table)) return;
    if (constraint.kind === "primary-key" || constraint.kind === "unique") {
      this.#key(
        table,
        constraint.columns.map((column) => column.name),
      );
    }
  }

  #index(owner: ObjectName, index: IndexDefinition): void {
    if (!this.#add(this.indexes, partKey(owner, index.name), index, owner)) return;
    if (index.unique === true) {
      this.#key(
        owner,
        index.parts.flatMap((part) => part.column ?? []),
      );
    }
  }

  #keyOf(change: ChangeOf<"drop-constraint" | "change-constraint">): void {
    if (change.kind === "change-constraint" && change.differences.join() === "notValid") return;
    this.#constraint({ schema: change.object.schema, name: change.object.table ?? "" }, change.from);
  }

  #indexOf(change: ChangeOf<"drop-index" | "change-index">): void {
    this.#index({ schema: change.object.schema, name: change.object.table ?? "" }, change.from);
  }

  /** Foreign keys stand on a key; a view that groups by a primary key may name the table's other columns. */
  #key(table: ObjectName, columns: readonly string[]): void {
    const wanted = [...columns].sort().join("\0");
    this.#foreignKeysTo(table, (target) => [...target].sort().join("\0") === wanted);
    for (const dependent of this.#dependents("table", table)) {
      if (dependent.kind === "view" && /\bGROUP BY\b/i.test(dependent.item.definition))
        this.#view(dependent.item);
    }
  }

  #foreignKeysOn(table: Table, condition: (key: ForeignKey) => boolean): void {
    for (const constraint of table.constraints) {
      if (constraint.kind === "foreign-key" && condition(constraint)) this.#constraint(table, constraint);
    }
  }

  #foreignKeysTo(target: ObjectName, condition: (columns: readonly string[]) => boolean): void {
    for (const { table, key } of this.#before.foreignKeysTo(target))
      if (condition(key.references.columns)) this.#constraint(table, key);
  }

  #table(table: Table): void {
    for (const dependent of this.#dependents("table", table)) {
      const goesWithIt = "owner" in dependent && nameKey(dependent.owner) === nameKey(table);
      if (!goesWithIt) this.#dependent(dependent, "drop table");
    }
    this.#foreignKeysTo(table, () => true);
    for (const child of this.#before.children(table)) {
      if (this.#after.table(child) !== undefined) {
        refuseUnsupported(
          { kind: "table", schema: child.schema, name: child.name },
          `${child.name} comes from ${table.name}, which goes, and should stay`,
          "Detach it (ALTER TABLE … DETACH PARTITION or NO INHERIT) in a migration of your own first.",
        );
      }
    }
  }

  #view(view: View): void {
    if (!this.#add(this.views, nameKey(view), view, view)) return;
    for (const dependent of this.#dependents("view", view)) {
      const goesWithIt = "owner" in dependent && nameKey(dependent.owner) === nameKey(view);
      if (!goesWithIt) this.#dependent(dependent, "drop");
    }
  }

  #routine(routine: Routine): void {
    const name = routineName(routine);
    if (!this.#add(this.routines, nameKey(name), routine, routine)) return;
    for (const dependent of this.#dependents("routine", name)) {
      if (dependent.kind === "table") this.#partsThatMention(dependent.item, routine);
      else this.#dependent(dependent, "drop");
    }
  }

  #partsThatMention(table: Table, object: ObjectName): void {
    for (const column of table.columns) {
      if (mentions(column.default, object))
        this.#add(this.defaults, partKey(table, column.name), column, table);
      if (mentions(column.generated?.expression, object)) this.#column(table, column, "remake");
    }
    for (const constraint of table.constraints) {
      if (constraintMentions(constraint, object)) this.#constraint(table, constraint);
    }
    for (const index of table.indexes) if (indexMentions(index, object)) this.#index(table, index);
  }

  #type(type: UserType): void {
    if (!this.#add(this.rebuilt, nameKey(type), type, type)) return;
    this.#typeUsers(type);
    const target = this.#after.type(type);
    for (const table of this.#before.model.tables) {
      for (const column of table.columns) {
        if (!isOfType(column.type, type)) continue;
        this.#column(table, column, "type");
        const successor = this.#after.table(table)?.columns.find((item) => item.name === column.name);
        if (target !== undefined && successor !== undefined && isOfType(successor.type, type)) {
          this.#add(this.retyped, partKey(table, column.name), column, table);
        }
      }
    }
  }

  #typeUsers(type: UserType): void {
    for (const dependent of this.#dependents("type", type)) {
      if (dependent.kind === "table") this.#partsThatMention(dependent.item, type);
      else this.#dependent(dependent, "drop");
    }
  }

  #dependent(dependent: Dependent, how: How | "drop table"): void {
    switch (dependent.kind) {
      case "view":
        this.#view(dependent.item);
        break;
      case "routine":
        this.#routine(dependent.item);
        break;
      case "policy":
        this.#add(
          this.policies,
          partKey(dependent.owner, dependent.item.name),
          dependent.item,
          dependent.owner,
        );
        return;
      case "trigger":
        this.#add(
          this.triggers,
          partKey(dependent.owner, dependent.item.name),
          dependent.item,
          dependent.owner,
        );
        return;
      case "type":
        // A type over one that goes is rebuilt with it; one that goes too needs nothing.
        if (this.#after.type(dependent.item) !== undefined) this.#type(dependent.item);
        return;
      case "other":
        otherInTheWay(dependent.item, how, this.#after);
        break;
      case "table":
        return;
    }
  }

  #replaced(change: ChangeOf<"change-policy" | "change-trigger">): void {
    const owner = { schema: change.object.schema, name: change.object.table ?? "" };
    const key = partKey(owner, change.from.name);
    if (change.kind === "change-policy") {
      if (alterPolicy(change.from, change.to, owner) === undefined)
        this.#add(this.policies, key, change.from, owner);
    } else if (change.differences.join() !== "enabled") this.#add(this.triggers, key, change.from, owner);
  }

  /** False when it stands aside already. */
  #add<T>(asides: Map<string, Aside<T>>, key: string, item: T, owner: ObjectName): boolean {
    const known = asides.get(key);
    if (known !== undefined) {
      for (const change of this.#cause) known.changes.add(change);
      return false;
    }
    asides.set(key, {
      item,
      owner: { schema: owner.schema, name: owner.name },
      changes: new Set(this.#cause),
    });
    return true;
  }
}

type How = "type" | "drop" | "remake";

function refusePartitionKey(table: Table, column: Column): void {
  if (table.partitionBy === undefined || !namesIn(table.partitionBy).has(column.name)) return;
  refuseUnsupported(
    { kind: "column", schema: table.schema, table: table.name, name: column.name },
    `${table.name} is partitioned by ${column.name}, whose type can therefore not change`,
    "Make a new partitioned table with the type, move the rows, and rename it, in a migration of your own.",
  );
}
