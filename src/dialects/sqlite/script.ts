import { TenonError } from "../../errors.js";
import {
  cannotRunInTransaction,
  isOrdinary,
  isPragmaOn,
  readPragma,
  readTransactionWord,
  type Statement,
  splitStatements,
  unwrapTransaction,
} from "../../sql/index.js";
import type { PreparedScript, PrepareOptions, SessionSettings } from "../dialect.js";

/** Settings of the session that a script may change for itself; the runner puts them back. */
const RESTORED = [
  "automatic_index",
  "case_sensitive_like",
  "cell_size_check",
  "defer_foreign_keys",
  "ignore_check_constraints",
  "legacy_alter_table",
  "recursive_triggers",
  "reverse_unordered_selects",
  "trusted_schema",
  "writable_schema",
];

/** Pragmas that store something in the file or only tell something; they are run as they stand. */
const STORED_OR_READING = [
  "application_id",
  "user_version",
  "analysis_limit",
  "optimize",
  "foreign_key_check",
  "foreign_key_list",
  "integrity_check",
  "quick_check",
  "index_info",
  "index_list",
  "index_xinfo",
  "table_info",
  "table_list",
  "table_xinfo",
  "schema_version",
];

/**
 * Reads a script for running. `PRAGMA foreign_keys` is void inside a transaction, so it is taken out of the script
 * and told to the runner, which carries it out before BEGIN: https://sqlite.org/pragma.html#pragma_foreign_keys
 */
export function prepareScript(text: string, options: PrepareOptions): PreparedScript {
  const statements = splitStatements(text, "sqlite", { file: options.file });
  if (statements.every(({ text: said }) => isOrdinary(said))) return { statements, settings: {} };
  const pragmas = statements.map((statement) => readPragma(statement));
  const restore = pragmas.flatMap((pragma) =>
    pragma?.value !== undefined && RESTORED.includes(pragma.name) ? [pragma.name] : [],
  );
  const setsKeys = pragmas.filter((pragma) => pragma?.name === "foreign_keys" && pragma.value !== undefined);
  if (options.transaction === "outside") {
    const all = setsKeys.length > 0 ? [...restore, "foreign_keys"] : restore;
    return { statements, settings: all.length > 0 ? { restore: [...new Set(all)] } : {} };
  }
  const remaining = unwrapTransaction(statements, "sqlite", options).filter((statement) => {
    const pragma = readPragma(statement);
    return pragma?.name !== "foreign_keys" || pragma.value === undefined;
  });
  for (const statement of remaining) refuseOutside(statement, options.file);
  const turnsOff = setsKeys.some((pragma) => pragma?.value !== undefined && !isPragmaOn(pragma.value));
  const settings: SessionSettings = {
    ...(turnsOff ? { foreignKeys: "off" as const } : {}),
    ...(restore.length > 0 ? { restore: [...new Set(restore)] } : {}),
  };
  return { statements: remaining, settings };
}

/** Refuses what a code step may not say: the runner owns the transaction and the session. */
export function refuseInCode(statement: Statement): void {
  const word = readTransactionWord(statement, "sqlite");
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
  const pragma = readPragma(statement);
  if (pragma?.name === "foreign_keys" && pragma.value !== undefined) {
    throw new TenonError(
      "SQL_UNSUPPORTED",
      "PRAGMA foreign_keys has no effect inside a transaction, and code runs in one.",
      {
        hint: "Write the rebuild as an SQL file: there the runner carries the pragma out before the transaction.",
      },
    );
  }
  refuseOutside(statement, undefined);
}

/** Whether a statement of a script without a transaction may have one of its own. */
export function canRunInTransaction(statement: Statement): boolean {
  if (readTransactionWord(statement, "sqlite") !== undefined) return false;
  if (readPragma(statement) !== undefined) return false;
  return cannotRunInTransaction(statement, "sqlite") === undefined;
}

function refuseOutside(statement: Statement, file: string | undefined): void {
  const where = { file, line: statement.line, column: statement.column };
  const outside = cannotRunInTransaction(statement, "sqlite");
  if (outside !== undefined) {
    throw new TenonError("SQL_UNSUPPORTED", `${outside.what} cannot run in a transaction: ${outside.why}`, {
      where,
      hint: "Put it into a migration of its own that starts with `-- tenon: no-transaction`.",
    });
  }
  const pragma = readPragma(statement);
  if (pragma === undefined || pragma.value === undefined) return;
  if (RESTORED.includes(pragma.name) || STORED_OR_READING.includes(pragma.name)) return;
  throw new TenonError(
    "SQL_UNSUPPORTED",
    `PRAGMA ${pragma.name} has no lasting or no safe effect inside a migration's transaction.`,
    { where, hint: "Set it where the connection is opened, or use `-- tenon: no-transaction`." },
  );
}
