import { TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import type { Encryption } from "./encryption/unlock.js";
import { openLibsql } from "./libsql.js";
import { redactUrl } from "./redact-url.js";
import { type DatabaseUrl, parseDatabaseUrl } from "./url.js";

export interface ConnectOptions {
  /** Opens a SQLite file that is encrypted, or creates one. Its key file is `<file>.salt`; keep copies of both. */
  readonly encryption?: Encryption | undefined;
  /** Refuses to write, and to create a database that does not exist (SQLite). */
  readonly readOnly?: boolean | undefined;
  /** Refuses to create a database that does not exist (SQLite). */
  readonly mustExist?: boolean | undefined;
  /** Milliseconds that a statement waits while another session holds the database (SQLite); 5000 unless given. */
  readonly busyTimeoutMs?: number | undefined;
}

/**
 * Opens one session with a database. The driver for its engine is loaded only now.
 *
 * A SQLite file is created when it is not there; foreign keys are on, and files are in WAL mode. A statement that
 * finds the database held by another session is tried again for `busyTimeoutMs`, and the program goes on meanwhile.
 *
 * @param url `file:app.db`, `file:/abs/app.db` (with `?mode=ro` or `rw`), `:memory:`, the plain path of a file that ends
 *   in .db, .sqlite or .sqlite3; percent escapes stand for what a URL cannot hold.
 * @returns The session. Close it when the work is done.
 * @throws TenonError `URL_INVALID`, `CONNECTION_FAILED`, `NOT_A_DATABASE`, `DATABASE_CORRUPT`, `DATABASE_BUSY`,
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
export async function connect(url: string, options: ConnectOptions = {}): Promise<Connection> {
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
    case "postgres":
    case "pglite":
    case "sqlserver":
      throw notYet(url, address);
  }
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
