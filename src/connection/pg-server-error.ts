/** What PostgreSQL tells about an error: https://www.postgresql.org/docs/current/protocol-error-fields.html */
export interface ServerError {
  readonly message: string;
  readonly code: string;
  readonly severity?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** In characters, not UTF-16 units, from 1. */
  readonly position?: string | undefined;
  readonly where?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
  readonly routine?: string | undefined;
}

/** True when the server itself said it, and not the driver or the network. */
export function isServerError(thrown: unknown): thrown is ServerError {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "severity" in thrown &&
    "code" in thrown &&
    typeof thrown.code === "string" &&
    /^[0-9A-Z]{5}$/.test(thrown.code)
  );
}

/** True when the session is over: the server ended it, or the network did. */
export function endsSession(thrown: unknown): boolean {
  if (!isServerError(thrown)) return true;
  return thrown.code.startsWith("08") || SESSION_ENDING.has(thrown.code);
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const SESSION_ENDING: ReadonlySet<string> = new Set([
  "57P01", // admin_shutdown: a shutdown, or pg_terminate_backend
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57P04", // database_dropped
  "57P05", // idle_session_timeout
  "25P03", // idle_in_transaction_session_timeout
  "25P04", // transaction_timeout
]);
