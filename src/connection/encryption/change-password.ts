import type { ScryptCost } from "./key-file.js";

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
  // Loaded only now: most programs never change a password.
  const { rewrapKey } = await import("./rewrap-key.js");
  await rewrapKey(url, change);
}
