import type { Connection } from "./connection.js";

/** What is known of the session behind a connection to PostgreSQL. */
export interface PgSession {
  /** The number of the session as it was told when connecting; a pooler tells one of its own. Undefined for PGlite. */
  readonly announcedPid: number | undefined;
  /** Opens a second session in the same way; undefined where the first was lent, and for PGlite. */
  openSecond(options?: SecondSession): Promise<Connection | undefined>;
}

export interface SecondSession {
  /** Another database of the same server. */
  readonly database?: string | undefined;
  /** Runs when the session has ended. */
  readonly onClosed?: (() => Promise<void>) | undefined;
}

/** Undefined for connections to other engines. */
export function pgSessionOf(connection: Connection): PgSession | undefined {
  return isPgSession(connection) ? connection : undefined;
}

// By what it has and not by its class, so that the drivers are not loaded for this question.
function isPgSession(connection: object): connection is PgSession {
  return "announcedPid" in connection && "openSecond" in connection;
}
