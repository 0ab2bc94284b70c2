import { messageOf, TenonError } from "../errors.js";
import type { LibsqlSession } from "./libsql-session.js";

/** Runs work in transactions: BEGIN for the outermost, savepoints for those within it. */
export class LibsqlTransactions {
  readonly #session: LibsqlSession;
  readonly #begin: string;
  readonly #frames: Frame[] = [];
  /** Whether the transaction around the frames was begun by the first of them, and not by hand. */
  #hasBegun = false;

  /** @param begin `BEGIN IMMEDIATE`, or `BEGIN` where nothing can be written. */
  constructor(session: LibsqlSession, begin: string) {
    this.#session = session;
    this.#begin = begin;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const frame = await this.#open();
    try {
      const result = await work();
      await this.#commit(frame);
      return result;
    } catch (error) {
      await this.#rollback(frame, error);
      throw error;
    }
  }

  async #open(): Promise<Frame> {
    const isOutermost = this.#frames.length === 0 && !this.#session.transaction.isOpen;
    if (this.#frames.length === 0) this.#hasBegun = isOutermost;
    const frame: Frame = { savepoint: isOutermost ? undefined : `tenon_${this.#frames.length + 1}` };
    // Pushed before the first pause, so that another call sees it.
    this.#frames.push(frame);
    try {
      await this.#say(frame.savepoint === undefined ? this.#begin : `SAVEPOINT ${frame.savepoint}`);
    } catch (error) {
      this.#frames.splice(this.#frames.indexOf(frame), 1);
      throw error;
    }
    return frame;
  }

  async #commit(frame: Frame): Promise<void> {
    if (this.#frames.at(-1) !== frame) throw this.#endOverlapping();
    if (!this.#session.transaction.isOpen) {
      throw new TenonError("USAGE", "The work ended the transaction in which it was running.", {
        hint: "Leave COMMIT and ROLLBACK to transaction(): return to commit, throw to roll back.",
      });
    }
    await this.#say(frame.savepoint === undefined ? "COMMIT" : `RELEASE ${frame.savepoint}`);
    this.#frames.pop();
  }

  async #rollback(frame: Frame, cause: unknown): Promise<void> {
    const place = this.#frames.indexOf(frame);
    if (place === -1) return;
    if (place !== this.#frames.length - 1) this.#endOverlapping();
    this.#frames.splice(place, 1);
    const { transaction, isClosed } = this.#session;
    if (isClosed || !transaction.isOpen) return;
    if (transaction.ended !== undefined) {
      // What was rolled back already needs no savepoint any more, only one answer, when the last has come to its end.
      if (this.#frames.length === 0 && this.#hasBegun) await this.#say("ROLLBACK");
      return;
    }
    try {
      if (frame.savepoint === undefined) {
        await this.#say("ROLLBACK");
      } else {
        await this.#say(`ROLLBACK TO ${frame.savepoint}`);
        await this.#say(`RELEASE ${frame.savepoint}`);
      }
    } catch (error) {
      throw new TenonError(
        "CONNECTION_LOST",
        `A transaction failed (${messageOf(cause)}) and could not be rolled back: ${messageOf(error)}`,
        { hint: "Close this connection: what is open is rolled back then.", cause },
      );
    }
  }

  /** Two transactions that run side by side on one session would commit each other's work. */
  #endOverlapping(): TenonError {
    const error = new TenonError(
      "USAGE",
      "Two transactions overlap on one connection; both were rolled back, for one would have committed what the other rolls back.",
      { hint: "Await one transaction before the next begins, or use a connection for each." },
    );
    this.#session.rollbackAndRefuse(error);
    return error;
  }

  async #say(sql: string): Promise<void> {
    await this.#session.run(sql, () => this.#session.statements.executeDirectly(sql));
  }
}

interface Frame {
  /** Undefined for the outermost, which is a transaction and not a savepoint. */
  readonly savepoint: string | undefined;
}
