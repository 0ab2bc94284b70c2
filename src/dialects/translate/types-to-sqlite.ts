import type { PostgresType } from "./postgres-type.js";

/** How a type of PostgreSQL is said on SQLite. */
export interface SqliteRule {
  readonly type: string;
  /** A condition that keeps to the type what SQLite itself would take; `"c"` stands for the column. */
  readonly check?: string | undefined;
  readonly collation?: string | undefined;
}

/**
 * The type on SQLite; undefined where there is none. The declared names give each column the affinity that leaves its values as they
 * are (https://sqlite.org/datatype3.html), and tell the way back. This table is described in docs/types.md.
 */
export function sqliteRule(type: PostgresType): SqliteRule | undefined {
  if (type.dimensions > 0) return { type: "text", check: `json_valid("c") AND json_type("c") = 'array'` };
  return TYPES[type.base]?.(type.modifiers);
}

type Rule = (modifiers: readonly string[]) => SqliteRule | undefined;

const plain =
  (type: string, check?: string): Rule =>
  () => ({ type, check });

const json = plain("text", `json_valid("c")`);

/** SQLite counts no length, so a check does. */
const sized =
  (name: string, unsized: string, comparison: "<=" | "="): Rule =>
  ([length]) =>
    length === undefined
      ? { type: unsized }
      : { type: name === "text" ? name : `${name}(${length})`, check: `length("c") ${comparison} ${length}` };

const timed =
  (name: string): Rule =>
  ([precision]) => ({ type: precision === undefined ? name : `${name}(${precision})` });

const embedding: Rule = ([dimensions]) => ({
  type: "text",
  check:
    dimensions === undefined
      ? `json_valid("c") AND json_type("c") = 'array'`
      : `json_valid("c") AND json_array_length("c") = ${dimensions}`,
});

/** A REAL is exact to 15 digits: https://sqlite.org/floatingpoint.html; more are kept as text. */
const MOST_EXACT_DIGITS = 15;

/** Whether the numbers of a type are kept as text, so that none of their digits is lost. */
export function isExactText({ base, modifiers, dimensions }: PostgresType): boolean {
  return base === "numeric" && dimensions === 0 && !(Number(modifiers[0]) <= MOST_EXACT_DIGITS);
}

const numeric: Rule = (modifiers) =>
  isExactText({ base: "numeric", modifiers, dimensions: 0 })
    ? { type: "text" }
    : { type: `numeric(${modifiers.join(", ")})` };

const TYPES: Readonly<Record<string, Rule>> = {
  smallint: plain("smallint"),
  integer: plain("integer"),
  bigint: plain("bigint"),
  // A number of 32 bits without a sign, which no type of SQLite's own is.
  oid: plain("bigint", `"c" BETWEEN 0 AND 4294967295`),
  real: plain("real"),
  "double precision": plain("double precision"),
  numeric,
  boolean: plain("boolean", `"c" IN (0, 1)`),
  text: plain("text"),
  "character varying": sized("varchar", "text", "<="),
  // A length of 1 is what the type has without one.
  character: (modifiers) => sized("char", "text", "<=")(modifiers.length === 0 ? ["1"] : modifiers),
  name: plain("text"),
  citext: () => ({ type: "text", collation: "NOCASE" }),
  uuid: plain("uuid"),
  bytea: plain("blob"),
  json,
  jsonb: json,
  date: plain("date"),
  "timestamp without time zone": timed("timestamp"),
  "timestamp with time zone": timed("timestamptz"),
  "time without time zone": timed("time"),
  "time with time zone": timed("timetz"),
  interval: plain("text"),
  inet: plain("text"),
  cidr: plain("text"),
  macaddr: plain("text"),
  macaddr8: plain("text"),
  xml: plain("text"),
  bit: (modifiers) => sized("text", "text", "=")(modifiers.length === 0 ? ["1"] : modifiers),
  "bit varying": sized("text", "text", "<="),
  vector: embedding,
  halfvec: embedding,
};

/** The bases of all types that translate, for the documentation to be compared with. */
export const SQLITE_RULE_BASES: readonly string[] = Object.keys(TYPES);
