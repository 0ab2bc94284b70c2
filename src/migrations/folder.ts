import { checksumOf } from "./checksum.js";
import { codeMigration } from "./code-file.js";
import type { FolderView } from "./folder-view.js";
import { LazyMigration, mayNameDependency, type Rest } from "./lazy-migration.js";
import { type ListedFile, listFolder } from "./list-folder.js";
import type { LoadContext } from "./load-context.js";
import type { Migration, Step } from "./migration.js";
import { chooseFile, type MigrationFiles, type NamedFile } from "./migration-files.js";
import { placeErrors } from "./place-errors.js";
import { parseReferences } from "./reference.js";
import { readSqlStep, type SqlStep, type StepRole } from "./sql-step.js";

/**
 * Reads the migrations in a folder, in the order of their versions. A version whose files are for other engines
 * only does not exist on this one. Code is read as text for its checksum and is not run.
 *
 * @throws TenonError what `listFolder` throws, and `FILE_FAILED`, `MIGRATION_NOT_UTF8`, `MIGRATION_EMPTY`,
 *   `DIRECTIVE_UNKNOWN`, `DIRECTIVE_INVALID`
 */
export function readFolder(view: FolderView, context: LoadContext): Migration[] {
  const migrations: Migration[] = [];
  for (const files of listFolder(view)) {
    const migration = readMigration(files, context);
    if (migration !== undefined) migrations.push(migration);
  }
  return migrations;
}

function readMigration(files: MigrationFiles<ListedFile>, context: LoadContext): Migration | undefined {
  const up = chooseFile(files, "up", context.engine);
  if (up === undefined) return undefined;
  const { module, engine } = context;
  const { version, name } = files;
  const place = { module, version, file: up.file };
  const text = placeErrors(() => up.source.text, place);
  const checksum = checksumOf(text);
  const readSteps = () => ({
    down: readOther("down", files, context),
    verify: readOther("verify", files, context),
  });
  if (up.format === "code") {
    const steps = placeErrors(readSteps, place);
    return codeMigration({ module, engine, version, name, checksum, file: up, text, ...steps });
  }
  const read = () =>
    placeErrors((): Rest => {
      const { step, directives } = readScript("up", text, up, context);
      return {
        description: directives.description,
        up: step,
        ...readSteps(),
        transaction: directives.noTransaction ? "outside" : "inside",
        allowLoss: directives.allowLoss,
        dependsOn: parseReferences(directives.dependsOn),
      };
    }, place);
  return new LazyMigration({ ...place, name, checksum }, read, () => mayNameDependency(text));
}

function readOther(
  role: StepRole,
  files: MigrationFiles<ListedFile>,
  context: LoadContext,
): Step | undefined {
  const file = chooseFile(files, role, context.engine);
  if (file === undefined) return undefined;
  return readScript(role, file.source.text, file, context).step;
}

function readScript(role: StepRole, text: string, { file }: NamedFile, { engine }: LoadContext): SqlStep {
  return readSqlStep(role, [{ text, file }], engine);
}
