import type { Change, Comparison, Table } from "../../schema/index.js";
import { alterInPlace, type InPlaceStep } from "./alter-in-place.js";
import { type VirtualMethod, virtualMethod } from "./change-virtual-table.js";
import { nameKey } from "./rules.js";

/** A table that is on both sides and not the same, and how it gets from one to the other. */
export interface TableWork {
  /** Its name before any rename. */
  readonly original: string;
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
  | { readonly kind: "virtual"; readonly by: VirtualMethod };

export function findTableWorks({ from, renamed, to, changes }: Comparison): readonly TableWork[] {
  const byTable = new Map<string, Change[]>();
  for (const change of changes) {
    const { kind, table, name } = change.object;
    if (IS_NO_WORK.has(change.kind)) continue;
    const key = nameKey(kind === "table" ? name : (table ?? ""));
    const list = byTable.get(key);
    if (list === undefined) byTable.set(key, [change]);
    else list.push(change);
  }
  // Both lists keep their order when names change, so the same place is the same table.
  const sources = new Map(renamed.tables.map((table, index) => [nameKey(table.name), { table, index }]));
  const works: TableWork[] = [];
  for (const after of to.tables) {
    const own = byTable.get(nameKey(after.name)) ?? [];
    const source = sources.get(nameKey(after.name));
    const isOnlyIndexes = own.every((change) => change.object.kind === "index");
    if (source === undefined || isOnlyIndexes) continue;
    const { table: before, index } = source;
    const original = from.tables[index]?.name ?? before.name;
    works.push({ original, before, after, changes: own, method: methodFor(before, after, own) });
  }
  return works;
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
  if (after.kind === "virtual") return { kind: "virtual", by: virtualMethod(before, after) };
  const steps = alterInPlace(before, after, changes);
  return steps === undefined ? { kind: "rebuild" } : { kind: "in place", steps };
}
