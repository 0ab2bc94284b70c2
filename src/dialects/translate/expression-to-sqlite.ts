import { type Node, readNodes } from "./expression-nodes.js";
import { literalToSqlite, NUMBERS, quoteText } from "./literal-to-sqlite.js";
import { type PostgresType, readPostgresType } from "./postgres-type.js";
import { Untranslatable } from "./translation.js";
import { isExactText } from "./types-to-sqlite.js";
import { bareNode, type NodeWords, writeLists, writeNodes } from "./write-nodes.js";

export interface ToSqliteScope {
  /** The type of a column that the expression may name; undefined for what is no column here. */
  readonly typeOf: (column: string) => PostgresType | undefined;
  /** Schemas whose tables are in the one schema that SQLite has. */
  readonly schemas: ReadonlySet<string>;
}

/**
 * An expression or query of PostgreSQL in the words of SQLite, as far as the two mean the same.
 * @throws Untranslatable with what has no equal there
 */
export function expressionToSqlite(text: string, scope: ToSqliteScope): string {
  return writeNodes(readNodes(text, "postgres"), sqliteWords(scope));
}

function sqliteWords(scope: ToSqliteScope): NodeWords {
  const words: NodeWords = {
    string: quoteText,
    blob: (hex) => `X'${hex}'`,
    name: (path) => writeName(path, scope),
    word: writeWord,
    call: (name, args) => writeCall(name, args),
    cast: (operand, type) => writeCast(operand, readPostgresType(type), words),
    phrase: (nodes, at) => membership(nodes, at, words) ?? pattern(nodes, at),
  };
  return words;
}

function writeName(path: readonly string[], { schemas, typeOf }: ToSqliteScope): string {
  const name = path.at(-1) ?? "";
  const type = typeOf(name);
  if (type !== undefined && isExactText(type))
    throw new Untranslatable(`${name}, whose exact numbers are text there`);
  const [first = "", ...rest] = path;
  const isSchema =
    path.length === 3 || (path.length === 2 && schemas.has(first) && typeOf(rest[0] ?? "") === undefined);
  if (isSchema && !schemas.has(first)) throw new Untranslatable(`the schema ${first}`);
  return (isSchema ? rest : path).map((part) => (part === "*" ? part : quoteName(part))).join(".");
}

function writeWord(text: string): string {
  const word = WORDS[text];
  if (word !== undefined) return word;
  if (UNKNOWN_WORDS.has(text)) throw new Untranslatable(text);
  if (!/^[A-Z_]+$/.test(text) && !OPERATORS.has(text)) throw new Untranslatable(`the operator ${text}`);
  return text;
}

const WORDS: Readonly<Record<string, string>> = {
  "!~~": "NOT LIKE",
  "~~": "LIKE",
  "~~*": "LIKE",
  "!~~*": "NOT LIKE",
  ILIKE: "LIKE",
  NOTNULL: "NOT NULL",
};

const UNKNOWN_WORDS = new Set(
  "ANY SOME ALL AT INTERVAL SIMILAR LATERAL SYMMETRIC CURRENT_TIME CURRENT_TIMESTAMP CURRENT_DATE LOCALTIME LOCALTIMESTAMP FETCH".split(
    " ",
  ),
);

const OPERATORS = new Set("= <> != < > <= >= + - * / % || -> ->> & | << >> , ; .".split(" "));

/** `x = ANY (ARRAY[…])` is how the engine keeps `x IN (…)`. */
function membership(nodes: readonly Node[], at: number, words: NodeWords) {
  const [operator, quantifier, list] = nodes.slice(at, at + 3);
  if (operator?.kind !== "text" || quantifier?.kind !== "text" || list?.kind !== "group") return undefined;
  const isAny = operator.text === "=" && (quantifier.text === "ANY" || quantifier.text === "SOME");
  const isNone = operator.text === "<>" && quantifier.text === "ALL";
  const array = bareNode(list.parts[0] ?? []);
  if ((!isAny && !isNone) || array === undefined) return undefined;
  const items = array.kind === "array" ? writeLists(array.parts, words) : undefined;
  if (items === undefined) throw new Untranslatable(`${quantifier.text} of an array`);
  return { text: `${isAny ? "IN" : "NOT IN"} (${items.join(", ")})`, length: 3 };
}

