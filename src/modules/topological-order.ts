import { RankedQueue } from "./ranked-queue.js";

/** Nodes, numbered from 0 in the order in which they come while nothing needs another order. */
export interface Graph {
  readonly size: number;
  /** The nodes that must come before this one. */
  readonly needs: (node: number) => readonly number[];
}

export type TopologicalOrder =
  | { readonly kind: "order"; readonly nodes: readonly number[] }
  /** Each node needs the next one, and the last needs the first. */
  | { readonly kind: "cycle"; readonly nodes: readonly number[] };

/**
 * Orders nodes so that each comes after what it needs. Always the free node with the lowest number is next: so the
 * order depends on the graph alone, and a node that nothing needs never changes the order of the others.
 * https://en.wikipedia.org/wiki/Topological_sorting#Kahn's_algorithm
 */
export function topologicalOrder({ size, needs }: Graph): TopologicalOrder {
  const open = new Array<number>(size).fill(0);
  const neededBy = Array.from({ length: size }, (): number[] => []);
  for (let node = 0; node < size; node++) {
    const needed = new Set(needs(node));
    open[node] = needed.size;
    for (const each of needed) neededBy[each]?.push(node);
  }
  const free = new RankedQueue();
  for (let node = 0; node < size; node++) if (open[node] === 0) free.push(node);
  const nodes: number[] = [];
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    nodes.push(node);
    for (const next of neededBy[node] ?? []) {
      const left = (open[next] ?? 0) - 1;
      open[next] = left;
      if (left === 0) free.push(next);
    }
  }
  if (nodes.length === size) return { kind: "order", nodes };
  const isLeft = (node: number) => (open[node] ?? 0) > 0;
  return {
    kind: "cycle",
    nodes: findCycle(
      needs,
      open.findIndex((_, node) => isLeft(node)),
      isLeft,
    ),
  };
}

/** Every node that is left needs another one that is left: following them must come back to where it was. */
function findCycle(needs: Graph["needs"], start: number, isLeft: (node: number) => boolean): number[] {
  const path: number[] = [];
  const places = new Map<number, number>();
  let node = start;
  while (!places.has(node)) {
    places.set(node, path.length);
    path.push(node);
    node = lowest(needs(node).filter(isLeft));
  }
  const cycle = path.slice(places.get(node));
  const first = cycle.indexOf(lowest(cycle));
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

function lowest(nodes: readonly number[]): number {
  return nodes.reduce((a, b) => Math.min(a, b));
}
