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
export interface MigrationFiles<F extends NamedFile = NamedFile> {
  readonly version: Version;
  readonly name: string;
  readonly files: readonly F[];
}

/**
 * Puts the files of each version together, in the order of the versions. The whole folder is judged, whatever the
 * engine, so that a folder that is right on one engine is right on all.
 *
 * @throws TenonError `MIGRATION_DUPLICATE`, `MIGRATION_ORPHAN`
 */
export function groupFiles<F extends NamedFile>(files: readonly F[]): readonly MigrationFiles<F>[] {
  const byVersion = new Map<Version, F[]>();
  for (const file of files) {
    const group = byVersion.get(file.version);
    if (group === undefined) byVersion.set(file.version, [file]);
    else group.push(file);
  }
  return sortedVersions([...byVersion.keys()]).map((version) => {
    const group = byVersion.get(version) ?? [];
    const [first, second] = group;
    // A migration alone, or with what takes it back: nothing to judge.
    if (
      first !== undefined &&
      isUp(first) &&
      (second === undefined || (group.length === 2 && goesWith(first, second)))
    ) {
      return { version, name: first.name, files: group };
    }
    return judgeGroup(version, group.sort(compareFiles));
  });
}

function sortedVersions(versions: Version[]): readonly Version[] {
  // Names with leading zeros, or times, come in the order of their versions.
  const isSorted = versions.every((version, index) => {
    const before = versions[index - 1];
    return before === undefined || compareVersions(before, version) < 0;
  });
  return isSorted ? versions : versions.sort(compareVersions);
}

/** Whether a rollback or verification plainly belongs to this migration. */
function goesWith(up: NamedFile, other: NamedFile): boolean {
  return !isUp(other) && other.name === up.name && up.engine === undefined && other.engine === undefined;
}

function judgeGroup<F extends NamedFile>(version: Version, group: readonly F[]): MigrationFiles<F> {
  const ups = group.filter(isUp);
  for (const [index, file] of group.entries()) refuseSecond(file, group.slice(0, index));
  for (const file of group) if (!isUp(file)) refuseOrphan(file, ups);
  return { version, name: ups[0]?.name ?? "", files: group };
}

/** The file of a version that counts on an engine: the one for this engine alone, else the one for all. */
export function chooseFile<F extends NamedFile>(
  { files }: MigrationFiles<F>,
  role: StepRole,
  engine: EngineName,
): F | undefined {
  let forAll: F | undefined;
  for (const file of files) {
    if (file.role !== role) continue;
    if (file.engine === engine) return file;
    if (file.engine === undefined) forAll ??= file;
  }
  return forAll;
}

function isUp(file: NamedFile): boolean {
  return file.role === "up";
}

const ROLES: readonly StepRole[] = ["up", "down", "verify"];

function compareFiles(a: NamedFile, b: NamedFile): number {
  const order = ROLES.indexOf(a.role) - ROLES.indexOf(b.role);
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
