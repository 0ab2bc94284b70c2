import { TenonError } from "../errors.js";
import { splitStatements } from "../sql/index.js";
import type { ColumnInfo, Connection, ExecuteResult, Row, SqlInput, StatementOptions } from "./connection.js";
import { LibsqlCursor } from "./libsql-cursor.js";
import { isBusy, isEmptyStatement, toTenonError } from "./libsql-errors.js";
import { literalOf, withValues } from "./libsql-literals.js";
import { LibsqlSession, type LibsqlSessionOptions } from "./libsql-session.js";
import { countsRows, firstWord, mayGiveRows, merelyReads } from "./libsql-statement.js";
import { namesOf } from "./libsql-statements.js";
import { LibsqlTransactions } from "./libsql-transaction.js";
import { bindValues, readRow } from "./libsql-values.js";

/** A connection with a SQLite database through the package `libsql`. */
export class LibsqlConnection implements Connection {
  readonly engine = "sqlite";
  readonly description: string;
  readonly file: string | undefined;
  readonly readOnly: boolean;
  readonly #session: LibsqlSession;
  readonly #transactions: LibsqlTransactions;
  readonly #cursors = new Set<LibsqlCursor>();
  readonly #isNew: boolean;
  #mayHoldNothing: boolean;

  constructor(options: LibsqlSessionOptions) {
    this.#session = new LibsqlSession(options);
    this.#transactions = new LibsqlTransactions(
      this.#session,
      options.readOnly ? "BEGIN" : "BEGIN IMMEDIATE",
    );
    this.description = options.description;
    this.file = options.file;
    this.readOnly = options.readOnly;
    this.#isNew = options.isNew === true;
    this.#mayHoldNothing = this.#isNew;
  }

  get inTransaction(): boolean {
    return !this.#session.isClosed && this.#session.transaction.isOpen;
  }

  async query<R extends Row = Row>(
    sql: string,
    parameters: readonly SqlInput[] = [],
    options: StatementOptions = {},
  ): Promise<R[]> {
    const read = (): R[] => {
      const values = bindValues(parameters);
      return this.#session.statements.run(sql, values.length, (prepared) => {
        if (!prepared.native.reader) {
          prepared.native.run(values);
          return [];
        }
        const rows = prepared.native.all(values);
        // At its last row an EXPLAIN still counts as a statement in progress, of a writer even, and no savepoint could
        // be rolled back; it takes a reset, which the driver's `get` ends with.
        if (firstWord(sql) === "EXPLAIN") prepared.native.get(values);
        const names = namesOf(prepared);
        return rows.map((row) => readRow<R>(names, row));
      });
    };
    return (await this.#session.run(sql, read, options.busyTimeoutMs)) ?? [];
  }

  async execute(
    sql: string,
    parameters: readonly SqlInput[] = [],
    options: StatementOptions = {},
  ): Promise<ExecuteResult> {
    const { statements } = this.#session;
    const whole = options.values === "in-text" ? withValues(sql, parameters) : undefined;
    if (whole !== undefined) {
      await this.#session.run(sql, () => statements.executeTrusted(whole), options.busyTimeoutMs);
      return { rowsAffected: 0 };
    }
    const change = (): number => {
      const word = firstWord(sql);
      if (parameters.length === 0 && word !== "" && !mayGiveRows(word)) {
        statements.executeDirectly(sql);
        return countsRows(word) ? statements.countChanges() : 0;
      }
      const values = bindValues(parameters);
      return statements.run(sql, values.length, ({ native }) => {
        if (!native.reader) return native.run(values).changes;
        // `run` would take a statement that gives rows one step far, and leave it holding its locks.
        const before = statements.countAllChanges();
        native.all(values);
        return statements.countAllChanges() === before ? 0 : statements.countChanges();
      });
    };
    const rowsAffected = await this.#session.run(sql, change, options.busyTimeoutMs);
    return { rowsAffected: rowsAffected ?? 0 };
  }

  /**
   * Asked without a prepared statement, which would keep the handle open until the garbage collector has let go of it: the engine is made to
   * fail where the condition does not hold, for an error is all that comes back from a statement that was handed over as text.
   */
  async holds(condition: string): Promise<boolean> {
    // A driver that no longer runs such a statement to its first row would say yes to everything.
    canSayNo ??= !(await this.#isTrue("0"));
    return canSayNo && (await this.#isTrue(condition));
  }

  async #isTrue(condition: string): Promise<boolean> {
    // The line break ends a comment that the condition may end with.
    const sql = `SELECT CASE WHEN ${condition}\nTHEN 1 ELSE abs(${LEAST_INTEGER}) END`;
    try {
      await this.#session.run(sql, () => this.#session.statements.executeTrusted(sql));
      return true;
    } catch (error) {
      if (error instanceof TenonError && error.code === "SQL_FAILED") return false;
      throw error;
    }
  }

  async holdsNothing(): Promise<boolean> {
    // Once there was something, whoever made it, the question would cost more than what it saves.
    if (this.#mayHoldNothing) this.#mayHoldNothing = await this.holds(NOTHING_IS_THERE);
    return this.#mayHoldNothing;
  }

  async gives(sql: string, text: string): Promise<boolean> {
    // Only where the session made the database: in another one an answer of before is not likely.
    const literal = this.#isNew ? literalOf(text) : undefined;
    return literal !== undefined && (await this.holds(`(${sql}) = ${literal}`));
  }

  async executeScript(sql: string): Promise<void> {
    for (const { text, line, column } of splitStatements(sql, "sqlite")) {
      try {
        await this.#session.run(text, () => this.#session.statements.executeDirectly(text));
      } catch (error) {
        throw error instanceof TenonError ? error.at({ line, column }) : error;
      }
    }
  }

  /** One after the other, without anybody else's turn between them as long as that takes no noticeable time. */
  async executeBatch(statements: readonly string[]): Promise<void> {
    let next = 0;
    const runSome = (): void => {
      const end = performance.now() + LONGEST_PART_OF_A_BATCH_MS;
      do {
        this.#runOne(statements[next] ?? "");
        next++;
      } while (next < statements.length && performance.now() < end);
    };
    try {
      while (next < statements.length) await this.#session.run(statements[next] ?? "", runSome);
    } catch (error) {
      throw error instanceof TenonError ? error.with({ statement: next }) : error;
    }
  }

  /** Runs a statement of a batch; what goes wrong is told of this one, unless the session has to look at it as it is. */
  #runOne(sql: string): void {
    try {
      if (mayGiveRows(firstWord(sql))) this.#session.statements.run(sql, 0, ({ native }) => native.all([]));
      else this.#session.statements.executeDirectly(sql);
      this.#session.transaction.succeeded();
    } catch (thrown) {
      if (isBusy(thrown) || isEmptyStatement(thrown)) throw thrown;
      throw toTenonError(thrown, this.description, sql);
    }
  }

  async *stream<R extends Row = Row>(sql: string, parameters: readonly SqlInput[] = []): AsyncGenerator<R> {
    if (!merelyReads(sql)) {
      // What else gives rows either changes something, and then SQLite itself has gathered them all, or is short.
      yield* await this.query<R>(sql, parameters);
      return;
    }
    const cursor = await this.#session.run(sql, () => {
      const values = bindValues(parameters);
      return this.#session.statements.runAlone(sql, values.length, (prepared) => {
        const opened = new LibsqlCursor(prepared, values);
        opened.start();
        return opened;
      });
    });
    if (cursor === undefined) return;
    this.#cursors.add(cursor);
    try {
      for (;;) {
        // Without waiting: to try again would lose the rows that the first try has taken.
        const rows = (await this.#session.run(sql, () => cursor.next<R>(), 0)) ?? [];
        if (rows.length === 0) return;
        yield* rows;
      }
    } finally {
      this.#cursors.delete(cursor);
      cursor.close();
    }
  }

  async transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#transactions.run(() => work(this));
  }

  async tableExists(name: string): Promise<boolean> {
    const rows = await this.query(TABLE_EXISTS, [name]);
    return rows.length > 0;
  }

  async getTableInfo(name: string): Promise<readonly ColumnInfo[]> {
    const rows = await this.query<ColumnRow>(TABLE_INFO, [name]);
    const keyColumns = rows.filter((row) => row.pk > 0).length;
    return rows.map((row) => ({
      name: row.name,
      type: row.type,
      // An INTEGER PRIMARY KEY is the rowid, which is never NULL; any other key column may be, unless it says
      // NOT NULL: https://sqlite.org/lang_createtable.html#the_primary_key
      nullable:
        row.notnull === 0 && !(row.pk > 0 && keyColumns === 1 && row.type.toUpperCase() === "INTEGER"),
      defaultValue: row.dflt_value,
      primaryKey: row.pk,
    }));
  }

  close(): Promise<void> {
    return this.#session.close(() => {
      for (const cursor of this.#cursors) cursor.close();
      this.#cursors.clear();
    });
  }
}

/** A batch must not keep the event loop from its turn for longer than a session does. */
const LONGEST_PART_OF_A_BATCH_MS = 25;

/** Found out with the first question. */
let canSayNo: boolean | undefined;

/** It has no absolute value: https://sqlite.org/lang_corefunc.html#abs */
const LEAST_INTEGER = "-9223372036854775808";

const NOTHING_IS_THERE = "NOT EXISTS (SELECT 1 FROM main.sqlite_schema)";

const TABLE_EXISTS = `
  SELECT 1
  FROM (SELECT type, name FROM main.sqlite_schema UNION ALL SELECT type, name FROM temp.sqlite_schema)
  WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE
  LIMIT 1`;

// Generated columns are columns (hidden = 2 and 3); those that a virtual table hides (1) are not.
const TABLE_INFO = `
  SELECT name, type, "notnull", dflt_value, pk
  FROM pragma_table_xinfo(?)
  WHERE hidden <> 1
  ORDER BY cid`;

interface ColumnRow extends Row {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
}
