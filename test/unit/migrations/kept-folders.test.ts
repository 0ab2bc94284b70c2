import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FolderView } from "../../../src/migrations/folder-view.js";
import { checksumOf, listMigrations, type Migration } from "../../../src/migrations/index.js";
import { Sightings } from "../../../src/migrations/sightings.js";
import { temporaryFolder } from "./temporary-folder.js";

const PLAIN = { "001_a.sql": "SELECT 1;", "002_b.sql": "SELECT 2;", "002_b_rollback.sql": "SELECT -2;" };

function list(folder: string): readonly Migration[] {
  return listMigrations({ kind: "folder", path: folder }, { module: "app", engine: "sqlite" });
}

/** Opened often enough to be kept. What is changed afterwards is changed at another tick of the file system's clock. */
function keep(folder: string): readonly Migration[] {
  list(folder);
  const kept = list(folder);
  awaitTick(folder);
  return kept;
}

/** Until the clock by which files are dated has moved on. */
function awaitTick(folder: string): void {
  const probe = join(dirname(folder), `tick-${basename(folder)}`);
  const now = () => {
    writeFileSync(probe, "");
    return statSync(probe).ctimeMs;
  };
  for (const start = now(); now() === start; );
  rmSync(probe);
}

function contents(migrations: readonly Migration[]) {
  return migrations.map(({ version, checksum }) => [version, checksum]);
}

/** What the folder holds, found out without the code under test. */
function expected(folder: string) {
  return readdirSync(folder)
    .filter((name) => /^\d+_[a-z]+\.sql$/.test(name))
    .map((name) => [String(Number.parseInt(name, 10)), checksumOf(readFileSync(join(folder, name), "utf8"))])
    .sort(([a], [b]) => Number(a) - Number(b));
}

/** All that was written up to now counts as written long ago. */
function letTimePass(): void {
  const now = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => now + 10_000);
}

afterEach(() => vi.restoreAllMocks());

/** Elsewhere a file system may tell of changes late, or not at all, and nothing is kept. */
const KEEPS =
  process.platform === "linux" &&
  [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630].includes(statfsSync(tmpdir()).type);

