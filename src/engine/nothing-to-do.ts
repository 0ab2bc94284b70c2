import type { Connection } from "../connection/index.js";
import type { Catalogue } from "./catalogue.js";
import type { Journal } from "./journal.js";
import type { Target } from "./plan.js";

/** What tells whether there is anything to do: all that a start needs when there is not. */
export interface StartContext {
  readonly connection: Connection;
  readonly journal: Journal;
  readonly catalogue: Catalogue;
  /** The modules that the caller stands for. */
  readonly modules: readonly string[];
}

/** One query: the digests of what is applied equal those of what is defined, so nothing is pending or changed. */
export async function hasNothingToDo(context: StartContext, target: Target): Promise<boolean> {
  if (target.kind !== "latest" || (await context.connection.holdsNothing?.())) return false;
  const { catalogue, journal } = context;
  const modules = (target.modules ?? context.modules).filter((module) => !catalogue.synced.has(module));
  // Hashed before the query: a session that closes soon after its last statement closes quicker.
  const wanted = modules.map((module) => [module, catalogue.digests.get(module)] as const);
  const defined = new Map(
    wanted.flatMap(([module, digest]) => (digest === undefined ? [] : [[module, digest]])),
  );
  if (defined.size === modules.length && (await journal.hasDigests(defined))) return true;
  const applied = await journal.readDigests();
  return applied !== undefined && wanted.every(([module, digest]) => digest === applied.get(module));
}
