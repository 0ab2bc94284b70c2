import { findHint, type HintPlace, type RenameHint } from "./rename-hint.js";
import type { ModelRules } from "./rules.js";

export interface Named {
  readonly name: string;
}

export interface Pair<T> {
  readonly from: T;
  readonly to: T;
}

export interface PairedSides<T> {
  readonly from: readonly T[];
  readonly to: readonly T[];
}

interface HintedPairs<T> {
  readonly pairs: readonly Pair<T>[];
  readonly used: readonly RenameHint[];
  /** What no hint speaks of. */
  readonly rest: PairedSides<T>;
}

/**
 * Pairs as the hints say. A name that is in use can only be taken when another hint says where its owner goes
 * (a:b with b:a, or with b: alone), so that a hint left over from an earlier change is never taken for more.
 */
export function pairByHints<T extends Named>(
  place: HintPlace,
  sides: PairedSides<T>,
  hints: readonly RenameHint[],
  rules: ModelRules,
): HintedPairs<T> {
  if (hints.length === 0) return { pairs: [], used: [], rest: sides };
  const before = new Map(sides.from.map((item) => [rules.nameKey(item.name), item]));
  const after = new Map(sides.to.map((item) => [rules.nameKey(item.name), item]));
  const given = new Map<string, { readonly hint: RenameHint; readonly target: string | undefined }>();
  for (const item of sides.from) {
    const hint = findHint(hints, place, item.name, rules);
    const target = hint?.to?.at(-1);
    if (hint !== undefined)
      given.set(rules.nameKey(item.name), {
        hint,
        target: target === undefined ? undefined : rules.nameKey(target),
      });
  }
  const targets = new Set([...given.values()].map(({ target }) => target));

  const pairs: Pair<T>[] = [];
  const dropped = new Set<T>();
  const used: RenameHint[] = [];
  for (const [key, { hint, target }] of given) {
    const source = before.get(key);
    const successor = target === undefined ? undefined : after.get(target);
    const isStale =
      target === undefined ? after.has(key) && !targets.has(key) : before.has(target) && !given.has(target);
    if (source === undefined || isStale) continue;
    if (target === undefined) dropped.add(source);
    else if (successor !== undefined) pairs.push({ from: source, to: successor });
    else continue;
    used.push(hint);
  }
  const paired = new Set(pairs.flatMap((pair) => [pair.from, pair.to]));
  const rest = {
    from: sides.from.filter((item) => !paired.has(item) && !dropped.has(item)),
    to: sides.to.filter((item) => !paired.has(item)),
  };
  return { pairs, used, rest };
}

/** Pairs what has the same name. */
export function pairByName<T extends Named>(
  sides: PairedSides<T>,
  rules: ModelRules,
): { readonly pairs: readonly Pair<T>[]; readonly rest: PairedSides<T> } {
  const after = new Map(sides.to.map((item) => [rules.nameKey(item.name), item]));
  const pairs: Pair<T>[] = [];
  const gone: T[] = [];
  for (const item of sides.from) {
    const same = after.get(rules.nameKey(item.name));
    after.delete(rules.nameKey(item.name));
    if (same === undefined) gone.push(item);
    else pairs.push({ from: item, to: same });
  }
  return { pairs, rest: { from: gone, to: [...after.values()] } };
}
