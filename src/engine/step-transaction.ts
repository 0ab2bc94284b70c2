import type { Dialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { SqlScript, TransactionMode } from "../migrations/index.js";
import {
  cannotRunInTransaction,
  readPragma,
  readTransactionWord,
  type Statement,
  splitStatements,
  unwrapTransaction,
} from "../sql/index.js";

/**
 * Whether a script that was written for another tool has to run outside a transaction to do what it did there: it says so, it has
 * transactions of its own, or, where the tool opened none, it holds what a transaction would refuse or ignore.
 * @throws TenonError what `splitStatements` throws
 */
export function runsOutside(mode: TransactionMode, scripts: readonly SqlScript[], dialect: Dialect): boolean {
  if (mode === "outside") return true;
  return scripts.some(({ text, file }) => {
    const statements = splitStatements(text, dialect.syntax, { file });
    if (hasOwnTransactions(statements, dialect)) return true;
    return mode === "implicit" && statements.some((statement) => minds(statement, dialect));
  });
}

/** A BEGIN … COMMIT around the whole script is not meant: that is what it gets anyway. */
function hasOwnTransactions(statements: readonly Statement[], { syntax }: Dialect): boolean {
  const controls = statements.some((statement) => {
    const kind = readTransactionWord(statement, syntax)?.kind;
    return kind === "begin" || kind === "commit" || kind === "rollback";
  });
  if (!controls) return false;
  try {
    unwrapTransaction(statements, syntax, { transaction: "inside" });
    return false;
  } catch (error) {
    if (error instanceof TenonError && error.code === "TRANSACTION_IN_SCRIPT") return true;
    throw error;
  }
}

function minds(statement: Statement, { syntax }: Dialect): boolean {
  if (cannotRunInTransaction(statement, syntax) !== undefined) return true;
  const pragma = syntax === "sqlite" ? readPragma(statement) : undefined;
  return pragma?.value !== undefined && !ONLY_TELLS.test(pragma.name);
}

const ONLY_TELLS = /^(?:table_|index_|foreign_key_(?:check|list)$|integrity_check$|quick_check$)/;
