import type { Change, ChangeOf } from "../../../schema/index.js";
import { notNullName, qualified, quote } from "../names.js";
import { alterSequence } from "./alter-sequence.js";
import type { ChangeWork } from "./change-work.js";
import { partKey } from "./model-index.js";

/** Renames tables and columns, and the sequences and NOT NULL constraints that are named after them. */
export function renameObjects(work: ChangeWork): void {
  for (const change of work.comparison.changes) {
    const { schema, table, name } = change.object;
    if (change.kind === "rename-table") {
      work.add(`ALTER TABLE ${qualified({ schema, name })}\n  RENAME TO ${quote(change.to)}`, [change]);
    } else if (change.kind === "rename-column") {
      const owner = qualified({ schema, name: table ?? "" });
      work.add(`ALTER TABLE ${owner}\n  RENAME COLUMN ${quote(name)} TO ${quote(change.to)}`, [change]);
    }
  }
  if (work.serverVersion >= 180000) renameNotNulls(work);
  renameSequences(work);
}

/** The NOT NULL of PostgreSQL 18 keeps its name when its table or column gets another one. */
function renameNotNulls(work: ChangeWork): void {
  const { from, renamed, changes } = work.comparison;
  const tableRenames = changes.filter((change) => change.kind === "rename-table");
  const columnRenames = changes.filter((change) => change.kind === "rename-column");
  if (tableRenames.length + columnRenames.length === 0) return;
  for (const [index, after] of renamed.tables.entries()) {
    const before = from.tables[index];
    for (const [position, column] of after.columns.entries()) {
      const old = before?.columns[position];
      const isOwn =
        column.notNull === true && column.notNullOptions?.name === undefined && column.inherited !== true;
      if (before === undefined || old === undefined || !isOwn) continue;
      const oldName = notNullName(before.name, old.name);
      const newName = notNullName(after.name, column.name);
      if (oldName === newName) continue;
      work.add(
        `ALTER TABLE ${qualified(after)}\n  RENAME CONSTRAINT ${quote(oldName)} TO ${quote(newName)}`,
        [...tableRenames, ...columnRenames].filter((change) => concerns(change, after.name)),
      );
    }
  }
}

function concerns(change: ChangeOf<"rename-table" | "rename-column">, table: string): boolean {
  return (change.kind === "rename-table" ? change.to : change.object.table) === table;
}

function renameSequences(work: ChangeWork): void {
  for (const { from, to, changes } of work.sequenceRenames) {
    if (from.name !== to.name) {
      work.add(`ALTER SEQUENCE ${qualified(from)}\n  RENAME TO ${quote(to.name)}`, changes);
    }
    if (from.schema !== to.schema) {
      const moved = qualified({ schema: from.schema, name: to.name });
      work.add(`ALTER SEQUENCE ${moved}\n  SET SCHEMA ${quote(to.schema)}`, changes);
    }
  }
}

/** What is changed of a renamed sequence beside its name. */
export function changeRenamedSequences(work: ChangeWork): void {
  for (const { from, to, changes } of work.sequenceRenames) {
    for (const text of alterSequence(from, to)) work.add(text, changes);
  }
}

/**
 * Renames indexes and constraints, whose names share one space with each other in a schema: a name that is still taken by
 * one to be renamed is waited for, and a circle goes over a name in between.
 */
export function renameParts(work: ChangeWork): void {
  let pending = partRenames(work);
  while (pending.length > 0) {
    const taken = new Set(pending.map((item) => partKey(item.scope, item.from)));
    const free = pending.filter((item) => !taken.has(partKey(item.scope, item.to)));
    const [first] = pending;
    if (free.length > 0) {
      for (const item of free) work.add(item.sql(item.from, item.to), [item.change]);
      pending = pending.filter((item) => !free.includes(item));
    } else if (first !== undefined) {
      const between = `tenon_old_${first.from}`.slice(0, 50);
      work.add(first.sql(first.from, between), [first.change]);
      pending = [...pending.slice(1), { ...first, from: between }];
    }
  }
}

interface PartRename {
  readonly change: Change;
  readonly from: string;
  readonly to: string;
  readonly scope: { readonly schema: string; readonly name: string };
  readonly sql: (from: string, to: string) => string;
}

function partRenames(work: ChangeWork): readonly PartRename[] {
  const indexes = work.of("rename-index").map((change): PartRename => {
    const { schema, name } = change.object;
    return {
      change,
      from: name,
      to: change.to,
      scope: { schema, name: "" },
      sql: (from, to) => `ALTER INDEX ${qualified({ schema, name: from })}\n  RENAME TO ${quote(to)}`,
    };
  });
  const constraints = work.of("rename-constraint").map((change): PartRename => {
    const { schema, table = "" } = change.object;
    const owner = qualified({ schema, name: table });
    return {
      change,
      from: change.from.name ?? "",
      to: change.to.name ?? "",
      scope: { schema, name: "" },
      sql: (from, to) => `ALTER TABLE ${owner}\n  RENAME CONSTRAINT ${quote(from)} TO ${quote(to)}`,
    };
  });
  const isAside = (item: PartRename) => {
    const { schema, table = "" } = item.change.object;
    const key = partKey({ schema, name: table }, item.from);
    return work.aside.constraints.has(key) || work.aside.indexes.has(key);
  };
  return [...indexes, ...constraints].filter((item) => !isAside(item));
}
