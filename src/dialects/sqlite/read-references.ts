import type { ForeignKey, ForeignKeyAction } from "../../schema/index.js";
import { type Token, unquoteName } from "../../sql/index.js";
import { splitAtCommas, type TokenCursor } from "./token-cursor.js";

/** Reads what follows REFERENCES: https://sqlite.org/syntax/foreign-key-clause.html */
export function readReferences(
  cursor: TokenCursor,
  name: string | undefined,
  columns: readonly string[],
): ForeignKey {
  const table = cursor.name();
  const parentColumns = cursor.isSymbol("(") ? splitAtCommas(cursor.group()).map((list) => nameOf(list)) : [];
  let onUpdate: ForeignKeyAction | undefined;
  let onDelete: ForeignKeyAction | undefined;
  let match: string | undefined;
  for (;;) {
    if (cursor.accept("ON DELETE")) onDelete = readAction(cursor);
    else if (cursor.accept("ON UPDATE")) onUpdate = readAction(cursor);
    else if (cursor.accept("ON INSERT")) readAction(cursor);
    else if (cursor.accept("MATCH")) match = matchOf(cursor.name());
    else break;
  }
  const references = { schema: "main", table, columns: parentColumns };
  return {
    kind: "foreign-key",
    name,
    columns,
    references,
    onUpdate,
    onDelete,
    match,
    ...readDeferral(cursor),
  };
}

function readAction(cursor: TokenCursor): ForeignKeyAction | undefined {
  if (cursor.accept("NO ACTION")) return undefined;
  if (cursor.accept("SET NULL")) return "set null";
  if (cursor.accept("SET DEFAULT")) return "set default";
  if (cursor.accept("CASCADE")) return "cascade";
  cursor.expect("RESTRICT");
  return "restrict";
}

/** Reads a deferral, if one stands here. */
export function readDeferral(cursor: TokenCursor): Pick<ForeignKey, "deferrable" | "initiallyDeferred"> {
  const isNot = cursor.word() === "NOT" && cursor.word(1) === "DEFERRABLE" && cursor.accept("NOT");
  if (!cursor.accept("DEFERRABLE")) return {};
  const initiallyDeferred = cursor.accept("INITIALLY DEFERRED");
  if (!initiallyDeferred) cursor.accept("INITIALLY IMMEDIATE");
  // NOT DEFERRABLE INITIALLY DEFERRED is immediate: https://sqlite.org/foreignkeys.html#fk_deferred
  return isNot ? {} : { deferrable: true, initiallyDeferred };
}

function matchOf(name: string): string | undefined {
  return name.toUpperCase() === "SIMPLE" ? undefined : name.toLowerCase();
}

/** The name at the head of a list of tokens. */
export function nameOf(tokens: readonly Token[]): string {
  const [first] = tokens;
  return first === undefined ? "" : unquoteName(first, "sqlite");
}
