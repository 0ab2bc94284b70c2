import { statSync } from "node:fs";

import { TenonError } from "../errors.js";
import { isBystander } from "./bystander.js";
import { EXPECTED_FORM, parseFileName, readCommonName } from "./file-name.js";
import { type FolderFile, type FolderView, unreadable } from "./folder-view.js";
import { groupFiles, type MigrationFiles, type NamedFile } from "./migration-files.js";

/** A migration file, with what gives its text. */
export interface ListedFile extends NamedFile {
  readonly source: FolderFile;
}

/**
 * Finds the migrations in a folder by the names of its files, without reading them. Sub-folders are passed over,
 * unless they start with a digit or are named as a file: then they were meant to be migrations.
 *
 * @throws TenonError `MIGRATIONS_FOLDER_MISSING`, `FILE_FAILED`, `MIGRATION_NAME_INVALID`, `VERSION_INVALID`,
 *   `MIGRATION_DUPLICATE`, `MIGRATION_ORPHAN`
 */
export function listFolder(view: FolderView): readonly MigrationFiles<ListedFile>[] {
  const files: ListedFile[] = [];
  for (const entry of view.entries) {
    // Most names are plain ones, and a folder of thousands of them is listed at every start.
    const common = readCommonName(entry.name);
    if (common === undefined && isBystander(entry.name)) continue;
    if (!isFile(entry)) continue;
    const { path, file } = entry;
    const { version, name, role, engine, format } = common ?? parseFileName(entry.name, file);
    files.push({ version, name, role, engine, format, path, file, source: entry });
  }
  return groupFiles(files);
}

function isFile({ name, path, file, kind }: FolderFile): boolean {
  if (kind === "file") return true;
  if (kind === "folder" && !MEANT_AS_MIGRATION.test(name)) return false;
  if (kind === "nothing") throw leadsNowhere(path, file);
  const what = kind === "folder" ? "a folder" : "not a file";
  throw new TenonError("MIGRATION_NAME_INVALID", `${file} has the name of a migration and is ${what}.`, {
    where: { file },
    hint: `A migration is a file: ${EXPECTED_FORM}. Other sub-folders are passed over when their names do not start with a digit.`,
  });
}

const MEANT_AS_MIGRATION = /^\d|\.(sql|[cm]?[jt]s)$/i;

function leadsNowhere(path: string, file: string): TenonError {
  try {
    statSync(path);
  } catch (cause) {
    return unreadable(file, cause);
  }
  return unreadable(file, "its target was not there a moment ago");
}
