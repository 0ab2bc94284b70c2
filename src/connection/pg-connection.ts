import { TenonError } from "../errors.js";
import type { ColumnInfo, Connection, ExecuteResult, Row, SqlInput } from "./connection.js";
import { type FailedStatement, StatementBatch } from "./pg-batch.js";
import { readRelationColumns, relationExists } from "./pg-catalog.js";
import type { TakePiece } from "./pg-copy-out.js";
import { isCommit, sessionLostWhileIdle, statementError } from "./pg-errors.js";
import type { CopyRequest, PgSession, SecondSession } from "./pg-session.js";
import { cursorFor } from "./pg-stream.js";
import { encodeParameter } from "./pg-values.js";
import type { Answer, Failure, PgWire } from "./pg-wire.js";

/** A Connection over PostgreSQL's protocol, whoever is at the other end. */
export class PgConnection implements Connection, PgSession {
  readonly engine = "postgres";
  readonly #wire: PgWire;
  /** The end of the line in which calls wait: a session does one thing at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #openTransactions = 0;
  #cursors = 0;
  /** Why nothing can be said any more, or not until the transactions have ended. */
  #refusal: TenonError | undefined;
  #closing: Promise<void> | undefined;

  constructor(wire: PgWire) {
    this.#wire = wire;
  }

  get description(): string {
    return this.#wire.description;
  }

  get announcedPid(): number | undefined {
    return this.#wire.announcedPid;
  }

  async openSecond(options: SecondSession = {}): Promise<Connection | undefined> {
    const wire = await this.#wire.openSecond?.(options);
    return wire === undefined ? undefined : new PgConnection(wire);
  }

  get inTransaction(): boolean {
    return this.#wire.lost === undefined && this.#wire.status !== "idle";
  }

  async query<R extends Row = Row>(sql: string, parameters: readonly SqlInput[] = []): Promise<R[]> {
    const answer = await this.#ask(sql, parameters);
    return answer.rows as R[];
  }

  async execute(sql: string, parameters: readonly SqlInput[] = []): Promise<ExecuteResult> {
    const answer = await this.#ask(sql, parameters);
    return { rowsAffected: CHANGING.has(answer.command) ? answer.count : 0 };
  }

  /**
   * In one round trip. PostgreSQL itself joins the statements of a script into one transaction when none is
   * open: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
   */
  async executeScript(sql: string): Promise<void> {
    await this.#inTurn(sql, () => this.#wire.run(sql));
  }

