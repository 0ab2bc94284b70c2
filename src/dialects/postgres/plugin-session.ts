import { randomBytes } from "node:crypto";
import type { ColumnInfo, Connection, ExecuteResult, Row, StatementOptions } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import { splitStatements } from "../../sql/index.js";
import { quote } from "./names.js";

/** What is left to the host around a plugin's statements. */
export interface HostSide {
  /** Whether a statement is one that the host allows by name, and says with its own rights. */
  isAllowedByHost(sql: string): boolean;
  /** Looks around after each call, before anything else is said with the rights of the host. */
  afterwards(): Promise<void>;
}

/**
 * A session in which everything is said with the rights of another role, and from which there is no way back: what
 * is said runs within a function that belongs to that role, and within such a function PostgreSQL lets nobody change
 * the role, or end the transaction (https://www.postgresql.org/docs/current/sql-createfunction.html, SECURITY
 * DEFINER). A SET ROLE alone could be taken back by whatever runs under it.
 *
 * The function is made anew for each call, under a name that nobody can know: it belongs to the role, which could
 * otherwise change what the next call would run. Its rows cannot be told, only their number.
 */
export class PluginSession implements Connection {
  readonly engine = "postgres";
  readonly #inner: Connection;
  readonly #role: string;
  readonly #host: HostSide;

  constructor(inner: Connection, role: string, host: HostSide) {
    this.#inner = inner;
    this.#role = role;
    this.#host = host;
  }

  get description(): string {
    return this.#inner.description;
  }

  get inTransaction(): boolean {
    return this.#inner.inTransaction;
  }

  async query<R extends Row = Row>(
    sql: string,
    _parameters?: unknown,
    _options?: StatementOptions,
  ): Promise<R[]> {
    const [rows = 0] = await this.#call([sql], COUNTING);
    return Array.from({ length: rows }, () => ({}) as R);
  }

  async execute(sql: string): Promise<ExecuteResult> {
    if (this.#host.isAllowedByHost(sql)) return this.#inner.execute(sql);
    const [rowsAffected = 0] = await this.#call([sql], RUNNING);
    return { rowsAffected };
  }

  async executeScript(sql: string): Promise<void> {
    await this.executeBatch(splitStatements(sql, "postgres").map((statement) => statement.text));
  }

  async executeBatch(statements: readonly string[]): Promise<void> {
    if (!statements.some((sql) => this.#host.isAllowedByHost(sql))) {
      await this.#call(statements, RUNNING);
      return;
    }
    for (const sql of statements) await this.execute(sql);
  }

  stream<R extends Row = Row>(): AsyncIterable<R> {
    throw unheard("stream");
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
    throw unheard("close");
  }

  async #call(statements: readonly string[], bodyOf: (count: number) => string): Promise<readonly number[]> {
    if (statements.length === 0) return [];
    const name = `tenon_${randomBytes(16).toString("hex")}`;
    const signature = `pg_temp.${name}(pg_catalog.json)`;
    await this.#inner.executeScript(
      [
        `CREATE FUNCTION ${signature} RETURNS pg_catalog.int8 LANGUAGE plpgsql SECURITY DEFINER`,
        `SET search_path FROM CURRENT AS '${bodyOf(statements.length)}';`,
        `ALTER FUNCTION ${signature} OWNER TO ${quote(this.#role)}`,
      ].join("\n"),
    );
    let rows: Row[];
    try {
      rows = await this.#inner.query(`SELECT pg_temp.${name}(CAST($1 AS pg_catalog.json)) AS "rows"`, [
        JSON.stringify(statements),
      ]);
    } catch (error) {
      throw error instanceof TenonError ? refusal(placed(error, name, statements)) : error;
    }
    await this.#inner.execute(`DROP FUNCTION IF EXISTS ${signature}`);
    await this.#host.afterwards();
    return [Number(rows[0]?.["rows"] ?? 0)];
  }
}

// Each statement has a line of its own, the second being the first one's: that is how an error tells which it was.
function RUNNING(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => `EXECUTE $1->>${index};`);
  return `DECLARE n int8; BEGIN\n${lines.join("\n")}\nGET DIAGNOSTICS n = ROW_COUNT; RETURN n; END`;
}

function COUNTING(): string {
  return "DECLARE n int8 := 0; r record; BEGIN\nFOR r IN EXECUTE $1->>0 LOOP n := n + 1; END LOOP; RETURN n; END";
}

/** The error as it would have come without the function around the statement. */
function placed(error: TenonError, name: string, statements: readonly string[]): TenonError {
  const context = String(error.details["context"] ?? "");
  const line = new RegExp(`${name}\\([^)]*\\)\\D+(\\d+)`).exec(context)?.[1];
  const index = Math.min(Math.max(0, Number(line ?? 2) - 2), statements.length - 1);
  return new TenonError(error.code, error.message, {
    where: { ...positionOf(error.cause, statements[index] ?? ""), object: error.where.object },
    hint: error.hint,
    cause: error,
    details: { ...error.details, statement: index, context: undefined },
  });
}

/** What the server refuses to the role is not a failure of the migration but a plugin that goes too far. */
function refusal(error: TenonError): TenonError {
  const state = error.details["sqlState"];
  if (state !== INSUFFICIENT_PRIVILEGE && state !== INVALID_TRANSACTION_TERMINATION) return error;
  return new TenonError("PLUGIN_FORBIDDEN", `The server refuses this to a plugin: ${error.message}.`, {
    where: error.where,
    hint: "A plugin may refer to tables of others by foreign keys and read them; it makes, changes and fills only its own.",
    cause: error,
    details: error.details,
  });
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const INSUFFICIENT_PRIVILEGE = "42501";
const INVALID_TRANSACTION_TERMINATION = "2D000";

/** https://www.postgresql.org/docs/current/protocol-error-fields.html: the place in what the function ran. */
function positionOf(cause: unknown, sql: string): { line?: number; column?: number } {
  if (typeof cause !== "object" || cause === null) return {};
  const position = Number(Reflect.get(cause, "internalPosition"));
  if (!(position > 0) || Reflect.get(cause, "internalQuery") !== sql) return {};
  const before = Array.from(sql).slice(0, position - 1);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.filter((each) => each === "\n").length + 1, column: before.length - lineStart + 1 };
}

function unheard(method: string): TenonError {
  return new TenonError("INTERNAL", `A plugin's SQL was to ${method} on a session that cannot.`);
}
