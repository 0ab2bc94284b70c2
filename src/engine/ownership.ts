import { identityOf, type ListedObject, type ObjectIdentity } from "../dialects/index.js";
import type { Version } from "../migrations/index.js";

/** An object of the database and the module that made it. */
export interface OwnedObject extends ObjectIdentity {
  readonly module: string;
  /** The version that made it. */
  readonly version: Version;
}

/** Who owns what, as it stands in the journal. */
export class Ownership {
  readonly #nameKey: (name: string) => string;
  readonly #objects = new Map<string, OwnedObject>();
  readonly #byName = new Map<string, Set<OwnedObject>>();

  constructor(objects: Iterable<OwnedObject>, nameKey: (name: string) => string) {
    this.#nameKey = nameKey;
    for (const object of objects) this.add(object);
  }

  get isEmpty(): boolean {
    return this.#objects.size === 0;
  }

  all(): readonly OwnedObject[] {
    return [...this.#objects.values()];
  }

  /** Those that are none of these. */
  beyond(present: ReadonlyMap<string, ListedObject>): readonly OwnedObject[] {
    return [...this.#objects].filter(([identity]) => !present.has(identity)).map(([, object]) => object);
  }

  ownerOf(object: ObjectIdentity): OwnedObject | undefined {
    return this.#objects.get(identityOf(object));
  }

  /** All objects of this name, whatever their kind and schema. */
  named(name: string): readonly OwnedObject[] {
    return [...(this.#byName.get(this.#nameKey(name)) ?? [])];
  }

  add(object: OwnedObject): void {
    this.remove(object);
    this.#objects.set(identityOf(object), object);
    const key = this.#nameKey(object.name);
    const known = this.#byName.get(key);
    if (known === undefined) this.#byName.set(key, new Set([object]));
    else known.add(object);
  }

  remove(object: ObjectIdentity): void {
    const known = this.ownerOf(object);
    if (known === undefined) return;
    this.#objects.delete(identityOf(object));
    this.#byName.get(this.#nameKey(object.name))?.delete(known);
  }
}

/** What became of the objects of a database between two looks at it. */
export interface ObjectChanges {
  readonly created: readonly ListedObject[];
  readonly changed: readonly ListedObject[];
  readonly dropped: readonly ListedObject[];
}

export function changesBetween(
  before: readonly ListedObject[],
  after: readonly ListedObject[],
): ObjectChanges {
  const then = byIdentity(before);
  const now = byIdentity(after);
  const created: ListedObject[] = [];
  const changed: ListedObject[] = [];
  for (const [identity, object] of now) {
    const old = then.get(identity);
    if (old === undefined) created.push(object);
    else if (old.definition !== object.definition) changed.push(object);
  }
  return {
    created,
    changed,
    dropped: [...then].filter(([identity]) => !now.has(identity)).map(([, object]) => object),
  };
}

/** A list of objects by what tells each from all others; worked out once for each list. */
export function byIdentity(objects: readonly ListedObject[]): ReadonlyMap<string, ListedObject> {
  const known = IDENTITIES.get(objects);
  if (known !== undefined) return known;
  const found = new Map(objects.map((object) => [identityOf(object), object]));
  IDENTITIES.set(objects, found);
  return found;
}

const IDENTITIES = new WeakMap<readonly ListedObject[], ReadonlyMap<string, ListedObject>>();

/** `table calendar_events`, `index by_day of calendar_events`: as messages tell it. */
export function describeObject({ kind, name, table }: ObjectIdentity): string {
  return table === undefined ? `${kind} ${name}` : `${kind} ${name} of ${table}`;
}
