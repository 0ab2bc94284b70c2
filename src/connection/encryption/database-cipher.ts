import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, TenonError } from "../../errors.js";
import { readFileHeader } from "../file-header.js";
import { type NativeDatabase, openNative } from "../libsql-driver.js";
import { CIPHER, HEAD_BYTES } from "./key-file.js";

/**
 * Gives a handle its data key, before anything else is said on it. The driver's own option takes the key as text
 * and uses only its first 32 bytes: half of a key written in hexadecimal digits. `PRAGMA hexkey` takes all 256 bits:
 * https://utelle.github.io/SQLite3MultipleCiphers/docs/configuration/config_sql_pragmas/
 */
export function setKey(native: NativeDatabase, dataKey: Uint8Array): void {
  try {
    native.exec(`PRAGMA cipher = '${CIPHER}'`);
    native.exec(`PRAGMA hexkey = '${Buffer.from(dataKey).toString("hex")}'`);
    // What the engine sorts or gathers is not encrypted, so it must not be put into files.
    native.exec("PRAGMA temp_store = MEMORY");
  } catch {
    // The driver's own error could hold the statement, and with it the key.
    throw new TenonError("INTERNAL", "The SQLite driver did not take the key of the database.");
  }
}

/**
 * The first bytes of every database file under a key. This cipher always starts from the same vector on the first
 * page, and that page always starts with the same sixteen bytes; of what they become, the first eight are stored as
 * they are. Made by the engine itself, in a folder of its own.
 */
export async function headUnder(dataKey: Uint8Array): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-head-"));
  try {
    const file = join(folder, "empty.db");
    const native = await openNative(file, {});
    try {
      setKey(native, dataKey);
      native.exec("PRAGMA user_version = 1");
    } finally {
      native.close();
    }
    const head = readHead(file);
    refusePlainHead(head);
    return head;
  } catch (error) {
    if (error instanceof TenonError) throw error;
    throw new TenonError("FILE_FAILED", `No key could be made in ${tmpdir()}: ${messageOf(error)}.`, {
      hint: "Check that the folder for temporary files can be written.",
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A driver without ciphers takes the pragmas for unknown ones, says nothing, and writes everything as plain text. */
export function refusePlainFile(file: string): void {
  refusePlainHead(readHead(file));
}

function refusePlainHead(head: Uint8Array): void {
  if (!Buffer.from(head).equals(PLAIN_HEAD)) return;
  throw new TenonError("UNSUPPORTED", "The SQLite driver of this installation does not encrypt.", {
    hint: `The package "libsql" as published does; check what is installed in its place.`,
  });
}

const PLAIN_HEAD = Buffer.from("SQLite format 3\0").subarray(0, HEAD_BYTES);

function readHead(file: string): Uint8Array {
  return readFileHeader(file).slice(0, HEAD_BYTES);
}
