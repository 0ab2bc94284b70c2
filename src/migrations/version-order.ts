import type { Migration, Version } from "./migration.js";
import { compareVersions, isRepeatable } from "./version.js";

/** The order of the versions of each module: as numbers, unless the tool that they were written for orders them otherwise. */
export class VersionOrder {
  readonly #keys = new Map<string, Map<Version, string>>();

  constructor(migrations: Iterable<Pick<Migration, "module" | "version" | "orderKey">>) {
    for (const migration of migrations) {
      const { orderKey } = migration;
      if (orderKey === undefined) continue;
      const { module, version } = migration;
      const keys = this.#keys.get(module);
      if (keys === undefined) this.#keys.set(module, new Map([[version, orderKey]]));
      else keys.set(version, orderKey);
    }
  }

  /** Negative where `a` comes first. A version that is not defined here stands where its text would. */
  compare(module: string, a: Version, b: Version): number {
    const keys = this.#keys.get(module);
    if (keys === undefined || a === b) return compareVersions(a, b);
    const [first, second] = [keys.get(a) ?? a, keys.get(b) ?? b];
    return first < second ? -1 : first > second ? 1 : compareVersions(a, b);
  }

  /** The last of these that is a number; undefined for none. */
  highest(module: string, versions: Iterable<Version>): Version | undefined {
    let top: Version | undefined;
    for (const version of versions) {
      if (isRepeatable(version)) continue;
      if (top === undefined || this.compare(module, version, top) > 0) top = version;
    }
    return top;
  }
}
