import {
  readEffects,
  readTransactionWord,
  type Statement,
  type StatementText,
  TokenReader,
} from "../../sql/index.js";
import { forbidden } from "../plugin-refusal.js";
import type { PluginBounds } from "../plugin-watch.js";
import { findForbiddenCode } from "./plugin-code.js";

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
  const found = findForbiddenCode(statement.text);
  if (found !== undefined && !isOnlyText(word)) throw forbidden(found.what, found.why, statement);
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

const OBJECTS = [
  "TABLE",
  "INDEX",
  "VIEW",
  "MATERIALIZED VIEW",
  "SEQUENCE",
  "TYPE",
  "DOMAIN",
  "FUNCTION",
  "PROCEDURE",
  "ROUTINE",
  "AGGREGATE",
  "TRIGGER",
  "RULE",
  "POLICY",
  "STATISTICS",
];

/** What a statement may begin with, and on what kinds of objects it may then work; none means that it names no kind. */
const ALLOWED: ReadonlyMap<string, readonly string[]> = new Map([
  ["CREATE", OBJECTS],
  ["ALTER", OBJECTS],
  ["DROP", OBJECTS],
  ["COMMENT", []],
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
  const verb = reader.next()?.text.toUpperCase() ?? "";
  while (reader.acceptOne("OR REPLACE", "UNLOGGED", "UNIQUE", "RECURSIVE", "CONSTRAINT") !== undefined);
  if (reader.acceptOne(...types) !== undefined) return;
  throw forbidden(
    `${verb} ${reader.word}`.trim(),
    `A plugin makes, alters and drops ${types.map((type) => type.toLowerCase()).join(", ")}.`,
    statement,
  );
}

/** Settings that end with the transaction and concern the migration alone. */
export const PLUGIN_SETTINGS: ReadonlySet<string> = new Set([
  "lock_timeout",
  "statement_timeout",
  "check_function_bodies",
  "maintenance_work_mem",
  "work_mem",
]);

function refuseSetting(statement: Statement, reader: TokenReader): void {
  if (reader.accept("SET CONSTRAINTS")) return;
  const isLocal = reader.accept("SET LOCAL");
  if (!isLocal) reader.next();
  const name = reader.name();
  if (isLocal && name !== undefined && PLUGIN_SETTINGS.has(name)) return;
  throw forbidden(
    `SET ${name ?? ""}`.trim(),
    `A plugin may set ${[...PLUGIN_SETTINGS].join(", ")}, with SET LOCAL.`,
    statement,
  );
}

/** Rows and comments are data: words in their texts mean nothing. */
function isOnlyText(word: string): boolean {
  return word === "COMMENT";
}
