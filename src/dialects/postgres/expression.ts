/**
 * An expression as the engine deparses it, without the parentheses that enclose all of it: `(age > 0)` is
 * `age > 0`, but `(a) + (b)` stays.
 */
export function withoutOuterParentheses(text: string): string {
  let inner = text.trim();
  while (inner.startsWith("(") && closingOf(inner) === inner.length - 1) inner = inner.slice(1, -1).trim();
  return inner;
}

/**
 * An expression as DEFAULT takes it: more than a constant, a cast of one or a call needs parentheses.
 * https://www.postgresql.org/docs/current/sql-createtable.html
 */
export function defaultExpression(expression: string): string {
  if (/^(?:[\w.]+|'(?:[^'\\]|'')*')(?:::[\w. "]+(?:\(\d+(?:,\d+)?\))?(?:\[\])?)?$/.test(expression))
    return expression;
  const call = /^[\w."]+(?=\()/.exec(expression);
  const isCall =
    call !== null && closingOf(expression.slice(call[0].length)) === expression.length - call[0].length - 1;
  return isCall ? expression : `(${expression})`;
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
