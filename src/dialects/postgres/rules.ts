import type { ModelRules } from "../../schema/index.js";
import { type Token, tokenize, unquoteName } from "../../sql/index.js";
import { quoteWhereNeeded } from "./deparsed-names.js";
import { withFlatLogic } from "./flat-logic.js";
import { isKeyword } from "./keywords.js";
import { canonicalType } from "./types.js";

/**
 * How PostgreSQL's names, types and texts are compared. All texts are the engine's own, so they count as they are but for
 * three things: see `withCastsPushed`, `withFlatLogic` and `withOneClock`.
 */
export const postgresRules: ModelRules = {
  nameKey: (name) => name,
  typeKey: canonicalType,
  textKey: (text) => withOneClock(withFlatLogic(withCastsPushed(text))),
  renameColumns,
};

/**
 * The engine deparses `status IN ('a', 'b')` over varchar as `(ARRAY['a'::varchar, 'b'::varchar])::text[]`, but reads that text
 * as a cast of each element and deparses it as such from then on. So a constraint that was put back once is spelled
 * in another way than one that is as it was made. This gives both the second spelling.
 * https://github.com/postgres/postgres/blob/master/src/backend/parser/parse_expr.c (transformTypeCast)
 */
export function withCastsPushed(text: string): string {
  if (!text.includes("(ARRAY[")) return text;
  const tokens = tokenize(text, "postgres");
  for (const [index, token] of tokens.entries()) {
    if (token.text !== "(" || tokens[index + 1]?.text.toUpperCase() !== "ARRAY") continue;
    const pushed = pushCast(text, tokens, index);
    if (pushed !== undefined) return withCastsPushed(pushed);
  }
  return text;
}

/**
 * `now()` and `transaction_timestamp()` are CURRENT_TIMESTAMP, and the engine keeps each as it was written:
 * https://www.postgresql.org/docs/current/functions-datetime.html#FUNCTIONS-DATETIME-CURRENT
 */
function withOneClock(text: string): string {
  if (!/\b(?:now|transaction_timestamp)\(\)/.test(text)) return text;
  const tokens = tokenize(text, "postgres");
  let result = "";
  let end = 0;
  for (const [index, token] of tokens.entries()) {
    const isClock = token.kind === "word" && (token.text === "now" || token.text === "transaction_timestamp");
    const isQualified = tokens[index - 1]?.text === ".";
    const closing = tokens[index + 2];
    if (!isClock || isQualified || tokens[index + 1]?.text !== "(" || closing?.text !== ")") continue;
    result += `${text.slice(end, token.start)}CURRENT_TIMESTAMP`;
    end = closing.end;
  }
  return result + text.slice(end);
}

/** The text with the cast of the array whose opening parenthesis is at this token given to its elements. */
function pushCast(text: string, tokens: readonly Token[], open: number): string | undefined {
  const close = closingOf(tokens, open);
  const inner = tokens[open + 2];
  if (close === undefined || inner?.text !== "[" || closingOf(tokens, open + 2) !== close - 1)
    return undefined;
  const opening = tokens[open];
  const closing = tokens[close];
  const cast = opening && closing && /^::([^[\]]+)\[\]/.exec(text.slice(closing.end));
  if (!cast) return undefined;
  const elements = elementsOf(text, tokens, open + 2, close - 1).map((element) =>
    /^ARRAY\[/.test(element) ? `(${element})::${cast[1]}[]` : `(${element})::${cast[1]}`,
  );
  const after = closing.end + cast[0].length;
  return `${text.slice(0, opening.start)}ARRAY[${elements.join(", ")}]${text.slice(after)}`;
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]" };

function closingOf(tokens: readonly Token[], open: number): number | undefined {
  const expected: string[] = [];
  for (let index = open; index < tokens.length; index++) {
    const { text, kind } = tokens[index] ?? { text: "", kind: undefined };
    if (kind === "string" || kind === "quoted-name") continue;
    const closing = CLOSING[text];
    if (closing !== undefined) expected.push(closing);
    else if (text === expected.at(-1)) {
      expected.pop();
      if (expected.length === 0) return index;
    }
  }
  return undefined;
}

function elementsOf(text: string, tokens: readonly Token[], open: number, close: number): readonly string[] {
  const elements: string[] = [];
  let start = tokens[open]?.end ?? 0;
  for (let index = open + 1; index < close; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    if (CLOSING[token.text] !== undefined) index = closingOf(tokens, index) ?? index;
    else if (token.text === ",") {
      elements.push(text.slice(start, token.start).trim());
      start = token.end;
    }
  }
  elements.push(text.slice(start, tokens[close]?.start).trim());
  return elements;
}

/** Renames columns in an expression over one table, where the engine writes them bare. */
export function renameColumns(expression: string, names: ReadonlyMap<string, string>): string {
  const tokens = tokenize(expression, "postgres");
  let result = "";
  let end = 0;
  for (const [index, token] of tokens.entries()) {
    const renamed = columnAt(tokens, index);
    const name = renamed === undefined ? undefined : names.get(renamed);
    result += expression.slice(end, token.start) + (name === undefined ? token.text : quoteWhereNeeded(name));
    end = token.end;
  }
  return result + expression.slice(end);
}

/** The name of a column, if that is what stands at this place: not a function, a type, a field or a part of one. */
function columnAt(tokens: readonly Token[], index: number): string | undefined {
  const token = tokens[index];
  if (token?.kind !== "word" && token?.kind !== "quoted-name") return undefined;
  const before = tokens[index - 1]?.text;
  const after = tokens[index + 1]?.text;
  if (before === "." || before === "::" || after === ".") return undefined;
  const name = unquoteName(token, "postgres");
  if (token.kind === "quoted-name") return name;
  const isField = before === "(" && tokens[index - 2]?.text.toUpperCase() === "EXTRACT";
  // A column whose name is a keyword stands in quotes.
  return after === "(" || isField || isKeyword(name) ? undefined : name;
}

/** Every name that stands in a text, with the name of its schema where it has one: `app.mood`. */
export function namesIn(text: string): ReadonlySet<string> {
  const tokens = tokenize(text, "postgres").filter((token) => token.kind !== "comment");
  const names = new Set<string>();
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "word" && token.kind !== "quoted-name") continue;
    const name = unquoteName(token, "postgres");
    names.add(name);
    const next = tokens[index + 2];
    const isPath = tokens[index + 1]?.text === "." && (next?.kind === "word" || next?.kind === "quoted-name");
    if (isPath) names.add(`${name}.${unquoteName(next, "postgres")}`);
  }
  return names;
}
