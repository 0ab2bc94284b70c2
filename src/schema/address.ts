import type { ModelRules } from "./rules.js";

/** The kinds of object that a model knows. */
export type ObjectKind =
  | "schema"
  | "extension"
  | "type"
  | "sequence"
  | "routine"
  | "table"
  | "column"
  | "constraint"
  | "index"
  | "view"
  | "trigger"
  | "policy"
  | "other";

/** The name of an object that stands in a schema by itself. On SQLite the schema is always `main`. */
export interface ObjectName {
  readonly schema: string;
  readonly name: string;
}

/**
 * Where an object is. Columns, constraints, indexes, triggers and policies name the table (or view) that they
 * belong to; a routine's `name` is its signature, `add(integer, integer)`; an unnamed constraint has the name
 * that tells it best to people, such as `check (age > 0)`. Names are as they are, never quoted.
 */
export interface ObjectAddress extends ObjectName {
  readonly kind: ObjectKind;
  readonly table?: string | undefined;
}

/**
 * Something that an object needs to exist, as the engine (or, on SQLite, the object's own text) tells it.
 * `columns` names the columns that are used, where that is known: changing one of them may need the object
 * taken down first.
 */
export interface Dependency extends ObjectName {
  readonly kind: "schema" | "extension" | "type" | "sequence" | "routine" | "table" | "view";
  readonly columns?: readonly string[] | undefined;
}

/** An address as people read it: `users.email`, `audit.log`; the default schema is left out. */
export function formatAddress(address: ObjectAddress): string {
  const path = [address.schema, address.table, address.name];
  if (DEFAULT_SCHEMA.has(address.schema) && address.kind !== "schema") path.shift();
  return path.filter((part, index) => part !== undefined && (index > 0 || part !== "")).join(".");
}

/** Schemas whose name is left out before people. */
export const DEFAULT_SCHEMA: ReadonlySet<string> = new Set(["", "main", "public"]);

/** A key for maps: equal for two names that the engine takes as the same. */
export function qualifiedKey(object: ObjectName, rules: Pick<ModelRules, "nameKey">): string {
  return `${rules.nameKey(object.schema)}\0${rules.nameKey(object.name)}`;
}
