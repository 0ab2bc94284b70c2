import type { ChangeOf, Column, Table } from "../../../schema/index.js";
import type { ModelIndex } from "./model-index.js";

/** One table on both sides. */
export interface TableWork {
  readonly before: Table;
  readonly after: Table;
  readonly from: ModelIndex;
  readonly to: ModelIndex;
}

/** Whether a column comes to its table from a parent, on both sides: then it is added, retyped and dropped there. */
export function followsParent(column: Column, { before, after, from, to }: TableWork): boolean {
  const isIn = (parents: readonly Table[]) =>
    parents.some((parent) => parent.columns.some((candidate) => candidate.name === column.name));
  const parents = to.parents(after);
  const wasChild = from.parents(before).some((parent) => parents.some((item) => item.name === parent.name));
  return wasChild && isIn(parents);
}

/** The differences that are made here and not on a parent. */
export function ownDifferences(change: ChangeOf<"change-column">, work: TableWork): ReadonlySet<string> {
  const differences = new Set(change.differences);
  differences.delete("inherited");
  if (!followsParent(change.to, work)) return differences;
  for (const property of ["type", "collation", "generated", "identity"]) differences.delete(property);
  const parentChanges = work.to.parents(work.after).some((parent) => {
    const target = parent.columns.find((column) => column.name === change.to.name);
    const source = work.from.table(parent)?.columns.find((column) => column.name === change.to.name);
    return target?.notNull === change.to.notNull && source?.notNull !== target?.notNull;
  });
  if (parentChanges) differences.delete("notNull");
  return differences;
}
