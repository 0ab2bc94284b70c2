import type { ListedObject } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Journal } from "./journal.js";
import { bareName } from "./named-in-text.js";
import { describeObject, type Ownership } from "./ownership.js";
import type { PreparedStep } from "./prepare-step.js";

export interface OwnerRequest {
  readonly step: PreparedStep;
  readonly ownership: Ownership;
  readonly objects: readonly ListedObject[];
  readonly journal: Journal;
}

/** The end of a sentence that says whose an object is that is not the plugin's. */
export function describeOwner(
  owner: { readonly module: string; readonly version: string } | undefined,
): string {
  if (owner === undefined) return "which no module made: it is the application's own";
  return `which belongs to module ${owner.module}: its version ${owner.version} made it`;
}

export const OF_JOURNAL = "which is part of Tenon's own journal";

export const OWN_ONLY =
  "A plugin may refer to tables of others by foreign keys and read them; it makes, changes and fills only its own.";

/**
 * An error in which the server itself refuses a plugin something, with the object and its owner where its message
 * names one; any other error as it is.
 */
export function withOwner(error: TenonError, request: OwnerRequest): TenonError {
  const { step, ownership, objects, journal } = request;
  if (error.code !== "PLUGIN_FORBIDDEN" || error.details["sqlState"] === undefined) return error;
  const { module, version } = step.planned;
  const words = new Set(error.message.match(/[\w$\u0080-\uffff]+/g) ?? []);
  const known = objects.find(
    (object) => words.has(bareName(object.name)) && ownership.ownerOf(object)?.module !== module,
  );
  const isJournal = [...words].some((name) =>
    journal.holds({ kind: "table", schema: journal.address.schema, name, table: undefined }),
  );
  if (known === undefined && !isJournal) return error;
  const object = known === undefined ? `table ${journal.address.table}` : describeObject(known);
  const owner = known === undefined ? OF_JOURNAL : describeOwner(ownership.ownerOf(known));
  return new TenonError(
    "OWNERSHIP_VIOLATED",
    `The plugin's migration ${module}@${version} wants to touch ${object}, ${owner}. ${error.message} It was rolled back.`,
    {
      where: { ...error.where, object },
      hint: OWN_ONLY,
      cause: error,
      details: { ...error.details, object, owner },
    },
  );
}
