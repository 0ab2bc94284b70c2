import type { EngineName } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { FileName } from "./file-name.js";
import type { Version } from "./migration.js";
import type { StepRole } from "./sql-step.js";
import { compareVersions } from "./version.js";

/** A migration file that is known by its name alone. */
export interface NamedFile extends FileName {
  /** Where it is read. */
  readonly path: string;
  /** As it is shown to people. */
  readonly file: string;
}

/** The files of one version, for all engines. */
export interface MigrationFiles {
  readonly version: Version;
  readonly name: string;
  readonly files: readonly NamedFile[];
}

/**
 * Puts the files of each version together, in the order of the versions. The whole folder is judged, whatever the
 * engine, so that a folder that is right on one engine is right on all.
 *
 * @throws TenonError `MIGRATION_DUPLICATE`, `MIGRATION_ORPHAN`
 */
export function groupFiles(files: readonly NamedFile[]): readonly MigrationFiles[] {
  const byVersion = new Map<Version, NamedFile[]>();
  for (const file of [...files].sort(compareFiles)) {
    const group = byVersion.get(file.version);
    if (group === undefined) byVersion.set(file.version, [file]);
    else group.push(file);
  }
  return [...byVersion].map(([version, group]) => {
    const [first] = group.filter(isUp);
    const name = first?.name ?? "";
    for (const [index, file] of group.entries()) refuseSecond(file, group.slice(0, index));
    for (const file of group) if (!isUp(file)) refuseOrphan(file, group.filter(isUp));
    return { version, name, files: group };
  });
}

/** The file of a version that counts on an engine: the one for this engine alone, else the one for all. */
export function chooseFile(
  { files }: MigrationFiles,
  role: StepRole,
  engine: EngineName,
): NamedFile | undefined {
  const own = files.filter((file) => file.role === role);
  return own.find((file) => file.engine === engine) ?? own.find((file) => file.engine === undefined);
}

function isUp(file: NamedFile): boolean {
  return file.role === "up";
}

const ROLES: readonly StepRole[] = ["up", "down", "verify"];

function compareFiles(a: NamedFile, b: NamedFile): number {
  const order = compareVersions(a.version, b.version) || ROLES.indexOf(a.role) - ROLES.indexOf(b.role);
  return order || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0);
}

/**
 * Two files cannot be the same step of a version, and a version has one name: else two people who took the same
 * number for different work, one of them for a single engine, would not find out.
 */
function refuseSecond(file: NamedFile, before: readonly NamedFile[]): void {
  const same = before.find(
    (other) =>
      other.role === file.role && (other.engine === file.engine || (isUp(file) && other.name !== file.name)),
  );
  if (same === undefined) return;
  const isSameName = same.name === file.name;
  const hint = isSameName
    ? "Keep one of them."
    : "Give one of them the next free version, or both the same name.";
  throw new TenonError(
    "MIGRATION_DUPLICATE",
    `${DUPLICATES[file.role]} ${file.version} is defined twice: ${same.file} and ${file.file}.`,
    { where: { version: file.version, file: file.file }, hint, details: { files: [same.file, file.file] } },
  );
}

const DUPLICATES = {
  up: "Version",
  down: "The rollback of version",
  verify: "The verification of version",
} as const;

function refuseOrphan(file: NamedFile, ups: readonly NamedFile[]): void {
  const serves = (up: NamedFile) =>
    file.engine === undefined || up.engine === undefined || up.engine === file.engine;
  if (ups.some((up) => up.name === file.name && serves(up))) return;
  const suffix = file.role === "down" ? "rollback" : "verify";
  const [other] = ups;
  throw new TenonError(
    "MIGRATION_ORPHAN",
    `${file.file} is the ${suffix === "verify" ? "verification" : "rollback"} of a migration that is not there.`,
    {
      where: { version: file.version, file: file.file },
      hint:
        other === undefined || other.name === file.name
          ? `Its migration would be called as it is without \`_${suffix}\`. If it is a migration of its own, its name may not end so.`
          : `Version ${file.version} is ${other.file}: give both the same name.`,
    },
  );
}
