import { resolve } from "node:path";
import { TenonError } from "../../errors.js";
import { inspectDatabaseFile } from "../database-file.js";
import { redactUrl } from "../redact-url.js";
import { parseDatabaseUrl } from "../url.js";
import type { PasswordChange } from "./change-password.js";
import { loadKeyFile, replaceKeyFile } from "./key-file-storage.js";
import { keyFileOf } from "./refuse-encrypted.js";
import { unlockWith } from "./unlock.js";
import { checkPassword, DEFAULT_COST, wrapKey } from "./wrap-key.js";

/** Does what `changePassword` says. */
export async function rewrapKey(url: string, change: PasswordChange): Promise<void> {
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
