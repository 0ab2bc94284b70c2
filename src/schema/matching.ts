/** One object on both sides, or only on one. */
export type Match<T> =
  | { readonly side: "both"; readonly before: T; readonly after: T }
  | { readonly side: "before"; readonly before: T; readonly after?: undefined }
  | { readonly side: "after"; readonly before?: undefined; readonly after: T };

/** Pairs what has the same key; those of `before` in their order, then what only `after` has. */
export function matchByKey<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => string,
): Match<T>[] {
  const open = new Map(after.map((item) => [keyOf(item), item]));
  const matches: Match<T>[] = [];
  for (const item of before) {
    const partner = open.get(keyOf(item));
    open.delete(keyOf(item));
    if (partner === undefined) matches.push({ side: "before", before: item });
    else matches.push({ side: "both", before: item, after: partner });
  }
  for (const item of open.values()) matches.push({ side: "after", after: item });
  return matches;
}

/** The object as it will be, or as it was where it goes. */
export function eitherSide<T>(match: Match<T>): T {
  return match.side === "before" ? match.before : match.after;
}

/** What a part of a table is matched by. */
export interface PartKeys<T> {
  /** Undefined for a part without a name. */
  nameOf(part: T): string | undefined;
  contentOf(part: T): string;
}

/**
 * Pairs parts that need not have a name (constraints) or whose name means little (indexes): first those that
 * are equal in all, then those of the same name, then those of the same content. Parts may occur several
 * times.
 */
export function matchParts<T>(before: readonly T[], after: readonly T[], keys: PartKeys<T>): Match<T>[] {
  const contents = new Map([...before, ...after].map((part) => [part, keys.contentOf(part)]));
  const content = (part: T) => contents.get(part);
  const whole = (part: T) => `${keys.nameOf(part) ?? ""}\0${content(part)}`;
  const named = (part: T) => keys.nameOf(part);
  let rest = { before, after };
  const matches: Match<T>[] = [];
  for (const keyOf of [whole, named, content]) {
    const found = takePairs(rest.before, rest.after, keyOf);
    matches.push(...found.pairs);
    rest = found;
  }
  matches.push(...rest.before.map((item): Match<T> => ({ side: "before", before: item })));
  matches.push(...rest.after.map((item): Match<T> => ({ side: "after", after: item })));
  return matches;
}

function takePairs<T>(before: readonly T[], after: readonly T[], keyOf: (part: T) => string | undefined) {
  const open = new Map<string, T[]>();
  for (const item of after) {
    const key = keyOf(item);
    if (key !== undefined) appendTo(open, key, item);
  }
  const pairs: Match<T>[] = [];
  const taken = new Set<T>();
  const left: T[] = [];
  for (const item of before) {
    const partner = open.get(keyOf(item) ?? "\0none")?.shift();
    if (partner === undefined) left.push(item);
    else {
      pairs.push({ side: "both", before: item, after: partner });
      taken.add(partner);
    }
  }
  return { pairs, before: left, after: after.filter((item) => !taken.has(item)) };
}

/** Adds to the list that a map holds under this key. */
export function appendTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
