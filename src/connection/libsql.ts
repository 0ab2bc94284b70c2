import { resolve } from "node:path";
import { TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import {
  type DatabaseFile,
  inspectDatabaseFile,
  refuseAbsent,
  refuseCutShort,
  refuseFolder,
  saysWal,
} from "./database-file.js";
import { type Encryption, loadEncryption, refuseEncrypted } from "./encryption/index.js";
import { LibsqlConnection } from "./libsql-connection.js";
import { type GiveKey, openHandle, prepareSession } from "./libsql-handle.js";
import { isNotWritable, openReadOnly } from "./libsql-read-only.js";
import { leaveWalMode, makeEmptyDatabase } from "./new-database.js";

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
    return prepareSession({
      native,
      description: path,
      busyTimeoutMs,
      readOnly,
      file: undefined,
      isNew: true,
    });
  }
  const file = inspectDatabaseFile(resolve(path), path);
  const mayCreate = !readOnly && options.mustExist !== true;
  if (!isThere(file) && !mayCreate) refuseAbsent(file);
  if (!isThere(file)) refuseFolder(file);
  if (encryption !== undefined) return openEncrypted(file, options, encryption);
  refuseEncrypted(file);
  return openFile(file, options, undefined);
}

async function openEncrypted(
  file: DatabaseFile,
  options: LibsqlOptions,
  encryption: Encryption,
): Promise<Connection> {
  const { refusePlainFile, setKey, unlockDatabase } = await loadEncryption();
  const dataKey = await unlockDatabase(file, encryption);
  let connection: Connection | undefined;
  try {
    connection = await openFile(file, options, (native) => setKey(native, dataKey));
    refusePlainFile(file.path);
    return connection;
  } catch (error) {
    await connection?.close();
    throw error instanceof TenonError && error.code === "NOT_A_DATABASE" ? firstPageDamaged(file) : error;
  }
}

async function openFile(
  file: DatabaseFile,
  options: LibsqlOptions,
  giveKey: GiveKey | undefined,
): Promise<Connection> {
  const { readOnly = false, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS } = options;
  const { path, description } = file;
  if (isThere(file)) refuseCutShort(file);
  if (readOnly) return openReadOnly(file, giveKey, busyTimeoutMs);
  if (file.kind === "missing" && giveKey === undefined && makeEmptyDatabase(path)) {
    try {
      return await open(true);
    } catch {
      leaveWalMode(await openHandle(path, description, giveKey));
    }
  }
  try {
    return await open(saysWal(file));
  } catch (error) {
    // In a folder that may not be written not even reading a WAL database works: it is opened as what it is.
    if (isThere(file) && isNotWritable(error)) return openReadOnly(file, giveKey, busyTimeoutMs);
    throw error;
  }

  async function open(isInWalMode: boolean): Promise<Connection> {
    const native = await openHandle(path, description, giveKey);
    const isNew = !isThere(file);
    return prepareSession({ native, description, busyTimeoutMs, readOnly, file: path, isInWalMode, isNew });
  }
}

function isThere({ kind }: DatabaseFile): boolean {
  return kind === "plain" || kind === "opaque";
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
