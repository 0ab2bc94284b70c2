import type { Change } from "./change.js";
import { constraintLabel } from "./constraint-label.js";
import { dependencyOrder } from "./dependency-order.js";
import { foreignKeysOf, nodeKey, nodeOf, type ObjectGraph, targetKey } from "./object-graph.js";
import type { OrderOptions } from "./order.js";
import type { ModelRules } from "./rules.js";

export interface OrderedDrops {
  readonly changes: readonly Change[];
  /** Routines that must go before the tables and views that they depend on. */
  readonly early: ReadonlySet<Change>;
}

/** Puts what depends on something before it. */
export function orderDrops(
  changes: readonly Change[],
  nodes: ObjectGraph,
  options: OrderOptions,
): OrderedDrops {
  const { rules } = options;
  const drops = changes.filter((change) => change.kind.startsWith("drop-"));
  const gone = new Map<string, Change>();
  for (const change of drops) {
    const key = nodeOf(change, nodes, rules);
    if (key !== undefined && DROPS_A_NODE.has(change.kind)) gone.set(key, change);
  }

  const { order, cut } = dependencyOrder([...gone.keys()], {
    needs: (key) => (nodes.get(key)?.needs ?? []).filter((need) => gone.has(need)),
    prefers: (key) => (nodes.get(key)?.keysTo ?? []).filter((target) => gone.has(target) && target !== key),
  });
  const position = new Map(order.map((key, index) => [key, index]));
  const rank = (change: Change) => position.get(nodeOf(change, nodes, rules) ?? "") ?? -1;
  const inOrder = drops
    .map((change) => ({ change, rank: DROPS_A_NODE.has(change.kind) ? rank(change) : -1 }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ change }) => change);

  const early = new Set<Change>();
  // In this order whatever a routine needs has been looked at before it.
  for (const key of order) {
    const change = gone.get(key);
    if (change?.kind !== "drop-routine") continue;
    const needed = (nodes.get(key)?.needs ?? []).map((need) => gone.get(need));
    const isEarly = needed.some(
      (need) =>
        need?.kind === "drop-table" || need?.kind === "drop-view" || (need !== undefined && early.has(need)),
    );
    if (isEarly) early.add(change);
  }

  const cutKeys =
    options.circularKeys === "cut" ? drops.flatMap((change) => dropCutKeys(change, cut, rules)) : [];
  return { changes: [...cutKeys, ...inOrder], early };
}

const DROPS_A_NODE: ReadonlySet<string> = new Set([
  "drop-table",
  "drop-view",
  "drop-routine",
  "drop-sequence",
  "drop-type",
] satisfies Change["kind"][]);

/** Tables that hold each other by foreign keys can only be dropped once those keys are gone. */
function dropCutKeys(change: Change, cut: CutEdges, rules: ModelRules): readonly Change[] {
  if (change.kind !== "drop-table") return [];
  const table = change.from;
  const targets = cut.get(nodeKey("table", table, rules));
  return foreignKeysOf(table)
    .filter((key) => targets?.has(targetKey(key, rules)))
    .map((key) => ({
      kind: "drop-constraint",
      object: { kind: "constraint", schema: table.schema, table: table.name, name: constraintLabel(key) },
      from: key,
    }));
}

type CutEdges = ReadonlyMap<string, ReadonlySet<string>>;
