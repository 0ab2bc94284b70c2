import type { Change, ChangeOf } from "./change.js";
import { constraintLabel } from "./constraint-label.js";
import { dependencyOrder } from "./dependency-order.js";
import { appendTo } from "./matching.js";
import { foreignKeysOf, type NodeKind, nodeOf, type ObjectGraph, targetKey } from "./object-graph.js";
import type { OrderOptions } from "./order.js";
import type { ModelRules } from "./rules.js";

/** Puts what is needed before what needs it; foreign keys that stand in a circle are cut. */
export function orderBuilds(
  changes: readonly Change[],
  nodes: ObjectGraph,
  options: OrderOptions,
): readonly Change[] {
  const { rules } = options;
  const builds = changes.filter((change) => !change.kind.startsWith("drop-"));
  const groups = new Map<string, Change[]>();
  const single: Change[] = [];
  for (const change of builds) {
    const key = nodeOf(change, nodes, rules);
    if (key === undefined) single.push(change);
    else appendTo(groups, key, change);
  }
  const keys = [...groups.keys()].sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
  const { order, cut } = dependencyOrder(keys, {
    needs: (key) => (nodes.get(key)?.needs ?? []).filter((need) => groups.has(need)),
    prefers: (key) => {
      const isNew = groups.get(key)?.some((change) => change.kind === "create-table") ?? false;
      return isNew ? (nodes.get(key)?.keysTo ?? []).filter((to) => groups.has(to) && to !== key) : [];
    },
  });
  const ordered: Change[] = [];
  for (const key of order) {
    const group = [...(groups.get(key) ?? [])].sort(
      (a, b) => PART_ORDER.indexOf(a.kind) - PART_ORDER.indexOf(b.kind),
    );
    for (const change of group) {
      const isCut = change.kind === "create-table" && options.circularKeys === "cut";
      if (isCut) ordered.push(...cutCircularKeys(change, cut.get(key), rules));
      else ordered.push(change);
    }
  }
  return [...ordered, ...single];
}

/** Within one table: what needs less comes first; kinds that are not named here come before all others. */
const PART_ORDER: readonly string[] = [
  "create-table",
  "change-table",
  "change-column",
  "add-column",
  "reorder-columns",
  "rename-constraint",
  "change-constraint",
  "add-constraint",
  "rename-index",
  "change-index",
  "create-index",
] satisfies Change["kind"][];

function rankOf(key: string): number {
  return NODE_ORDER.indexOf(key.slice(0, key.indexOf("\0")));
}

const NODE_ORDER: readonly string[] = ["type", "sequence", "routine", "table", "view"] satisfies NodeKind[];

function cutCircularKeys(
  change: ChangeOf<"create-table">,
  targets: ReadonlySet<string> | undefined,
  rules: ModelRules,
): readonly Change[] {
  const table = change.to;
  const cut = foreignKeysOf(table).filter((key) => targets?.has(targetKey(key, rules)));
  const additions = cut.map(
    (key): Change => ({
      kind: "add-constraint",
      object: { kind: "constraint", schema: table.schema, table: table.name, name: constraintLabel(key) },
      to: key,
    }),
  );
  return [{ ...change, cut }, ...additions];
}
