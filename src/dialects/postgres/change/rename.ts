import type { Change, ChangeOf, ObjectName, Sequence } from "../../../schema/index.js";
import { notNullName, qualified, quote } from "../names.js";
import { alterSequence, createSequence, ownedBy } from "./alter-sequence.js";
import type { ChangeWork } from "./change-work.js";
import { freeIdentityNames } from "./identity-values.js";
import { nameKey, partKey } from "./model-index.js";
import { labelsOf } from "./object-labels.js";

/** Renames tables and columns, and the sequences and NOT NULL constraints that are named after them. */
export function renameObjects(work: ChangeWork): void {
  for (const change of work.comparison.changes) {
    const { schema, table, name } = change.object;
    if (change.kind === "rename-table") {
      work.add(`ALTER TABLE ${qualified({ schema, name })}\n  RENAME TO ${quote(change.to)}`, [change]);
    } else if (change.kind === "rename-column" && !comesFromParent(work, change)) {
      const owner = qualified({ schema, name: table ?? "" });
      work.add(`ALTER TABLE ${owner}\n  RENAME COLUMN ${quote(name)} TO ${quote(change.to)}`, [change]);
    }
  }
  if (work.serverVersion >= 180000) renameNotNulls(work);
  renameSequences(work);
}

/** A column that a partition or child has from its parent is renamed with the parent's. */
function comesFromParent(work: ChangeWork, { object, to }: ChangeOf<"rename-column">): boolean {
  const table = work.before.table({ schema: object.schema, name: object.table ?? "" });
  const parents = table === undefined ? [] : work.before.parents(table);
  return parents.some((parent) =>
    work
      .of("rename-column")
      .some(
        (change) =>
          change.object.schema === parent.schema &&
          change.object.table === parent.name &&
          change.object.name === object.name &&
          change.to === to,
      ),
  );
}

/** The NOT NULL of PostgreSQL 18 keeps its name when its table or column gets another one. */
function renameNotNulls(work: ChangeWork): void {
  const { from, renamed, changes } = work.comparison;
  const tableRenames = changes.filter((change) => change.kind === "rename-table");
  const columnRenames = changes.filter((change) => change.kind === "rename-column");
  if (tableRenames.length + columnRenames.length === 0) return;
  const renames: PartRename[] = [];
  for (const [index, after] of renamed.tables.entries()) {
    const before = from.tables[index];
    const related = [...tableRenames, ...columnRenames].filter((change) => concerns(change, after.name));
    for (const [position, column] of after.columns.entries()) {
      const old = before?.columns[position];
      const isOwn =
        column.notNull === true && column.notNullOptions?.name === undefined && column.inherited !== true;
      if (before === undefined || old === undefined || !isOwn) continue;
      const oldName = notNullName(before.name, old.name);
      const newName = notNullName(after.name, column.name);
      if (oldName !== newName) renames.push(renameConstraint(after, oldName, newName, related));
    }
  }
  inFreeOrder(work, renames);
}

function concerns(change: ChangeOf<"rename-table" | "rename-column">, table: string): boolean {
  return (change.kind === "rename-table" ? change.to : change.object.table) === table;
}

function renameSequences(work: ChangeWork): void {
  const { renamed, displaced, changes } = work.sequences;
  for (const text of freeIdentityNames(work)) work.add(text, changes);
  for (const sequence of displaced) {
    work.add(ownedBy(sequence, undefined), changes);
    work.add(renameSequence(sequence.schema)(sequence.name, displacedName(sequence)), changes);
  }
  inFreeOrder(
    work,
    renamed.map(({ from, to }) => ({
      changes,
      from: from.name,
      to: to.name,
      scope: from.schema,
      sql: renameSequence(from.schema),
    })),
  );
}

function renameSequence(schema: string) {
  return (from: string, to: string) =>
    `ALTER SEQUENCE ${qualified({ schema, name: from })}\n  RENAME TO ${quote(to)}`;
}

