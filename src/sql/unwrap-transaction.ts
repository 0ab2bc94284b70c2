import { TenonError } from "../errors.js";
import type { ReadOptions } from "./lexer.js";
import type { SqlSyntax, Statement, StatementText } from "./statement.js";
import { TokenReader } from "./token-reader.js";
import { readTransactionWord, type TransactionWord } from "./transaction-word.js";

export interface UnwrapOptions extends ReadOptions {
  /** `outside`: the script says `no-transaction`, and everything in it runs as written. */
  readonly transaction: "inside" | "outside";
}

/**
 * Gives the statements that remain to be run when the runner owns the transaction: a BEGIN … COMMIT around the
 * whole script is taken off. Settings of the session (PRAGMA, SET) may stand outside of it. Savepoints stay, as
 * long as the script closes those that it opens.
 *
 * @throws TenonError `TRANSACTION_IN_SCRIPT` at any other statement that would begin or end a transaction.
 */
export function unwrapTransaction(
  statements: readonly Statement[],
  syntax: SqlSyntax,
  options: UnwrapOptions,
): readonly Statement[] {
  if (options.transaction === "outside") return statements;
  const words = statements.map((statement) => readTransactionWord(statement, syntax));
  if (words.every((word) => word === undefined)) return statements;

  const wrap = findWrap(statements, words, syntax);
  const refuse = (index: number, message: string) => refusal(statements[index], message, options.file);
  if (wrap !== undefined) refuseWishes(words, wrap, refuse);
  const remaining = statements.filter((_, index) => index !== wrap?.begin && index !== wrap?.commit);
  refuseOthers(words, wrap, refuse);
  return remaining;
}

interface Wrap {
  readonly begin: number;
  readonly commit: number;
}

type Refuse = (index: number, message: string) => TenonError;

function findWrap(
  statements: readonly Statement[],
  words: readonly (TransactionWord | undefined)[],
  syntax: SqlSyntax,
): Wrap | undefined {
  const isInner = (_: Statement, index: number) => !setsSession(statements[index], syntax);
  const begin = statements.findIndex(isInner);
  const commit = statements.findLastIndex(isInner);
  if (words[begin]?.kind !== "begin" || words[commit]?.kind !== "commit") return undefined;
  return { begin, commit };
}

/** Whether a statement only sets something for the session: PRAGMA, SET, RESET. */
export function setsSession(statement: StatementText | undefined, syntax: SqlSyntax): boolean {
  if (statement === undefined) return false;
  const reader = new TokenReader(statement, syntax);
  return syntax === "sqlite" ? reader.word === "PRAGMA" : reader.word === "SET" || reader.word === "RESET";
}

function refuseWishes(words: readonly (TransactionWord | undefined)[], wrap: Wrap, refuse: Refuse): void {
  const begin = words[wrap.begin];
  if (begin?.kind === "begin" && begin.wish !== undefined) {
    throw refuse(
      wrap.begin,
      `This transaction asks for ${begin.wish}, which the transaction that Tenon runs the migration in does not have.`,
    );
  }
  const commit = words[wrap.commit];
  if (commit?.kind === "commit" && commit.chains) {
    throw refuse(wrap.commit, "COMMIT AND CHAIN opens a transaction that the script does not close.");
  }
}

function refuseOthers(
  words: readonly (TransactionWord | undefined)[],
  wrap: Wrap | undefined,
  refuse: Refuse,
): void {
  const savepoints: { name: string; index: number }[] = [];
  words.forEach((word, index) => {
    if (word === undefined || index === wrap?.begin || index === wrap?.commit) return;
    if (word.kind === "savepoint") {
      savepoints.push({ name: word.name, index });
    } else if (word.kind === "release" || word.kind === "rollback-to") {
      const found = savepoints.findLastIndex(({ name }) => name === word.name);
      if (found === -1) throw refuse(index, `The script has no open savepoint named "${word.name}".`);
      savepoints.length = word.kind === "release" ? found : found + 1;
    } else {
      throw refuse(index, MESSAGES[word.kind]);
    }
  });
  const open = savepoints[0];
  if (open !== undefined) throw refuse(open.index, `The savepoint "${open.name}" is never released.`);
}

const MESSAGES = {
  begin: "This statement begins a transaction that does not go around the whole script.",
  commit:
    "This statement would commit in the middle of the migration, and a later failure would leave half of it.",
  rollback: "This statement would roll back the transaction that Tenon runs the migration in.",
  "two-phase": "Two-phase commits cannot run in the transaction that Tenon runs the migration in.",
  "set-transaction":
    "SET TRANSACTION comes too late: the transaction that Tenon runs the migration in has begun.",
} as const;

function refusal(statement: Statement | undefined, message: string, file: string | undefined): TenonError {
  return new TenonError("TRANSACTION_IN_SCRIPT", message, {
    where: { file, line: statement?.line, column: statement?.column },
    hint:
      "Remove it: a migration runs in a transaction of its own. Or put `-- tenon: no-transaction` at the head of " +
      "the file, and its statements run as written, one by one.",
  });
}
