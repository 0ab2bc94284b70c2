import type { IndexDefinition, IndexPart } from "../../schema/index.js";
import { type Token, unquoteName } from "../../sql/index.js";
import { type ExpressionScope, expressionText, scopeOf } from "./expression-scope.js";
import { isName, nameKey, withoutEnclosing } from "./rules.js";
import { splitAtCommas, TokenCursor } from "./token-cursor.js";

/** Reads CREATE INDEX: https://sqlite.org/lang_createindex.html. `columns` are those of its table. */
export function readCreateIndex(
  sql: string,
  name: string,
  table: string,
  columns: readonly string[],
): IndexDefinition {
  const cursor = new TokenCursor(sql, `index ${name}`);
  const scope = scopeOf(sql, table, columns);
  cursor.expect("CREATE");
  const unique = cursor.accept("UNIQUE");
  cursor.expect("INDEX");
  cursor.accept("IF NOT EXISTS");
  cursor.qualifiedName();
  cursor.expect("ON");
  cursor.name();
  const parts = splitAtCommas(cursor.group()).map((tokens) => readPart(tokens, scope));
  const where = cursor.accept("WHERE") ? expressionText(cursor.rest(), scope) : undefined;
  return { name, unique, parts, where };
}

function readPart(tokens: readonly Token[], scope: ExpressionScope): IndexPart {
  const lastWord = tokens.length > 1 ? tokens.at(-1)?.text.toUpperCase() : undefined;
  const descending = lastWord === "DESC";
  const what = descending || lastWord === "ASC" ? tokens.slice(0, -1) : tokens;

  // `(a)` and `(a COLLATE NOCASE)` are the column for SQLite, not an expression.
  const bare = takeCollation(unwrap(what));
  const column = columnName(unwrap(bare.tokens), scope);
  if (column !== undefined) return { column, descending, collation: bare.collation };

  const { tokens: expression, collation } = takeCollation(what);
  // With a collation behind it an expression keeps its parentheses, or the collation would bind to its last
  // part.
  const text = collation === undefined ? expressionText(expression, scope) : textOf(expression, scope);
  return { expression: text, descending, collation };
}

function takeCollation(tokens: readonly Token[]) {
  const name =
    tokens.length > 2 && tokens.at(-2)?.text.toUpperCase() === "COLLATE" ? tokens.at(-1) : undefined;
  if (name === undefined) return { tokens, collation: undefined };
  return { tokens: tokens.slice(0, -2), collation: unquoteName(name, "sqlite") };
}

function unwrap(tokens: readonly Token[]): readonly Token[] {
  return withoutEnclosing(tokens, (token) => token.text);
}

function columnName(tokens: readonly Token[], scope: ExpressionScope): string | undefined {
  const [only, ...others] = tokens;
  if (others.length > 0 || (!isName(only) && only?.kind !== "string")) return undefined;
  const name = unquoteName(only, "sqlite");
  return scope.columns.has(nameKey(name)) ? name : undefined;
}

function textOf(tokens: readonly Token[], scope: ExpressionScope): string {
  const inner = expressionText(tokens, scope);
  return unwrap(tokens).length === tokens.length ? inner : `(${inner})`;
}
