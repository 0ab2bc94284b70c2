import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import type { DatabaseFile } from "./database-file.js";
import { type NativeDatabase, openNative } from "./libsql-driver.js";
import { type GiveKey, openHandle, prepareSession } from "./libsql-handle.js";

/**
 * Opens with `mode=ro`. A WAL database needs its side files even then, and a session that may not write leaves
 * them behind; so where they were not there before, a second handle, opened for writing and closed at once, has
 * the engine itself remove them. And where they cannot be made (a folder that may not be written), nobody has the
 * database open, and it is read as it lies: https://sqlite.org/wal.html#read_only_databases
 */
export async function openReadOnly(
  file: DatabaseFile,
  giveKey: GiveKey | undefined,
  busyTimeoutMs: number,
): Promise<Connection> {
  const { path, description } = file;
  const hadSideFiles = hasSideFiles(path);
  const onClosed = hadSideFiles ? undefined : () => removeSideFiles(path, giveKey);
  const session = { description, busyTimeoutMs, readOnly: true, file: path };
  const address = pathToFileURL(path).href;
  try {
    const native = await openHandle(`${address}?mode=ro`, description, giveKey);
    return await prepareSession({ native, ...session, onClosed });
  } catch (error) {
    if (!isNotWritable(error) || hadSideFiles) throw error;
    const native = await openHandle(`${address}?mode=ro&immutable=1`, description, giveKey);
    return prepareSession({ native, ...session });
  }
}

/** True when the engine needed to write a file for its own use, and could not. */
export function isNotWritable(error: unknown): boolean {
  return (
    error instanceof TenonError && (error.code === "DATABASE_READ_ONLY" || error.code === "CONNECTION_FAILED")
  );
}

async function removeSideFiles(path: string, giveKey: GiveKey | undefined): Promise<void> {
  if (!hasSideFiles(path)) return;
  let native: NativeDatabase | undefined;
  try {
    native = await openNative(`${pathToFileURL(path).href}?mode=rw`, {});
    giveKey?.(native);
    native.exec("PRAGMA schema_version");
  } catch {
    // Without the right to write they stay, empty and harmless, as any read-only session leaves them.
  } finally {
    native?.close();
  }
}

function hasSideFiles(path: string): boolean {
  return ["-wal", "-shm", "-journal"].some((ending) => existsSync(path + ending));
}
