import { type Dependency, type ObjectName, qualifiedKey } from "./address.js";
import type { Change } from "./change.js";
import type { ForeignKey } from "./constraint.js";
import type { DatabaseModel } from "./model.js";
import type { ModelRules } from "./rules.js";
import type { Table } from "./table.js";
import { signatureOf } from "./type.js";

export type NodeKind = Dependency["kind"];

/** An object that stands by itself, and what it needs. */
export interface ObjectNode {
  readonly key: string;
  readonly needs: readonly string[];
  /** The keys of the tables that its foreign keys name. */
  readonly keysTo: readonly string[];
}

/** Everything in a model that stands by itself, by its key. */
export interface ObjectGraph {
  has(key: string): boolean;
  get(key: string): ObjectNode | undefined;
}

/** What an object needs is worked out when somebody asks: of all that stand in a model, few change. */
export function objectGraph(model: DatabaseModel, rules: ModelRules): ObjectGraph {
  const edges = new Map<string, () => Omit<ObjectNode, "key">>();
  const nodes = new Map<string, ObjectNode>();
  const keyOf = (kind: NodeKind, name: ObjectName) => nodeKey(kind, name, rules);
  const needs = (list: readonly Dependency[] | undefined) =>
    (list ?? []).map((dependency) => keyOf(dependency.kind, dependency));
  const add = (key: string, list: () => readonly string[], keysTo: () => readonly string[] = () => []) =>
    edges.set(key, () => ({ needs: list(), keysTo: keysTo() }));

  for (const type of model.types) add(keyOf("type", type), () => needs(type.dependsOn));
  for (const sequence of model.sequences) add(keyOf("sequence", sequence), () => []);
  for (const routine of model.routines)
    add(keyOf("routine", { schema: routine.schema, name: signatureOf(routine) }), () =>
      needs(routine.dependsOn),
    );
  for (const table of model.tables)
    add(
      keyOf("table", table),
      () => [
        ...needs(table.dependsOn),
        ...table.indexes.flatMap((index) => needs(index.dependsOn)),
        ...parentsOf(table).map((parent) => keyOf("table", parent)),
      ],
      () => foreignKeysOf(table).map((key) => targetKey(key, rules)),
    );
  for (const view of model.views) add(keyOf("view", view), () => needs(view.dependsOn));

  return {
    has: (key) => edges.has(key),
    get: (key) => {
      const known = nodes.get(key);
      const found = edges.get(key);
      if (known !== undefined || found === undefined) return known;
      const node = { key, ...found() };
      nodes.set(key, node);
      return node;
    },
  };
}

function parentsOf({ inherits, partitionOf }: Table): readonly ObjectName[] {
  return [...(inherits ?? []), ...(partitionOf === undefined ? [] : [partitionOf])];
}

export function nodeKey(kind: NodeKind, name: ObjectName, rules: ModelRules): string {
  return `${kind}\0${qualifiedKey(name, rules)}`;
}

export function targetKey(key: ForeignKey, rules: ModelRules): string {
  return nodeKey("table", { schema: key.references.schema, name: key.references.table }, rules);
}

export function foreignKeysOf(table: Table): readonly ForeignKey[] {
  return table.constraints.filter((constraint) => constraint.kind === "foreign-key");
}

/** The key of the object by itself that a change is about or belongs to. */
export function nodeOf(change: Change, graph: ObjectGraph, rules: ModelRules): string | undefined {
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
      return ownerKey({ schema, name: table ?? "" }, graph, rules);
    default:
      return undefined;
  }
}

/** Of a table, or of a materialised view that has indexes. */
function ownerKey(name: ObjectName, graph: ObjectGraph, rules: ModelRules): string {
  const view = nodeKey("view", name, rules);
  return graph.has(view) ? view : nodeKey("table", name, rules);
}
