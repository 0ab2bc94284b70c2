import { type Dirent, readdirSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";

import { messageOf, TenonError } from "../errors.js";
import { isBystander } from "./bystander.js";
import { EXPECTED_FORM, parseFileName } from "./file-name.js";
import { groupFiles, type MigrationFiles, type NamedFile } from "./migration-files.js";

/**
 * Finds the migrations in a folder by the names of its files, without reading them. Sub-folders are passed over,
 * unless they start with a digit or are named as a file: then they were meant to be migrations.
 *
 * @throws TenonError `MIGRATIONS_FOLDER_MISSING`, `FILE_FAILED`, `MIGRATION_NAME_INVALID`, `VERSION_INVALID`,
 *   `MIGRATION_DUPLICATE`, `MIGRATION_ORPHAN`
 */
export function listFolder(folder: string, baseFolder: string | undefined): readonly MigrationFiles[] {
  const path = baseFolder === undefined ? folder : resolve(baseFolder, folder);
  const files: NamedFile[] = [];
  const shown = displayedPrefix(path, baseFolder);
  for (const entry of readEntries(path, displayPath(path, baseFolder))) {
    const place = { path: join(path, entry.name), file: shown + entry.name };
    if (!isBystander(entry.name) && isFile(entry, place.path, place.file)) {
      files.push({ ...parseFileName(entry.name, place.file), ...place });
    }
  }
  return groupFiles(files);
}

/** A path from the base folder where it lies in it, with `/` on every system. */
export function displayPath(path: string, baseFolder: string | undefined): string {
  const inside = baseFolder === undefined ? path : relative(baseFolder, path);
  const isOutside = inside === "" || isAbsolute(inside) || inside.split(sep)[0] === "..";
  return (isOutside ? path : inside).split(sep).join("/");
}

/** What stands before the name of a file when its path is shown: found once for a whole folder. */
export function displayedPrefix(folder: string, baseFolder: string | undefined): string {
  return displayPath(join(folder, "x"), baseFolder).slice(0, -1);
}

/** The entries in the order of their names: file systems give them as they like, and messages should not change. */
export function readEntries(path: string, shown: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw unreadable(shown, cause);
    const what = code === "ENOENT" ? "does not exist" : "is not a folder";
    throw new TenonError("MIGRATIONS_FOLDER_MISSING", `The migrations folder ${shown} ${what}.`, {
      where: { file: shown },
      hint: `It was looked for at ${resolve(path)}. Create it, or correct the path; \`tenon generate NAME\` makes it for a module that has tables.`,
      cause,
    });
  }
}

function isFile(entry: Dirent, path: string, file: string): boolean {
  const kind = entry.isSymbolicLink() ? followLink(path, file) : entry;
  if (kind.isFile()) return true;
  if (kind.isDirectory() && !MEANT_AS_MIGRATION.test(entry.name)) return false;
  const what = kind.isDirectory() ? "a folder" : "not a file";
  throw new TenonError("MIGRATION_NAME_INVALID", `${file} has the name of a migration and is ${what}.`, {
    where: { file },
    hint: `A migration is a file: ${EXPECTED_FORM}. Other sub-folders are passed over when their names do not start with a digit.`,
  });
}

const MEANT_AS_MIGRATION = /^\d|\.(sql|[cm]?[jt]s)$/i;

function followLink(path: string, file: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): TenonError {
  return new TenonError("FILE_FAILED", `${file} cannot be read: ${messageOf(cause)}`, {
    where: { file },
    hint: "Correct or remove it, then try again.",
    cause,
  });
}
