import { identityOf, type ListedObject } from "../dialects/index.js";

/**
 * The objects of a database, and when each was first seen. What a look found before a rollback is told again to one that
 * goes back to an earlier moment.
 */
export class SeenObjects {
  readonly #moments = new Map<string, number>();
  #moment = 0;

  constructor(objects: readonly ListedObject[]) {
    this.add(objects);
  }

  get moment(): number {
    return this.#moment;
  }

  unseenAt(moment: number, objects: readonly ListedObject[]): readonly ListedObject[] {
    return objects.filter((object) => (this.#moments.get(identityOf(object)) ?? Infinity) > moment);
  }

  add(objects: readonly ListedObject[]): void {
    this.#moment++;
    for (const object of objects) this.#moments.set(identityOf(object), this.#moment);
  }
}
