import { type ErrorCode, TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import { LibsqlConnection } from "./libsql-connection.js";
import { type NativeDatabase, openNative } from "./libsql-driver.js";
import type { LibsqlSessionOptions } from "./libsql-session.js";

/** Tells a handle the key of its database, before anything else is said on it. */
export type GiveKey = (native: NativeDatabase) => void;

/** Opens the driver's handle, with its error made into ours. */
export async function openHandle(
  address: string,
  description: string,
  giveKey: GiveKey | undefined,
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
    giveKey?.(native);
    return native;
  } catch (error) {
    native.close();
    throw error;
  }
}

export interface PreparedSessionOptions extends LibsqlSessionOptions {
  /** The file is in WAL mode already. */
  readonly isInWalMode?: boolean;
}

/** Makes a handle ready for work: foreign keys on, and WAL for a file that is to be written. */
export async function prepareSession(options: PreparedSessionOptions): Promise<Connection> {
  const { description, busyTimeoutMs, readOnly, file } = options;
  const connection = new LibsqlConnection(options);
  try {
    // Reads the first page: what is damaged, or locked, shows here.
    await connection.execute("PRAGMA schema_version");
    await connection.execute("PRAGMA foreign_keys = ON");
    // Outside of a transaction it takes effect, or the library has no foreign keys at all: one look tells for all sessions of the process.
    hasForeignKeys ||= await connection.holds("(SELECT foreign_keys FROM pragma_foreign_keys) = 1");
    if (!hasForeignKeys) {
      throw new TenonError("FOREIGN_KEYS_UNAVAILABLE", `${description} does not switch foreign keys on.`, {
        hint: `The SQLite library was built without them; install the package "libsql" as it is published.`,
      });
    }
    if (file !== undefined && !readOnly && !options.isInWalMode) await switchToWal(connection, busyTimeoutMs);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

let hasForeignKeys = false;

/**
 * WAL lets others read while a migration writes. It is not needed for anything to be right, so a file that does not
 * take it is used as it is: one that may not be written, one that is in use, one on a network drive.
 */
async function switchToWal(connection: Connection, busyTimeoutMs: number): Promise<void> {
  try {
    const wait = { busyTimeoutMs: Math.min(busyTimeoutMs, LONGEST_WAIT_FOR_WAL_MS) };
    await connection.execute("PRAGMA journal_mode = WAL", [], wait);
  } catch (error) {
    if (!(error instanceof TenonError) || !MEANS_NO_WAL.has(error.code)) throw error;
  }
}

const LONGEST_WAIT_FOR_WAL_MS = 500;

const MEANS_NO_WAL = new Set<ErrorCode>(["DATABASE_READ_ONLY", "DATABASE_BUSY", "CONNECTION_FAILED"]);
