/** A declared type of SQLite in its parts. */
export interface SqliteType {
  /** In capitals, white space collapsed. */
  readonly base: string;
  readonly modifiers: readonly string[];
}

export function readSqliteType(text: string): SqliteType {
  const modifiers = /\(([^)]*)\)/.exec(text)?.[1]?.split(",") ?? [];
  const base = text
    .replace(/\([^)]*\)/, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toUpperCase();
  return { base, modifiers: modifiers.map((modifier) => modifier.trim()) };
}

/**
 * The type on PostgreSQL; undefined where there is none, or where the declared type tells nothing. Integers are 64 bits wide on SQLite, and
 * a REAL always is a double. This table is described in docs/types.md.
 */
export function postgresTypeOf(type: SqliteType): string | undefined {
  return (TYPES[type.base] ?? OTHERS.find(([name]) => name.test(type.base))?.[1])?.(type.modifiers);
}

type Rule = (modifiers: readonly string[]) => string;

const plain =
  (type: string): Rule =>
  () =>
    type;

const text: Rule = ([length]) => (length === undefined ? "text" : `character varying(${length})`);

const numeric: Rule = (modifiers) => (modifiers.length === 0 ? "numeric" : `numeric(${modifiers.join(",")})`);

const timed =
  (before: string, after: string): Rule =>
  ([precision]) =>
    `${before}${precision === undefined ? "" : `(${precision})`} ${after}`;

const TYPES: Readonly<Record<string, Rule>> = {
  INT: plain("bigint"),
  INTEGER: plain("bigint"),
  BIGINT: plain("bigint"),
  INT8: plain("bigint"),
  MEDIUMINT: plain("bigint"),
  "UNSIGNED BIG INT": plain("bigint"),
  SMALLINT: plain("smallint"),
  INT2: plain("smallint"),
  TINYINT: plain("smallint"),
  REAL: plain("double precision"),
  DOUBLE: plain("double precision"),
  "DOUBLE PRECISION": plain("double precision"),
  FLOAT: plain("double precision"),
  NUMERIC: numeric,
  DECIMAL: numeric,
  BOOLEAN: plain("boolean"),
  BOOL: plain("boolean"),
  TEXT: text,
  CLOB: plain("text"),
  VARCHAR: text,
  CHAR: text,
  CHARACTER: text,
  NCHAR: text,
  NVARCHAR: text,
  "CHARACTER VARYING": text,
  "VARYING CHARACTER": text,
  "NATIVE CHARACTER": text,
  BLOB: plain("bytea"),
  DATE: plain("date"),
  DATETIME: timed("timestamp", "without time zone"),
  TIMESTAMP: timed("timestamp", "without time zone"),
  TIMESTAMPTZ: timed("timestamp", "with time zone"),
  TIME: timed("time", "without time zone"),
  TIMETZ: timed("time", "with time zone"),
  UUID: plain("uuid"),
  JSON: plain("jsonb"),
  JSONB: plain("jsonb"),
};

/** Names that no other engine has in this form, or that say more than SQLite heeds: `INT UNSIGNED`, `LONGTEXT`, `VARCHAR2(20)`. */
const OTHERS: readonly (readonly [RegExp, Rule])[] = [
  [/^(?:UNSIGNED |SIGNED )?(?:BIG |MEDIUM )?INT(?:EGER|4)?(?: UNSIGNED| SIGNED)?$/, plain("bigint")],
  [/^(?:SMALLINT|TINYINT|BIGINT)(?: UNSIGNED| SIGNED)$/, plain("bigint")],
  [/^N?VARCHAR2$/, text],
  [/^(?:TINY|MEDIUM|LONG|N)(?:TEXT|CLOB)$|^STRING$/, plain("text")],
  [/^(?:TINY|MEDIUM|LONG)BLOB$|^(?:VAR)?BINARY$/, plain("bytea")],
  [/^FLOAT[48]$|^(?:DOUBLE|REAL) UNSIGNED$/, plain("double precision")],
  [/^(?:NUMBER|DEC|FIXED)$|^(?:NUMERIC|DECIMAL) UNSIGNED$/, numeric],
  [/^CITEXT$/, plain("citext")],
];

/** The bases of all types that translate, for the documentation to be compared with. */
export const POSTGRES_RULE_BASES: readonly string[] = Object.keys(TYPES);
