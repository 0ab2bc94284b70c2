import type { Trigger, View, VirtualTable } from "../../schema/index.js";
import { replaceTokens } from "./rules.js";
import { splitAtCommas, TokenCursor } from "./token-cursor.js";

/** Reads CREATE VIEW: the names it lists, and its query as written. */
export function readCreateView(sql: string, name: string): Pick<View, "columns" | "definition"> {
  const cursor = new TokenCursor(sql, `view ${name}`);
  cursor.expect("CREATE VIEW");
  cursor.accept("IF NOT EXISTS");
  cursor.qualifiedName();
  const columns = cursor.isSymbol("(") ? readNames(cursor) : undefined;
  cursor.expect("AS");
  const tokens = cursor.rest();
  const definition = sql.slice(tokens[0]?.start, tokens.at(-1)?.end);
  return columns === undefined ? { definition } : { columns, definition };
}

function readNames(cursor: TokenCursor): View["columns"] {
  const names: { name: string }[] = [];
  cursor.expectSymbol("(");
  do names.push({ name: cursor.name() });
  while (cursor.acceptSymbol(","));
  cursor.expectSymbol(")");
  return names;
}

/** Reads CREATE TRIGGER: all of it as written, without what follows its END. */
export function readCreateTrigger(sql: string, name: string): Pick<Trigger, "name" | "definition"> {
  const cursor = new TokenCursor(sql, `trigger ${name}`);
  const tokens = cursor.rest();
  return { name, definition: sql.slice(tokens[0]?.start, tokens.at(-1)?.end) };
}

/** Reads CREATE VIRTUAL TABLE: https://sqlite.org/lang_createvtab.html */
export function readCreateVirtualTable(
  sql: string,
  name: string,
): Pick<VirtualTable, "module" | "arguments"> {
  const cursor = new TokenCursor(sql, `virtual table ${name}`);
  cursor.expect("CREATE VIRTUAL TABLE");
  cursor.accept("IF NOT EXISTS");
  cursor.qualifiedName();
  cursor.expect("USING");
  const module = cursor.name().toLowerCase();
  if (!cursor.isSymbol("(")) return { module, arguments: [] };
  const lists = splitAtCommas(cursor.group()).filter((tokens) => tokens.length > 0);
  return { module, arguments: lists.map((tokens) => replaceTokens(sql, tokens, () => undefined)) };
}
