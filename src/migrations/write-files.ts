import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import { messageOf, TenonError } from "../errors.js";

export interface FileToWrite {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes new files, with the folders that they need. When one of them exists already none is written, and none is
 * ever overwritten.
 * @throws TenonError `FILE_EXISTS`, `FILE_FAILED`
 */
export function writeNewFiles(files: readonly FileToWrite[]): void {
  const existing = files.find((file) => existsSync(file.path));
  if (existing !== undefined) throw fileExists(existing.path);
  for (const { path, text } of files) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      // `wx` fails on a file that somebody made since the look above.
      writeFileSync(path, text, { flag: "wx" });
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") throw fileExists(path);
      throw new TenonError("FILE_FAILED", `${path} cannot be written: ${messageOf(error)}`, {
        where: { file: path },
        hint: "Check that the folder exists and may be written.",
        cause: error,
      });
    }
  }
}

function fileExists(path: string): TenonError {
  return new TenonError(
    "FILE_EXISTS",
    `${path} exists already, and is not overwritten. Nothing was written.`,
    {
      where: { file: path },
      hint: "Remove or rename it, if a new one is meant.",
    },
  );
}
