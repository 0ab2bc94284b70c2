import { describeReference, type Migration, type Version, VersionOrder } from "../migrations/index.js";
import type { MigrationId } from "./migration-graph.js";

/**
 * The migrations that cannot stay when others leave: later versions of the same module, and those that depend on
 * what leaves (that version, a later one, or the whole module), and so on. Takes and gives them in the order of
 * `orderMigrations`; what leaves is not part of the result.
 */
export function dependentsOf(
  ordered: readonly Migration[],
  leaving: readonly MigrationId[],
): readonly Migration[] {
  const order = new VersionOrder(ordered);
  const lowest = new Map<string, Version>();
  for (const each of leaving) lower(lowest, each, order);
  const named = new Set(leaving.map(describeReference));
  return ordered.filter((migration) => {
    if (named.has(describeReference(migration))) return false;
    const cannotStay = [migration, ...migration.dependsOn].some(({ module, version }) => {
      const from = lowest.get(module);
      return from !== undefined && (version === undefined || order.compare(module, version, from) >= 0);
    });
    if (cannotStay) lower(lowest, migration, order);
    return cannotStay;
  });
}

function lower(lowest: Map<string, Version>, { module, version }: MigrationId, order: VersionOrder): void {
  const known = lowest.get(module);
  if (known === undefined || order.compare(module, version, known) < 0) lowest.set(module, version);
}
