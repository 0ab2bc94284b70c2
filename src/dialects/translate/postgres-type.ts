/** A type of PostgreSQL in its parts: `character varying(20)[]` is its base, the modifiers and one dimension. */
export interface PostgresType {
  /** In the engine's own words: `integer` for `int4`. Without the schema `pg_catalog` or `public`. */
  readonly base: string;
  readonly modifiers: readonly string[];
  readonly dimensions: number;
}

/** Reads a type in any spelling: as somebody wrote it, or as `format_type` tells it. */
export function readPostgresType(text: string): PostgresType {
  const dimensions = text.match(/\[\d*\]/g)?.length ?? 0;
  const plain = text.replaceAll(/\[\d*\]/g, "").trim();
  const modifiers = /\(([^)]*)\)/.exec(plain)?.[1]?.split(",") ?? [];
  const words = plain
    .replace(/\([^)]*\)/, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const name = words.replace(/^(?:"?pg_catalog"?|"?public"?)\./i, "").replace(/^"([^".]*)"$/, "$1");
  const lower = name.toLowerCase();
  return {
    base: ALIASES[lower] ?? (KNOWN_WORDS.test(lower) ? lower : name),
    modifiers: modifiers.map((modifier) => modifier.trim()),
    dimensions,
  };
}

const KNOWN_WORDS = /^[a-z_][a-z0-9_ ]*$/;

/** https://www.postgresql.org/docs/current/datatype.html */
const ALIASES: Readonly<Record<string, string>> = {
  int: "integer",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  serial2: "smallserial",
  serial4: "serial",
  serial8: "bigserial",
  float4: "real",
  float8: "double precision",
  float: "double precision",
  decimal: "numeric",
  dec: "numeric",
  bool: "boolean",
  varchar: "character varying",
  "char varying": "character varying",
  char: "character",
  bpchar: "character",
  varbit: "bit varying",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  time: "time without time zone",
  timetz: "time with time zone",
};
