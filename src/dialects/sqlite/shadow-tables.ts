import type { CatalogueObjects } from "./catalogue.js";
import { nameKey } from "./rules.js";

/**
 * Which tables a virtual table (or a libSQL vector index) keeps its content in, by name: the name of the
 * owner. SQLite tells shadow tables apart only while the module is loaded, so without it everything named
 * after the virtual table counts as its own: better left alone than taken for a table of the application.
 */
export function findShadowTables(catalogue: CatalogueObjects): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const virtual = [...catalogue.tables].filter(([, table]) => table.type === "virtual").map(([name]) => name);
  const byLength = virtual.sort((a, b) => b.length - a.length);
  for (const [name, table] of catalogue.tables) {
    const owner = byLength.find((candidate) => nameKey(name).startsWith(`${nameKey(candidate)}_`));
    if (owner === undefined) continue;
    const isUnloaded = !catalogue.virtualColumns.has(owner);
    if (table.type === "shadow" || (isUnloaded && table.type === "table")) owners.set(name, owner);
  }
  for (const { type, name, sql } of catalogue.objects) {
    if (type !== "index" || sql === undefined || !/libsql_vector_idx\s*\(/i.test(sql)) continue;
    if (catalogue.tables.has(`${name}_shadow`)) owners.set(`${name}_shadow`, name);
    owners.set(VECTOR_META, name);
  }
  return owners;
}

/** libSQL keeps what it knows of vector indexes here: https://docs.turso.tech/features/ai-and-embeddings */
const VECTOR_META = "libsql_vector_meta_shadow";
