export interface Edges {
  /** What must come before. */
  needs(key: string): readonly string[];
  /** What should come before; cut where that is impossible. */
  prefers(key: string): readonly string[];
}

export interface DependencyOrder {
  readonly order: readonly string[];
  /** For each key the preferred ones that come later, because they stand in a circle. */
  readonly cut: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Sorts keys so that what is needed comes first; otherwise they keep their order. Needs that go in a circle,
 * which an engine does not let anyone create, are followed as far as they go. Without recursion: a chain may
 * be as long as there are tables.
 */
export function dependencyOrder(keys: readonly string[], edges: Edges): DependencyOrder {
  const order: string[] = [];
  const done = new Set<string>();
  const open = new Set<string>();
  const cut = new Map<string, Set<string>>();

  for (const root of keys) {
    const path: { readonly key: string; readonly rest: string[] }[] = [];
    const visit = (key: string) => {
      open.add(key);
      path.push({ key, rest: [...edges.needs(key), ...edges.prefers(key)].reverse() });
    };
    if (!done.has(root)) visit(root);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const next = step.rest.pop();
      if (next === undefined) {
        path.pop();
        open.delete(step.key);
        done.add(step.key);
        order.push(step.key);
      } else if (!done.has(next) && !open.has(next)) visit(next);
    }
  }

  const position = new Map(order.map((key, index) => [key, index]));
  for (const [index, key] of order.entries()) {
    const later = edges.prefers(key).filter((target) => (position.get(target) ?? -1) > index);
    if (later.length > 0) cut.set(key, new Set(later));
  }
  return { order, cut };
}
