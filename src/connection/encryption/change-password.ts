import { resolve } from "node:path";
import { TenonError } from "../../errors.js";
import { inspectDatabaseFile } from "../database-file.js";
import { redactUrl } from "../redact-url.js";
import { parseDatabaseUrl } from "../url.js";
import type { ScryptCost } from "./key-file.js";
import { keyFileOf, loadKeyFile, replaceKeyFile } from "./key-file-storage.js";
import { unlockWith } from "./unlock.js";
import { checkPassword, DEFAULT_COST, wrapKey } from "./wrap-key.js";

export interface PasswordChange {
  /** The password that opens the database now. */
  readonly from: string;
  readonly to: string;
  /** @internal */
  readonly cost?: ScryptCost | undefined;
}

/**
 * Changes the password of an encrypted database. Only its key file is written anew, at once and durably; the database
 * itself is not touched and may be open. A copy of the old key file still opens with the old password: where that
 * one is known to somebody, remove the copies.
 *
 * @param url The database's address, as for `connect`: `file:app.db`, or a path that ends in .db, .sqlite or .sqlite3.
 * @throws TenonError `ENCRYPTION_WRONG_PASSWORD`, `ENCRYPTION_PASSWORD_EMPTY`, `ENCRYPTION_KEY_FILE_MISSING`,
 *   `ENCRYPTION_KEY_FILE_FOREIGN`, `ENCRYPTION_KEY_FILE_INVALID`, `ENCRYPTION_NOT_ENCRYPTED`, `CONNECTION_FAILED`,
 *   `FILE_FAILED`
 *
 * @example
 * ```ts
 * import { changePassword, connect } from "tenon";
 *
 * const connection = await connect("file:vault.db", { encryption: { password: "sesame" } });
 * await connection.close();
 *
 * await changePassword("file:vault.db", { from: "sesame", to: "a longer sentence that nobody guesses" });
 * ```
 */
export async function changePassword(url: string, change: PasswordChange): Promise<void> {
  const address = parseDatabaseUrl(url);
  if (address.kind !== "file") {
    throw new TenonError("UNSUPPORTED", `${redactUrl(url)} is not a SQLite file, and has no key file.`, {
      hint: "Passwords of servers are changed on the server.",
    });
  }
  const file = inspectDatabaseFile(resolve(address.path), address.path);
  checkPassword(change.from, file.description);
  checkPassword(change.to, file.description);
  const path = keyFileOf(file.path);
  const name = keyFileOf(file.description);
  if (file.kind === "plain") {
    throw new TenonError(
      "ENCRYPTION_NOT_ENCRYPTED",
      `${file.description} is not encrypted; it has no password.`,
      {
        hint: "Check the path. Nothing was changed.",
      },
    );
  }
  const keyFile = await loadKeyFile(path, name);
  if (keyFile === undefined) {
    throw new TenonError("ENCRYPTION_KEY_FILE_MISSING", `The key file ${name} is not there.`, {
      hint: "Check the path, or put the key file back beside the database. Nothing was changed.",
    });
  }
  const { dataKey, head } = await unlockWith(keyFile, file, change.from);
  await replaceKeyFile(path, name, await wrapKey(dataKey, head, change.to, change.cost ?? DEFAULT_COST));
}
