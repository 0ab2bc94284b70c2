import type { Connection } from "./connection.js";

/** What a session is set to when it is opened. */
export interface PgSessionOptions {
  /** https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-STATEMENT-TIMEOUT, in milliseconds. */
  readonly statementTimeoutMs?: number | undefined;
  /** https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT, in milliseconds. */
  readonly lockTimeoutMs?: number | undefined;
  /** Lets the session only read. */
  readonly readOnly?: boolean | undefined;
}

/** As statements, and not as parameters of the connection, which poolers refuse. */
export async function applyOptions(connection: Connection, options: PgSessionOptions): Promise<void> {
  const { statementTimeoutMs, lockTimeoutMs, readOnly } = options;
  const settings = [
    ...(statementTimeoutMs === undefined ? [] : [`SET statement_timeout = ${Number(statementTimeoutMs)}`]),
    ...(lockTimeoutMs === undefined ? [] : [`SET lock_timeout = ${Number(lockTimeoutMs)}`]),
    ...(readOnly === true ? ["SET default_transaction_read_only = on"] : []),
  ];
  if (settings.length > 0) await connection.executeScript(settings.join("; "));
}
