// Encrypted SQLite files: finding the key with a password, and giving it to the engine. Most of it is loaded only when a
// password is given.
export { changePassword, type PasswordChange } from "./change-password.js";
export { refuseEncrypted } from "./refuse-encrypted.js";
export type { Encryption } from "./unlock.js";

/** Loads what a database with a password needs. */
export function loadEncryption(): Promise<typeof import("./with-password.js")> {
  return import("./with-password.js");
}
