import { type Node, readNodes } from "./expression-nodes.js";
import { Untranslatable } from "./translation.js";
import { bareNode, type NodeWords, writeNodes } from "./write-nodes.js";

export interface ToPostgresScope {
  /** The name of a column or table in its own case; undefined for what is none here. SQLite heeds no case, PostgreSQL does. */
  readonly nameOf: (name: string) => string | undefined;
  /** The type on PostgreSQL of a column that the expression may name. */
  readonly typeOf: (column: string) => string | undefined;
}

/**
 * An expression or query of SQLite in the words of PostgreSQL, as far as the two mean the same.
 * @throws Untranslatable with what has no equal there
 */
export function expressionToPostgres(text: string, scope: ToPostgresScope): string {
  return writeNodes(readNodes(text, "sqlite"), postgresWords(scope));
}

export function quoteText(value: string): string {
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return value.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}

function postgresWords(scope: ToPostgresScope): NodeWords {
  const words: NodeWords = {
    string: quoteText,
    blob: (hex) => `'\\x${hex.toLowerCase()}'::bytea`,
    name: (path) => writeName(path, scope),
    word: writeWord,
    call: (name, args) => writeCall(name, args),
    cast: (operand, type) => writeCast(operand, type, words),
    phrase: (nodes, at) =>
      truth(nodes, at, scope) ?? sameness(nodes, at) ?? pattern(nodes, at) ?? inList(nodes, at, scope, words),
  };
  return words;
}

function writeName(path: readonly string[], { nameOf }: ToPostgresScope): string {
  return path
    .map((part) => (part === "*" ? part : `"${(nameOf(part) ?? part).replaceAll('"', '""')}"`))
    .join(".");
}

function writeWord(text: string): string {
  const word = WORDS[text];
  if (word !== undefined) return word;
  if (UNKNOWN_WORDS.has(text)) throw new Untranslatable(text);
  if (!/^[A-Z_]+$/.test(text) && !OPERATORS.has(text)) throw new Untranslatable(`the operator ${text}`);
  return text;
}

/** SQLite's LIKE does not heed the case of letters. */
const WORDS: Readonly<Record<string, string>> = { "==": "=", LIKE: "ILIKE", NOTNULL: "NOTNULL" };

const UNKNOWN_WORDS = new Set(
  "GLOB MATCH REGEXP COLLATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_DATE INTERVAL AT".split(" "),
);

const OPERATORS = new Set("= <> != < > <= >= + - * / % || -> ->> & | << >> ~ , ; .".split(" "));

/** 0 and 1 beside a boolean. */
function truth(nodes: readonly Node[], at: number, { nameOf, typeOf }: ToPostgresScope) {
  const [column, operator, value] = nodes.slice(at, at + 3);
  if (column?.kind !== "name" || operator?.kind !== "text" || value?.kind !== "number") return undefined;
  const name = column.path.at(-1) ?? "";
  if (typeOf(name) !== "boolean" || !/^(?:==?|<>|!=)$/.test(operator.text) || !/^[01]$/.test(value.text))
    return undefined;
  const isTrue = (value.text === "1") === operator.text.startsWith("=");
  const written = `"${(nameOf(name) ?? name).replaceAll('"', '""')}"`;
  return { text: isTrue ? written : `NOT ${written}`, length: 3 };
}

/** IS compares any two values in SQLite. */
function sameness(nodes: readonly Node[], at: number) {
  const [is, not, next] = nodes.slice(at, at + 3);
  if (is?.kind !== "text" || is.text !== "IS") return undefined;
  const isNot = not?.kind === "text" && not.text === "NOT";
  const operand = isNot ? next : not;
  const isOfBoth = operand?.kind === "text" && /^(?:NULL|TRUE|FALSE|DISTINCT)$/.test(operand.text);
  if (isOfBoth) return undefined;
  return isNot ? { text: "IS DISTINCT FROM", length: 2 } : { text: "IS NOT DISTINCT FROM", length: 1 };
}

