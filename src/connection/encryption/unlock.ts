import { randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import { TenonError } from "../../errors.js";
import { type DatabaseFile, looksEncrypted } from "../database-file.js";
import { headUnder } from "./database-cipher.js";
import type { KeyFile, ScryptCost } from "./key-file.js";
import { createKeyFile, loadKeyFile } from "./key-file-storage.js";
import { keyFileOf } from "./refuse-encrypted.js";
import { checkPassword, DEFAULT_COST, unwrapKey, wrapKey } from "./wrap-key.js";

export interface Encryption {
  readonly password: string;
  /**
   * What deriving the key costs, for a key file that is written now. Only tests choose less than the default.
   * @internal
   */
  readonly cost?: ScryptCost | undefined;
}

/** The key of a database, and what its file has to begin with. */
export interface UnlockedKey {
  readonly dataKey: Uint8Array;
  readonly head: Uint8Array;
}

/**
 * Finds the key of a database: reads its key file, or writes one for a database that is still to be made. Everything
 * that does not fit together is refused here, before the engine has seen the file: with a wrong key it could take
 * the journal of a crash for garbage, and undo nothing.
 */
export async function unlockDatabase(file: DatabaseFile, encryption: Encryption): Promise<Uint8Array> {
  const { description } = file;
  checkPassword(encryption.password, description);
  if (file.kind === "plain") {
    throw new TenonError(
      "ENCRYPTION_NOT_ENCRYPTED",
      `${description} is not encrypted, and a password was given.`,
      {
        hint: "Open it without a password. To encrypt it, copy its content into a new database. Nothing was changed.",
      },
    );
  }
  const path = keyFileOf(file.path);
  const name = keyFileOf(description);
  const existing = await loadKeyFile(path, name);
  if (existing !== undefined) return (await unlockWith(existing, file, encryption.password)).dataKey;
  if (file.kind === "opaque") throw withoutKeyFile(file);
  return createKey(file, encryption);
}

/** Checks that key file and database belong together, and opens the one with the password. */
export async function unlockWith(
  keyFile: KeyFile,
  file: DatabaseFile,
  password: string,
): Promise<UnlockedKey> {
  const name = keyFileOf(file.description);
  if (file.kind === "opaque" && !hasHead(file, keyFile.head) && !isUnfinished(file)) {
    throw new TenonError(
      "ENCRYPTION_KEY_FILE_FOREIGN",
      `The key file ${name} belongs to another database than ${file.description}, or the beginning of the database is damaged.`,
      { hint: "Put the key file that was made for this database in its place. Nothing was changed." },
    );
  }
  return { dataKey: await unwrapKey(keyFile, password, name), head: keyFile.head };
}

async function createKey(file: DatabaseFile, encryption: Encryption): Promise<Uint8Array> {
  const path = keyFileOf(file.path);
  const name = keyFileOf(file.description);
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const head = await headUnder(dataKey);
  const keyFile = await wrapKey(dataKey, head, encryption.password, encryption.cost ?? DEFAULT_COST);
  if (await createKeyFile(path, name, keyFile)) return dataKey;
  // Another process made one meanwhile: that is the one from now on, for both.
  const winner = await loadKeyFile(path, name);
  if (winner === undefined) {
    throw new TenonError(
      "FILE_FAILED",
      `The key file ${name} was made by another process and is gone again.`,
      {
        hint: "Try again.",
      },
    );
  }
  return (await unlockWith(winner, file, encryption.password)).dataKey;
}

const DATA_KEY_BYTES = 32;

function hasHead(file: DatabaseFile, head: Uint8Array): boolean {
  const found = file.header.subarray(0, head.length);
  return found.length === head.length && timingSafeEqual(found, head);
}

/** The first page of a database that was being made when the power failed: the engine undoes it from its journal. */
function isUnfinished(file: DatabaseFile): boolean {
  return file.header.every((byte) => byte === 0) && existsSync(`${file.path}-journal`);
}

function withoutKeyFile(file: DatabaseFile): TenonError {
  const { description } = file;
  if (!looksEncrypted(file)) {
    return new TenonError(
      "NOT_A_DATABASE",
      `${description} is neither a SQLite database nor an encrypted one.`,
      {
        hint: "Check the path. Nothing was changed.",
      },
    );
  }
  return new TenonError(
    "ENCRYPTION_KEY_FILE_MISSING",
    `${description} is encrypted, and its key file ${keyFileOf(description)} is not there.`,
    { hint: "Put the key file back beside it: without it the database cannot be read. Nothing was changed." },
  );
}
