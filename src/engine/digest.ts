import type { Version } from "../migrations/index.js";

// Not imported: for an import Node looks at all that a module offers, and so loads the cryptography of the web with this one.
const { hash } = process.getBuiltinModule("node:crypto");

/** A short digest of all applied migrations of each module. */
export type Digests = ReadonlyMap<string, string>;

/** What of a migration decides whether there is something to do. */
export interface DigestInput {
  readonly module: string;
  readonly version: Version;
  readonly checksum: string | null;
}

/**
 * Digests of a set of migrations, by module, independent of their order. Equal digests of what is defined and of
 * what is applied mean that nothing is pending and nothing was changed.
 */
export function digestsOf(migrations: Iterable<DigestInput>): Digests {
  const lines = new Map<string, string[]>();
  for (const migration of migrations) {
    const { module } = migration;
    const line = lineOf(migration);
    const known = lines.get(module);
    if (known === undefined) lines.set(module, [line]);
    else known.push(line);
  }
  return new Map([...lines].map(([module, entries]) => [module, digest(entries.sort().join("\n"))]));
}

/**
 * The digest of one module's migrations; undefined for none. Known again for a list that was seen before: a folder that has not changed
 * is the same list for every database.
 */
export function digestOf(migrations: readonly DigestInput[]): string | undefined {
  if (migrations.length === 0) return undefined;
  const known = DIGESTS.get(migrations) ?? digest(migrations.map(lineOf).sort().join("\n"));
  DIGESTS.set(migrations, known);
  return known;
}

const DIGESTS = new WeakMap<readonly DigestInput[], string>();

function lineOf({ version, checksum }: DigestInput): string {
  return `${version}:${checksum ?? ""}`;
}

function digest(text: string): string {
  return hash("sha256", text, "base64url").slice(0, 27);
}

/** Digests as they stand beside the journal, with the number of rows that they were made from. */
export function parseStoredDigests(value: string): { total: number; modules: Digests } {
  try {
    const stored: unknown = JSON.parse(value);
    if (typeof stored === "object" && stored !== null && "total" in stored && "modules" in stored) {
      return { total: Number(stored.total), modules: new Map(Object.entries(Object(stored.modules))) };
    }
  } catch {
    // Falls through: a value that cannot be read is as good as none, all rows are read instead.
  }
  return { total: -1, modules: new Map() };
}
