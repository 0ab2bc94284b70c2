import type { EngineName } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { FolderFile, FolderView } from "../folder-view.js";
import { type DrizzleEntry, readDrizzleJournal } from "./drizzle-journal.js";
import type { Layout, ToolFolder, ToolMigration, ToolStep } from "./layout.js";
import { malformed, unnumbered } from "./refusals.js";

/**
 * Drizzle Kit: `0000_users.sql` in the order of `meta/_journal.json`; since 1.0 `20240131120000_users/migration.sql` with a snapshot.json beside
 * it, in the order of the folders' names: https://orm.drizzle.team/docs/drizzle-kit-generate
 */
export const drizzle: Layout = {
  name: "drizzle",
  sqliteForeignKeys: "on",
  takesQuotedTexts: false,
  recognise(folder) {
    const journal = journalOf(folder);
    if (journal !== undefined) {
      return { reason: "there is a meta/_journal.json", files: [journal, ...folder.files.filter(isSql)] };
    }
    const own = folder.folders.filter((each) => each.find("migration.sql") && each.find("snapshot.json"));
    const [first] = own;
    return (
      first && {
        reason: `${first.name}/ holds a migration.sql and a snapshot.json`,
        files: own.flatMap(({ files }) => files),
      }
    );
  },
  read(folder, engine) {
    const journal = journalOf(folder);
    return journal === undefined ? readFolders(folder) : readByJournal(folder, journal, engine);
  },
};

function isSql(file: FolderFile): boolean {
  return /\.sql$/i.test(file.name);
}

function journalOf(folder: FolderView): FolderFile | undefined {
  return folder.folders.find(({ name }) => name === "meta")?.find("_journal.json");
}

function readByJournal(folder: FolderView, file: FolderFile, engine: EngineName): ToolFolder {
  const { entries, dialect } = readDrizzleJournal(file);
  refuseOtherEngine(file, dialect, engine);
  const migrations = entries.map((entry): ToolMigration => {
    const script = folder.find(`${entry.tag}.sql`);
    if (script === undefined) {
      throw malformed(
        "drizzle",
        file.file,
        `it names ${entry.tag}, and there is no ${entry.tag}.sql`,
        "Restore the file, or let `drizzle-kit drop` take the entry out.",
      );
    }
    const { version, name } = splitTag(entry);
    return {
      version,
      id: entry.tag,
      name,
      script: script.name,
      when: entry.when,
      sharesVersion: true,
      up: stepOf(script),
    };
  });
  const own = new Set(migrations.map(({ up }) => up.file));
  return { migrations, passedOver: folder.files.filter((each) => isSql(each) && !own.has(each)) };
}

/** Tags begin with a number or a time, unless drizzle-kit was told `prefix: "none"`; then their place in the journal counts. */
function splitTag({ tag, index }: DrizzleEntry): { version: string; name: string } {
  const [, digits, name] = /^(\d+)_(.+)$/.exec(tag) ?? [];
  return digits === undefined
    ? { version: String(index).padStart(4, "0"), name: tag }
    : { version: digits, name: name ?? tag };
}

function readFolders(folder: FolderView): ToolFolder {
  const own = folder.folders.filter((each) => each.find("migration.sql") !== undefined);
  const migrations = own
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((each): ToolMigration => {
      const [, version, name] = /^(\d+)_?(.*)$/.exec(each.name) ?? [];
      const file = each.find("migration.sql");
      if (version === undefined || file === undefined) {
        throw unnumbered("drizzle", each.file, "`20240131120000_name/migration.sql`");
      }
      return {
        version,
        id: each.name,
        orderKey: each.name,
        name: name || each.name,
        script: `${each.name}/migration.sql`,
        when: millisecondsOf(version),
        sharesVersion: true,
        up: stepOf(file),
      };
    });
  return { migrations, passedOver: folder.files.filter(isSql) };
}

/** The time that a folder's name begins with. */
function millisecondsOf(digits: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(digits) ?? [];
  if (year === undefined) return undefined;
  const time = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  return Number.isNaN(time) ? undefined : time;
}

/** A breakpoint ends a statement, whether or not there is a semicolon before it. It stays as the comment that it also is. */
function stepOf(file: FolderFile): ToolStep {
  return {
    file,
    text: file.text.replaceAll("--> statement-breakpoint", ";--> statement-breakpoint"),
    transaction: "wrapped",
  };
}

const DIALECTS: Readonly<Record<string, EngineName>> = {
  sqlite: "sqlite",
  turso: "sqlite",
  postgresql: "postgres",
  pg: "postgres",
};

function refuseOtherEngine(file: FolderFile, dialect: string | undefined, engine: EngineName): void {
  if (dialect === undefined || DIALECTS[dialect] === engine) return;
  throw new TenonError(
    "LAYOUT_UNSUPPORTED",
    `The migrations of ${file.file} are written for ${dialect}, and this database is ${engine}.`,
    { where: { file: file.file }, hint: "Give the folder of the database that is meant, or another --url." },
  );
}
