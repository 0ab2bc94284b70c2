import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ErrorCode, TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import { checkDatabaseFile } from "./database-file.js";
import { LibsqlConnection, type LibsqlConnectionOptions } from "./libsql-connection.js";
import { type NativeDatabase, openNative } from "./libsql-driver.js";

export interface LibsqlOptions {
  /** A path of the file system, or `:memory:`. */
  readonly path: string;
  /** The path for messages; `path` unless given. */
  readonly description?: string | undefined;
  /** Refuses to write, and to create. */
  readonly readOnly?: boolean | undefined;
  /** Refuses to create the file. */
  readonly mustExist?: boolean | undefined;
  /** How long a statement waits while another session holds the database; 5000 unless given. */
  readonly busyTimeoutMs?: number | undefined;
  /** The key as the driver takes it; the file is encrypted with it. */
  readonly encryptionKey?: string | undefined;
}

export const DEFAULT_BUSY_TIMEOUT_MS = 5000;

/** Opens a SQLite database in a file or in memory; the file is created unless the options forbid it. */
export async function openLibsql(options: LibsqlOptions): Promise<Connection> {
  const { path, readOnly = false, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS } = options;
  const description = options.description ?? path;
  const key = options.encryptionKey === undefined ? {} : { encryptionKey: options.encryptionKey };
  if (path === ":memory:") {
    const native = await openHandle(path, description, key);
    return prepareSession({ native, description, busyTimeoutMs, readOnly, file: undefined });
  }
  const file = resolve(path);
  checkDatabaseFile(file, {
    description,
    mayCreate: !readOnly && options.mustExist !== true,
    isEncrypted: options.encryptionKey !== undefined,
  });
  if (!readOnly) {
    const native = await openHandle(file, description, key);
    return prepareSession({ native, description, busyTimeoutMs, readOnly, file });
  }
  return openReadOnly(file, description, key, busyTimeoutMs);
}

/**
 * Opens the lock file beside a database, `<file>.lock`: an empty database that nobody writes, only for the lock of a
 * transaction on it. Undefined where no other session can have the database open.
 */
export async function connectToLockFile(connection: Connection): Promise<Connection | undefined> {
  if (!(connection instanceof LibsqlConnection) || connection.file === undefined || connection.readOnly) {
    return undefined;
  }
  // Through a symbolic link or not, everybody must come to the same lock file.
  const file = `${realpathSync(connection.file)}.lock`;
  const description = `${connection.description}.lock`;
  const native = await openHandle(file, description, {});
  return new LibsqlConnection({ native, description, busyTimeoutMs: 0, readOnly: false, file });
}

/**
 * Opens with `mode=ro`. A WAL database needs its side files even then, and a session that may not write leaves
 * them behind; so where they were not there before, a second handle, opened for writing and closed at once, has
 * the engine itself remove them. And where they cannot be made (a folder that may not be written), nobody has the
 * database open, and it is read as it lies: https://sqlite.org/wal.html#read_only_databases
 */
async function openReadOnly(
  file: string,
  description: string,
  key: { readonly encryptionKey?: string },
  busyTimeoutMs: number,
): Promise<Connection> {
  const hasSideFiles = existsSync(`${file}-wal`) || existsSync(`${file}-shm`);
  const onClosed = hasSideFiles ? undefined : () => removeSideFiles(file, key);
  const session = { description, busyTimeoutMs, readOnly: true, file };
  const address = pathToFileURL(file).href;
  try {
    const native = await openHandle(`${address}?mode=ro`, description, key);
    return await prepareSession({ native, ...session, onClosed });
  } catch (error) {
    const isUnopenable = error instanceof TenonError && error.details["engineCode"] === "SQLITE_CANTOPEN";
    if (!isUnopenable || hasSideFiles) throw error;
    const native = await openHandle(`${address}?mode=ro&immutable=1`, description, key);
    return prepareSession({ native, ...session });
  }
}

async function removeSideFiles(file: string, key: { readonly encryptionKey?: string }): Promise<void> {
  if (!existsSync(`${file}-wal`) && !existsSync(`${file}-shm`)) return;
  let native: NativeDatabase | undefined;
  try {
    native = await openNative(`${pathToFileURL(file).href}?mode=rw`, key);
    native.exec("PRAGMA schema_version");
  } catch {
    // Without the right to write they stay, empty and harmless, as any read-only session leaves them.
  } finally {
    native?.close();
  }
}

async function openHandle(
  address: string,
  description: string,
  options: { readonly encryptionKey?: string },
): Promise<NativeDatabase> {
  try {
    return await openNative(address, options);
  } catch (error) {
    if (error instanceof TenonError) throw error;
    // The driver's own message holds the address with the file's full path, and no more than a number as reason.
    throw new TenonError("CONNECTION_FAILED", `${description} cannot be opened.`, {
      hint: "Check that the folder exists and that this user may read and write in it.",
    });
  }
}

async function prepareSession(options: LibsqlConnectionOptions): Promise<Connection> {
  const { description, busyTimeoutMs, readOnly, file } = options;
  const connection = new LibsqlConnection(options);
  try {
    // Reads the first page: what is not a database, or is encrypted with another key, shows here.
    await connection.query("PRAGMA schema_version");
    await connection.execute("PRAGMA foreign_keys = ON");
    const [row] = await connection.query("PRAGMA foreign_keys");
    if (row?.["foreign_keys"] !== 1) {
      throw new TenonError("FOREIGN_KEYS_UNAVAILABLE", `${description} does not switch foreign keys on.`, {
        hint: "The SQLite library was built without them; install the package libsql as it is published.",
      });
    }
    if (file !== undefined && !readOnly) await switchToWal(connection, busyTimeoutMs);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * WAL lets others read while a migration writes. It is not needed for anything to be right, so a file that does not
 * take it is used as it is: one that may not be written, one that is in use, one on a network drive.
 */
async function switchToWal(connection: Connection, busyTimeoutMs: number): Promise<void> {
  const [row] = await connection.query("PRAGMA journal_mode");
  if (row?.["journal_mode"] === "wal") return;
  try {
    const wait = { busyTimeoutMs: Math.min(busyTimeoutMs, LONGEST_WAIT_FOR_WAL_MS) };
    await connection.query("PRAGMA journal_mode = WAL", [], wait);
  } catch (error) {
    if (!(error instanceof TenonError) || !MEANS_NO_WAL.has(error.code)) throw error;
  }
}

const LONGEST_WAIT_FOR_WAL_MS = 500;

const MEANS_NO_WAL = new Set<ErrorCode>(["DATABASE_READ_ONLY", "DATABASE_BUSY", "CONNECTION_FAILED"]);
