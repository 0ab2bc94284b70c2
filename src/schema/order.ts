import { type Dependency, type ObjectName, qualifiedKey } from "./address.js";
import type { Change, ChangeOf } from "./change.js";
import { isOwnership } from "./compare-sequence.js";
import type { ForeignKey } from "./constraint.js";
import { constraintLabel } from "./constraint-label.js";
import { dependencyOrder } from "./dependency-order.js";
import { appendTo } from "./matching.js";
import type { DatabaseModel } from "./model.js";
import type { ModelRules } from "./rules.js";
import type { Table } from "./table.js";
import { signatureOf } from "./type.js";

/**
 * Puts changes into an order in which they can be made: first everything that stands in the way is taken down
 * (what depends on something goes before it), then everything is built (what is needed comes before what
 * needs it), keys between tables and triggers after all tables, and at last what nobody needs any more is
 * dropped.
 */
export function orderChanges(
  changes: readonly Change[],
  from: DatabaseModel,
  to: DatabaseModel,
  options: { readonly rules: ModelRules; readonly circularKeys: "cut" | "inline" },
): readonly Change[] {
  const { rules } = options;
  const dropped = orderDrops(changes, nodesOf(from, rules), options);
  const built = orderBuilds(changes, nodesOf(to, rules), options);
  const byPhase = new Map<string, Change[]>();
  for (const change of [...dropped.changes, ...built.changes])
    appendTo(byPhase, phaseOf(change, dropped.early), change);
  return PHASES.flatMap((phase) => byPhase.get(phase) ?? []);
}

const PHASES = [
  "give up sequences",
  "drop policies and triggers",
  "drop views",
  "drop foreign keys",
  "drop indexes",
  "drop constraints",
  "drop tables",
  "drop columns",
  "schemas and extensions",
  "build",
  "own sequences",
  "add foreign keys",
  "triggers and policies",
  "drop what is left over",
  "drop schemas and extensions",
  "labels",
] as const;
type Phase = (typeof PHASES)[number];

/** `early` are the routines that must go before the tables and views that they depend on. */
function phaseOf(change: Change, early: ReadonlySet<Change>): Phase {
  switch (change.kind) {
    case "drop-policy":
    case "drop-trigger":
      return "drop policies and triggers";
    case "drop-view":
      return "drop views";
    case "drop-index":
      return "drop indexes";
    case "drop-constraint":
      return change.from.kind === "foreign-key" ? "drop foreign keys" : "drop constraints";
    case "drop-table":
      return "drop tables";
    case "drop-column":
      return "drop columns";
    case "create-schema":
    case "create-extension":
    case "change-extension":
      return "schemas and extensions";
    case "add-constraint":
    case "change-constraint":
    case "rename-constraint":
      return change.to.kind === "foreign-key" ? "add foreign keys" : "build";
    case "change-sequence": {
      const ownership = isOwnership(change);
      if (ownership === undefined) return "build";
      return ownership === "given" ? "own sequences" : "give up sequences";
    }
    case "create-trigger":
    case "change-trigger":
    case "create-policy":
    case "change-policy":
      return "triggers and policies";
    case "drop-routine":
      return early.has(change) ? "drop views" : "drop what is left over";
    case "drop-sequence":
    case "drop-type":
      return "drop what is left over";
    case "drop-extension":
    case "drop-schema":
      return "drop schemas and extensions";
    case "change-comment":
    case "change-grants":
      return "labels";
    default:
      return "build";
  }
}

type Options = { readonly rules: ModelRules; readonly circularKeys: "cut" | "inline" };
type NodeKind = Dependency["kind"];

/** An object that stands by itself, and what it needs. */
interface Node {
  readonly key: string;
  readonly needs: readonly string[];
  /** The keys of the tables that its foreign keys name. */
  readonly keysTo: readonly string[];
}

