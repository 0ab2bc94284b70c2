import { tokenize } from "../../sql/index.js";

/** A type's name taken apart. */
export interface TypeName {
  /** As the engine writes it: `character varying`, `timestamp with time zone`, `app.mood`, quoted where needed. */
  readonly base: string;
  /** The modifiers: `["10", "2"]` of `numeric(10,2)`. */
  readonly modifiers: readonly string[];
  readonly isArray: boolean;
}

/** The type as `format_type` writes it: `int4` is `integer`, `varchar(20)` is `character varying(20)`. */
export function canonicalType(text: string): string {
  const known = canonical.get(text);
  if (known !== undefined) return known;
  const result = writeType(parseType(text));
  if (canonical.size < MOST_REMEMBERED) canonical.set(text, result);
  return result;
}

/** A database has few types and many columns. */
const canonical = new Map<string, string>();
const MOST_REMEMBERED = 10_000;

export function parseType(text: string): TypeName {
  const words: string[] = [];
  const modifiers: string[] = [];
  let depth = 0;
  let isArray = false;
  let end = -1;
  for (const token of tokenize(text, "postgres")) {
    if (token.text === "[") isArray = true;
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
    else if (token.text === "[" || token.text === "]" || token.text === "," || isArray) continue;
    else if (depth > 0) modifiers.push(token.text);
    else {
      const word = token.kind === "word" ? token.text.toLowerCase() : token.text;
      // A path (app . mood) stays together, words (double precision) stay apart.
      const joins = word === "." || words.at(-1)?.endsWith(".") === true || token.start === end;
      if (joins && words.length > 0) words.push((words.pop() ?? "") + word);
      else words.push(word);
    }
    end = token.end;
  }
  if (words.at(-1) === "array" && words.length > 1) {
    words.pop();
    isArray = true;
  }
  return { ...named(words.join(" ").replace(/^pg_catalog\./, ""), modifiers), isArray };
}

export function writeType({ base, modifiers, isArray }: TypeName): string {
  const list = modifiers.length === 0 ? "" : `(${modifiers.join(",")})`;
  // https://www.postgresql.org/docs/current/datatype-datetime.html: the precision stands in the middle.
  const zone = /^(timestamp|time) (with|without) time zone$/.exec(base);
  const name = zone ? `${zone[1]}${list} ${zone[2]} time zone` : `${base}${list}`;
  return isArray ? `${name}[]` : name;
}

/** The name of the type itself, without modifiers and brackets. */
export function baseOf(type: string): string {
  return parseType(type).base;
}

type Named = Pick<TypeName, "base" | "modifiers">;

function named(name: string, modifiers: readonly string[]): Named {
  const base = ALIASES[name] ?? name;
  switch (base) {
    case "numeric":
      return { base, modifiers: modifiers.length === 1 ? [...modifiers, "0"] : modifiers };
    case "character":
    case "bit":
      return { base, modifiers: modifiers.length === 0 ? ["1"] : modifiers };
    case "float":
      return { base: Number(modifiers[0] ?? 53) < 25 ? "real" : "double precision", modifiers: [] };
    default:
      return { base, modifiers };
  }
}

/** https://www.postgresql.org/docs/current/datatype.html */
const ALIASES: Readonly<Record<string, string>> = {
  int: "integer",
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  float4: "real",
  float8: "double precision",
  decimal: "numeric",
  dec: "numeric",
  bool: "boolean",
  varchar: "character varying",
  "char varying": "character varying",
  "national character varying": "character varying",
  "nchar varying": "character varying",
  char: "character",
  nchar: "character",
  "national character": "character",
  "national char": "character",
  varbit: "bit varying",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
  time: "time without time zone",
  timetz: "time with time zone",
};
