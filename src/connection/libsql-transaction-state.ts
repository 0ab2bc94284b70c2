import { TenonError } from "../errors.js";
import type { NativeDatabase } from "./libsql-driver.js";
import { firstWord } from "./libsql-statement.js";

/**
 * Whether a transaction is open, and whether the engine has ended one by itself. SQLite does that on some errors (a
 * full disk, RAISE(ROLLBACK), a conflict with OR ROLLBACK: https://sqlite.org/lang_transaction.html): what
 * comes after would then be committed statement by statement, and a ROLLBACK would fail with "no transaction is
 * active" in place of the first cause. So from then on everything is refused, with that cause, until ROLLBACK.
 */
export class TransactionState {
  readonly #native: NativeDatabase;
  #wasOpen = false;
  #ended: TenonError | undefined;
  #isGone = false;

  constructor(native: NativeDatabase) {
    this.#native = native;
  }

  get isOpen(): boolean {
    return !this.#isGone && (this.#ended !== undefined || this.#native.inTransaction);
  }

  /** The error with which the engine ended the transaction, until it is answered with ROLLBACK. */
  get ended(): TenonError | undefined {
    return this.#ended;
  }

  /** Looks at a statement before it runs; true when there is nothing left to run. */
  isAnswered(sql: string): boolean {
    const cause = this.#ended;
    if (cause === undefined) return false;
    const word = firstWord(sql);
    if (word === "ROLLBACK" && !ROLLBACK_TO.test(sql)) {
      this.#ended = undefined;
      return true;
    }
    if (word === "COMMIT" || word === "END") this.#ended = undefined;
    throw new TenonError(
      cause.code,
      `The database rolled the transaction back by itself, so nothing of it is kept. The cause: ${cause.message}`,
      { hint: cause.hint ?? "Answer with ROLLBACK and start again.", cause, details: cause.details },
    );
  }

  /** The handle was closed: asking it anything more would end the whole process. */
  gone(): void {
    this.#isGone = true;
  }

  succeeded(): void {
    this.#wasOpen = this.#native.inTransaction;
  }

  failed(error: TenonError): void {
    const isOpen = this.#native.inTransaction;
    if (this.#wasOpen && !isOpen) this.#ended = error;
    this.#wasOpen = isOpen;
  }

  /** Refuses whatever comes until ROLLBACK, as if the engine had ended the transaction. */
  end(error: TenonError): void {
    this.#ended = error;
    this.#wasOpen = false;
  }
}

const ROLLBACK_TO = /\bTO\b/i;