/**
 * LIKE heeds the case of letters, and SQLite's does not; GLOB does: https://sqlite.org/lang_expr.html#like. A pattern without letters is the
 * same for both.
 */
function pattern(nodes: readonly Node[], at: number) {
  const [operator, text, further] = nodes.slice(at, at + 3);
  const isLike = operator?.kind === "text" && /^(?:LIKE|~~|!~~)$/.test(operator.text);
  if (!isLike || text === undefined) return undefined;
  const value = bareNode([text]);
  if (value?.kind !== "string" || (further?.kind === "text" && further.text === "ESCAPE"))
    throw new Untranslatable("LIKE with a pattern that is not plain text");
  const isNot = operator.text === "!~~";
  if (value.value.includes("\\")) throw new Untranslatable("LIKE with a backslash in its pattern");
  if (!/[A-Za-z]/.test(value.value))
    return { text: `${isNot ? "NOT LIKE" : "LIKE"} ${quoteText(value.value)}`, length: 2 };
  const glob = value.value.replaceAll(/[[*?]/g, "[$&]").replaceAll("%", "*").replaceAll("_", "?");
  return { text: `${isNot ? "NOT GLOB" : "GLOB"} ${quoteText(glob)}`, length: 2 };
}

function writeCast(operand: readonly Node[], type: PostgresType, words: NodeWords): string {
  const value = bareNode(operand);
  if (value?.kind === "string") return literalToSqlite(value.value, type);
  if (value?.kind === "array") throw new Untranslatable("an array");
  const text = writeNodes(operand, words);
  if (value?.kind === "number" && NUMBERS.has(type.base)) return value.text;
  if (type.dimensions > 0) throw new Untranslatable("an array");
  if (TEXTS.has(type.base)) return `CAST(${text} AS TEXT)`;
  if (type.base === "numeric" || type.base === "double precision" || type.base === "real")
    return `CAST(${text} AS REAL)`;
  if (type.base === "date") return `date(${text})`;
  throw new Untranslatable(`a cast to ${type.base}`);
}

const TEXTS = new Set(["text", "character varying", "character", "name"]);

function writeCall(name: string, args: readonly string[]): string {
  const write = FUNCTIONS[name];
  if (write === undefined) throw new Untranslatable(`the function ${name}()`);
  return write(args, name);
}

type Write = (args: readonly string[], name: string) => string;

const same: Write = (args, name) => `${name}(${args.join(", ")})`;
const as =
  (other: string): Write =>
  (args) =>
    `${other}(${args.join(", ")})`;

const FUNCTIONS: Readonly<Record<string, Write>> = {
  lower: same,
  upper: same,
  length: same,
  char_length: as("length"),
  character_length: as("length"),
  octet_length: same,
  abs: same,
  coalesce: same,
  nullif: same,
  round: same,
  replace: same,
  ltrim: same,
  rtrim: same,
  trim: same,
  btrim: as("trim"),
  substr: same,
  substring: (args) => {
    if (args.length !== 2 && args.length !== 3) throw new Untranslatable("substring with words in it");
    return `substr(${args.join(", ")})`;
  },
  strpos: as("instr"),
  starts_with: ([text = "", start = ""]) => `substr(${text}, 1, length(${start})) = ${start}`,
  concat: (args) => args.map((arg) => `coalesce(${arg}, '')`).join(" || "),
  mod: ([a = "", b = ""]) => `(${a} % ${b})`,
  sign: same,
  ceil: same,
  ceiling: as("ceil"),
  floor: same,
  sqrt: same,
  power: same,
  exp: same,
  ln: same,
  count: same,
  sum: same,
  avg: same,
  min: same,
  max: same,
  row_number: same,
  rank: same,
  dense_rank: same,
  lag: same,
  lead: same,
  first_value: same,
  last_value: same,
  string_agg: as("group_concat"),
  json_array_length: same,
  jsonb_array_length: as("json_array_length"),
};

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