function nodesOf(model: DatabaseModel, rules: ModelRules): ReadonlyMap<string, Node> {
  const nodes = new Map<string, Node>();
  const keyOf = (kind: NodeKind, name: ObjectName) => nodeKey(kind, name, rules);
  const needs = (list: readonly Dependency[] | undefined) =>
    (list ?? []).map((dependency) => keyOf(dependency.kind, dependency));
  const add = (key: string, list: readonly string[], keysTo: readonly string[] = []) =>
    nodes.set(key, { key, needs: list, keysTo });

  for (const type of model.types) add(keyOf("type", type), needs(type.dependsOn));
  for (const sequence of model.sequences) add(keyOf("sequence", sequence), []);
  for (const routine of model.routines)
    add(keyOf("routine", { schema: routine.schema, name: signatureOf(routine) }), needs(routine.dependsOn));
  for (const table of model.tables) {
    const parents = [
      ...(table.inherits ?? []),
      ...(table.partitionOf === undefined ? [] : [table.partitionOf]),
    ];
    const indexNeeds = table.indexes.flatMap((index) => needs(index.dependsOn));
    add(
      keyOf("table", table),
      [...needs(table.dependsOn), ...indexNeeds, ...parents.map((parent) => keyOf("table", parent))],
      foreignKeysOf(table).map((key) => targetKey(key, rules)),
    );
  }
  for (const view of model.views) add(keyOf("view", view), needs(view.dependsOn));
  return nodes;
}

function nodeKey(kind: NodeKind, name: ObjectName, rules: ModelRules): string {
  return `${kind}\0${qualifiedKey(name, rules)}`;
}

function targetKey(key: ForeignKey, rules: ModelRules): string {
  return nodeKey("table", { schema: key.references.schema, name: key.references.table }, rules);
}

function foreignKeysOf(table: Table): readonly ForeignKey[] {
  return table.constraints.filter((constraint) => constraint.kind === "foreign-key");
}

/** The key of the object by itself that a change is about or belongs to. */
function nodeOf(change: Change, rules: ModelRules): string | undefined {
  const { kind, schema, table, name } = change.object;
  switch (kind) {
    case "type":
    case "sequence":
    case "routine":
    case "table":
    case "view":
      return nodeKey(kind, { schema, name }, rules);
    case "column":
    case "constraint":
    case "index":
      return nodeKey("table", { schema, name: table ?? "" }, rules);
    default:
      return undefined;
  }
}

function orderDrops(changes: readonly Change[], nodes: ReadonlyMap<string, Node>, options: Options) {
  const { rules } = options;
  const drops = changes.filter((change) => change.kind.startsWith("drop-"));
  const gone = new Map<string, Change>();
  for (const change of drops) {
    const key = nodeOf(change, rules);
    if (key !== undefined && DROPS_A_NODE.has(change.kind)) gone.set(key, change);
  }

  const { order, cut } = dependencyOrder([...gone.keys()], {
    needs: (key) => (nodes.get(key)?.needs ?? []).filter((need) => gone.has(need)),
    prefers: (key) => (nodes.get(key)?.keysTo ?? []).filter((target) => gone.has(target) && target !== key),
  });
  const position = new Map(order.map((key, index) => [key, index]));
  const rank = (change: Change) => position.get(nodeOf(change, rules) ?? "") ?? -1;
  const inOrder = drops
    .map((change) => ({ change, rank: DROPS_A_NODE.has(change.kind) ? rank(change) : -1 }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ change }) => change);

  const early = new Set<Change>();
  const isEarly = (key: string): boolean => {
    const change = gone.get(key);
    if (change === undefined) return false;
    if (change.kind === "drop-table" || change.kind === "drop-view") return true;
    return change.kind === "drop-routine" && (nodes.get(key)?.needs ?? []).some(isEarly);
  };
  for (const [key, change] of gone) if (change.kind === "drop-routine" && isEarly(key)) early.add(change);

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

function orderBuilds(changes: readonly Change[], nodes: ReadonlyMap<string, Node>, options: Options) {
  const { rules } = options;
  const builds = changes.filter((change) => !change.kind.startsWith("drop-"));
  const groups = new Map<string, Change[]>();
  const single: Change[] = [];
  for (const change of builds) {
    const key = nodeOf(change, rules);
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
  return { changes: [...ordered, ...single] };
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
