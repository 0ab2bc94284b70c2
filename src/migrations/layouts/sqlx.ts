import type { FolderFile, FolderView } from "../folder-view.js";
import type { Layout, ToolFolder, ToolMigration, ToolStep } from "./layout.js";
import { mayBeMarked } from "./marks.js";
import { type DirectedFile, pairFiles } from "./pair-files.js";
import { unnumbered } from "./refusals.js";

/**
 * sqlx: `20240131120000_users.sql`, or `.up.sql` and `.down.sql`; `-- no-transaction` at the very beginning of a file. What is not called
 * so is passed over: https://docs.rs/sqlx/latest/sqlx/migrate/trait.MigrationSource.html
 */
export const sqlx: Layout = {
  name: "sqlx",
  // https://docs.rs/sqlx/latest/sqlx/sqlite/struct.SqliteConnectOptions.html#method.foreign_keys: on by default
  sqliteForeignKeys: "on",
  takesQuotedTexts: true,
  recognise(folder) {
    const files = folder.files.filter(isOwn);
    const saysSo = files.find((file) => mayBeMarked(file) && file.glance.startsWith(NO_TRANSACTION));
    if (saysSo !== undefined) return { reason: `${saysSo.name} begins with \`${NO_TRANSACTION}\``, files };
    const manifest = files.length > 0 ? manifestWithSqlx(folder) : undefined;
    return manifest && { reason: `${manifest.file} names sqlx`, files };
  },
  read,
};

const NO_TRANSACTION = "-- no-transaction";

function isOwn(file: FolderFile): boolean {
  return /^\d+_.*\.sql$/.test(file.name);
}

function manifestWithSqlx(folder: FolderView): FolderFile | undefined {
  const manifest = folder.findAround("Cargo.toml", 3);
  return manifest !== undefined && /^\s*(?:sqlx(?:[-\w]*)?\b|\[.*\bdependencies\.sqlx)/m.test(manifest.glance)
    ? manifest
    : undefined;
}

function read(folder: FolderView): ToolFolder {
  const [files, passedOver] = [
    folder.files.filter((file) => /^[^_]*_.*\.sql$/.test(file.name)),
    folder.files.filter((file) => /\.sql$/i.test(file.name) && !/^[^_]*_.*\.sql$/.test(file.name)),
  ];
  const migrations = pairFiles("sqlx", files.map(parse)).map(({ version, name, up, down }): ToolMigration => {
    return {
      version,
      id: version,
      name: name.replaceAll("_", " "),
      script: up.file.name,
      up: stepOf(up.file),
      down: down && stepOf(down.file),
    };
  });
  return { migrations, passedOver };
}

function parse(file: FolderFile): DirectedFile {
  const [, version, name = "", suffix] = /^(\d+)_(.*?)(\.up|\.down)?\.sql$/.exec(file.name) ?? [];
  if (version === undefined) throw unnumbered("sqlx", file.file, "`20240131120000_name.sql`");
  return { version, name, direction: suffix === ".down" ? "down" : "up", file };
}

function stepOf(file: FolderFile): ToolStep {
  const transaction = file.text.startsWith(NO_TRANSACTION) ? "outside" : "wrapped";
  return { file, text: file.text, transaction };
}
