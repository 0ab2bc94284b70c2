import { TenonError } from "../errors.js";
import { describeReference, type Migration, type ModuleReference } from "../migrations/index.js";
import { compareModules } from "./compare-modules.js";
import { MigrationGraph, type MigrationId } from "./migration-graph.js";
import type { Module } from "./module.js";
import { topologicalOrder } from "./topological-order.js";

export interface OrderOptions {
  /** What is applied already: it satisfies a dependency on a module or version that is not known here. */
  readonly applied?: Iterable<MigrationId> | undefined;
}

/**
 * Orders modules: each after those that it depends on as a whole, else core before plugins, by priority, by name.
 * A dependency on one version does not order the modules; that is between their migrations.
 * @throws TenonError `DEPENDENCY_CYCLE`
 */
export function orderModules(modules: readonly Module[]): readonly Module[] {
  const ranked = [...modules].sort(compareModules);
  const indexes = new Map(ranked.map((module, index) => [module.name, index]));
  const needs = ranked.map((module) =>
    module.dependsOn
      .filter((reference) => reference.version === undefined)
      .map((reference) => indexes.get(reference.module))
      .filter((index) => index !== undefined),
  );
  const order = topologicalOrder({ size: ranked.length, needs: (node) => needs[node] ?? [] });
  const found = order.nodes.map((node) => ranked[node]).filter((module) => module !== undefined);
  if (order.kind === "order") return found;
  throw cycle(found.map((module) => ({ module: module.name })));
}

/**
 * Orders the migrations of all modules: each after the earlier versions of its module and after what it and its
 * module depend on, else core before plugins, by priority, by name. The result has the dependencies of its module
 * added to each migration. The order depends on nothing but what is given, in whatever order that is.
 *
 * @throws TenonError `DEPENDENCY_MISSING`, `DEPENDENCY_CYCLE`, `MODULE_UNKNOWN`
 */
export function orderMigrations(
  modules: readonly Module[],
  migrations: readonly Migration[],
  options: OrderOptions = {},
): readonly Migration[] {
  const graph = new MigrationGraph(orderModules(modules), migrations, options.applied ?? []);
  const order = topologicalOrder({ size: graph.nodes.length, needs: (node) => graph.needs(node) });
  const found = order.nodes.map((node) => graph.nodes[node]).filter((migration) => migration !== undefined);
  if (order.kind === "order") return found;
  throw cycle(found);
}

function cycle(nodes: readonly ModuleReference[]): TenonError {
  const ends = withoutInner(nodes);
  const names = ends.map(describeReference);
  const shown = [...names, names[0]].join(" -> ");
  return new TenonError(
    "DEPENDENCY_CYCLE",
    `The dependencies go in a circle: ${shown} (each needs the next one first).`,
    {
      where: { module: ends[0]?.module, version: ends[0]?.version },
      hint: "Take one of these dependencies out, or depend on an earlier version of a module instead of on all of it.",
      details: { cycle: names },
    },
  );
}

/** A run through the versions of one module is shown by its ends: `a@1 -> b@1 -> a@7 -> a@1`. */
function withoutInner(circle: readonly ModuleReference[]): readonly ModuleReference[] {
  if (circle.every(({ module }) => module === circle[0]?.module)) return circle.slice(0, 2);
  return circle.filter(({ module }, index) => {
    const neighbours = [circle.at(index - 1), circle[(index + 1) % circle.length]];
    return index === 0 || neighbours.some((neighbour) => neighbour?.module !== module);
  });
}
