import { type Migration, publicVersion, VersionOrder } from "../migrations/index.js";
import { hasNothingToDo, type StartContext } from "./nothing-to-do.js";
import type { ModuleStatus } from "./status.js";
import { writtenLayout } from "./written-layout.js";

/**
 * The state of every module where everything defined is applied and the journal has no other row: then it is known without its rows being
 * read. Undefined where they have to be.
 */
export async function readSettledStatus(start: StartContext): Promise<readonly ModuleStatus[] | undefined> {
  const { catalogue, journal, modules } = start;
  if (modules.some((module) => catalogue.synced.has(module))) return undefined;
  const migrations = new Map<string, Migration[]>(modules.map((module) => [module, []]));
  for (const migration of catalogue.migrations) migrations.get(migration.module)?.push(migration);
  const defined = [...migrations.values()].reduce((sum, own) => sum + own.length, 0);
  // A row more may be of a version that failed, or of a module that this program does not know.
  if (!(await hasNothingToDo(start, { kind: "latest" })) || !(await journal.hasRows(defined)))
    return undefined;
  const order = new VersionOrder(catalogue.migrations);
  return [...migrations].map(([module, own]) => {
    const latest = order.highest(
      module,
      own.map(({ version }) => version),
    );
    const latestVersion = publicVersion(latest ?? "0");
    return {
      module,
      layout: writtenLayout(own[0]),
      state: "current",
      current: latest,
      latest,
      currentVersion: latestVersion,
      latestVersion,
      pending: [],
      applied: own.length,
      failed: [],
      changed: [],
      unknown: [],
    };
  });
}
