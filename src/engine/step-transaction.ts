import type { Dialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Migration, SqlScript, TransactionMode } from "../migrations/index.js";
import {
  type Effect,
  isPragmaOn,
  readEffects,
  readPragma,
  readTransactionWord,
  type Statement,
  splitStatements,
  unwrapTransaction,
} from "../sql/index.js";

/**
 * Whether a script that was written for another tool has to run outside a transaction to do what it did there: it says so, it has
 * transactions of its own, or, where the tool opened none, a transaction would refuse it or make something else of it.
 * @throws TenonError what `splitStatements` throws
 */
export function runsOutside(
  mode: TransactionMode,
  scripts: readonly SqlScript[],
  dialect: Dialect,
  migration: Migration | undefined,
): boolean {
  if (mode === "outside") return true;
  const keys = migration?.origin?.sqlite.foreignKeys ?? "on";
  return scripts.some((script) => {
    const statements = splitStatements(script.text, dialect.syntax, { file: script.file });
    if (hasOwnTransactions(statements, dialect)) return true;
    return mode === "implicit" && (isRefusedInside(script, dialect) || minds(statements, dialect, keys));
  });
}

/** A BEGIN … COMMIT around the whole script is not meant: that is what it gets anyway. */
function hasOwnTransactions(statements: readonly Statement[], { syntax }: Dialect): boolean {
  const controls = statements.some((statement) => {
    const kind = readTransactionWord(statement, syntax)?.kind;
    return kind === "begin" || kind === "commit" || kind === "rollback";
  });
  if (!controls) return false;
  return isRefused("TRANSACTION_IN_SCRIPT", () =>
    unwrapTransaction(statements, syntax, { transaction: "inside" }),
  );
}

/** It holds what cannot run in a transaction. */
function isRefusedInside({ text, file }: SqlScript, dialect: Dialect): boolean {
  return isRefused("SQL_UNSUPPORTED", () => dialect.prepareScript(text, { transaction: "inside", file }));
}

function isRefused(code: TenonError["code"], work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof TenonError && error.code === code) return true;
    throw error;
  }
}

/**
 * Whether a script of SQLite changes rows at a moment when its keys are not as they would be in a transaction, where they cannot
 * be switched: off throughout when the script ever switches them off. The usual rebuild of a table, between OFF and ON, does not mind.
 */
function minds(statements: readonly Statement[], { syntax }: Dialect, initial: "on" | "off"): boolean {
  if (syntax !== "sqlite") return false;
  const states = statements.map(keysAfter);
  if (states.every((state) => state === undefined)) return false;
  const inside = initial === "off" || states.includes("off") ? "off" : "on";
  let now = initial;
  return statements.some((statement, index) => {
    now = states[index] ?? now;
    return now !== inside && readEffects(statement, "sqlite").some(reachesOverKeys);
  });
}

/** What `PRAGMA foreign_keys = …` makes of the keys; undefined for every other statement. */
function keysAfter(statement: Statement): "on" | "off" | undefined {
  const pragma = readPragma(statement);
  if (pragma?.name !== "foreign_keys" || pragma.value === undefined) return undefined;
  return isPragmaOn(pragma.value) ? "on" : "off";
}

function reachesOverKeys({ kind, conflict }: Effect): boolean {
  return kind === "delete" || kind === "update" || kind === "drop-table" || conflict === "replace";
}
