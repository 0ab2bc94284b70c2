import { isCommit } from "./pg-errors.js";
import { firstWord } from "./pg-first-word.js";
import { isServerError } from "./pg-server-error.js";
import type { Failure } from "./pg-wire.js";

const BETWEEN = ";\n";

/** The statement that failed, and what stands before it in the text that was sent. */
export interface FailedStatement {
  readonly sql: string;
  readonly prefix: string;
  /** Which one it is, from 0; undefined when it was sent alone. */
  readonly statement?: number;
  /** It stands in a transaction that the batch itself has opened. */
  readonly inTransaction?: boolean;
  /** It, or one after it, commits: a server that was not heard to the end may have come to that. */
  readonly commits?: boolean;
}

/** Statements joined into one text, and the way back from an error to one of them. */
export class StatementBatch {
  readonly sql: string;
  readonly #statements: readonly string[];

  constructor(statements: readonly string[]) {
    this.#statements = statements;
    this.sql = statements.join(BETWEEN);
  }

  locate({ thrown, finished }: Failure): FailedStatement {
    const statement =
      isServerError(thrown) && thrown.position !== undefined ? this.#at(thrown.position) : finished;
    const prefix = this.#statements
      .slice(0, statement)
      .map((text) => text + BETWEEN)
      .join("");
    return {
      sql: this.#statements[statement] ?? "",
      prefix,
      statement,
      inTransaction: this.#statements.slice(0, statement + 1).some((text) => firstWord(text) === "begin"),
      commits: this.#statements.slice(finished).some(isCommit),
    };
  }

  /** A syntax error anywhere fails the whole text before its first statement has run, so only its position tells. */
  #at(position: string): number {
    let left = Number(position) - 1;
    for (const [index, text] of this.#statements.entries()) {
      left -= Array.from(text).length + BETWEEN.length;
      if (left < 0) return index;
    }
    return this.#statements.length - 1;
  }
}
