import {
  readEffects,
  readTransactionWord,
  type Statement,
  type StatementText,
  TokenReader,
} from "../../sql/index.js";
import { forbidden } from "../plugin-refusal.js";
import type { PluginBounds } from "../plugin-watch.js";
import {
  findForbiddenCode,
  isHarmlessSetting,
  OBJECT_WORDS,
  OBJECTS,
  PLUGIN_SETTINGS,
} from "./plugin-code.js";

/**
 * Refuses what no plugin may say, whatever it is about. What may be said is a list, so that words that PostgreSQL
 * learns later are refused; tables that belong to others are not looked for here.
 *
 * @throws TenonError `PLUGIN_FORBIDDEN`
 */
export function refuseInPlugin(statement: Statement, bounds: PluginBounds): void {
  if (isAllowedByHost(statement, bounds)) return;
  const reader = new TokenReader(statement, "postgres");
  reader.skipOpenings();
  const { word } = reader;
  if (readTransactionWord(statement, "postgres") !== undefined) {
    throw forbidden(word, "A plugin's migration runs in Tenon's transaction, and stays in it.", statement);
  }
  const types = ALLOWED.get(word);
  if (types === undefined) {
    throw forbidden(
      word === "" ? "This statement" : word,
      `A plugin may say ${[...ALLOWED.keys()].join(", ")}.`,
      statement,
    );
  }
  if (word === "SET") refuseSetting(statement, reader);
  else if (types.length > 0) refuseType(statement, reader, types);
  if (readEffects(statement, "postgres").some((effect) => effect.temporary === true)) {
    throw forbidden(
      "A temporary object",
      "It would outlive the migration in the session: make a plain one and drop it.",
      statement,
    );
  }
  if (selectsInto(statement)) {
    throw forbidden("SELECT … INTO", "Write CREATE TABLE … AS SELECT …: it says the same.", statement);
  }
  const found = findForbiddenCode(statement.text, "statement");
  if (found !== undefined) throw forbidden(found.what, found.why, statement);
}

/** The statements that the host allows by name: an extension of its list, and the plugin's own schema. */
export function isAllowedByHost(statement: StatementText, bounds: PluginBounds): boolean {
  const reader = new TokenReader(statement, "postgres");
  const isDrop = reader.acceptOne("CREATE", "DROP") === "DROP";
  const type = reader.acceptOne("EXTENSION", "SCHEMA");
  if (type === undefined) return false;
  reader.accept(isDrop ? "IF EXISTS" : "IF NOT EXISTS");
  const name = reader.name();
  if (name === undefined) return false;
  if (isDrop) reader.accept("RESTRICT");
  return reader.isAtEnd && (type === "SCHEMA" ? name === bounds.schema : bounds.extensions.includes(name));
}

/** What a statement may begin with, and on what kinds of objects it may then work; none means that it names no kind. */
const ALLOWED: ReadonlyMap<string, readonly string[]> = new Map([
  ["CREATE", OBJECTS],
  ["ALTER", OBJECTS],
  ["DROP", OBJECTS],
  ["COMMENT", [...OBJECTS, "COLUMN", "CONSTRAINT"]],
  ["INSERT", []],
  ["UPDATE", []],
  ["DELETE", []],
  ["MERGE", []],
  ["TRUNCATE", []],
  ["SELECT", []],
  ["WITH", []],
  ["VALUES", []],
  ["TABLE", []],
  ["DO", []],
  ["CALL", []],
  ["REFRESH", []],
  ["ANALYZE", []],
  ["SET", []],
]);

function refuseType(statement: Statement, reader: TokenReader, types: readonly string[]): void {
  const verb = reader.acceptOne("COMMENT ON") ?? reader.next()?.text.toUpperCase() ?? "";
  while (reader.acceptOne(...OBJECT_WORDS.filter((each) => !types.includes(each))) !== undefined);
  if (reader.acceptOne(...types) !== undefined) return;
  throw forbidden(
    `${verb} ${reader.word}`.trim(),
    `It is said of ${types.map((type) => type.toLowerCase()).join(", ")}.`,
    statement,
  );
}

function refuseSetting(statement: Statement, reader: TokenReader): void {
  const start = reader.position;
  if (isHarmlessSetting(reader)) return;
  reader.moveTo(start);
  if (!reader.accept("SET LOCAL")) reader.next();
  throw forbidden(
    `SET ${reader.name() ?? ""}`.trim(),
    `A plugin may set ${[...PLUGIN_SETTINGS].join(", ")}, with SET LOCAL.`,
    statement,
  );
}

/** A SELECT that makes a table, which PostgreSQL does not run in a function, and so not with the rights of a plugin. */
function selectsInto(statement: Statement): boolean {
  const reader = new TokenReader(statement, "postgres");
  reader.skipOpenings();
  if (!["SELECT", "WITH"].includes(reader.word)) return false;
  for (let previous = ""; !reader.isAtEnd; ) {
    if (reader.skipGroup()) continue;
    const { word } = reader;
    if (word === "INTO") return previous !== "INSERT" && previous !== "MERGE";
    if (word === "FROM") return false;
    previous = word;
    reader.next();
  }
  return false;
}
