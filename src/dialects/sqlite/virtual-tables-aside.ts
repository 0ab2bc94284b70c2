import type { Change, Comparison } from "../../schema/index.js";
import type { PlannedStatement } from "../schema-dialect.js";
import { renderIndexAgain } from "./change-virtual-table.js";
import { quote } from "./names.js";
import { nameKey } from "./rules.js";
import type { TableWork } from "./table-work.js";

export interface VirtualTablesAside {
  readonly down: readonly PlannedStatement[];
  /** What is gone then, by keys of the names before any rename. */
  readonly gone: ReadonlySet<string>;
  readonly putBack: readonly PlannedStatement[];
}

/**
 * Virtual tables that are dropped, or built again from the table that they index, go before anything else: once
 * a column of that table is renamed they cannot be read any more, not even to be counted.
 */
export function virtualTablesAside({ changes }: Comparison, works: readonly TableWork[]): VirtualTablesAside {
  const again = works.filter(isIndexedAgain);
  const all = [
    ...changes.filter(isVirtualDrop).map((change) => ({ name: change.object.name, changes: [change] })),
    ...again.map((work) => ({ name: work.original, changes: work.changes })),
  ];
  return {
    down: all.map((each) => ({ text: `DROP TABLE ${quote(each.name)}`, changes: each.changes })),
    gone: new Set(all.map((each) => nameKey(each.name))),
    putBack: again.flatMap((work) =>
      renderIndexAgain(work.after).map((text) => ({ text, changes: work.changes })),
    ),
  };
}

export function isVirtualDrop(change: Change): boolean {
  return change.kind === "drop-table" && change.from.kind === "virtual";
}

export function isIndexedAgain({ method }: TableWork): boolean {
  return method.kind === "virtual" && method.by === "index again";
}
