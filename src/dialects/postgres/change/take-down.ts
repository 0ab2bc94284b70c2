import type { Change, ObjectName } from "../../../schema/index.js";
import { qualified, quote } from "../names.js";
import { ownedBy } from "./alter-sequence.js";
import { isByIndex, replicaIdentityClause } from "./build-table.js";
import type { ChangeWork } from "./change-work.js";
import { type DropOrder, dropConstraint, dropOrder, isKey } from "./drop-order.js";
import { leaveIdentities } from "./identity-values.js";
import { nameKey, partKey } from "./model-index.js";
import { dropPolicy, dropTrigger } from "./statements/create-policy.js";

/** Takes down what goes and what stands in the way, so that nothing is dropped before what needs it. */
export function takeDown(work: ChangeWork): void {
  const order = dropOrder(work);
  freeSequences(work);
  forgetIdentities(work);
  dropPolicies(work);
  dropTriggers(work);
  dropForeignKeys(work, order);
  dropDefaults(work);
  leaveIdentities(work);
  dropIndexes(work);
  dropConstraints(work);
  for (const { sql, changes } of order.drops) work.add(sql, changes);
  dropColumns(work);
}

/** A sequence that no longer belongs to its column must not go with it, nor be taken for the one behind an identity. */
function freeSequences(work: ChangeWork): void {
  for (const change of work.of("change-sequence")) {
    const givesUp = change.differences.join() === "ownedBy" && change.to.ownedBy === undefined;
    if (givesUp) work.add(ownedBy(change.from, undefined), [change]);
  }
  for (const change of work.of("drop-sequence")) {
    if (change.from.ownedBy !== undefined) work.add(ownedBy(change.from, undefined), [change]);
  }
}

/** An index by which rows are told apart holds its columns fast. */
function forgetIdentities(work: ChangeWork): void {
  for (const change of work.of("change-table")) {
    const isLeft =
      change.differences.includes("replicaIdentity") && isByIndex(change.from) && !isByIndex(change.to);
    if (isLeft)
      work.add(`ALTER TABLE ${qualified(change.to)}\n  ${replicaIdentityClause(change.to)}`, [change]);
  }
}

function dropPolicies(work: ChangeWork): void {
  for (const change of work.of("drop-policy")) {
    work.add(dropPolicy(change.from.name, ownerOf(change)), [change]);
  }
  const dropped = new Set(work.of("drop-policy").map((change) => partKey(ownerOf(change), change.from.name)));
  for (const [key, { item, owner, changes }] of work.aside.policies) {
    if (!dropped.has(key) && !work.isDropped(owner)) work.add(dropPolicy(item.name, owner), changes);
  }
}

function dropTriggers(work: ChangeWork): void {
  for (const change of work.of("drop-trigger")) {
    work.add(dropTrigger(change.from.name, ownerOf(change)), [change]);
  }
  const dropped = new Set(
    work.of("drop-trigger").map((change) => partKey(ownerOf(change), change.from.name)),
  );
  for (const [key, { item, owner, changes }] of work.aside.triggers) {
    const goesWithOwner = work.isDropped(owner) || work.aside.views.has(nameKey(owner));
    if (!dropped.has(key) && !goesWithOwner) work.add(dropTrigger(item.name, owner), changes);
  }
}

/** Keys between two tables that are both dropped go with the first of them, unless each holds the other. */
function dropForeignKeys(work: ChangeWork, order: DropOrder): void {
  for (const { item, owner, changes } of work.aside.constraints.values()) {
    if (item.kind === "foreign-key" && !work.isDropped(owner)) work.add(dropConstraint(item, owner), changes);
  }
  for (const change of work.of("drop-table")) {
    for (const item of change.from.constraints) {
      if (item.kind !== "foreign-key") continue;
      const { schema, table: name } = item.references;
      if (order.isCut(change.from, { schema, name })) work.add(dropConstraint(item, change.from), [change]);
    }
  }
}

/** Checks and exclusions; keys have their place among the views and columns that they stand between. */
function dropConstraints(work: ChangeWork): void {
  for (const { item, owner, changes } of work.aside.constraints.values()) {
    const isOther = item.kind === "foreign-key" || isKey(item) || goesWithTable(work, owner);
    if (!isOther) work.add(dropConstraint(item, owner), changes);
  }
}

/** Parts of a table that is dropped go with it, unless a routine that they need needs the table itself. */
function goesWithTable(work: ChangeWork, table: ObjectName): boolean {
  if (!work.isDropped(table)) return false;
  for (const { item } of work.aside.routines.values()) {
    if (item.dependsOn?.some((need) => need.kind === "table" && nameKey(need) === nameKey(table)))
      return false;
  }
  return true;
}

function dropDefaults(work: ChangeWork): void {
  for (const { item, owner, changes } of work.aside.defaults.values()) {
    if (goesWithTable(work, owner)) continue;
    const only = work.before.children(owner).length === 0 ? "" : "ONLY ";
    work.add(
      `ALTER TABLE ${only}${qualified(owner)}\n  ALTER COLUMN ${quote(item.name)} DROP DEFAULT`,
      changes,
    );
  }
}

function dropIndexes(work: ChangeWork): void {
  for (const { item, owner, changes } of work.aside.indexes.values()) {
    if (work.aside.views.has(nameKey(owner)) || goesWithTable(work, owner)) continue;
    const isConcurrent = work.isConcurrent(owner);
    if (isConcurrent) work.isOutside = true;
    const name = qualified({ schema: owner.schema, name: item.name });
    work.add(`DROP INDEX ${isConcurrent ? "CONCURRENTLY " : ""}${name}`, changes);
  }
}

function isDropped(work: ChangeWork, table: ObjectName, column: string): boolean {
  return work
    .of("drop-column")
    .some((change) => nameKey(ownerOf(change)) === nameKey(table) && change.from.name === column);
}

/** All columns of a table in one statement. */
function dropColumns(work: ChangeWork): void {
  const byTable = new Map<string, { owner: ObjectName; names: string[]; changes: Change[] }>();
  for (const change of work.of("drop-column")) {
    const owner = ownerOf(change);
    // What made room for another of its name has one of its own by now; people are told the old one.
    const { name } = change.from;
    const isGone = change.from.inherited === true && dropsWithParent(work, owner, name);
    if (isGone || work.aside.remade.has(partKey(owner, name))) continue;
    const group = byTable.get(nameKey(owner)) ?? { owner, names: [], changes: [] };
    byTable.set(nameKey(owner), group);
    group.names.push(name);
    group.changes.push(change);
  }
  for (const { owner, names, changes } of byTable.values()) {
    const clauses = names.map((name) => `  DROP COLUMN ${quote(name)}`);
    work.add(`ALTER TABLE ${qualified(owner)}\n${clauses.join(",\n")}`, changes);
  }
}

function dropsWithParent(work: ChangeWork, table: ObjectName, column: string): boolean {
  const child = work.before.table(table);
  const parents = child === undefined ? [] : work.before.parents(child);
  return parents.some((parent) => isDropped(work, parent, column) || dropsWithParent(work, parent, column));
}

export function ownerOf(change: Change): ObjectName {
  return { schema: change.object.schema, name: change.object.table ?? "" };
}
