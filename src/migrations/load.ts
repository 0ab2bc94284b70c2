import { readInline } from "./inline.js";
import { openFolder } from "./kept-folders.js";
import { layoutOf, readLayout } from "./layouts/index.js";
import { readWhole } from "./lazy-migration.js";
import { listFolder } from "./list-folder.js";
import type { LoadContext } from "./load-context.js";
import type { Migration, Version } from "./migration.js";
import { chooseFile } from "./migration-files.js";
import type { Source } from "./source.js";
import { compareVersions } from "./version.js";
import { VersionOrder } from "./version-order.js";

/**
 * Reads the migrations of a module from its source, in the order of their versions. No code of the migrations runs:
 * those in code files still have to be loaded, see `loadPrograms`.
 *
 * @throws TenonError the code of whatever is wrong with them, naming the file or version
 */
export async function loadMigrations(source: Source, context: LoadContext): Promise<readonly Migration[]> {
  return readWhole(listMigrations(source, context));
}

/**
 * As `loadMigrations`, as far as it takes to know which migrations there are and whether one was changed: the rest of each
 * is read when somebody asks for it, and only then what is wrong there is told.
 */
export function listMigrations(source: Source, context: LoadContext): readonly Migration[] {
  const migrations = readSource(source, context);
  const known = ORDERED.get(migrations) ?? inOrder(migrations, context.module);
  ORDERED.set(migrations, known);
  return known;
}

/** A folder that has not changed gives the same list again. */
const ORDERED = new WeakMap<readonly Migration[], readonly Migration[]>();

function inOrder(migrations: readonly Migration[], module: string): readonly Migration[] {
  const order = new VersionOrder(migrations);
  const compare = (a: Migration, b: Migration) => order.compare(module, a.version, b.version);
  const isSorted = migrations.every((migration, index) => {
    const before = migrations[index - 1];
    return before === undefined || compare(before, migration) <= 0;
  });
  return isSorted ? migrations : [...migrations].sort(compare);
}

/**
 * Loads the programs of those migrations that are going to run, or to be rolled back: only then are their name,
 * steps, transaction and dependencies known. The others are handed on as they are, and their programs stay unread.
 *
 * @throws TenonError `MIGRATION_INVALID`, `MIGRATION_EMPTY`, `MIGRATION_DUPLICATE`
 */
export async function loadPrograms(
  migrations: readonly Migration[],
  isNeeded: (migration: Migration) => boolean = () => true,
): Promise<readonly Migration[]> {
  const loaded: Migration[] = [];
  // One after the other, so that what they do while they are loaded happens in one order.
  for (const migration of migrations) {
    const load = isNeeded(migration) ? migration.load : undefined;
    loaded.push(load === undefined ? migration : await load());
  }
  return loaded;
}

/** The versions of a source on one engine, in their order; of a folder in the native layout, by the names of its files alone. */
export function versionsOf(source: Source, context: LoadContext): readonly Version[] {
  if (source.kind === "inline")
    return readInline(source.versions, context)
      .map(({ version }) => version)
      .sort(compareVersions);
  if (source.kind === "tables") return [];
  const { layout } = layoutOf(source.path, { ...context, layout: source.layout });
  if (layout !== "native") {
    return readLayout(source.path, { ...context, layout }).migrations.map(({ version }) => version);
  }
  return listFolder(openFolder(source.path, context.baseFolder))
    .filter((files) => chooseFile(files, "up", context.engine) !== undefined)
    .map(({ version }) => version);
}

function readSource(source: Source, context: LoadContext): readonly Migration[] {
  switch (source.kind) {
    case "inline":
      return readInline(source.versions, context);
    case "folder":
      return readLayout(source.path, { ...context, layout: source.layout }).migrations;
    case "tables":
      return [];
    default:
      return source satisfies never;
  }
}
