import { TenonError } from "../../errors.js";
import type { FolderFile } from "../folder-view.js";
import type { LayoutName, Version } from "../migration.js";
import { compareVersions } from "../version.js";
import { toolVersion } from "./tool-version.js";

/** A file that is one direction of a migration. */
export interface DirectedFile {
  readonly version: string;
  readonly name: string;
  readonly direction: "up" | "down";
  readonly file: FolderFile;
}

/** The files of one version. */
export interface FilePair<F extends DirectedFile> {
  /** As written. */
  readonly version: string;
  readonly name: string;
  readonly up: F;
  readonly down: F | undefined;
}

/**
 * Puts the two directions of each version together, in the order of the versions as numbers.
 * @throws TenonError `MIGRATION_DUPLICATE`, `MIGRATION_ORPHAN`, `VERSION_INVALID`
 */
export function pairFiles<F extends DirectedFile>(layout: LayoutName, files: readonly F[]): FilePair<F>[] {
  const byVersion = new Map<Version, { up?: F; down?: F }>();
  for (const file of files) {
    const version = toolVersion(file.version, file.file.file);
    const pair = byVersion.get(version) ?? {};
    const other = pair[file.direction];
    if (other !== undefined) throw duplicate(layout, version, other.file, file.file);
    pair[file.direction] = file;
    byVersion.set(version, pair);
  }
  return [...byVersion]
    .sort(([a], [b]) => compareVersions(a, b))
    .map(([version, { up, down }]) => {
      if (up === undefined) throw orphan(layout, version, down?.file);
      return { version: up.version, name: up.name, up, down };
    });
}

export function duplicate(
  layout: LayoutName,
  version: string,
  first: FolderFile,
  second: FolderFile,
): TenonError {
  return new TenonError(
    "MIGRATION_DUPLICATE",
    `Version ${version} is defined twice: ${first.file} and ${second.file}.`,
    {
      where: { version, file: second.file },
      hint: `${layout} takes one file for each version and direction: keep one of them, or give one another version.`,
      details: { files: [first.file, second.file] },
    },
  );
}

function orphan(layout: LayoutName, version: string, down: FolderFile | undefined): TenonError {
  return new TenonError("MIGRATION_ORPHAN", `${down?.file} takes back a migration that is not there.`, {
    where: { version, file: down?.file },
    hint: `There is no \`up\` of version ${version} beside it, as ${layout} would call it. Restore it, or remove this file.`,
  });
}