describe.runIf(KEEPS)("a folder that a process comes to again", () => {
  beforeEach(letTimePass);

  it("is not read while nothing in it has changed", () => {
    const folder = temporaryFolder(PLAIN);
    const first = list(folder);
    const second = list(folder);
    expect(second).not.toBe(first);
    expect(list(folder)).toBe(second);
    expect(contents(second)).toEqual(expected(folder));
  });

  it.each<[string, (folder: string) => void]>([
    ["an edit", (folder) => writeFileSync(join(folder, "001_a.sql"), "SELECT 111;")],
    ["an edit of the same size", (folder) => writeFileSync(join(folder, "001_a.sql"), "SELECT 9;")],
    [
      "an edit of the same size whose time was set back",
      (folder) => {
        const path = join(folder, "001_a.sql");
        const { atime, mtime } = statSync(path);
        writeFileSync(path, "SELECT 9;");
        utimesSync(path, atime, mtime);
      },
    ],
    [
      "an edit of the same size in a file that takes the other's place, with its time",
      (folder) => {
        const path = join(folder, "001_a.sql");
        const { atime, mtime } = statSync(path);
        writeFileSync(`${path}.tmp`, "SELECT 9;");
        utimesSync(`${path}.tmp`, atime, mtime);
        renameSync(`${path}.tmp`, path);
      },
    ],
    ["a file more", (folder) => writeFileSync(join(folder, "003_c.sql"), "SELECT 3;")],
    ["a file less", (folder) => rmSync(join(folder, "001_a.sql"))],
    ["another name", (folder) => renameSync(join(folder, "001_a.sql"), join(folder, "005_a.sql"))],
    [
      "two files that change places",
      (folder) => {
        renameSync(join(folder, "001_a.sql"), join(folder, "_x"));
        renameSync(join(folder, "002_b.sql"), join(folder, "001_a.sql"));
        renameSync(join(folder, "_x"), join(folder, "002_b.sql"));
      },
    ],
    [
      "another folder in its place",
      (folder) => {
        renameSync(folder, `${folder}-before`);
        mkdirSync(folder);
        for (const name of readdirSync(`${folder}-before`)) writeFileSync(join(folder, name), "SELECT 9;");
        rmSync(`${folder}-before`, { recursive: true });
      },
    ],
    [
      "a link to another folder in its place",
      (folder) => {
        const other = temporaryFolder({ ...PLAIN, "001_a.sql": "SELECT 9;" });
        rmSync(folder, { recursive: true });
        symlinkSync(other, folder);
      },
    ],
  ])("is read anew after %s", (_, change) => {
    const folder = join(temporaryFolder(), "migrations");
    mkdirSync(folder);
    for (const [name, text] of Object.entries(PLAIN)) {
      writeFileSync(join(folder, name), text);
      // A time that can be set again to the last digit.
      utimesSync(join(folder, name), 1_000_000_000, 1_000_000_000);
    }
    const before = keep(folder);
    change(folder);
    const after = list(folder);
    expect(contents(after)).toEqual(expected(folder));
    expect(contents(after)).not.toEqual(contents(before));
  });

  it("is read anew when a rollback changes that was read in the meantime", () => {
    const folder = temporaryFolder(PLAIN);
    const down = () => list(folder)[1]?.down;
    keep(folder);
    expect(down()).toMatchObject({ scripts: [{ text: "SELECT -2;" }] });
    awaitTick(folder);
    writeFileSync(join(folder, "002_b_rollback.sql"), "SELECT -9;");
    expect(down()).toMatchObject({ scripts: [{ text: "SELECT -9;" }] });
  });

  it("is read anew when what a link in it leads to changes, or the link itself", () => {
    const elsewhere = temporaryFolder({ "a.sql": "SELECT 1;", "b.sql": "SELECT 2;" });
    const folder = temporaryFolder();
    symlinkSync(join(elsewhere, "a.sql"), join(folder, "001_a.sql"));
    keep(folder);
    writeFileSync(join(elsewhere, "a.sql"), "SELECT 9;");
    expect(contents(list(folder))).toEqual(expected(folder));
    keep(folder);
    rmSync(join(folder, "001_a.sql"));
    symlinkSync(join(elsewhere, "b.sql"), join(folder, "001_a.sql"));
    expect(contents(list(folder))).toEqual(expected(folder));
  });

  it("is read anew when a link in it leads nowhere any more, though nobody has followed it", () => {
    const elsewhere = temporaryFolder({ "back.sql": "SELECT -1;" });
    const folder = temporaryFolder({ "001_a.sql": "SELECT 1;" });
    symlinkSync(join(elsewhere, "back.sql"), join(folder, "001_a_rollback.sql"));
    expect(keep(folder)).toHaveLength(1);
    rmSync(join(elsewhere, "back.sql"));
    expect(() => list(folder)).toThrow("001_a_rollback.sql cannot be read");
  });

  it("is looked at anew when the marks of another tool come to it", () => {
    const outer = temporaryFolder({ "app/migrations/001_a.sql": "SELECT 1;" });
    const folder = join(outer, "app/migrations");
    expect(keep(folder).map(({ origin }) => origin?.layout)).toEqual([undefined]);
    writeFileSync(join(outer, "app/Cargo.toml"), "[dependencies]\nsqlx = 1\n");
    expect(list(folder).map(({ origin }) => origin?.layout)).toEqual(["sqlx"]);
    awaitTick(folder);
    rmSync(join(outer, "app/Cargo.toml"));
    expect(list(folder).map(({ origin }) => origin?.layout)).toEqual([undefined]);
  });

  it("of another tool is read anew when a file in a sub-folder changes", () => {
    const folder = temporaryFolder({
      "20240101000000_a/migration.sql": "SELECT 1;",
      "migration_lock.toml": 'provider = "sqlite"',
    });
    const [before] = keep(folder);
    appendFileSync(join(folder, "20240101000000_a/migration.sql"), "SELECT 2;");
    expect(list(folder)[0]?.checksum).not.toBe(before?.checksum);
    awaitTick(folder);
    mkdirSync(join(folder, "20240102000000_b"));
    writeFileSync(join(folder, "20240102000000_b/migration.sql"), "SELECT 3;");
    expect(list(folder)).toHaveLength(2);
  });

  it("keeps apart what is read for another module, engine or layout", () => {
    const folder = temporaryFolder({ "1_a.sql": "SELECT 1;", "2_b.postgres.sql": "SELECT 2;" });
    const source = { kind: "folder", path: folder } as const;
    keep(folder);
    expect(list(folder)).toHaveLength(1);
    expect(listMigrations(source, { module: "app", engine: "postgres" })).toHaveLength(2);
    expect(listMigrations(source, { module: "other", engine: "sqlite" })[0]?.module).toBe("other");
    const asSqlx = listMigrations({ ...source, layout: "sqlx" }, { module: "app", engine: "sqlite" });
    expect(asSqlx.map(({ origin }) => origin?.layout)).toEqual(["sqlx", "sqlx"]);
  });

  it("is not kept when its texts are large", () => {
    const folder = temporaryFolder({ "1_seed.sql": `SELECT '${"x".repeat(9 * 1024 * 1024)}';` });
    const second = keep(folder);
    expect(list(folder)).not.toBe(second);
  });

  it("gives what is on the disk, whatever was done to it between two looks", () => {
    const names = ["001_a.sql", "002_b.sql", "003_c.sql"];
    const act = fc.oneof(
      fc.record({ kind: fc.constant("write" as const), name: fc.constantFrom(...names), digit: fc.nat(9) }),
      fc.record({ kind: fc.constant("remove" as const), name: fc.constantFrom(...names) }),
      fc.record({ kind: fc.constant("exchange" as const), name: fc.constantFrom(...names) }),
      fc.record({ kind: fc.constant("look" as const) }),
    );
    const folder = temporaryFolder(PLAIN);
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 8 }), (acts) => {
        for (const each of acts) {
          if (each.kind === "write") writeFileSync(join(folder, each.name), `SELECT ${each.digit};`);
          if (each.kind === "remove") rmSync(join(folder, each.name), { force: true });
          if (each.kind === "exchange") {
            const { atime, mtime } = statSync(folder);
            writeFileSync(join(folder, "_next"), "SELECT 7;");
            utimesSync(join(folder, "_next"), atime, mtime);
            renameSync(join(folder, "_next"), join(folder, each.name));
          }
          rmSync(join(folder, "002_b_rollback.sql"), { force: true });
          expect(contents(list(folder))).toEqual(expected(folder));
          awaitTick(folder);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("what was changed just before it was looked at", () => {
  it("is not trusted, for a second change within the same tick would look the same", () => {
    const folder = temporaryFolder(PLAIN);
    const second = keep(folder);
    expect(list(folder)).not.toBe(second);
  });

  it("is not trusted while it is not older than the coarsest clock's tick", () => {
    const path = join(temporaryFolder({ x: "" }), "x");
    const { ctimeMs } = statSync(path);
    const outcomes = [-5000, 0, 1999, 2000, 2001, 60_000].map((age) => {
      vi.spyOn(Date, "now").mockImplementation(() => ctimeMs + age);
      const sightings = new Sightings();
      sightings.see(path);
      return sightings.areCurrent();
    });
    expect(outcomes).toEqual([false, false, false, false, KEEPS, KEEPS]);
  });

  it("is not trusted when something in it could not be read", () => {
    letTimePass();
    const folder = temporaryFolder();
    symlinkSync("nowhere.sql", join(folder, "1_x.sql"));
    const sightings = new Sightings();
    const [file] = FolderView.open(folder, undefined, sightings).files;
    expect(sightings.areCurrent()).toBe(KEEPS);
    expect(file?.glance).toBe("");
    expect(sightings.areCurrent()).toBe(false);
  });
});
