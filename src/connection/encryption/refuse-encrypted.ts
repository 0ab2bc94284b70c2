import { existsSync } from "node:fs";
import { TenonError } from "../../errors.js";
import { type DatabaseFile, looksEncrypted } from "../database-file.js";

/** The key file of a database file; the path of the database is its real one, behind symbolic links. */
export function keyFileOf(database: string): string {
  return `${database}.salt`;
}

/** Refuses what only opens with a password. */
export function refuseEncrypted(file: DatabaseFile): void {
  if (file.kind === "plain") return;
  const { description } = file;
  if (existsSync(keyFileOf(file.path))) {
    throw new TenonError(
      "ENCRYPTION_PASSWORD_REQUIRED",
      `${description} is encrypted, and no password was given.`,
      {
        hint: "Give the password; TENON_PASSWORD or --password-file for the command. Nothing was changed.",
      },
    );
  }
  if (file.kind !== "opaque") return;
  throw new TenonError(
    "NOT_A_DATABASE",
    looksEncrypted(file)
      ? `${description} is an encrypted database, and its key file ${keyFileOf(description)} is not there.`
      : `${description} is not a SQLite database.`,
    {
      hint: looksEncrypted(file)
        ? "Put its key file beside it and give the password. Nothing was changed."
        : "Check the path. Nothing was changed.",
    },
  );
}
