import type { ModelRules } from "../../schema/index.js";
import { type Token, tokenize, unquoteName } from "../../sql/index.js";
import { quote } from "./names.js";

/** SQLite takes two names as one when they differ only in the case of ASCII letters. */
export function nameKey(name: string): string {
  // Most names have no capitals, and thousands of them are asked for.
  return /[A-Z]/.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

/** How SQLite's names, types and texts are compared. */
export const sqliteRules: ModelRules = { nameKey, typeKey, textKey, renameColumns };

function typeKey(type: string): string {
  return type
    .trim()
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([(),]) ?/g, "$1")
    .toUpperCase();
}

/**
 * The tokens of a text as they are compared: names without quotes and case, operators in one spelling, no
 * comments, no parentheses around the whole. A name in double quotes counts as the name: wherever the same
 * text without quotes is valid, both mean the column. What follows AS keeps its case, because it is what
 * programs read as the name of a result.
 */
function textKey(text: string): string {
  const known = knownKeys.get(text);
  if (known !== undefined) return known;
  if (knownKeys.size >= MOST_KNOWN_KEYS) knownKeys.clear();
  const key = computeTextKey(text);
  knownKeys.set(text, key);
  return key;
}

/** The same few texts (defaults above all) occur in hundreds of tables. */
const knownKeys = new Map<string, string>();
const MOST_KNOWN_KEYS = 5000;

function computeTextKey(text: string): string {
  const parts: string[] = [];
  let isAlias = false;
  for (const token of tokensOf(text)) {
    parts.push(isAlias && isName(token) ? unquoteName(token, "sqlite") : tokenKey(token));
    isAlias = token.kind === "word" && token.text.toUpperCase() === "AS";
  }
  return withoutEnclosing(parts, (part) => part).join(" ");
}

function tokenKey(token: Token): string {
  switch (token.kind) {
    case "word":
    case "quoted-name":
      return nameKey(unquoteName(token, "sqlite"));
    case "number":
    case "blob":
      return token.text.toLowerCase();
    case "operator":
      return OPERATORS[token.text] ?? token.text;
    default:
      return token.text;
  }
}

const OPERATORS: Readonly<Record<string, string>> = { "==": "=", "!=": "<>" };

function renameColumns(expression: string, names: ReadonlyMap<string, string>): string {
  const tokens = tokensOf(expression);
  return replaceTokens(expression, tokens, (token, index) => {
    if (!isName(token)) return undefined;
    const renamed = names.get(nameKey(unquoteName(token, "sqlite")));
    const isFunction = tokens[index + 1]?.text === "(" && token.kind === "word";
    const isCollation = tokens[index - 1]?.text.toUpperCase() === "COLLATE";
    return renamed === undefined || isFunction || isCollation ? undefined : quote(renamed);
  });
}

/** The tokens of a text without its comments. */
export function tokensOf(text: string): readonly Token[] {
  return tokenize(text, "sqlite").filter((token) => token.kind !== "comment");
}

export type NameToken = Token & { readonly kind: "word" | "quoted-name" };

export function isName(token: Token | undefined): token is NameToken {
  return token?.kind === "word" || token?.kind === "quoted-name";
}

/** Every name that occurs in a text, as `nameKey`. More than the objects it uses, never fewer. */
export function namesIn(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const token of tokensOf(text))
    if (isName(token) || token.kind === "string") names.add(nameKey(unquoteName(token, "sqlite")));
  return names;
}

/**
 * The text of tokens as written, with some of them replaced (`""` takes one away) and comments left out;
 * white space between them is kept.
 */
export function replaceTokens(
  source: string,
  tokens: readonly Token[],
  replacement: (token: Token, index: number) => string | undefined,
): string {
  let text = "";
  let end = tokens[0]?.start ?? 0;
  for (const [index, token] of tokens.entries()) {
    const gap = source.slice(end, token.start);
    text += /^\s*$/.test(gap) ? gap : " ";
    text += replacement(token, index) ?? token.text;
    end = token.end;
  }
  return text.trim();
}

/** Takes off parentheses that enclose the whole list. */
export function withoutEnclosing<T>(items: readonly T[], textOf: (item: T) => string): readonly T[] {
  let list = items;
  while (list.length > 2 && closesAt(list, textOf) === list.length - 1) list = list.slice(1, -1);
  return list;
}

function closesAt<T>(items: readonly T[], textOf: (item: T) => string): number {
  let depth = 0;
  for (const [index, item] of items.entries()) {
    if (textOf(item) === "(") depth++;
    if (textOf(item) === ")") depth--;
    if (depth === 0) return index;
  }
  return -1;
}
