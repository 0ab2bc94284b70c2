import type { IndexDefinition, IndexPart } from "../../schema/index.js";
import { type Token, unquoteName } from "../../sql/index.js";
import { type ExpressionScope, expressionText, scopeOf } from "./expression-scope.js";
import { isName, nameKey } from "./rules.js";
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
  let list = tokens;
  const lastWord = () => list.at(-1)?.text.toUpperCase();
  const descending = lastWord() === "DESC" && list.length > 1;
  if (list.length > 1 && (descending || lastWord() === "ASC")) list = list.slice(0, -1);
  const collationToken =
    list.length > 2 && list.at(-2)?.text.toUpperCase() === "COLLATE" ? list.at(-1) : undefined;
  if (collationToken !== undefined) list = list.slice(0, -2);
  const collation = collationToken === undefined ? undefined : unquoteName(collationToken, "sqlite");

  const [only] = list;
  const name =
    list.length === 1 && (isName(only) || only?.kind === "string") ? unquoteName(only, "sqlite") : undefined;
  const isColumn = name !== undefined && scope.columns.has(nameKey(name));
  if (isColumn) return { column: name, descending, collation };
  return { expression: expressionText(list, scope), descending, collation };
}
