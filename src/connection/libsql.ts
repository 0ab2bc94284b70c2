import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ErrorCode, TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import {
  type DatabaseFile,
  inspectDatabaseFile,
  refuseAbsent,
  refuseCutShort,
  refuseFolder,
} from "./database-file.js";
import { readHead, refusePlainHead, setKey } from "./encryption/database-cipher.js";
import { type Encryption, refuseEncrypted, unlockDatabase } from "./encryption/unlock.js";
import { LibsqlConnection } from "./libsql-connection.js";
import { type NativeDatabase, openNative } from "./libsql-driver.js";
import type { LibsqlSessionOptions } from "./libsql-session.js";

export interface LibsqlOptions {
  /** A path of the file system, or `:memory:`. */
  readonly path: string;
  /** Refuses to write, and to create. */
  readonly readOnly?: boolean | undefined;
  /** Refuses to create the file. */
  readonly mustExist?: boolean | undefined;
  /** How long a statement waits while another session holds the database; 5000 unless given. */
  readonly busyTimeoutMs?: number | undefined;
  readonly encryption?: Encryption | undefined;
}

const DEFAULT_BUSY_TIMEOUT_MS = 5000;

/** Opens a SQLite database in a file or in memory; the file is created unless the options forbid it. */
export async function openLibsql(options: LibsqlOptions): Promise<Connection> {
  const { path, readOnly = false, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, encryption } = options;
  if (path === ":memory:") {
    if (encryption !== undefined) throw memoryHasNoPassword();
    const native = await openHandle(path, path, undefined);
    return prepareSession({ native, description: path, busyTimeoutMs, readOnly, file: undefined });
  }
  const file = inspectDatabaseFile(resolve(path), path);
  const mayCreate = !readOnly && options.mustExist !== true;
  const isThere = file.kind === "plain" || file.kind === "opaque";
  if (!isThere && !mayCreate) refuseAbsent(file);
  if (!isThere) refuseFolder(file);
  if (encryption === undefined) refuseEncrypted(file);
  if (encryption === undefined) return openFile(file, options, undefined);
  const key = await unlockDatabase(file, encryption);
  try {
    const connection = await openFile(file, options, key.dataKey);
    if (!isThere) await refusePlainFile(connection, file.path);
    return connection;
  } catch (error) {
    throw error instanceof TenonError && error.code === "NOT_A_DATABASE" ? firstPageDamaged(file) : error;
  }
}

async function openFile(
  file: DatabaseFile,
  options: LibsqlOptions,
  dataKey: Uint8Array | undefined,
): Promise<Connection> {
  const { readOnly = false, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS } = options;
  const { path, description, kind } = file;
  const isThere = kind === "plain" || kind === "opaque";
  if (isThere) refuseCutShort(file);
  if (readOnly) return openReadOnly(file, dataKey, busyTimeoutMs);
  try {
    const native = await openHandle(path, description, dataKey);
    return await prepareSession({ native, description, busyTimeoutMs, readOnly, file: path });
  } catch (error) {
    // In a folder that may not be written not even reading a WAL database works: it is opened as what it is.
    if (isThere && isNotWritable(error)) return openReadOnly(file, dataKey, busyTimeoutMs);
    throw error;
  }
}

/**
 * Opens the lock file beside a database, `<file>.lock`: an empty database that nobody writes, only for the lock of a
 * transaction on it. Undefined where no other session can have the database open.
 */
export async function connectToLockFile(connection: Connection): Promise<Connection | undefined> {
  if (!(connection instanceof LibsqlConnection) || connection.file === undefined || connection.readOnly) {
    return undefined;
  }
  const file = `${connection.file}.lock`;
  const description = `${connection.description}.lock`;
  const native = await openHandle(file, description, undefined);
  return new LibsqlConnection({ native, description, busyTimeoutMs: 0, readOnly: false, file });
}

/**
 * Opens with `mode=ro`. A WAL database needs its side files even then, and a session that may not write leaves
 * them behind; so where they were not there before, a second handle, opened for writing and closed at once, has
 * the engine itself remove them. And where they cannot be made (a folder that may not be written), nobody has the
 * database open, and it is read as it lies: https://sqlite.org/wal.html#read_only_databases
 */