  async executeBatch(statements: readonly string[]): Promise<void> {
    const batch = new StatementBatch(statements);
    const answer = await this.#inTurn(
      batch.sql,
      () => this.#wire.run(batch.sql),
      (failure) => batch.locate(failure),
    );
    if (answer.finished === statements.length) return;
    throw new TenonError(
      "SQL_FAILED",
      `The server read ${answer.finished} statements where ${statements.length} were sent.`,
      { hint: "Leave standard_conforming_strings on: with it off, quotes are read in another way." },
    );
  }

  async *stream<R extends Row = Row>(
    sql: string,
    parameters: readonly SqlInput[] = [],
  ): AsyncGenerator<R, void, undefined> {
    // A cursor and not a suspended portal, so that other statements can run between its rows.
    const cursor = cursorFor(sql, `tenon_stream_${++this.#cursors}`, this.inTransaction);
    if (cursor === undefined) {
      yield* await this.query<R>(sql, parameters);
      return;
    }
    await this.#ask(sql, parameters, cursor.prefix);
    try {
      for (;;) {
        const rows = await this.query<R>(cursor.fetch);
        yield* rows;
        if (rows.length < cursor.size) return;
      }
    } finally {
      // In a failed transaction nothing can be said, and the cursor ends with it.
      if (this.#wire.lost === undefined && this.#wire.status !== "failed")
        await this.#closeCursor(cursor.close);
    }
  }

  async copyIn(request: CopyRequest, pieces: AsyncIterable<Uint8Array>): Promise<number> {
    let own: { readonly thrown: unknown } | undefined;
    const watched = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces;
      } catch (thrown) {
        own = { thrown };
        throw thrown;
      }
    };
    try {
      const answer = await this.#inTurn("COPY", () => this.#wire.copyIn(request, watched()));
      return answer.count;
    } catch (error) {
      throw own === undefined ? error : own.thrown;
    }
  }

  async copyOut(request: CopyRequest, take: TakePiece): Promise<number> {
    const answer = await this.#inTurn("COPY", () => this.#wire.copyOut(request, take));
    return answer.count;
  }

  async transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const level = ++this.#openTransactions;
    const savepoint = this.inTransaction ? `tenon_${level}` : undefined;
    try {
      await this.execute(savepoint === undefined ? "BEGIN" : `SAVEPOINT ${savepoint}`);
      try {
        const result = await work(this);
        if (level !== this.#openTransactions) throw this.#interleaved();
        // Where the session is lost COMMIT says so; nothing was committed.
        if (!this.inTransaction && this.#wire.lost === undefined) throw endedInside();
        await this.execute(savepoint === undefined ? "COMMIT" : `RELEASE SAVEPOINT ${savepoint}`);
        return result;
      } catch (error) {
        await this.#undo(savepoint);
        throw error;
      }
    } finally {
      this.#openTransactions--;
      if (this.#openTransactions === 0 && this.#wire.lost === undefined) this.#refusal = undefined;
    }
  }

  tableExists(name: string): Promise<boolean> {
    return relationExists(this, name);
  }

  getTableInfo(name: string): Promise<readonly ColumnInfo[]> {
    return readRelationColumns(this, name);
  }

  close(): Promise<void> {
    this.#closing ??= this.#last.then(() => this.#wire.close());
    return this.#closing;
  }

  async #undo(savepoint: string | undefined): Promise<void> {
    if (!this.inTransaction) return;
    const sql =
      savepoint === undefined
        ? "ROLLBACK"
        : `ROLLBACK TO SAVEPOINT ${savepoint}; RELEASE SAVEPOINT ${savepoint}`;
    // A failure here (the session ended) adds nothing to the error that is on its way.
    await this.#last.then(() => this.#wire.run(sql));
  }

  async #closeCursor(sql: string): Promise<void> {
    try {
      await this.execute(sql);
    } catch (error) {
      // A COMMIT or ROLLBACK between the rows has closed it already.
      if (!(error instanceof TenonError && error.details["sqlState"] === "34000")) throw error;
    }
  }

  #ask(sql: string, parameters: readonly SqlInput[], prefix = ""): Promise<Answer> {
    const values = parameters.map(encodeParameter);
    return this.#inTurn(
      sql,
      () => this.#wire.ask(prefix + sql, values),
      () => ({ sql, prefix }),
    );
  }

  /** Runs when all that was said before is done; turns a failure into an error. */
  #inTurn(
    sql: string,
    work: () => Promise<Answer | Failure>,
    locate: (failure: Failure) => FailedStatement = () => ({ sql, prefix: "" }),
  ): Promise<Answer> {
    const turn = this.#last.then(async () => {
      this.#refuseUnusable(sql);
      const { description, inTransaction } = this;
      const outcome = await work();
      if (outcome.kind === "failure") {
        const { thrown, finished } = outcome;
        const located = locate(outcome);
        const error = statementError(thrown, {
          description,
          ...located,
          inTransaction: inTransaction || located.inTransaction === true,
          finished,
        });
        if (error.code === "CONNECTION_LOST") this.#refusal = error;
        throw error;
      }
      this.#refuseHiddenRollback(sql, outcome);
      return outcome;
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  #refuseUnusable(sql: string): void {
    if (this.#closing !== undefined) {
      throw new TenonError("CONNECTION_CLOSED", `The connection to ${this.description} is closed.`, {
        hint: "Open another one with connect().",
      });
    }
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#wire.lost !== undefined) {
      this.#refusal = sessionLostWhileIdle(this.#wire);
      throw this.#refusal;
    }
    // The protocol ends a text at this character: the rest would be dropped in silence.
    if (sql.includes("\0")) {
      throw new TenonError("SQL_UNSUPPORTED", "The SQL holds a NUL character, which PostgreSQL cannot take.");
    }
  }

  /** COMMIT of a failed transaction succeeds, as a ROLLBACK: https://www.postgresql.org/docs/current/sql-commit.html */
  #refuseHiddenRollback(sql: string, answer: Answer): void {
    if (answer.command !== "ROLLBACK" || !isCommit(sql)) return;
    throw new TenonError(
      "SQL_FAILED",
      "The transaction was rolled back instead of committed, because a statement in it had failed.",
      { hint: "Let the error of that statement pass on.", details: { sqlState: "25P02" } },
    );
  }

  /** Until both have ended nothing is said any more: it would run outside any transaction. */
  #interleaved(): TenonError {
    this.#refusal = new TenonError(
      "USAGE",
      "Two transactions were started on one connection without waiting for the first, so neither can be committed alone; both are rolled back.",
      { hint: "Await the first transaction before the next, or use a connection for each." },
    );
    return this.#refusal;
  }
}

function endedInside(): TenonError {
  return new TenonError("USAGE", "The work ended the transaction in which it was running.", {
    hint: "Leave COMMIT and ROLLBACK to transaction(): return to commit, throw to roll back.",
  });
}

/** Command tags whose count is of rows changed. */
const CHANGING: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"]);
