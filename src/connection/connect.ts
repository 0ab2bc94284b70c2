import { TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import { openLibsql } from "./libsql.js";
import { redactUrl } from "./redact-url.js";
import { parseDatabaseUrl } from "./url.js";

export interface ConnectOptions {
  /** Refuses to write, and to create a database that does not exist. */
  readonly readOnly?: boolean | undefined;
  /** Refuses to create a database that does not exist. */
  readonly mustExist?: boolean | undefined;
  /** Milliseconds that a statement waits while another session holds the database (SQLite); 5000 unless given. */
  readonly busyTimeoutMs?: number | undefined;
}

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
    default:
      throw new TenonError("UNSUPPORTED", `${redactUrl(url)} names an engine that cannot be opened yet.`);
  }
}
