/** One name takes another. */
export interface NameChange {
  readonly from: string;
  readonly to: string;
}

export interface RenameStep extends NameChange {
  /** Its name before all steps. */
  readonly origin: string;
  /** The new name only makes room: nobody asked for it. */
  readonly isInterim: boolean;
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
): readonly RenameStep[] {
  const taken = new Map(existing.map((name) => [nameKey(name), name]));
  const unusable = new Set([...taken.keys(), ...renames.map((rename) => nameKey(rename.to))]);
  const origins = new Map<string, string>();
  const steps: RenameStep[] = [];
  const step = (from: string, to: string, isInterim = false) => {
    const origin = origins.get(nameKey(from)) ?? from;
    steps.push({ from, to, origin, isInterim });
    origins.set(nameKey(to), origin);
    taken.delete(nameKey(from));
    taken.set(nameKey(to), to);
  };
  const makeRoom = (name: string): string => {
    let spare = `tenon_old_${name}`;
    for (let number = 2; unusable.has(nameKey(spare)); number++) spare = `tenon_old${number}_${name}`;
    unusable.add(nameKey(spare));
    step(name, spare, true);
    return spare;
  };

  const sources = new Set(renames.map((rename) => nameKey(rename.from)));
  for (const { to } of renames) {
    const occupant = taken.get(nameKey(to));
    if (occupant !== undefined && !sources.has(nameKey(to))) makeRoom(occupant);
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
      blocked[0] = { from: makeRoom(first.from), to: first.to };
    }
    pending = blocked;
  }
  return steps;
}

/** Where each name ends up after these steps, by the key of what it was before. */
export function finalNames(
  steps: readonly RenameStep[],
  nameKey: (name: string) => string,
): ReadonlyMap<string, string> {
  return new Map(steps.map((step) => [nameKey(step.origin), step.to]));
}

/** What names that are left over at the end, only to be dropped, were before; by their keys. */
export function displacedNames(
  steps: readonly RenameStep[],
  nameKey: (name: string) => string,
): ReadonlyMap<string, string> {
  const last = new Map(steps.map((step) => [nameKey(step.origin), step]));
  const displaced = [...last.values()].filter((step) => step.isInterim);
  return new Map(displaced.map((step) => [nameKey(step.to), step.origin]));
}
