/** The family of SQL that a connection speaks. */
export type EngineName = "sqlite" | "postgres" | "sqlserver";

/** A value that can be bound to a placeholder. */
export type SqlInput = null | boolean | number | bigint | string | Uint8Array | Date;

/**
 * A value that comes back. Integers are numbers while they are exact and bigints beyond 2^53; what JavaScript
 * has no exact type for (numeric, timestamps, json, arrays on PostgreSQL) comes as the engine's own text.
 */
export type SqlOutput = null | boolean | number | bigint | string | Uint8Array;

export type Row = Readonly<Record<string, SqlOutput>>;

export interface ExecuteResult {
  /** Rows inserted, updated or deleted by the statement itself; 0 for statements that count none. */
  readonly rowsAffected: number;
}

/** What one statement may ask for itself. */
export interface StatementOptions {
  /**
   * Milliseconds to wait while another session holds the database, in place of the connection's own; 0 fails at
   * once with `DATABASE_BUSY`. An engine whose server does the waiting ignores it.
   */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * Lets the values of `execute` be written into the text where that costs less than binding them. The text has no question mark
   * but its placeholders, and nobody wants to know how many rows were changed: 0 is given.
   */
  readonly values?: "in-text" | undefined;
}

/** One column as `getTableInfo` tells it. */
export interface ColumnInfo {
  readonly name: string;
  /** The declared type, as the engine spells it; empty where SQLite has none. */
  readonly type: string;
  readonly nullable: boolean;
  /** The default as SQL text, or null. */
  readonly defaultValue: string | null;
  /** Place in the primary key, from 1; 0 when the column is not part of it. */
  readonly primaryKey: number;
}

/**
 * One open session with one database. Everything said on it runs in the order in which it was said, in one
 * session of the engine: never on a pool.
 *
 * Placeholders are the engine's own: `?` on SQLite, `$1` on PostgreSQL. Values go in and come back exactly:
 * - A boolean is 1 or 0 on SQLite, and a Date is UTC in ISO 8601. `undefined` and NaN are refused.
 * - On SQLite a number without a fraction is bound as an integer; -0, and what is beyond 2^53, as a float.
 * - A second column of the same name gets `:1`, `:2`, … behind its name on SQLite.
 *
 * Transactions on one connection must not overlap: await one before the next begins, or open a second connection.
 * A transaction that SQLite has rolled back by itself (a full disk, OR ROLLBACK) refuses everything, with the cause,
 * until it is answered with ROLLBACK; `transaction` does that.
 *
 * One thing ends the whole process in the driver `libsql`: reading text from SQLite that is not UTF-8. Where a
 * database may hold such text, read it as bytes, with `CAST(… AS BLOB)`.
 *
 * @example
 * ```ts
 * import { connect } from "tenon";
 *
 * const connection = await connect(":memory:");
 * await connection.executeScript(`
 *   CREATE TABLE board (id INTEGER PRIMARY KEY, wood TEXT NOT NULL, length REAL);
 *   CREATE INDEX board_by_wood ON board (wood);
 * `);
 * await connection.transaction(async () => {
 *   await connection.execute("INSERT INTO board (wood, length) VALUES (?, ?)", ["oak", 2.4]);
 *   await connection.execute("INSERT INTO board (wood, length) VALUES (?, ?)", ["ash", 1.8]);
 * });
 * console.log(await connection.query("SELECT wood FROM board WHERE length > ?", [2])); // [ { wood: 'oak' } ]
 * for await (const board of connection.stream("SELECT * FROM board ORDER BY id")) {
 *   console.log(board["id"], board["wood"]);
 * }
 * console.log((await connection.getTableInfo("board")).length); // 3
 * await connection.close();
 * ```
 */
export interface Connection {
  readonly engine: EngineName;
  /** The address without secrets, for messages. */
  readonly description: string;
  /** True between BEGIN and COMMIT or ROLLBACK, as the engine itself tells. */
  readonly inTransaction: boolean;

  /**
   * Runs exactly one statement and gives its rows.
   * @throws TenonError `MULTIPLE_STATEMENTS`, `SQL_FAILED`, `CONNECTION_LOST`, `DATABASE_BUSY`, …
   */
  query<R extends Row = Row>(
    sql: string,
    parameters?: readonly SqlInput[],
    options?: StatementOptions,
  ): Promise<R[]>;

  /** Runs exactly one statement and gives the number of rows that it changed. */
  execute(sql: string, parameters?: readonly SqlInput[], options?: StatementOptions): Promise<ExecuteResult>;

  /**
   * Whether a condition of SQL is true, where the engine has a cheaper way to ask than a query; false also where it fails, so that
   * only a yes says something.
   */
  holds?(condition: string): Promise<boolean>;

  /** Runs any number of statements in order; stops at the first that fails. Opens no transaction itself. */
  executeScript(sql: string): Promise<void>;

  /**
   * Runs these statements in one round trip, or in one turn where the engine has none. Opens no transaction itself. An error
   * tells in `details.statement` which of them failed, counted from 0, and its place is in that statement.
   */
  executeBatch?(statements: readonly string[]): Promise<void>;

  /**
   * True when there is nothing at all in the database, where that can be told for next to nothing: in one that this session has
   * made. False also where it is not known.
   */
  holdsNothing?(): Promise<boolean>;

  /**
   * True when a query without values gives this one text, where that can be told for less than reading it. False also where it
   * is not known.
   */
  gives?(sql: string, text: string): Promise<boolean>;

  /** Gives the rows of one statement one after the other, without holding them all. */
  stream<R extends Row = Row>(sql: string, parameters?: readonly SqlInput[]): AsyncIterable<R>;

  /**
   * Runs `work` in a transaction: committed when it returns, rolled back when it throws. Inside another
   * transaction it is a savepoint.
   */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;

  /** True when a table or view of that name exists. */
  tableExists(name: string): Promise<boolean>;

  /** The columns of a table in their order; empty when there is no such table. */
  getTableInfo(name: string): Promise<readonly ColumnInfo[]>;

  /** Ends the session; rolls back what is open. Safe to call twice. */
  close(): Promise<void>;
}
