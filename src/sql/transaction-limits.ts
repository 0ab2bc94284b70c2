import { isOrdinary } from "./plain-statement.js";
import { limitOfPostgres } from "./postgres-transaction-limits.js";
import { readPragma } from "./pragma.js";
import type { SqlSyntax, StatementText } from "./statement.js";
import { TokenReader } from "./token-reader.js";

/** A statement that cannot run in a transaction: what it is, and why, as a clause that ends with a point. */
export interface TransactionLimit {
  readonly what: string;
  readonly why: string;
}

/**
 * Tells whether a statement cannot run in a transaction, or has no effect there. Undefined when it can, and for
 * the statements that begin and end transactions (see `readTransactionWord`) and `PRAGMA foreign_keys`, which the
 * runner carries out itself.
 *
 * `ALTER TYPE … ADD VALUE` can: since PostgreSQL 12 only the use of the new value has to wait for the commit, and
 * the server refuses that by itself. `readAddedEnumValue` tells such a statement for a better message.
 */
export function cannotRunInTransaction(
  statement: StatementText,
  syntax: SqlSyntax,
): TransactionLimit | undefined {
  return syntax === "sqlite" ? limitOfSqlite(statement) : limitOfPostgres(new TokenReader(statement, syntax));
}

function limitOfSqlite(statement: StatementText): TransactionLimit | undefined {
  if (isOrdinary(statement.text)) return undefined;
  const word = new TokenReader(statement, "sqlite").word;
  const reason = STATEMENTS.get(word);
  if (reason !== undefined) return { what: word, why: reason };
  const pragma = readPragma(statement);
  if (pragma === undefined) return undefined;
  const why = PRAGMAS.get(pragma.name);
  const onlyReads = pragma.value === undefined && pragma.name !== "wal_checkpoint";
  return why === undefined || onlyReads ? undefined : { what: `PRAGMA ${pragma.name}`, why };
}

const STATEMENTS: ReadonlyMap<string, string> = new Map([
  ["VACUUM", "it writes the whole database file anew."],
  // https://sqlite.org/lang_attach.html: "if the journal_mode is WAL, then transactions continue to be atomic
  // within each individual database file", and no further.
  ["ATTACH", "a commit over several files is not all or nothing."],
  ["DETACH", "SQLite refuses it once the transaction has used the file."],
]);

const IGNORED = "SQLite ignores it there without an error.";
const REFUSED = "SQLite refuses it there.";

// https://sqlite.org/pragma.html; what it does not say was found out by trying.
const PRAGMAS: ReadonlyMap<string, string> = new Map([
  ["auto_vacuum", IGNORED],
  ["encoding", IGNORED],
  ["journal_mode", IGNORED],
  ["page_size", IGNORED],
  ["synchronous", REFUSED],
  ["wal_checkpoint", REFUSED],
  ["temp_store", "SQLite refuses it there once the session has temporary tables."],
  ["key", "the key of the file has to be given before anything is read."],
  ["hexkey", "the key of the file has to be given before anything is read."],
  ["rekey", "it would leave the file unreadable."],
  ["hexrekey", "it would leave the file unreadable."],
]);
