import { TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import type { Encryption } from "./encryption/index.js";
import { openLibsql } from "./libsql.js";
import type { PgClient, PgPool } from "./pg-client.js";
import { redactUrl } from "./redact-url.js";
import { type DatabaseUrl, parseDatabaseUrl } from "./url.js";

export interface ConnectOptions {
  /** Opens a SQLite file that is encrypted, or creates one. Its key file is `<file>.salt`; keep copies of both. */
  readonly encryption?: Encryption | undefined;
  /** Refuses to write, and to create a database that does not exist. */
  readonly readOnly?: boolean | undefined;
  /** Refuses to create a database that does not exist; a PostgreSQL server never creates one. */
  readonly mustExist?: boolean | undefined;
  /**
   * Milliseconds that a statement waits while another session holds the database (SQLite), or that `connect` waits
   * while another connection holds the folder (PGlite); 5000 unless given.
   */
  readonly busyTimeoutMs?: number | undefined;
  /** What a PostgreSQL server shows of the session, unless the URL or PGAPPNAME says otherwise; `tenon` unless given. */
  readonly applicationName?: string | undefined;
  /** Milliseconds to wait for a PostgreSQL server, or for a free client of a pool; 30000 unless given. */
  readonly connectTimeoutMs?: number | undefined;
  /** Milliseconds that a statement may run (PostgreSQL); as the server is set unless given. */
  readonly statementTimeoutMs?: number | undefined;
  /** Milliseconds that a statement may wait for a lock (PostgreSQL); as the server is set unless given. */
  readonly lockTimeoutMs?: number | undefined;
  /** Extensions that PGlite is to know, by the names that CREATE EXTENSION takes: `pg_trgm`, `vector`. */
  readonly extensions?: readonly string[] | undefined;
}

/**
 * Opens one session with a database. The driver for its engine is loaded only now.
 *
 * A SQLite file is created when it is not there; foreign keys are on, and files are in WAL mode. A statement that
 * finds the database held by another session is tried again for `busyTimeoutMs`, and the program goes on meanwhile.
 *
 * @param url `file:app.db`, `file:/abs/app.db` (with `?mode=ro` or `rw`), `:memory:`, the plain path of a file that ends
 *   in .db, .sqlite or .sqlite3; percent escapes stand for what a URL cannot hold. `postgres://user@host/database` with
 *   the parameters, and `postgres://` with the environment, that the package `pg` knows (PGHOST, PGPASSWORD, PGSSLMODE, …).
 *   `pglite:` for PostgreSQL in the memory of this process, `pglite:./folder` to keep it. Or a client or a pool of `pg`:
 *   then one client is used, and `close` gives it back as it was.
 * @returns The session. Close it when the work is done.
 * @throws TenonError `URL_INVALID`, `MISSING_DEPENDENCY`, `CONNECTION_FAILED`, `NOT_A_DATABASE`, `DATABASE_CORRUPT`, `DATABASE_BUSY`,
 *   `UNSUPPORTED`; for encrypted files `ENCRYPTION_WRONG_PASSWORD`, `ENCRYPTION_PASSWORD_REQUIRED`,
 *   `ENCRYPTION_NOT_ENCRYPTED`, `ENCRYPTION_KEY_FILE_MISSING`, `ENCRYPTION_KEY_FILE_FOREIGN`,
 *   `ENCRYPTION_KEY_FILE_INVALID`, `ENCRYPTION_PASSWORD_EMPTY`. A file that is refused is not changed.
 *
 * @example
 * ```ts
 * import { connect } from "tenon";
 *
 * const connection = await connect("file:notes.db");
 * await connection.execute("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
 * await connection.execute("INSERT INTO note (body) VALUES (?)", ["Plane the tenon first."]);
 * console.log(await connection.query("SELECT body FROM note"));
 * await connection.close();
 *
 * const vault = await connect("file:vault.db", { encryption: { password: "sesame" } });
 * await vault.close();
 * ```
 */
export async function connect(
  target: string | PgPool | PgClient,
  options: ConnectOptions = {},
): Promise<Connection> {
  if (typeof target !== "string") {
    const { borrowPg } = await import("./pg.js");
    return borrowPg(target, options);
  }
  const url = target;
  const address = parseDatabaseUrl(url);
  switch (address.kind) {
    case "memory":
      return openLibsql({ ...options, path: ":memory:" });
    case "file":
      return openLibsql({
        ...options,
        path: address.path,
        readOnly: options.readOnly === true || address.mode === "ro",
        mustExist: options.mustExist === true || address.mode === "rw",
      });
    case "libsql":
      throw new TenonError(
        "UNSUPPORTED",
        `${redactUrl(url)} is a remote libSQL database, which Tenon does not open yet.`,
        {
          hint: "Foreign keys and transactions of a remote database cannot be held to what Tenon promises; use a file.",
        },
      );
    case "postgres": {
      refuseEncryption(url, options);
      const { openPg } = await import("./pg.js");
      return openPg(address.url, options);
    }
    case "pglite": {
      refuseEncryption(url, options);
      const { openPglite } = await import("./pglite.js");
      return openPglite({ ...options, folder: address.folder });
    }
    case "sqlserver":
      throw notYet(url, address);
  }
}

function refuseEncryption(url: string, options: ConnectOptions): void {
  if (options.encryption === undefined) return;
  throw new TenonError("UNSUPPORTED", `${redactUrl(url)} cannot be encrypted by Tenon.`, {
    hint: "Only SQLite files can: encrypt the disk of the server or folder instead.",
  });
}

function notYet(url: string, address: DatabaseUrl): TenonError {
  return new TenonError(
    "UNSUPPORTED",
    `${redactUrl(url)} cannot be opened: there is no driver for ${address.kind} yet.`,
    {
      hint: "Use file:app.db or :memory:.",
    },
  );
}
