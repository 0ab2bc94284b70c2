import type { Change, Comparison, Table } from "../../schema/index.js";
import { alterInPlace, type InPlaceStep } from "./alter-in-place.js";
import { nameKey } from "./rules.js";

/** A table that is on both sides and not the same, and how it gets from one to the other. */
export interface TableWork {
  /** With its renames already made. */
  readonly before: Table;
  readonly after: Table;
  /** What changes in the table itself, and in its indexes. */
  readonly changes: readonly Change[];
  readonly method: TableMethod;
}

export type TableMethod =
  | { readonly kind: "in place"; readonly steps: readonly InPlaceStep[] }
  /** Made anew: all changes of a table together make one rebuild. */
  | { readonly kind: "rebuild" }
  | { readonly kind: "virtual" };

export function findTableWorks({ renamed, to, changes }: Comparison): readonly TableWork[] {
  const byTable = new Map<string, Change[]>();
  for (const change of changes) {
    const { kind, table, name } = change.object;
    if (IS_NO_WORK.has(change.kind)) continue;
    const key = nameKey(kind === "table" ? name : (table ?? ""));
    const list = byTable.get(key);
    if (list === undefined) byTable.set(key, [change]);
    else list.push(change);
  }
  const sources = new Map(renamed.tables.map((table) => [nameKey(table.name), table]));
  const works: TableWork[] = [];
  for (const after of to.tables) {
    const own = byTable.get(nameKey(after.name)) ?? [];
    const before = sources.get(nameKey(after.name));
    const isOnlyIndexes = own.every((change) => change.object.kind === "index");
    if (before === undefined || isOnlyIndexes) continue;
    works.push({ before, after, changes: own, method: methodFor(before, after, own) });
  }
  // The index of an FTS table is built from another table, which must have its new form by then.
  return works.sort((a, b) => Number(a.method.kind === "virtual") - Number(b.method.kind === "virtual"));
}

const IS_NO_WORK: ReadonlySet<string> = new Set([
  "create-table",
  "drop-table",
  "rename-table",
  "rename-column",
  "create-trigger",
  "drop-trigger",
  "change-trigger",
] satisfies Change["kind"][]);

function methodFor(before: Table, after: Table, changes: readonly Change[]): TableMethod {
  if (after.kind === "virtual") return { kind: "virtual" };
  const steps = alterInPlace(before, after, changes);
  return steps === undefined ? { kind: "rebuild" } : { kind: "in place", steps };
}
