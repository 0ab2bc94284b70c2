import type { Connection } from "./connection.js";
import type { TakePiece } from "./pg-copy-out.js";

/** What is known of the session behind a connection to PostgreSQL. */
export interface PgSession {
  /** The number of the session as it was told when connecting; a pooler tells one of its own. Undefined for PGlite. */
  readonly announcedPid: number | undefined;
  /** Opens a second session in the same way; undefined where the first was lent, and for PGlite. */
  openSecond(options?: SecondSession): Promise<Connection | undefined>;
  /**
   * Loads rows with COPY and gives their number. A piece may end anywhere in a row, but for PGlite, where each is loaded on its own: give
   * whole rows. What the pieces throw comes out of here, and nothing is loaded then.
   */
  copyIn(request: CopyRequest, pieces: AsyncIterable<Uint8Array>): Promise<number>;
  /** Reads rows with COPY and gives their number; every piece holds whole rows. */
  copyOut(request: CopyRequest, take: TakePiece): Promise<number>;
}

/** https://www.postgresql.org/docs/current/sql-copy.html */
export interface CopyRequest {
  /** A table with its columns, or a query in parentheses. */
  readonly of: string;
  /** What stands in WITH: `FORMAT csv`. */
  readonly options: string;
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
