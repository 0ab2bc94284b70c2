import { statSync } from "node:fs";
import { setImmediate, setTimeout } from "node:timers/promises";
import { TenonError } from "../errors.js";
import { closeParkedHandles } from "./file-header.js";
import { canReleaseStatements, type NativeDatabase, releaseStatements } from "./libsql-driver.js";
import { isEmptyStatement, isWorthWaiting, toTenonError } from "./libsql-errors.js";
import { noStatement } from "./libsql-statement.js";
import { LibsqlStatements } from "./libsql-statements.js";
import { TransactionState } from "./libsql-transaction-state.js";

export interface LibsqlSessionOptions {
  readonly native: NativeDatabase;
  readonly description: string;
  /** How long a statement waits for another session, unless it says otherwise. */
  readonly busyTimeoutMs: number;
  /** The file that other sessions may have open as well, so that it matters when the handle really closes. */
  readonly file: string | undefined;
  readonly readOnly: boolean;
  /** There was no database before this session. */
  readonly isNew?: boolean;
  /** Called when the handle is closed. */
  readonly onClosed?: (() => Promise<void>) | undefined;
}

/**
 * The driver's handle, with statements run one after the other on it.
 *
 * The driver is synchronous, and the engine's own busy timeout would stop the whole process while it waits. So
 * that one is off, and the wait is here: a statement that finds the database held is tried again between turns
 * of the event loop, and those said after it wait behind it. For the same reason a long row of statements lets
 * the event loop turn now and then: else no signal and no timer would be heard until it is through.
 */
export class LibsqlSession {
  readonly description: string;
  readonly transaction: TransactionState;
  readonly statements: LibsqlStatements;
  readonly #options: LibsqlSessionOptions;
  readonly #native: NativeDatabase;
  #closing: Promise<void> | undefined;
  /** Settles when the statement that waits for another session, or for its turn, is through; never fails. */
  #waiting: Promise<unknown> | undefined;
  #lastTurn = performance.now();

  constructor(options: LibsqlSessionOptions) {
    this.#options = options;
    this.#native = options.native;
    this.description = options.description;
    this.transaction = new TransactionState(options.native);
    this.statements = new LibsqlStatements(options.native, options);
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Runs a statement when those said before it are through; undefined when there was nothing left to run.
   * `work` may be called again when the database was held.
   */
  async run<T>(
    sql: string,
    work: () => T,
    busyTimeoutMs = this.#options.busyTimeoutMs,
  ): Promise<T | undefined> {
    this.#refuseWhenClosed();
    if (performance.now() - this.#lastTurn > LONGEST_WITHOUT_TURN_MS) this.#waiting ??= this.#turn();
    while (this.#waiting !== undefined) {
      await this.#waiting;
      this.#refuseWhenClosed();
    }
    if (this.transaction.isAnswered(sql)) return undefined;
    const outcome = this.statements.mustRelease ? this.#stillHeld() : this.#attempt(sql, work);
    if (outcome.kind === "done") return outcome.value;
    const running = this.#waitAndRun(sql, work, busyTimeoutMs, outcome);
    this.#waiting = running.then(ignore, ignore);
    try {
      return await running;
    } finally {
      this.#waiting = undefined;
    }
  }

  /** Rolls back what is open, and refuses what comes until it is answered with ROLLBACK. */
  rollbackAndRefuse(error: TenonError): void {
    if (this.isClosed || !this.#native.inTransaction) return;
    this.#native.exec("ROLLBACK");
    this.transaction.end(error);
  }

  /**
   * Ends the session: rolls back what is open, and sees to it that the handle is really closed.
   * @param release Lets go of the statements that are still being read.
   */
  close(release: () => void): Promise<void> {
    this.#closing ??= this.#close(release);
    return this.#closing;
  }

  async #close(release: () => void): Promise<void> {
    try {
      release();
      if (this.#native.inTransaction) this.#native.exec("ROLLBACK");
      this.transaction.gone();
      const mustRelease = this.#options.file !== undefined && this.statements.hasPrepared;
      // Without a garbage collector to call, at least everything is in the database file itself.
      const logBytes = this.#logBytes();
      if (mustRelease && logBytes !== 0 && !canReleaseStatements()) {
        this.#native.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      this.statements.forgetAll();
      this.#native.close();
      // The last connection takes the log away with it, so that without one the handle is closed.
      const isReleased = () => this.#logBytes() === undefined;
      if (mustRelease) await releaseStatements(logBytes === undefined ? undefined : isReleased);
      closeParkedHandles();
    } catch (error) {
      throw toTenonError(error, this.description);
    }
    await this.#options.onClosed?.();
  }

  #logBytes(): number | undefined {
    const { file } = this.#options;
    return file === undefined ? undefined : statSync(`${file}-wal`, { throwIfNoEntry: false })?.size;
  }

  async #turn(): Promise<void> {
    await setImmediate();
    this.#lastTurn = performance.now();
    this.#waiting = undefined;
  }

  async #waitAndRun<T>(sql: string, work: () => T, timeoutMs: number, first: Held): Promise<T> {
    const end = performance.now() + timeoutMs;
    let held = first;
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const isFree = !this.statements.mustRelease || (await this.#releaseHeld());
      const leftMs = end - performance.now();
      if (leftMs <= 0 || !held.mayHelpToWait) throw held.error;
      await setTimeout(Math.min(pauseMs, leftMs));
      this.#refuseWhenClosed();
      if (!isFree) continue;
      const outcome = this.#attempt(sql, work);
      if (outcome.kind === "done") return outcome.value;
      held = outcome;
    }
  }

  async #releaseHeld(): Promise<boolean> {
    try {
      return await this.statements.releaseHeld();
    } catch (error) {
      throw toTenonError(error, this.description);
    }
  }

  #stillHeld(): Held {
    const error = new TenonError("DATABASE_BUSY", `Another session holds ${this.description}.`, {
      hint: "Wait until it is done, or open with a longer busyTimeoutMs.",
    });
    return { kind: "held", error, mayHelpToWait: true };
  }

  #attempt<T>(sql: string, work: () => T): Outcome<T> {
    try {
      const value = work();
      this.transaction.succeeded();
      return { kind: "done", value };
    } catch (thrown) {
      const error = isEmptyStatement(thrown) ? noStatement() : toTenonError(thrown, this.description, sql);
      this.transaction.failed(error);
      const mayHelpToWait = isWorthWaiting(thrown, this.#native.inTransaction);
      if (mayHelpToWait || this.statements.mustRelease) return { kind: "held", error, mayHelpToWait };
      throw error;
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closing === undefined) return;
    throw new TenonError("CONNECTION_CLOSED", `The connection to ${this.description} was closed.`, {
      hint: "Open a new one with connect.",
    });
  }
}

type Outcome<T> = { readonly kind: "done"; readonly value: T } | Held;

interface Held {
  readonly kind: "held";
  readonly error: TenonError;
  readonly mayHelpToWait: boolean;
}

/** The engine's own busy handler sleeps up to 100 ms; a migrator that waits should not be late by that much. */
const LONGEST_PAUSE_MS = 50;
/** How long statements may follow each other before the event loop gets a turn. */
const LONGEST_WITHOUT_TURN_MS = 50;

function ignore(): void {}
