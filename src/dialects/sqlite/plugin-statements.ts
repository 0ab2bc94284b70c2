import {
  readEffects,
  readPragma,
  readTransactionWord,
  type Statement,
  TokenReader,
} from "../../sql/index.js";
import { forbidden } from "../plugin-refusal.js";
import { findDangerousName } from "./plugin-names.js";
import { key } from "./reach.js";

/**
 * Refuses what no plugin may say, whatever it is about. What may be said is a list, so that words that SQLite learns
 * later are refused; tables that belong to others are not looked for here.
 *
 * @throws TenonError `PLUGIN_FORBIDDEN`
 */
export function refuseInPlugin(statement: Statement): void {
  const reader = new TokenReader(statement, "sqlite");
  const word = reader.word;
  if (word === "PRAGMA" || word === "EXPLAIN") {
    refusePragma(statement, word);
    return;
  }
  const transaction = readTransactionWord(statement, "sqlite");
  const isNested =
    transaction?.kind === "savepoint" ||
    transaction?.kind === "release" ||
    transaction?.kind === "rollback-to";
  if (transaction !== undefined && !isNested) {
    throw forbidden(word, "A plugin's migration runs in Tenon's transaction, and stays in it.", statement);
  }
  if (transaction === undefined && !ALLOWED.has(word)) {
    throw forbidden(
      word === "" ? "This statement" : word,
      `A plugin may say ${[...ALLOWED].join(", ")}.`,
      statement,
    );
  }
  if (word === "CREATE") refuseCreation(statement, reader);
  if (transaction === undefined && rollsBackAll(statement)) {
    throw forbidden(
      "ROLLBACK at a conflict",
      "It would take back the whole run, with what others did in it: write ABORT or FAIL.",
      statement,
    );
  }
  const name = findDangerousName(statement.text);
  if (name !== undefined) {
    throw forbidden(name, "It reaches beyond the tables of the database, or around its rules.", statement, {
      name,
    });
  }
}

/** `INSERT OR ROLLBACK`, `ON CONFLICT ROLLBACK` and `RAISE (ROLLBACK, …)`: https://sqlite.org/lang_conflict.html */
function rollsBackAll(statement: Statement): boolean {
  const reader = new TokenReader(statement, "sqlite");
  for (; !reader.isAtEnd; reader.next()) {
    if (["OR", "CONFLICT"].includes(reader.word) && reader.wordAt(1) === "ROLLBACK") return true;
    if (reader.word === "RAISE" && reader.wordAt(2) === "ROLLBACK") return true;
  }
  return false;
}

const ALLOWED: ReadonlySet<string> = new Set([
  "CREATE",
  "ALTER",
  "DROP",
  "INSERT",
  "REPLACE",
  "UPDATE",
  "DELETE",
  "SELECT",
  "WITH",
  "VALUES",
  "REINDEX",
]);

function refusePragma(statement: Statement, word: string): void {
  const pragma = readPragma(statement);
  if (word === "PRAGMA" && pragma !== undefined && PRAGMAS.has(pragma.name)) return;
  throw forbidden(
    pragma === undefined ? word : `PRAGMA ${pragma.name}`,
    `The pragmas of a plugin are ${[...PRAGMAS].join(", ")}.`,
    statement,
  );
}

/** They tell something, or end with the migration: the runner carries `foreign_keys` out and puts the others back. */
const PRAGMAS: ReadonlySet<string> = new Set([
  "foreign_keys",
  "defer_foreign_keys",
  "legacy_alter_table",
  "foreign_key_check",
  "foreign_key_list",
  "index_info",
  "index_list",
  "index_xinfo",
  "table_info",
  "table_list",
  "table_xinfo",
]);

function refuseCreation(statement: Statement, reader: TokenReader): void {
  const effects = readEffects(statement, "sqlite");
  const temporary = effects.some(
    (effect) => effect.temporary === true || key(effect.schema ?? "") === "temp",
  );
  if (temporary) {
    throw forbidden(
      "A temporary object",
      "It would outlive the migration in the session: make a plain one and drop it.",
      statement,
    );
  }
  reader.next();
  if (!reader.accept("VIRTUAL TABLE")) return;
  while (!reader.isAtEnd && !reader.accept("USING")) reader.next();
  const module = reader.name()?.toLowerCase();
  if (module !== undefined && MODULES.has(module)) return;
  throw forbidden(
    `The virtual table module ${module ?? ""}`,
    `The modules of a plugin are ${[...MODULES].join(", ")}.`,
    statement,
  );
}

/** They keep what they hold in tables of the database, and reach nothing else. */
const MODULES: ReadonlySet<string> = new Set(["fts3", "fts4", "fts5", "rtree", "rtree_i32", "geopoly"]);
