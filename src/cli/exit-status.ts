import { constants } from "node:os";

import type { ErrorCode } from "../errors.js";

/** What a command's exit status says; the same table stands in docs/commands.md. */
export const EXIT = { done: 0, failed: 1, wrongUse: 2, found: 3, signal: 128 } as const;

/** Errors that are mended on the command line, in the environment or in the config, and not in the database. */
const WRONG_USE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "USAGE",
  "CONFIG_INVALID",
  "URL_INVALID",
  "MISSING_DEPENDENCY",
  "MIGRATIONS_FOLDER_MISSING",
  "MODULE_DUPLICATE",
  "MODULE_INVALID",
  "MODULE_UNKNOWN",
  "VERSION_INVALID",
  "VERSION_UNKNOWN",
]);

export function exitStatusOf(code: ErrorCode): number {
  // As a shell reports Ctrl-C, which a question gets as a key and not as a signal.
  if (code === "INTERRUPTED") return EXIT.signal + constants.signals.SIGINT;
  return WRONG_USE.has(code) ? EXIT.wrongUse : EXIT.failed;
}