/** GLOB heeds the case of letters, as LIKE does here. */
function pattern(nodes: readonly Node[], at: number) {
  const [operator, text] = nodes.slice(at, at + 2);
  if (operator?.kind !== "text" || operator.text !== "GLOB" || text === undefined) return undefined;
  const value = bareNode([text]);
  if (value?.kind !== "string" || /[[\]\\]/.test(value.value))
    throw new Untranslatable("GLOB with such a pattern");
  const like = value.value.replaceAll(/[%_]/g, "\\$&").replaceAll("*", "%").replaceAll("?", "_");
  return { text: `LIKE ${quoteText(like)}`, length: 2 };
}

function inList(nodes: readonly Node[], at: number, { nameOf, typeOf }: ToPostgresScope, words: NodeWords) {
  const [column, operator, list] = nodes.slice(at, at + 3);
  if (
    column?.kind !== "name" ||
    operator?.kind !== "text" ||
    operator.text !== "IN" ||
    list?.kind !== "group"
  )
    return undefined;
  const name = column.path.at(-1) ?? "";
  if (typeOf(name) !== "boolean") return undefined;
  const values = list.parts.map((part) => {
    const [only] = part;
    if (part.length === 1 && only?.kind === "number" && /^[01]$/.test(only.text))
      return only.text === "1" ? "true" : "false";
    return writeNodes(part, words);
  });
  return { text: `"${(nameOf(name) ?? name).replaceAll('"', '""')}" IN (${values.join(", ")})`, length: 3 };
}

function writeCast(operand: readonly Node[], type: string, words: NodeWords): string {
  const target = CASTS[type.toUpperCase()];
  if (target === undefined) throw new Untranslatable(`a cast to ${type}`);
  return `CAST(${writeNodes(operand, words)} AS ${target})`;
}

/** A cast to INTEGER of text that is no number is 0 in SQLite and an error here: it is not translated. */
const CASTS: Readonly<Record<string, string>> = { TEXT: "text", REAL: "double precision" };

function writeCall(name: string, args: readonly string[]): string {
  const write = FUNCTIONS[name];
  const written = write?.(args, name);
  if (written === undefined) throw new Untranslatable(`the function ${name}()`);
  return written;
}

type Write = (args: readonly string[], name: string) => string | undefined;

const same: Write = (args, name) => `${name}(${args.join(", ")})`;
const as =
  (other: string): Write =>
  (args) =>
    `${other}(${args.join(", ")})`;
/** An aggregate; with several arguments it is another function, which takes NULL in another way there. */
const ofOne: Write = (args, name) => (args.length === 1 ? `${name}(${args[0]})` : undefined);

const FUNCTIONS: Readonly<Record<string, Write>> = {
  lower: same,
  upper: same,
  length: same,
  abs: same,
  coalesce: same,
  ifnull: as("coalesce"),
  nullif: same,
  iif: ([condition, yes, no = "NULL"]) => `CASE WHEN ${condition} THEN ${yes} ELSE ${no} END`,
  round: ([value, digits]) =>
    digits === undefined ? `round(${value})` : `round((${value})::numeric, ${digits})`,
  replace: same,
  ltrim: same,
  rtrim: same,
  trim: as("btrim"),
  substr: ([text, from = "", ...count]) =>
    /^\d+$/.test(from) && from !== "0" ? `substr(${[text, from, ...count].join(", ")})` : undefined,
  substring: ([text, from = "", ...count]) =>
    /^\d+$/.test(from) && from !== "0" ? `substr(${[text, from, ...count].join(", ")})` : undefined,
  instr: as("strpos"),
  sign: same,
  ceil: same,
  ceiling: same,
  floor: same,
  sqrt: same,
  power: same,
  pow: as("power"),
  exp: same,
  ln: same,
  mod: same,
  count: same,
  sum: same,
  avg: same,
  min: ofOne,
  max: ofOne,
  total: ([value]) => `coalesce(sum(${value}), 0)`,
  group_concat: ([value, separator = "','"]) => `string_agg((${value})::text, ${separator})`,
  row_number: same,
  rank: same,
  dense_rank: same,
  lag: same,
  lead: same,
  first_value: same,
  last_value: same,
};
