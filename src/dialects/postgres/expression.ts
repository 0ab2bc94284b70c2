/**
 * An expression as the engine deparses it, without the parentheses that enclose all of it: `(age > 0)` is
 * `age > 0`, but `(a) + (b)` stays.
 */
export function withoutOuterParentheses(text: string): string {
  let inner = text.trim();
  while (inner.startsWith("(") && closingOf(inner) === inner.length - 1) inner = inner.slice(1, -1).trim();
  return inner;
}

/** Where the parenthesis at the start is closed. Quotes are skipped: they may hold parentheses. */
function closingOf(text: string): number {
  let depth = 0;
  for (const token of text.matchAll(/[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/gs)) {
    if (token[0] === "(") depth++;
    else if (token[0] === ")" && --depth === 0) return token.index;
  }
  return -1;
}
