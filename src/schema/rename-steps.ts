/** One name takes another. */
export interface NameChange {
  readonly from: string;
  readonly to: string;
}

/**
 * Orders renames among the names that exist so that none ever meets a name that is still taken: chains (a to
 * b, b to c) from their end, circles (a to b, b to a) over a name in between, and a name that is taken by
 * something that stays under no name of its own (it is about to be dropped) is freed first.
 */
export function renameSteps(
  existing: readonly string[],
  renames: readonly NameChange[],
  nameKey: (name: string) => string,
): readonly NameChange[] {
  const taken = new Map(existing.map((name) => [nameKey(name), name]));
  const steps: NameChange[] = [];
  const step = (from: string, to: string) => {
    steps.push({ from, to });
    taken.delete(nameKey(from));
    taken.set(nameKey(to), to);
  };

  const sources = new Set(renames.map((rename) => nameKey(rename.from)));
  for (const { to } of renames) {
    const occupant = taken.get(nameKey(to));
    if (occupant !== undefined && !sources.has(nameKey(to)))
      step(occupant, spareName(occupant, taken, nameKey));
  }

  let pending = renames;
  while (pending.length > 0) {
    const blocked: NameChange[] = [];
    for (const rename of pending) {
      const onlyCase = nameKey(rename.from) === nameKey(rename.to);
      if (onlyCase || !taken.has(nameKey(rename.to))) step(rename.from, rename.to);
      else blocked.push(rename);
    }
    const [first] = blocked;
    if (first !== undefined && blocked.length === pending.length) {
      const spare = spareName(first.from, taken, nameKey);
      step(first.from, spare);
      blocked[0] = { from: spare, to: first.to };
    }
    pending = blocked;
  }
  return steps;
}

/** Where each existing name ends up after these steps. */
export function finalNames(
  steps: readonly NameChange[],
  nameKey: (name: string) => string,
): Map<string, string> {
  const origins = new Map<string, string>();
  for (const { from, to } of steps) {
    const origin = origins.get(nameKey(from)) ?? from;
    origins.delete(nameKey(from));
    origins.set(nameKey(to), origin);
  }
  const finals = new Map<string, string>();
  for (const { to } of steps) {
    const origin = origins.get(nameKey(to));
    if (origin !== undefined) finals.set(nameKey(origin), to);
  }
  return finals;
}

function spareName(
  name: string,
  taken: ReadonlyMap<string, string>,
  nameKey: (name: string) => string,
): string {
  for (let number = 1; ; number++) {
    const candidate = `tenon_old${number === 1 ? "" : number}_${name}`;
    if (!taken.has(nameKey(candidate))) return candidate;
  }
}
