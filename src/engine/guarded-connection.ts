import type {
  ColumnInfo,
  Connection,
  EngineName,
  ExecuteResult,
  Row,
  SqlInput,
  StatementOptions,
} from "../connection/index.js";
import { TenonError } from "../errors.js";
import { type SqlSyntax, type Statement, splitStatements } from "../sql/index.js";

/** Looks at each statement that a code step says, before and after it runs; `before` may refuse it. */
export interface StatementGuard {
  before(statement: Statement): Promise<void>;
  after(statement: Statement): Promise<void>;
}

/**
 * The connection that a code step gets: bound to the migration's transaction, every statement seen by the
 * guards. It cannot be closed, and the words of a transaction are refused, for the runner owns it.
 */
export class GuardedConnection implements Connection {
  readonly #inner: Connection;
  readonly #syntax: SqlSyntax;
  readonly #guard: StatementGuard;

  constructor(inner: Connection, syntax: SqlSyntax, guard: StatementGuard) {
    this.#inner = inner;
    this.#syntax = syntax;
    this.#guard = guard;
  }

  get engine(): EngineName {
    return this.#inner.engine;
  }

  get description(): string {
    return this.#inner.description;
  }

  get inTransaction(): boolean {
    return this.#inner.inTransaction;
  }

  query<R extends Row = Row>(
    sql: string,
    parameters?: readonly SqlInput[],
    options?: StatementOptions,
  ): Promise<R[]> {
    return this.#guarded(sql, () => this.#inner.query<R>(sql, parameters, options));
  }

  execute(sql: string, parameters?: readonly SqlInput[], options?: StatementOptions): Promise<ExecuteResult> {
    return this.#guarded(sql, () => this.#inner.execute(sql, parameters, options));
  }

  async executeScript(sql: string): Promise<void> {
    for (const statement of splitStatements(sql, this.#syntax)) {
      await this.#guard.before(statement);
      await this.#inner.execute(statement.text);
      await this.#guard.after(statement);
    }
  }

  async *stream<R extends Row = Row>(sql: string, parameters?: readonly SqlInput[]): AsyncIterable<R> {
    const statements = splitStatements(sql, this.#syntax);
    for (const statement of statements) await this.#guard.before(statement);
    yield* this.#inner.stream<R>(sql, parameters);
    for (const statement of statements) await this.#guard.after(statement);
  }

  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#inner.transaction(() => work(this));
  }

  tableExists(name: string): Promise<boolean> {
    return this.#inner.tableExists(name);
  }

  getTableInfo(name: string): Promise<readonly ColumnInfo[]> {
    return this.#inner.getTableInfo(name);
  }

  async close(): Promise<void> {
    throw new TenonError("USAGE", "A migration cannot close the connection that it runs on.", {
      hint: "Take the call of close() out of the migration; the runner closes the connection.",
    });
  }

  /** More than one statement is left to the connection, which refuses it with its own error. */
  async #guarded<T>(sql: string, run: () => Promise<T>): Promise<T> {
    const statements = splitStatements(sql, this.#syntax);
    for (const statement of statements) await this.#guard.before(statement);
    const result = await run();
    for (const statement of statements) await this.#guard.after(statement);
    return result;
  }
}
