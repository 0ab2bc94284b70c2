import { isBystander } from "../bystander.js";
import type { FolderFile, FolderView } from "../folder-view.js";
import type { Layout, ToolFolder, ToolMigration } from "./layout.js";
import { pairFiles } from "./pair-files.js";

/**
 * golang-migrate: `1_users.up.sql`, `1_users.down.sql`, with anything behind the direction, as its own pattern has it:
 * https://github.com/golang-migrate/migrate/blob/master/source/parse.go. Besides, `V0001.users.up.sql`.
 *
 * Its drivers hand a whole file to the database: https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md
 */
export const golangMigrate: Layout = {
  name: "golang-migrate",
  sqliteForeignKeys: "off",
  takesQuotedTexts: true,
  recognise(folder) {
    const files = folder.files.filter((file) => parse(file) !== undefined);
    const [first] = files;
    return first === undefined ? undefined : { reason: `${first.name} has its direction in its name`, files };
  },
  read,
};

interface ParsedName {
  readonly version: string;
  readonly name: string;
  readonly direction: "up" | "down";
}

function parse(file: FolderFile): ParsedName | undefined {
  const found = NAME.exec(file.name) ?? NAME_WITH_V.exec(file.name);
  if (found === null || isBystander(file.name)) return undefined;
  const [, version = "", name = "", direction, ending = ""] = found;
  if (NO_SQL.test(ending)) return undefined;
  return { version, name, direction: direction?.toLowerCase() === "down" ? "down" : "up" };
}

const NAME = /^(\d+)_(.*)\.(down|up)\.(.*)$/;
const NAME_WITH_V = /^[Vv](\d+)\.(.*)\.(down|up)\.(.*)$/;
const NO_SQL = /^(?:fizz|json|go|js|ts|ya?ml)$/i;

function read(folder: FolderView): ToolFolder {
  const parsed = folder.files.flatMap((file) => {
    const name = parse(file);
    return name === undefined ? [] : [{ ...name, file }];
  });
  const migrations = pairFiles("golang-migrate", parsed).map(({ version, name, up, down }): ToolMigration => {
    return {
      version,
      id: version,
      name,
      script: up.file.name,
      up: { file: up.file, text: up.file.text, transaction: "implicit" },
      down: down && { file: down.file, text: down.file.text, transaction: "implicit" },
    };
  });
  const own = new Set(parsed.map(({ file }) => file));
  return {
    migrations,
    passedOver: folder.files.filter((file) => !own.has(file) && /\.sql$/i.test(file.name)),
  };
}
