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
  if (target.kind !== "latest") return false;
  // Hashed before the query: a session that closes soon after its last statement closes quicker.
  const defined = context.catalogue.digests;
  const applied = await context.journal.readDigests();
  if (applied === undefined) return false;
  const modules = target.modules ?? context.modules;
  return modules.every(
    (module) => context.catalogue.synced.has(module) || defined.get(module) === applied.get(module),
  );
}
