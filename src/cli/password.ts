import { readFileSync, statSync } from "node:fs";

import type { PasswordSource } from "../config/index.js";
import { messageOf, TenonError } from "../errors.js";
import type { Terminal } from "./terminal.js";

/**
 * The password that settings name. One line end after it is cut off, as editors and `echo` put it there.
 * @throws TenonError `CONFIG_INVALID`
 */
export function readPassword(source: PasswordSource, terminal: Terminal): string {
  if (source.kind === "text") return source.text;
  const password = readFile(source.path).replace(/\r?\n$/, "");
  if (password === "") {
    throw new TenonError("CONFIG_INVALID", "The password file is empty.", {
      where: { file: source.path },
      hint: "Write the password into it, as its first and only line.",
    });
  }
  if (isOpenToOthers(source.path)) {
    terminal.warn(`${source.path} can be read by others on this machine; \`chmod 600\` keeps it to you.`);
  }
  return password;
}

function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new TenonError("CONFIG_INVALID", `The password file cannot be read: ${messageOf(error)}`, {
      where: { file: path },
      hint: "Check the path given with --password-file, and the rights of the file.",
      cause: error,
    });
  }
}

/** A pipe (`--password-file <(pass show app)`) has no rights to speak of; Windows has others. */
function isOpenToOthers(path: string): boolean {
  const stats = statSync(path);
  return process.platform !== "win32" && stats.isFile() && (stats.mode & 0o044) !== 0;
}
