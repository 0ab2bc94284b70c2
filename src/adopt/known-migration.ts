import { resolve } from "node:path";
import type { Migration } from "../migrations/index.js";

/** A migration of a folder as another tool knows it. */
export interface KnownMigration {
  readonly migration: Migration;
  /** What that tool's table may call it. */
  readonly ids: readonly string[];
  /** The file whose bytes its checksum is made of. */
  readonly path: string | undefined;
  /** Drizzle: the time by which it is known. */
  readonly when: number | undefined;
}

/** One that was written for Tenon, or is not in a folder, is known by its version alone. */
export function knownMigration(migration: Migration): KnownMigration {
  const { origin, file, version } = migration;
  if (origin === undefined) {
    return {
      migration,
      ids: [version],
      path: file === undefined ? undefined : resolve(file),
      when: undefined,
    };
  }
  const ids = origin.version === "" ? [origin.id] : [origin.id, origin.version];
  return { migration, ids, path: origin.up.path, when: origin.when };
}

/** Numbers are the same whatever zeros stand before them: most tables hold them as numbers. */
export function isCalled({ ids }: KnownMigration, id: string): boolean {
  return ids.some((each) => each === id || (/^[\d.]+$/.test(each) && canonical(each) === canonical(id)));
}

function canonical(id: string): string {
  return id.replaceAll(/(^|\.)0+(?=\d)/g, "$1");
}
