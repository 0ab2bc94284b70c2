import type { IndexPart } from "../../schema/index.js";
import { type Token, tokenize, unquoteName } from "../../sql/index.js";
import type { Engine } from "./literal.js";

/**
 * One part of an index that was given as SQL. What stands behind the expression (a collation, an operator class, a direction, the place
 * of NULLs) is told apart from it, because an expression goes into parentheses and these do not.
 */
export function readIndexPart(text: string, engine: Engine): IndexPart {
  const tokens = tokenize(text, engine).filter((token) => token.kind !== "comment");
  let rest: readonly Token[] = tokens;
  const ends = (...words: string[]): boolean =>
    rest.length > words.length &&
    words.every((word, index) => {
      const token = rest[rest.length - words.length + index];
      return token?.kind === "word" && token.text.toUpperCase() === word;
    });
  const accept = (...words: string[]): boolean => {
    if (!ends(...words)) return false;
    rest = rest.slice(0, -words.length);
    return true;
  };

  const nullsFirst = accept("NULLS", "FIRST");
  const nullsLast = !nullsFirst && accept("NULLS", "LAST");
  const descending = accept("DESC");
  if (!descending) accept("ASC");
  const found = engine === "postgres" ? splitOperatorClass(text, rest) : undefined;
  rest = found?.expression ?? rest;
  const collate = rest.findIndex((token) => isWord(token, "COLLATE"));
  const collation = collate === rest.length - 2 && collate === 1 ? rest.at(-1) : undefined;
  const [first] = rest;
  const isColumn = first !== undefined && isName(first) && (rest.length === 1 || collation !== undefined);
  const options = {
    descending: descending || undefined,
    nulls: nullsOf(descending, nullsFirst, nullsLast),
    operatorClass: found?.operatorClass,
  };
  if (isColumn)
    return {
      ...options,
      column: unquoteName(first, engine),
      collation: collation && (engine === "postgres" ? collation.text : unquoteName(collation, engine)),
    };
  return { ...options, expression: textOf(text, rest) };
}

/** Only what differs from what the direction implies is part of the model. */
export function nullsOf(descending: boolean, first: boolean, last: boolean): "first" | "last" | undefined {
  if (first) return descending ? undefined : "first";
  return last && descending ? "last" : undefined;
}

/** An operator class is a name (with parameters perhaps) that stands behind a complete operand. */
function splitOperatorClass(
  text: string,
  tokens: readonly Token[],
): { expression: readonly Token[]; operatorClass: string } | undefined {
  let start = tokens.length - 1;
  if (tokens[start]?.text === ")") start = openingOf(tokens, start) - 1;
  while (tokens[start - 1]?.text === "." && isName(tokens[start - 2])) start -= 2;
  const name = tokens[start];
  const before = tokens[start - 1];
  if (!isName(name) || before === undefined) return undefined;
  const endsOperand =
    before.text === ")" ||
    before.kind === "string" ||
    (isName(before) && !KEYWORDS.has(before.text.toUpperCase()));
  if (!endsOperand || KEYWORDS.has(name.text.toUpperCase())) return undefined;
  return { expression: tokens.slice(0, start), operatorClass: textOf(text, tokens.slice(start)) };
}

/** Words that can stand beside an operand without being an operator class, or before one without ending an operand. */
const KEYWORDS = new Set(
  "AND OR NOT IS IN LIKE ILIKE SIMILAR BETWEEN COLLATE NULL TRUE FALSE CASE WHEN THEN ELSE END AT TIME ZONE CAST AS".split(
    " ",
  ),
);

function openingOf(tokens: readonly Token[], closing: number): number {
  let depth = 0;
  for (let index = closing; index >= 0; index--) {
    if (tokens[index]?.text === ")") depth++;
    if (tokens[index]?.text === "(" && --depth === 0) return index;
  }
  return 0;
}

function isName(token: Token | undefined): token is Token {
  return token?.kind === "word" || token?.kind === "quoted-name";
}

function isWord(token: Token, word: string): boolean {
  return token.kind === "word" && token.text.toUpperCase() === word;
}

/** The text from the first of the tokens to the last, without parentheses around all of it. */
function textOf(text: string, tokens: readonly Token[]): string {
  let list = tokens;
  while (
    list.length > 2 &&
    list[0]?.text === "(" &&
    openingOf(list, list.length - 1) === 0 &&
    list.at(-1)?.text === ")"
  )
    list = list.slice(1, -1);
  return text.slice(list[0]?.start ?? 0, list.at(-1)?.end ?? 0);
}
