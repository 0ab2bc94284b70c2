import { setTimeout } from "node:timers/promises";
import { TenonError } from "../errors.js";
import {
  canReleaseStatements,
  type NativeDatabase,
  type NativeStatement,
  releaseStatements,
} from "./libsql-driver.js";
import { isEmptyStatement, isWorthWaiting, toTenonError } from "./libsql-errors.js";
import { countParameters, noStatement, singleStatement } from "./libsql-statement.js";
import { TransactionState } from "./libsql-transaction-state.js";

export interface LibsqlSessionOptions {
  readonly native: NativeDatabase;
  readonly description: string;
  /** How long a statement waits for another session, unless it says otherwise. */
  readonly busyTimeoutMs: number;
  /** The file that other sessions may have open as well, so that it matters when the handle really closes. */
  readonly file: string | undefined;
  /** Called when the handle is closed. */
  readonly onClosed?: (() => Promise<void>) | undefined;
}

/**
 * The driver's handle, with statements run one after the other on it.
 *
 * The driver is synchronous, and the engine's own busy timeout would stop the whole process while it waits. So
 * that one is off, and the wait is here: a statement that finds the database held is tried again between turns
 * of the event loop, and those said after it wait behind it.
 */
export class LibsqlSession {
  readonly description: string;
  readonly transaction: TransactionState;
  readonly #options: LibsqlSessionOptions;
  readonly #native: NativeDatabase;
  readonly #statements = new Map<string, KnownStatement>();
  #hasPrepared = false;
  #closing: Promise<void> | undefined;
  /** Settles when the statement that waits for another session is through; never fails. */
  #waiting: Promise<unknown> | undefined;

  constructor(options: LibsqlSessionOptions) {
    this.#options = options;
    this.#native = options.native;
    this.description = options.description;
    this.transaction = new TransactionState(options.native);
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** Runs a statement when those said before it are through; undefined when there was nothing left to run. */
  async run<T>(
    sql: string,
    work: () => T,
    busyTimeoutMs = this.#options.busyTimeoutMs,
  ): Promise<T | undefined> {
    this.#refuseWhenClosed();
    while (this.#waiting !== undefined) {
      await this.#waiting;
      this.#refuseWhenClosed();
    }
    if (this.transaction.isAnswered(sql)) return undefined;
    const outcome = this.#attempt(sql, busyTimeoutMs > 0, work);
    if (outcome.kind === "done") return outcome.value;
    const running = this.#waitAndRun(sql, work, busyTimeoutMs);
    const waiting = running.then(ignore, ignore);
    this.#waiting = waiting;
    try {
      return await running;
    } finally {
      if (this.#waiting === waiting) this.#waiting = undefined;
    }
  }

  /** Runs a statement that gives no rows and has no values: nothing is prepared that would have to be let go. */
  executeDirectly(sql: string): void {
    const statement = singleStatement(sql);
    refuseWrongCount(countParameters(statement), 0);
    this.#native.exec(statement);
  }

  /**
   * A prepared statement to be read to its end at once. Statements are kept: preparing costs more than most
   * statements do, and the driver lets go of one only when it is collected as garbage. The engine prepares again
   * by itself when the schema has changed.
   */
  prepareKept(sql: string, given: number): NativeStatement {
    let known = this.#statements.get(sql);
    if (known === undefined) {
      known = this.#prepare(sql);
    } else {
      this.#statements.delete(sql);
    }
    this.#statements.set(sql, known);
    if (this.#statements.size > MOST_STATEMENTS) this.#forgetOldest();
    refuseWrongCount(known.parameters, given);
    return known.native;
  }

  /** A prepared statement for its caller alone, to be read step by step. */
  prepareOwn(sql: string, given: number): NativeStatement {
    const { native, parameters } = this.#prepare(sql);
    refuseWrongCount(parameters, given);
    return native;
  }

  /** Rolls back what is open, and refuses what comes until it is answered with ROLLBACK. */
  rollbackAndRefuse(error: TenonError): void {
    if (this.isClosed || !this.#native.inTransaction) return;
    this.#native.exec("ROLLBACK");
    this.transaction.end(error);
  }

  /** Ends the session: rolls back what is open, and sees to it that the handle is really closed. */
  close(release: () => void): Promise<void> {
    this.#closing ??= this.#close(release);
    return this.#closing;
  }

  async #close(release: () => void): Promise<void> {
    // The field is set only behind this first pause; until then nothing else has had a turn.
    release();
    this.#statements.clear();
    try {
      if (this.#native.inTransaction) this.#native.exec("ROLLBACK");
      this.transaction.gone();
      if (this.#options.file === undefined || !this.#hasPrepared) {
        this.#native.close();
      } else if (!canReleaseStatements()) {
        this.#native.exec("PRAGMA wal_checkpoint(TRUNCATE)");
        this.#native.close();
      } else {
        this.#native.close();
        await releaseStatements();
      }
    } catch (error) {
      throw toTenonError(error, this.description);
    }
    await this.#options.onClosed?.();
  }

  async #waitAndRun<T>(sql: string, work: () => T, timeoutMs: number): Promise<T> {
    const end = performance.now() + timeoutMs;
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      await setTimeout(Math.min(pauseMs, Math.max(1, end - performance.now())));
      this.#refuseWhenClosed();
      const outcome = this.#attempt(sql, performance.now() < end, work);
      if (outcome.kind === "done") return outcome.value;
    }
  }

  #attempt<T>(sql: string, mayWait: boolean, work: () => T): Outcome<T> {
    try {
      const value = work();
      this.transaction.succeeded();
      return { kind: "done", value };
    } catch (thrown) {
      if (mayWait && isWorthWaiting(thrown)) return { kind: "busy" };
      const error = isEmptyStatement(thrown) ? noStatement() : toTenonError(thrown, this.description, sql);
      this.transaction.failed(error);
      throw error;
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closing === undefined) return;
    throw new TenonError("CONNECTION_CLOSED", `The connection to ${this.description} was closed.`, {
      hint: "Open a new one with connect.",
    });
  }

  #prepare(sql: string): KnownStatement {
    const statement = singleStatement(sql);
    const parameters = countParameters(statement);
    const native = this.#native.prepare(statement);
    this.#hasPrepared = true;
    if (native.reader) native.raw().safeIntegers();
    return { native, parameters };
  }

  #forgetOldest(): void {
    const [oldest] = this.#statements.keys();
    if (oldest !== undefined) this.#statements.delete(oldest);
  }
}

interface KnownStatement {
  readonly native: NativeStatement;
  readonly parameters: number;
}

type Outcome<T> = { readonly kind: "done"; readonly value: T } | { readonly kind: "busy" };

const MOST_STATEMENTS = 100;
/** The engine's own busy handler sleeps up to 100 ms; a migrator that waits should not be late by that much. */
const LONGEST_PAUSE_MS = 50;

function refuseWrongCount(expected: number, given: number): void {
  if (expected === given) return;
  throw new TenonError("USAGE", `The statement takes ${expected} values and was given ${given}.`, {
    hint: "Give one value for each placeholder; SQLite would take NULL for one that is missing.",
  });
}

function ignore(): void {}
