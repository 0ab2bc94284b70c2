import { type Token, unquoteName } from "../../sql/index.js";
import { isName, nameKey, replaceTokens, withoutEnclosing } from "./rules.js";

/** The table whose columns an expression speaks of. */
export interface ExpressionScope {
  readonly source: string;
  readonly table: string;
  /** By `nameKey`, with the names of the rowid. */
  readonly columns: ReadonlySet<string>;
}

export function scopeOf(source: string, table: string, columns: readonly string[]): ExpressionScope {
  let keys: ReadonlySet<string> | undefined;
  return {
    source,
    table,
    // Few expressions ask for them.
    get columns() {
      keys ??= new Set([...columns.map(nameKey), ...ROWID_NAMES]);
      return keys;
    },
  };
}

/** https://sqlite.org/rowidtable.html */
export const ROWID_NAMES: readonly string[] = ["rowid", "_rowid_", "oid"];

/**
 * An expression as the model carries it: as written, but without enclosing parentheses and comments, and so
 * that it means the same wherever it is put. A name in double quotes that is no column is a string for SQLite
 * (https://sqlite.org/quirks.html#dblquote) and becomes one, lest a column of that name be added later; and
 * the table's own name before a column goes, because the rebuilt table has another name for a while.
 */
export function expressionText(tokens: readonly Token[], scope: ExpressionScope): string {
  const inner = withoutEnclosing(tokens, (token) => token.text);
  const isOwnTable = (token: Token | undefined) =>
    isName(token) && nameKey(unquoteName(token, "sqlite")) === nameKey(scope.table);
  return replaceTokens(scope.source, inner, (token, index) => {
    const next = inner[index + 1]?.text;
    const previous = inner[index - 1]?.text;
    if (next === "." && isOwnTable(token) && previous !== ".") return "";
    if (token.text === "." && isOwnTable(inner[index - 1]) && inner[index - 2]?.text !== ".") return "";
    return isStringInDisguise(token, next, previous, scope) ? asString(token) : undefined;
  });
}

/** A default: a literal, or an expression. A bare word other than the constants is a string. */
export function defaultText(tokens: readonly Token[], scope: ExpressionScope): string | undefined {
  const inner = withoutEnclosing(tokens, (token) => token.text);
  const [only] = inner;
  if (inner.length === 1 && only !== undefined && isName(only)) {
    const word = only.kind === "word" ? only.text.toUpperCase() : "";
    if (word === "NULL") return undefined;
    if (!CONSTANTS.has(word)) return asString(only);
  }
  // No column can be named in a default, so every name in double quotes is a string.
  return expressionText(inner, { ...scope, columns: new Set() });
}

const CONSTANTS = new Set(["TRUE", "FALSE", "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP"]);

function isStringInDisguise(
  token: Token,
  next: string | undefined,
  previous: string | undefined,
  scope: ExpressionScope,
): boolean {
  if (token.kind !== "quoted-name" || !token.text.startsWith('"')) return false;
  const isElse = next === "." || next === "(" || previous === "." || previous?.toUpperCase() === "COLLATE";
  return !isElse && !scope.columns.has(nameKey(unquoteName(token, "sqlite")));
}

function asString(token: Token): string {
  return `'${unquoteName(token, "sqlite").replaceAll("'", "''")}'`;
}
