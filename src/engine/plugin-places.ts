import type { ListedObject } from "../dialects/index.js";
import type { PluginRules } from "../modules/index.js";

/** What a plugin may make, where, and under which names. */
export interface PluginPlaces {
  readonly rules: PluginRules;
  readonly hasSchemas: boolean;
  /** The schemas in which it may make things, on engines that have any. */
  readonly schemas: ReadonlySet<string>;
  readonly nameKey: (name: string) => string;
}

/** What is wrong with an object that a plugin leaves behind: it is of no allowed kind, or has no place or name of its own. */
export type Misplaced =
  | { readonly kind: "forbidden"; readonly hint: string }
  | { readonly kind: "elsewhere"; readonly where: string };

/** Undefined for an object that is where it should be, and for a part of a table. */
export function findMisplaced(object: ListedObject, places: PluginPlaces): Misplaced | undefined {
  const { rules, hasSchemas, schemas, nameKey } = places;
  const { kind, schema, name, table } = object;
  if (table !== undefined) return undefined;
  if (kind === "schema" && hasSchemas && name === rules.schema) return undefined;
  if (kind === "extension" && rules.extensions.includes(name)) return undefined;
  if (!CREATABLE.has(kind))
    return { kind: "forbidden", hint: `A plugin may make ${[...CREATABLE].join(", ")}.` };
  if (hasSchemas && !schemas.has(schema)) {
    return { kind: "elsewhere", where: `in schema ${schema}: its own is ${[...schemas].join(", ")}` };
  }
  const prefix = rules.prefix ?? (hasSchemas || rules.schema === undefined ? undefined : `${rules.schema}_`);
  if (prefix === undefined || nameKey(name).startsWith(prefix)) return undefined;
  return { kind: "elsewhere", where: `whose name does not begin with ${prefix}` };
}

/** Functions and the like: of one name there may be several, told apart by their arguments. */
export const ROUTINES: ReadonlySet<string> = new Set(["function", "procedure", "aggregate"]);

/** What a plugin can have; all else concerns the whole database, or acts beyond it. */
const CREATABLE: ReadonlySet<string> = new Set([
  "table",
  "view",
  "materialized view",
  "index",
  "sequence",
  "type",
  "domain",
  "function",
  "procedure",
  "aggregate",
  "statistics",
  "trigger",
  "rule",
  "policy",
]);
