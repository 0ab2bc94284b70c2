import type { FolderView } from "../folder-view.js";
import type { Layout, ToolFolder, ToolMigration, ToolStep } from "./layout.js";
import { malformed, unnumbered } from "./refusals.js";
import { readTomlFlag } from "./toml-flag.js";

/**
 * Diesel: `2024-01-31-120000_users/up.sql`, `down.sql` and `metadata.toml`. The version is what stands before the first `_`, without
 * dashes, and versions are ordered as texts: https://docs.rs/diesel_migrations, MigrationVersion.
 */
export const diesel: Layout = {
  name: "diesel",
  // The SQLite that Diesel usually brings with it is compiled so:
  // https://github.com/rusqlite/rusqlite/blob/master/libsqlite3-sys/build.rs (SQLITE_DEFAULT_FOREIGN_KEYS=1)
  sqliteForeignKeys: "on",
  takesQuotedTexts: true,
  recognise(folder) {
    const own = folder.folders.filter((each) => /^\d/.test(each.name) && each.find("up.sql"));
    const [first] = own;
    if (first === undefined) return undefined;
    return { reason: `${first.name}/ holds an up.sql`, files: own.flatMap((each) => each.files) };
  },
  read,
};

function read(folder: FolderView): ToolFolder {
  const migrations = folder.folders
    .map((each) => ({ each, version: (each.name.split("_")[0] ?? "").replaceAll("-", "") }))
    .sort((a, b) => (a.version < b.version ? -1 : a.version > b.version ? 1 : 0))
    .map(({ each, version }) => readOne(each, version));
  return { migrations, passedOver: folder.files.filter((file) => /\.sql$/i.test(file.name)) };
}

function readOne(folder: FolderView, version: string): ToolMigration {
  if (!/^\d+$/.test(version)) throw unnumbered("diesel", folder.file, "`2024-01-31-120000_name/up.sql`");
  const up = folder.find("up.sql");
  if (up === undefined) {
    throw malformed(
      "diesel",
      folder.file,
      "there is no up.sql in it",
      "Each folder beside the migrations is one to Diesel: add its up.sql, or move the folder away.",
    );
  }
  const down = folder.find("down.sql");
  const metadata = folder.find("metadata.toml");
  const runsInside = metadata === undefined || (readTomlFlag(metadata, "run_in_transaction") ?? true);
  const transaction = runsInside ? "wrapped" : "outside";
  const step = (file: typeof up): ToolStep => ({ file, text: file.text, transaction });
  return {
    version,
    id: version,
    orderKey: version,
    name: folder.name.slice(folder.name.indexOf("_") + 1),
    script: folder.name,
    up: step(up),
    down: down && step(down),
  };
}