async function openReadOnly(
  file: DatabaseFile,
  dataKey: Uint8Array | undefined,
  busyTimeoutMs: number,
): Promise<Connection> {
  const { path, description } = file;
  const hadSideFiles = hasSideFiles(path);
  const onClosed = hadSideFiles ? undefined : () => removeSideFiles(path, dataKey);
  const session = { description, busyTimeoutMs, readOnly: true, file: path };
  const address = pathToFileURL(path).href;
  try {
    const native = await openHandle(`${address}?mode=ro`, description, dataKey);
    return await prepareSession({ native, ...session, onClosed });
  } catch (error) {
    if (!isNotWritable(error) || hadSideFiles) throw error;
    const native = await openHandle(`${address}?mode=ro&immutable=1`, description, dataKey);
    return prepareSession({ native, ...session });
  }
}

/** True when the engine needed to write a file for its own use, and could not. */
function isNotWritable(error: unknown): boolean {
  return (
    error instanceof TenonError && (error.code === "DATABASE_READ_ONLY" || error.code === "CONNECTION_FAILED")
  );
}

async function removeSideFiles(path: string, dataKey: Uint8Array | undefined): Promise<void> {
  if (!hasSideFiles(path)) return;
  let native: NativeDatabase | undefined;
  try {
    native = await openNative(`${pathToFileURL(path).href}?mode=rw`, {});
    if (dataKey !== undefined) setKey(native, dataKey);
    native.exec("PRAGMA schema_version");
  } catch {
    // Without the right to write they stay, empty and harmless, as any read-only session leaves them.
  } finally {
    native?.close();
  }
}

function hasSideFiles(path: string): boolean {
  return existsSync(`${path}-wal`) || existsSync(`${path}-shm`);
}

async function openHandle(
  address: string,
  description: string,
  dataKey: Uint8Array | undefined,
): Promise<NativeDatabase> {
  let native: NativeDatabase;
  try {
    native = await openNative(address, {});
  } catch (error) {
    if (error instanceof TenonError) throw error;
    // The driver's own message gives no more than a number as the reason.
    throw new TenonError("CONNECTION_FAILED", `${description} cannot be opened.`, {
      hint: "Check that the folder exists and that this user may read and write in it.",
    });
  }
  try {
    if (dataKey !== undefined) setKey(native, dataKey);
    return native;
  } catch (error) {
    native.close();
    throw error;
  }
}

async function prepareSession(options: LibsqlSessionOptions): Promise<Connection> {
  const { description, busyTimeoutMs, readOnly, file } = options;
  const connection = new LibsqlConnection(options);
  try {
    // Reads the first page: what is damaged, or locked, shows here.
    await connection.execute("PRAGMA schema_version");
    await connection.execute("PRAGMA foreign_keys = ON");
    const [row] = await connection.query("PRAGMA foreign_keys");
    if (row?.["foreign_keys"] !== 1) {
      throw new TenonError("FOREIGN_KEYS_UNAVAILABLE", `${description} does not switch foreign keys on.`, {
        hint: `The SQLite library was built without them; install the package "libsql" as it is published.`,
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
    await connection.execute("PRAGMA journal_mode = WAL", [], wait);
  } catch (error) {
    if (!(error instanceof TenonError) || !MEANS_NO_WAL.has(error.code)) throw error;
  }
}

const LONGEST_WAIT_FOR_WAL_MS = 500;

const MEANS_NO_WAL = new Set<ErrorCode>(["DATABASE_READ_ONLY", "DATABASE_BUSY", "CONNECTION_FAILED"]);

async function refusePlainFile(connection: Connection, path: string): Promise<void> {
  try {
    refusePlainHead(readHead(path));
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function firstPageDamaged({ description }: DatabaseFile): TenonError {
  return new TenonError(
    "DATABASE_CORRUPT",
    `The key file of ${description} belongs to it and opens, but the first page of the database cannot be read with the key: it is damaged.`,
    { hint: "Restore the database from a backup. Nothing was changed." },
  );
}

function memoryHasNoPassword(): TenonError {
  return new TenonError("USAGE", "A database in memory is not encrypted, and a password was given.", {
    hint: "Leave the password out, or give a file.",
  });
}
