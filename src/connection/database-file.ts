import { accessSync, closeSync, constants, openSync, readSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf, TenonError } from "../errors.js";

export interface DatabaseFileExpectations {
  /** How messages name the file. */
  readonly description: string;
  /** Whether a missing or empty file may become a database. */
  readonly mayCreate: boolean;
  readonly isEncrypted: boolean;
}

/**
 * Looks at a database file before the engine does: what is wrong is told exactly, and nothing is created or
 * changed on the way. Gives false when there is no database yet and one may be made.
 */
export function checkDatabaseFile(file: string, expected: DatabaseFileExpectations): boolean {
  const { description, mayCreate } = expected;
  const stats = statOf(file, description);
  if (stats === undefined) {
    if (!mayCreate) {
      throw failed(
        `${description} does not exist.`,
        "Check the path; relative paths start at the working directory.",
      );
    }
    checkFolder(dirname(file), description);
    return false;
  }
  if (stats.isDirectory())
    throw failed(`${description} is a folder, not a database file.`, "Name a file in it.");
  if (!stats.isFile()) throw failed(`${description} is not a regular file.`, "Check the path.");
  if (stats.size === 0) {
    if (mayCreate) return false;
    throw new TenonError("NOT_A_DATABASE", `${description} is empty: it has no bytes at all.`, {
      hint: "Check whether a copy was cut short; a new database is made by a command that writes.",
    });
  }
  const header = readHeader(file, description);
  if (!expected.isEncrypted && !isSqliteHeader(header)) {
    throw new TenonError("NOT_A_DATABASE", `${description} is not a SQLite database, or is encrypted.`, {
      hint: "Check the path; for an encrypted database give its password.",
    });
  }
  return true;
}

/** https://sqlite.org/fileformat.html#magic_header_string */
export function isSqliteHeader(header: Uint8Array): boolean {
  return Buffer.from(header.subarray(0, 16)).equals(Buffer.from("SQLite format 3\0"));
}

function statOf(file: string, description: string): Stats | undefined {
  try {
    return statSync(file);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return undefined;
    if (code === "ENOTDIR") throw failed(`${description}: a part of the path is a file.`, "Check the path.");
    throw failed(
      `${description} cannot be reached: ${messageOf(error)}.`,
      "Check the rights of its folders.",
    );
  }
}

function checkFolder(folder: string, description: string): void {
  const stats = statOf(folder, description);
  if (stats === undefined) {
    throw failed(
      `${description} cannot be created: the folder ${folder} does not exist.`,
      "Create the folder first.",
    );
  }
  if (!stats.isDirectory()) {
    throw failed(`${description} cannot be created: ${folder} is not a folder.`, "Check the path.");
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    throw failed(
      `${description} cannot be created: this user may not write in ${folder}.`,
      "Change the rights of the folder, or choose another one.",
    );
  }
}

function readHeader(file: string, description: string): Uint8Array {
  const header = new Uint8Array(100);
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    return header.subarray(0, readSync(handle, header));
  } catch (error) {
    const reason = codeOf(error) === "EACCES" ? "this user may not read it" : messageOf(error);
    throw failed(`${description} cannot be opened: ${reason}.`, "Change the rights of the file.");
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function failed(message: string, hint: string): TenonError {
  return new TenonError("CONNECTION_FAILED", message, { hint });
}
