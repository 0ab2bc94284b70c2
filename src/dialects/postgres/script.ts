import { TenonError } from "../../errors.js";
import {
  cannotRunInTransaction,
  readTransactionWord,
  type Statement,
  splitStatements,
  unwrapTransaction,
} from "../../sql/index.js";
import type { PreparedScript, PrepareOptions } from "../dialect.js";
import { changedSettings, givesUpLocks } from "./session-changes.js";

/** Reads a script for running; the settings that it changes are told, so that the runner puts them back. */
export function prepareScript(text: string, options: PrepareOptions): PreparedScript {
  const statements = splitStatements(text, "postgres", { file: options.file });
  for (const statement of statements) refuseGivingUpLocks(statement, options.file);
  const remaining = unwrapTransaction(statements, "postgres", options);
  if (options.transaction === "inside") {
    for (const statement of remaining) refuseOutside(statement, options.file);
  }
  const restore = [...new Set(remaining.flatMap(changedSettings))];
  return { statements: remaining, settings: restore.length > 0 ? { restore } : {} };
}

/** Refuses what a code step may not say: the runner owns the transaction and the session. */
export function refuseInCode(statement: Statement): void {
  const word = readTransactionWord(statement, "postgres");
  if (
    word !== undefined &&
    word.kind !== "savepoint" &&
    word.kind !== "release" &&
    word.kind !== "rollback-to"
  ) {
    throw new TenonError(
      "TRANSACTION_IN_SCRIPT",
      "A migration in code runs in the runner's transaction and cannot begin or end one.",
      {
        hint: "Take the statement out; for a part that may fail use `connection.transaction(…)`, which is a savepoint.",
      },
    );
  }
  refuseGivingUpLocks(statement, undefined);
  refuseOutside(statement, undefined);
  const [setting] = changedSettings(statement);
  if (setting === undefined) return;
  throw new TenonError(
    "SQL_UNSUPPORTED",
    `The setting ${setting === "*" ? "of the session" : setting} would last beyond the migration that changes it.`,
    {
      hint: "Write SET LOCAL, or give `true` as third argument of set_config: it then ends with the transaction.",
    },
  );
}

/** Whether a statement of a script without a transaction may have one of its own. */
export function canRunInTransaction(statement: Statement): boolean {
  if (readTransactionWord(statement, "postgres") !== undefined) return false;
  return cannotRunInTransaction(statement, "postgres") === undefined && !mayEndTransaction(statement);
}

/**
 * Procedures and DO blocks may commit by themselves, and then must not be in a transaction:
 * https://www.postgresql.org/docs/current/plpgsql-transactions.html
 */
function mayEndTransaction(statement: Statement): boolean {
  if (/^call\b/i.test(statement.text)) return true;
  return /^do\b/i.test(statement.text) && /\b(commit|rollback)\b/i.test(statement.text);
}

function refuseOutside(statement: Statement, file: string | undefined): void {
  const limit = cannotRunInTransaction(statement, "postgres");
  if (limit === undefined) return;
  throw new TenonError("SQL_UNSUPPORTED", `${limit.what} cannot run in a transaction: ${limit.why}`, {
    where: { file, line: statement.line, column: statement.column },
    hint: "Put it into a migration of its own that starts with `-- tenon: no-transaction`: it then runs statement by statement, each one recorded.",
  });
}

function refuseGivingUpLocks(statement: Statement, file: string | undefined): void {
  if (!givesUpLocks(statement)) return;
  throw new TenonError(
    "SQL_UNSUPPORTED",
    "This statement would give up the lock that keeps other migrators out.",
    {
      where: { file, line: statement.line, column: statement.column },
      hint: "Release each lock that the migration took by its own pg_advisory_unlock, and leave the session to Tenon.",
    },
  );
}