/** The name of a sequence that has made room for another, until it is dropped. */
function displacedName({ name }: Sequence): string {
  return `tenon_left_${name}`.slice(0, 60);
}

/** What is changed of renamed sequences beside their names, and what takes a name that was left. */
export function changeRenamedSequences(work: ChangeWork): void {
  const { renamed, created, changes } = work.sequences;
  for (const { from, to } of renamed) for (const text of alterSequence(from, to)) work.add(text, changes);
  for (const sequence of created) {
    work.add(createSequence(sequence), changes);
    const object = { kind: "sequence", schema: sequence.schema, name: sequence.name } as const;
    labelsOf(work, object, sequence, changes);
  }
}

/** Drops the sequences that have made room, and gives the new ones to their columns. */
export function finishRenamedSequences(work: ChangeWork): void {
  const { displaced, created, changes } = work.sequences;
  for (const sequence of created) {
    if (sequence.ownedBy !== undefined) work.add(ownedBy(sequence, sequence.ownedBy), changes);
  }
  for (const sequence of displaced) {
    work.add(
      `DROP SEQUENCE ${qualified({ schema: sequence.schema, name: displacedName(sequence) })}`,
      changes,
    );
  }
}

/** Renames indexes and constraints, whose names share one space with each other in a schema. */
export function renameParts(work: ChangeWork): void {
  inFreeOrder(work, partRenames(work));
}

interface PartRename {
  readonly changes: readonly Change[];
  readonly from: string;
  readonly to: string;
  /** Within what a name can be taken only once. */
  readonly scope: string;
  readonly sql: (from: string, to: string) => string;
}

/** A name that is still taken by one to be renamed is waited for, and a circle goes over a name in between. */
function inFreeOrder(work: ChangeWork, renames: readonly PartRename[]): void {
  let pending = renames;
  while (pending.length > 0) {
    const taken = new Set(pending.map((item) => `${item.scope}\0${item.from}`));
    const free = pending.filter((item) => !taken.has(`${item.scope}\0${item.to}`));
    const [first] = pending;
    if (free.length > 0) {
      for (const item of free) work.add(item.sql(item.from, item.to), item.changes);
      pending = pending.filter((item) => !free.includes(item));
    } else if (first !== undefined) {
      const between = `tenon_old_${first.from}`.slice(0, 50);
      work.add(first.sql(first.from, between), first.changes);
      pending = [...pending.slice(1), { ...first, from: between }];
    }
  }
}

function renameConstraint(
  table: ObjectName,
  from: string,
  to: string,
  changes: readonly Change[],
): PartRename {
  const alter = `ALTER TABLE ${qualified(table)}`;
  const sql = (old: string, now: string) => `${alter}\n  RENAME CONSTRAINT ${quote(old)} TO ${quote(now)}`;
  return { changes, from, to, scope: nameKey(table), sql };
}

function partRenames(work: ChangeWork): readonly PartRename[] {
  const { constraints, indexes } = work.aside;
  const renames: PartRename[] = [];
  for (const change of work.of("rename-index")) {
    const { schema, table = "", name } = change.object;
    if (indexes.has(partKey({ schema, name: table }, name))) continue;
    renames.push({
      changes: [change],
      from: name,
      to: change.to,
      scope: schema,
      sql: (from, to) => `ALTER INDEX ${qualified({ schema, name: from })}\n  RENAME TO ${quote(to)}`,
    });
  }
  for (const change of work.of("rename-constraint")) {
    const { schema, table = "" } = change.object;
    const owner = { schema, name: table };
    const { name: from = "" } = change.from;
    if (constraints.has(partKey(owner, from))) continue;
    // The index behind a key takes the name of the key.
    renames.push({ ...renameConstraint(owner, from, change.to.name ?? "", [change]), scope: schema });
  }
  return renames;
}
