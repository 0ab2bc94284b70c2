import type { EngineName } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { FolderFile, FolderView } from "../folder-view.js";
import type { Layout, ToolFolder, ToolMigration } from "./layout.js";
import { malformed, unnumbered } from "./refusals.js";

/**
 * Prisma Migrate: `20240131120000_users/migration.sql`, in the order of the folders' names, with `migration_lock.toml` beside them. A script is
 * handed to the database as it is: https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
 */
export const prisma: Layout = {
  name: "prisma",
  sqliteForeignKeys: "on",
  takesQuotedTexts: true,
  recognise(folder) {
    const own = folder.folders.filter((each) => /^\d/.test(each.name) && each.find("migration.sql"));
    const lock = folder.find("migration_lock.toml");
    const files = own.flatMap((each) => each.files);
    if (lock !== undefined && (own.length > 0 || folder.folders.length === 0)) {
      return { reason: "there is a migration_lock.toml", files: [...files, lock] };
    }
    const [first] = own;
    if (first === undefined || own.some((each) => each.find("snapshot.json") !== undefined)) return undefined;
    return { reason: `${first.name}/ holds a migration.sql`, files };
  },
  read,
};

function read(folder: FolderView, engine: EngineName): ToolFolder {
  const lock = folder.find("migration_lock.toml");
  if (lock !== undefined) refuseOtherEngine(lock, engine);
  // Sorted as bytes, as Prisma sorts them.
  const folders = [...folder.folders].sort((a, b) => (a.name < b.name ? -1 : 1));
  const migrations = folders.map((each): ToolMigration => {
    const file = each.find("migration.sql");
    if (file === undefined) {
      throw malformed(
        "prisma",
        each.file,
        "there is no migration.sql in it",
        "Restore the file, or remove the folder.",
      );
    }
    const [, version] = /^(\d+)/.exec(each.name) ?? [];
    if (version === undefined) throw unnumbered("prisma", each.file, "`20240131120000_name/migration.sql`");
    const down = each.find("down.sql");
    return {
      version,
      id: each.name,
      orderKey: each.name,
      name: each.name.slice(version.length).replace(/^_/, "") || each.name,
      script: `${each.name}/migration.sql`,
      sharesVersion: true,
      up: { file, text: file.text, transaction: "implicit" },
      down: down && { file: down, text: down.text, transaction: "implicit" },
    };
  });
  return { migrations, passedOver: folder.files.filter((file) => /\.sql$/i.test(file.name)) };
}

const PROVIDERS: Readonly<Record<string, EngineName>> = {
  sqlite: "sqlite",
  postgresql: "postgres",
  postgres: "postgres",
  sqlserver: "sqlserver",
};

function refuseOtherEngine(lock: FolderFile, engine: EngineName): void {
  const provider = /^\s*provider\s*=\s*"([^"]*)"/m.exec(lock.text)?.[1];
  if (provider === undefined) {
    if (/^\s*(?:#.*)?$/m.test(lock.text) && !/\S/.test(lock.text.replace(/^\s*#.*$/gm, ""))) return;
    throw malformed(
      "prisma",
      lock.file,
      "it names no provider",
      'Prisma writes `provider = "postgresql"` into it.',
    );
  }
  if (PROVIDERS[provider] === engine) return;
  throw new TenonError(
    "LAYOUT_UNSUPPORTED",
    `The migrations beside ${lock.file} are written for ${provider}, and this database is ${engine}.`,
    { where: { file: lock.file }, hint: "Give the folder of the database that is meant, or another --url." },
  );
}
