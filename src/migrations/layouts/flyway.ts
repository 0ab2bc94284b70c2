import { isBystander } from "../bystander.js";
import type { FolderFile, FolderView } from "../folder-view.js";
import { compareVersions } from "../version.js";
import { flywayStep, programOf } from "./flyway-script.js";
import type { Layout, ToolFolder, ToolMigration } from "./layout.js";
import { duplicate } from "./pair-files.js";
import { malformed } from "./refusals.js";
import { toolVersion } from "./tool-version.js";

/**
 * Flyway: `V1.2__users.sql`, undone by `U1.2__users.sql`; `R__views.sql` runs again whenever it was changed, after the others. In
 * sub-folders too. `V1__x.sql.conf` beside a script may say `executeInTransaction=false`:
 * https://documentation.red-gate.com/flyway/flyway-concepts/migrations
 */
export const flyway: Layout = {
  name: "flyway",
  // https://github.com/xerial/sqlite-jdbc: the driver leaves them off
  sqliteForeignKeys: "off",
  takesQuotedTexts: true,
  recognise(folder) {
    // Sub-folders count where nothing but them can be meant: an old one beside other migrations says nothing.
    const isAlone = !folder.files.some((file) => /\.(?:sql|[cm]?[jt]s)$/.test(file.name));
    const looked = isAlone ? folder.allFiles : folder.files;
    const files = looked.some((file) => parse(file) !== undefined)
      ? folder.allFiles.filter((file) => parse(file) !== undefined)
      : [];
    const [first] = files;
    return first && { reason: `${first.name} is called as Flyway calls its scripts`, files };
  },
  read,
};

interface ParsedName {
  readonly kind: "V" | "U" | "R";
  /** With dots; empty for a repeatable one. */
  readonly version: string;
  readonly name: string;
  readonly file: FolderFile;
}

function parse(file: FolderFile): ParsedName | undefined {
  const [, kind, digits, name = ""] = VERSIONED.exec(file.name) ?? [];
  if ((kind === "V" || kind === "U") && digits !== undefined) {
    return { kind, version: digits.replaceAll("_", "."), name: name.replaceAll("_", " "), file };
  }
  const [, described] = REPEATABLE.exec(file.name) ?? [];
  return described === undefined
    ? undefined
    : { kind: "R", version: "", name: described.replaceAll("_", " "), file };
}

const VERSIONED = /^([VU])(\d+(?:[._]\d+)*)(?:__(.*))?\.(?:sql|java)$/;
const REPEATABLE = /^R__(.+)\.(?:sql|java)$/;

function read(folder: FolderView): ToolFolder {
  const all = folder.allFiles;
  const parsed = all.map(parse).filter((each) => each !== undefined);
  const configs = new Map(all.filter(({ name }) => name.endsWith(".conf")).map((file) => [file.path, file]));
  const step = (file: FolderFile) =>
    file.name.endsWith(".java")
      ? programOf(file)
      : flywayStep(folder, file, configs.get(`${file.path}.conf`));
  const undos = byVersion(parsed.filter(({ kind }) => kind === "U"));
  const versioned = [...byVersion(parsed.filter(({ kind }) => kind === "V"))]
    .sort(([a], [b]) => compareVersions(a, b))
    .map(([key, { version, name, file }]): ToolMigration => {
      const undo = undos.get(key);
      return { version, id: version, name, script: file.name, up: step(file), down: undo && step(undo.file) };
    });
  const repeatables = parsed
    .filter(({ kind }) => kind === "R")
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ name, file }): ToolMigration => {
      return { version: "", id: file.name, name, script: file.name, up: step(file), isRepeatable: true };
    });
  refuseSame(repeatables);
  const own = new Set(parsed.map(({ file }) => file));
  const passedOver = all.filter(
    (file) => /\.sql$/i.test(file.name) && !own.has(file) && !isBystander(file.name),
  );
  return { migrations: [...versioned, ...repeatables], passedOver };
}

/** By the version without zeros at its end: 1.0 and 1 are one to Flyway. */
function byVersion(parsed: readonly ParsedName[]): Map<string, ParsedName> {
  const found = new Map<string, ParsedName>();
  for (const each of parsed) {
    const key = toolVersion(each.version, each.file.file).replace(/(?:\.0+)+$/, "");
    const other = found.get(key);
    if (other !== undefined) throw duplicate("flyway", each.version, other.file, each.file);
    found.set(key, each);
  }
  return found;
}

function refuseSame(repeatables: readonly ToolMigration[]): void {
  const names = new Map<string, ToolMigration>();
  for (const each of repeatables) {
    const other = names.get(each.script);
    if (other !== undefined) {
      throw malformed(
        "flyway",
        each.up.file.file,
        `${other.up.file.file} has the same description`,
        "Rename one of them.",
      );
    }
    names.set(each.script, each);
  }
}
