import { type Token, tokenize } from "../../sql/index.js";

/**
 * The text without the parentheses of `(a AND b) AND c`. The engine keeps `x BETWEEN 1 AND 2 AND y` as an AND in an AND and deparses it so; reading that text it makes
 * one AND of the three, and deparses that from then on.
 * https://github.com/postgres/postgres/blob/master/src/backend/parser/gram.y (makeAndExpr, makeOrExpr)
 */
export function withFlatLogic(text: string): string {
  if (!/\(\(.*\b(?:AND|OR)\b/s.test(text)) return text;
  const tokens = tokenize(text, "postgres");
  const gone = new Set<number>();
  const open: number[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "string" || token.kind === "quoted-name") continue;
    if (token.text === "(") open.push(index);
    const start = token.text === ")" ? open.pop() : undefined;
    if (start === undefined) continue;
    const word = connectorOf(tokens, start, index);
    if (word !== undefined && standsBeside(tokens, start, index, word)) gone.add(start).add(index);
  }
  if (gone.size === 0) return text;
  let result = "";
  let end = 0;
  for (const [index, token] of tokens.entries()) {
    result += text.slice(end, token.start) + (gone.has(index) ? "" : token.text);
    end = token.end;
  }
  return result + text.slice(end);
}

/** AND or OR, where a pair of parentheses holds operands of it and nothing else. */
function connectorOf(tokens: readonly Token[], start: number, end: number): string | undefined {
  let depth = 0;
  let found: string | undefined;
  for (let index = start + 1; index < end; index++) {
    const { text, kind } = tokens[index] ?? { text: "", kind: "word" };
    if (kind === "string" || kind === "quoted-name") continue;
    if (text === "(" || text === "[") depth++;
    if (text === ")" || text === "]") depth--;
    if (depth > 0) continue;
    const word = text.toUpperCase();
    if (text === "," || OTHERS.has(word)) return undefined;
    if (word !== "AND" && word !== "OR") continue;
    if (found !== undefined && found !== word) return undefined;
    found = word;
  }
  return found;
}

/** Words after which an AND may belong to something else than the parentheses. */
const OTHERS = new Set("CASE WHEN THEN ELSE END SELECT FROM WHERE BETWEEN OVER FILTER".split(" "));

function standsBeside(tokens: readonly Token[], start: number, end: number, word: string): boolean {
  const before = tokens[start - 1]?.text.toUpperCase();
  const after = tokens[end + 1]?.text.toUpperCase();
  const isFree = (text: string | undefined) =>
    text === undefined || text === "(" || text === ")" || text === word;
  return isFree(before) && isFree(after) && (before === word || after === word);
}
