import {
  type Change,
  type Column,
  type Constraint,
  type Dependency,
  dependencyOrder,
  type ObjectName,
  type Routine,
  type Table,
  type View,
} from "../../../schema/index.js";
import { qualified, quote } from "../names.js";
import { isMaterialised } from "./alter-columns.js";
import type { ChangeWork } from "./change-work.js";
import { nameKey, parentNames, partKey, routineName } from "./model-index.js";
import { constraintUses, mentions } from "./parts.js";
import type { Aside } from "./stand-aside.js";
import { dropView } from "./statements/create-view.js";
import { routineSql } from "./statements/labels.js";

export interface DropOrder {
  /** The statements that drop them, each before what it needs. */
  readonly drops: readonly { readonly sql: string; readonly changes: Iterable<Change> }[];
  /** Whether a foreign key of one table must go before both tables can: they hold each other. */
  readonly isCut: (table: Table, target: { readonly schema: string; readonly name: string }) => boolean;
}

/** The order in which views, routines, keys, generated columns and tables are dropped: what needs something goes before it. */
export function dropOrder(work: ChangeWork): DropOrder {
  const nodes = new Map<string, DropNode>();
  for (const [key, { item, changes }] of work.aside.views)
    nodes.set(`view\0${key}`, viewNode(item, changes, work));
  for (const [key, { item, changes }] of work.aside.routines) {
    nodes.set(`routine\0${key}`, routineNode(item, changes));
  }
  for (const change of work.of("drop-table")) {
    nodes.set(`table\0${nameKey(change.from)}`, tableNode(change.from, [change]));
  }
  for (const [key, aside] of work.aside.constraints) {
    if (isKey(aside.item) && !work.isDropped(aside.owner)) nodes.set(`key\0${key}`, keyNode(aside, work));
  }
  for (const [key, aside] of work.aside.remade) {
    const isLater = isMaterialised(aside.item, successorOf(aside, work) ?? aside.item);
    const isElsewhere = aside.item.inherited === true || work.isDropped(aside.owner);
    if (!isLater && !isElsewhere) nodes.set(`column\0${key}`, columnNode(aside, work));
  }
  const known = (key: string) => (other: string) => nodes.has(other) && other !== key;
  const { order, cut } = dependencyOrder([...nodes.keys()].sort(), {
    needs: (key) => (nodes.get(key)?.needs ?? []).filter(known(key)),
    prefers: (key) => (nodes.get(key)?.targets ?? []).filter(known(key)),
  });
  return {
    drops: [...order].reverse().flatMap((key) => nodes.get(key) ?? []),
    isCut: (table, target) => cut.get(`table\0${nameKey(table)}`)?.has(`table\0${nameKey(target)}`) === true,
  };
}

interface DropNode {
  readonly sql: string;
  readonly changes: Iterable<Change>;
  readonly needs: readonly string[];
  /** The tables that foreign keys name. */
  readonly targets: readonly string[];
}

/** The objects, and the columns of tables, that lists of dependencies name. */
function keysOf(...lists: readonly (readonly Dependency[] | undefined)[]): readonly string[] {
  return lists.flatMap((list) =>
    (list ?? []).flatMap((need) => [
      `${need.kind}\0${nameKey(need)}`,
      ...(need.columns ?? []).map((column) => `column\0${partKey(need, column)}`),
    ]),
  );
}

function viewNode(view: View, changes: Iterable<Change>, work: ChangeWork): DropNode {
  const needs = keysOf(view.dependsOn, ...view.triggers.map((trigger) => trigger.dependsOn));
  const groups = /\bGROUP BY\b/i.test(view.definition);
  const keys = [...work.aside.constraints].flatMap(([key, { owner }]) => {
    const isUsed = groups && view.dependsOn?.some((need) => nameKey(need) === nameKey(owner)) === true;
    return isUsed ? [`key\0${key}`] : [];
  });
  return { sql: dropView(view), changes, needs: [...needs, ...keys], targets: [] };
}

function routineNode(routine: Routine, changes: Iterable<Change>): DropNode {
  const noun = routine.kind === "procedure" ? "PROCEDURE" : "FUNCTION";
  const sql = `DROP ${noun} ${routineSql(routineName(routine))}`;
  return { sql, changes, needs: keysOf(routine.dependsOn), targets: [] };
}

function keyNode({ item, owner, changes }: Aside<Constraint>, work: ChangeWork): DropNode {
  const columns = [...work.aside.remade.values()].filter(
    (remade) => nameKey(remade.owner) === nameKey(owner) && constraintUses(item, remade.item.name),
  );
  return {
    sql: dropConstraint(item, owner),
    changes,
    needs: columns.map((remade) => `column\0${partKey(owner, remade.item.name)}`),
    targets: [],
  };
}

function columnNode({ item, owner, changes }: Aside<Column>, work: ChangeWork): DropNode {
  const routines = [...work.aside.routines].filter(([, routine]) =>
    mentions(item.generated?.expression, routine.item),
  );
  return {
    sql: `ALTER TABLE ${qualified(owner)}\n  DROP COLUMN ${quote(item.name)}`,
    changes,
    needs: routines.map(([key]) => `routine\0${key}`),
    targets: [],
  };
}

function successorOf({ item, owner }: Aside<Column>, work: ChangeWork): Column | undefined {
  return work.after.table(owner)?.columns.find((column) => column.name === item.name);
}

export function isKey(constraint: Constraint): boolean {
  return constraint.kind === "primary-key" || constraint.kind === "unique";
}

export function dropConstraint(item: Constraint, owner: ObjectName): string {
  return `ALTER TABLE ${qualified(owner)}\n  DROP CONSTRAINT ${quote(item.name ?? "")}`;
}

function tableNode(table: Table, changes: Iterable<Change>): DropNode {
  const parts = [...table.triggers, ...(table.policies ?? [])];
  const parents = parentNames(table).map((parent) => `table\0${nameKey(parent)}`);
  const targets = table.constraints.flatMap((constraint) => {
    if (constraint.kind !== "foreign-key") return [];
    const { schema, table: name } = constraint.references;
    return [`table\0${nameKey({ schema, name })}`];
  });
  return {
    sql: `DROP TABLE ${qualified(table)}`,
    changes,
    needs: [...keysOf(table.dependsOn, ...parts.map((part) => part.dependsOn)), ...parents],
    targets,
  };
}
