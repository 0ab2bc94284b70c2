import { hasNothingToDo, type StartContext } from "../engine/index.js";
import { publicVersion } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { MigrateResult } from "./migrate-latest.js";

/**
 * What a run to the latest version gives where there is nothing to do, for one query and without what plans and runs being loaded;
 * undefined where there is something to do, or where one query does not tell.
 */
export async function resultWhenUpToDate(
  start: StartContext,
  modules: readonly Module[],
): Promise<MigrateResult | undefined> {
  const { connection, catalogue } = start;
  // A run refuses a connection that is in a transaction, also where it would do nothing.
  if (connection.inTransaction || modules.some(({ name }) => catalogue.synced.has(name))) return undefined;
  if (!(await hasNothingToDo(start, { kind: "latest" }))) return undefined;
  return {
    steps: [],
    versions: Object.fromEntries(
      modules.map(({ name }) => [name, publicVersion(catalogue.latest.get(name) ?? "0")]),
    ),
  };
}
