import { statSync } from "node:fs";

import type { Settings } from "../config/index.js";
import {
  type Connection,
  type ConnectOptions,
  connect,
  type DatabaseUrl,
  parseDatabaseUrl,
  redactUrl,
} from "../connection/index.js";
import { TenonError } from "../errors.js";
import { askPassword } from "./ask.js";
import { readPassword } from "./password.js";
import type { Terminal } from "./terminal.js";

/** What a command does to the database: looks, changes what is there, or may also create it. */
export type Access = "look" | "change" | "create";

export interface OpenedDatabase {
  readonly connection: Connection;
  /** The database without secrets, for people. */
  readonly description: string;
  /** False for a database that does not exist and is only looked at: an empty one in memory stands in for it. */
  readonly exists: boolean;
}

/**
 * Opens the database of the settings. Looking never creates or changes a file.
 * @throws TenonError `CONFIG_INVALID` without a URL, and whatever `connect` throws
 */
export async function openDatabase(
  settings: Settings,
  access: Access,
  terminal: Terminal,
): Promise<OpenedDatabase> {
  const { url } = settings;
  if (url === undefined) throw noDatabase();
  const address = parseDatabaseUrl(url);
  const standIn = access === "look" ? standInFor(address) : undefined;
  if (standIn !== undefined) {
    return {
      connection: await connect(standIn, settings.connection),
      description: redactUrl(url),
      exists: false,
    };
  }
  const options = { ...settings.connection, readOnly: access === "look", mustExist: access === "change" };
  const password =
    address.kind === "file" && settings.password !== undefined
      ? readPassword(settings.password, terminal)
      : undefined;
  const connection = await connectAsking(url, options, password, terminal);
  return { connection, description: redactUrl(url), exists: true };
}

/** False for a database in a file or folder that has still to be made; servers always exist. */
export function databaseExists(url: string | undefined): boolean {
  return url === undefined || standInFor(parseDatabaseUrl(url)) === undefined;
}

/** An empty database in memory of the same engine, for one that does not exist yet; undefined when it does. */
function standInFor(address: DatabaseUrl): string | undefined {
  if (address.kind === "file") return isThere(address.path) ? undefined : ":memory:";
  if (address.kind === "pglite" && address.folder !== undefined) {
    return isThere(address.folder) ? undefined : "pglite:";
  }
  return undefined;
}

/** A file without a byte is an empty database to SQLite, and one that cannot be opened for reading alone. */
function isThere(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (!stats.isFile() || stats.size > 0);
}

async function connectAsking(
  url: string,
  options: ConnectOptions,
  password: string | undefined,
  terminal: Terminal,
): Promise<Connection> {
  try {
    return await connect(url, password === undefined ? options : { ...options, encryption: { password } });
  } catch (error) {
    const isMissing = error instanceof TenonError && error.code === "ENCRYPTION_PASSWORD_REQUIRED";
    if (!isMissing || password !== undefined || !terminal.canAsk) throw error;
    const given = await askPassword(terminal, `Password of ${redactUrl(url)}`);
    return connect(url, { ...options, encryption: { password: given } });
  }
}

function noDatabase(): TenonError {
  return new TenonError("CONFIG_INVALID", "Nothing says which database is meant.", {
    hint:
      "Give --url file:app.db, set DATABASE_URL, or write `url` into tenon.config.ts or [database] into env.ini; " +
      "`tenon init` writes a config.",
  });
}
