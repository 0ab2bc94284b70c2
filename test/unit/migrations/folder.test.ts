import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { EngineName } from "../../../src/connection/index.js";
import { parseFileName } from "../../../src/migrations/file-name.js";
import {
  checksumOf,
  listMigrations,
  loadMigrations,
  type Migration,
  versionsOf,
} from "../../../src/migrations/index.js";
import { groupFiles } from "../../../src/migrations/migration-files.js";
import { rejectionOf } from "./refusal.js";
import { temporaryFolder } from "./temporary-folder.js";

async function load(folder: string, engine: EngineName = "sqlite"): Promise<readonly Migration[]> {
  return loadMigrations(
    { kind: "folder", path: "migrations" },
    { module: "app", engine, baseFolder: folder },
  );
}

/** Loads a folder `migrations` with these files. */
function loadFiles(files: Readonly<Record<string, string | Uint8Array>>, engine: EngineName = "sqlite") {
  const named = Object.entries(files).map(([name, content]) => [`migrations/${name}`, content]);
  return load(temporaryFolder(Object.fromEntries(named)), engine);
}

describe("a folder of SQL files", () => {
  it("gives its migrations in the order of their versions, with rollback and verification", async () => {
    const migrations = await loadFiles({
      "10_ten.sql": "SELECT 10;\n",
      "9_nine.sql": "-- tenon: description Adds nine\n-- tenon: depends-on users@2\nSELECT 9;\n",
      "9_nine_rollback.sql": "SELECT -9;",
      "9_nine_verify.sql": "SELECT 1 WHERE 0;",
      "20240131120000_dated.sql": "-- tenon: no-transaction\n-- tenon: allow-loss orders\nSELECT 3;",
    });
    expect(migrations.map(({ version, name }) => [version, name])).toEqual([
      ["9", "nine"],
      ["10", "ten"],
      ["20240131120000", "dated"],
    ]);
    const [nine, , dated] = migrations;
    expect(nine).toEqual({
      module: "app",
      version: "9",
      name: "nine",
      description: "Adds nine",
      up: {
        kind: "sql",
        scripts: [
          {
            text: "-- tenon: description Adds nine\n-- tenon: depends-on users@2\nSELECT 9;\n",
            file: "migrations/9_nine.sql",
          },
        ],
      },
      down: { kind: "sql", scripts: [{ text: "SELECT -9;", file: "migrations/9_nine_rollback.sql" }] },
      verify: { kind: "sql", scripts: [{ text: "SELECT 1 WHERE 0;", file: "migrations/9_nine_verify.sql" }] },
      checksum: checksumOf("-- tenon: description Adds nine\n-- tenon: depends-on users@2\nSELECT 9;\n"),
      transaction: "inside",
      allowLoss: [],
      dependsOn: [{ module: "users", version: "2" }],
      file: "migrations/9_nine.sql",
    });
    expect(dated).toMatchObject({ transaction: "outside", allowLoss: ["orders"] });
  });

  it("gives none for an empty folder, and passes over what is plainly no migration", async () => {
    const files = {
      "README.md": "# Migrations",
      ".gitkeep": "",
      "001_x.sql~": "DROP",
      "old/001_x.sql": "DROP",
      "_x.ts": "",
    };
    expect(await loadFiles(files)).toEqual([]);
  });

  it("has the same checksums whatever the line ends, and other ones for other text", async () => {
    const [unix] = await loadFiles({ "1_x.sql": "SELECT 1;\nSELECT 2;\n" });
    const [windows] = await loadFiles({ "1_x.sql": "\uFEFFSELECT 1;\r\nSELECT 2;\r\n" });
    const [changed] = await loadFiles({ "1_x.sql": "SELECT 1;\nSELECT 3;\n" });
    expect(windows?.checksum).toBe(unix?.checksum);
    expect(changed?.checksum).not.toBe(unix?.checksum);
  });

  it("hands on the text as it was written, but for a byte order mark", async () => {
    const [migration] = await loadFiles({ "1_x.sql": "\uFEFFSELECT 'é';\r\n" });
    expect(migration?.up).toMatchObject({ scripts: [{ text: "SELECT 'é';\r\n" }] });
  });

  it("shows files by their path from the base folder, and outside of it by the whole path", async () => {
    const folder = temporaryFolder({ "db/migrations/1_x.sql": "SELECT 1", "elsewhere/.keep": "" });
    const context = { module: "app", engine: "sqlite" } as const;
    const source = { kind: "folder", path: join(folder, "db/migrations") } as const;
    const [inside] = await loadMigrations(source, { ...context, baseFolder: folder });
    const [outside] = await loadMigrations(source, { ...context, baseFolder: join(folder, "elsewhere") });
    const [without] = await loadMigrations(source, context);
    expect(inside?.file).toBe("db/migrations/1_x.sql");
    expect(outside?.file).toBe(`${folder}/db/migrations/1_x.sql`);
    expect(without?.file).toBe(`${folder}/db/migrations/1_x.sql`);
  });

  it("follows links to files", async () => {
    const folder = temporaryFolder({ "shared/x.sql": "SELECT 1", "migrations/.keep": "" });
    symlinkSync(join(folder, "shared/x.sql"), join(folder, "migrations/1_x.sql"));
    expect(await load(folder)).toHaveLength(1);
  });
});

describe("what a migration depends on", () => {
  it("is told without reading what takes it back, and read where its text may name something", () => {
    const folder = temporaryFolder({
      "1_a.sql": "SELECT 1;",
      "1_a_rollback.sql": "-- tenon: no-such-directive\nSELECT 1;",
      "2_b.sql": "-- Tenon: Depends-On users@3\nSELECT 2;",
      "3_c.sql": "-- depends-on nothing, says this comment\nSELECT 3;",
    });
    const listed = listMigrations({ kind: "folder", path: folder }, { module: "app", engine: "sqlite" });
    expect(listed.map(({ dependsOn }) => dependsOn)).toEqual([[], [{ module: "users", version: "3" }], []]);
    expect(() => listed[0]?.down).toThrow("no-such-directive");
  });

  it("is told of versions in the program by their field or their text", () => {
    const versions = {
      1: { name: "a", up: "SELECT 1", down: "-- tenon: no-such-directive\nSELECT 1" },
      2: { name: "b", up: ["-- tenon: depends-on users@3\nSELECT 2"] },
      3: { name: "c", up: "SELECT 3", dependsOn: "users" },
      4: { name: "d", up: () => undefined, dependsOn: ["users@4"] },
    };
    const listed = listMigrations({ kind: "inline", versions }, { module: "app", engine: "sqlite" });
    expect(listed.map(({ dependsOn }) => dependsOn)).toEqual([
      [],
      [{ module: "users", version: "3" }],
      [{ module: "users" }],
      [{ module: "users", version: "4" }],
    ]);
  });
});

describe("files for one engine", () => {
  const files = {
    "1_base.sql": "SELECT 'all'",
    "2_search.sqlite.sql": "SELECT 'sqlite'",
    "2_search_rollback.sqlite.sql": "SELECT 'sqlite back'",
    "2_search.postgres.sql": "SELECT 'postgres'",
    "2_search_rollback.sql": "SELECT 'all back'",
    "3_rebuild.sqlite.sql": "SELECT 'sqlite'",
    "4_both.sql": "SELECT 'plain'",
    "4_both.postgres.sql": "SELECT 'postgres'",
    "4_both_verify.postgres.sql": "SELECT 'postgres verify'",
  };
  const texts = (migrations: readonly Migration[]) =>
    migrations.map(({ version, up, down, verify }) => [
      version,
      ...[up, down, verify].map((step) =>
        step?.kind === "sql" ? step.scripts.map(({ text }) => text).join() : undefined,
      ),
    ]);

  it("beat the plain file of the same step, and a version for others only is not there", async () => {
    expect(texts(await loadFiles(files, "sqlite"))).toEqual([
      ["1", "SELECT 'all'", undefined, undefined],
      ["2", "SELECT 'sqlite'", "SELECT 'sqlite back'", undefined],
      ["3", "SELECT 'sqlite'", undefined, undefined],
      ["4", "SELECT 'plain'", undefined, undefined],
    ]);
    expect(texts(await loadFiles(files, "postgres"))).toEqual([
      ["1", "SELECT 'all'", undefined, undefined],
      ["2", "SELECT 'postgres'", "SELECT 'all back'", undefined],
      ["4", "SELECT 'postgres'", undefined, "SELECT 'postgres verify'"],
    ]);
  });

  it("are told by versionsOf without being read", () => {
    const folder = temporaryFolder({ "1_a.sql": "", "2_b.postgres.sql": "", "3_c.ts": "" });
    const source = { kind: "folder", path: folder } as const;
    expect(versionsOf(source, { module: "app", engine: "sqlite" })).toEqual(["1", "3"]);
    expect(versionsOf(source, { module: "app", engine: "postgres" })).toEqual(["1", "2", "3"]);
  });
});

describe("a folder is refused", () => {
  it.each([
    [
      "a name that is none",
      { "initial.sql": "SELECT 1" },
      "MIGRATION_NAME_INVALID",
      ["migrations/initial.sql"],
    ],
    ["version 0", { "0_x.sql": "SELECT 1" }, "VERSION_INVALID", ["migrations/0_x.sql"]],
    [
      "the same version twice",
      { "001_a.sql": "SELECT 1", "1_b.sql": "SELECT 1" },
      "MIGRATION_DUPLICATE",
      ["migrations/001_a.sql", "migrations/1_b.sql"],
    ],
    [
      "the same version and name twice",
      { "001_a.sql": "SELECT 1", "1_a.sql": "SELECT 1" },
      "MIGRATION_DUPLICATE",
      ["migrations/001_a.sql", "migrations/1_a.sql"],
    ],
    [
      "the same version in SQL and in code",
      { "1_a.sql": "SELECT 1", "1_a.ts": "export function up() {}" },
      "MIGRATION_DUPLICATE",
      ["migrations/1_a.sql", "migrations/1_a.ts"],
    ],
    [
      "the same version under two names for two engines",
      { "2_search.sqlite.sql": "SELECT 1", "2_reports.sql": "SELECT 1" },
      "MIGRATION_DUPLICATE",
      ["migrations/2_reports.sql", "migrations/2_search.sqlite.sql"],
    ],
    [
      "two rollbacks of one version",
      { "1_a.sql": "SELECT 1", "1_a_rollback.sql": "SELECT 1", "01_a_rollback.sql": "SELECT 1" },
      "MIGRATION_DUPLICATE",
      ["migrations/01_a_rollback.sql", "migrations/1_a_rollback.sql"],
    ],
    [
      "a rollback alone",
      { "5_fix_rollback.sql": "SELECT 1" },
      "MIGRATION_ORPHAN",
      ["migrations/5_fix_rollback.sql"],
    ],
    [
      "a verification alone",
      { "5_fix_verify.sql": "SELECT 1" },
      "MIGRATION_ORPHAN",
      ["migrations/5_fix_verify.sql"],
    ],
    [
      "a rollback under another name",
      { "5_fix.sql": "SELECT 1", "5_fixx_rollback.sql": "SELECT 1" },
      "MIGRATION_ORPHAN",
      ["migrations/5_fixx_rollback.sql"],
    ],
    [
      "a rollback for an engine without a migration",
      { "5_fix.sqlite.sql": "SELECT 1", "5_fix_rollback.postgres.sql": "SELECT 1" },
      "MIGRATION_ORPHAN",
      ["migrations/5_fix_rollback.postgres.sql"],
    ],
    ["an empty file", { "1_x.sql": "" }, "MIGRATION_EMPTY", ["migrations/1_x.sql"]],
    ["only comments", { "1_x.sql": "-- one\n/* two */\n;\n" }, "MIGRATION_EMPTY", ["migrations/1_x.sql"]],
    [
      "an empty rollback",
      { "1_x.sql": "SELECT 1", "1_x_rollback.sql": "-- later" },
      "MIGRATION_EMPTY",
      ["migrations/1_x_rollback.sql"],
    ],
    [
      "an unknown directive",
      { "1_x.sql": "-- tenon: alow-loss t\nSELECT 1" },
      "DIRECTIVE_UNKNOWN",
      ["migrations/1_x.sql"],
    ],
    ["an unclosed comment", { "1_x.sql": "/* SELECT 1" }, "SQL_UNTERMINATED", ["migrations/1_x.sql"]],
    ["a file with NULs", { "1_x.sql": "SELECT\0 1" }, "SQL_UNSUPPORTED", ["migrations/1_x.sql"]],
    [
      "an empty program",
      { "1_x.ts": "// later\n/* and\n more */ " },
      "MIGRATION_EMPTY",
      ["migrations/1_x.ts"],
    ],
    [
      "a directive in a program",
      { "1_x.ts": "\n// tenon: no-transaction\nexport function up() {}" },
      "DIRECTIVE_INVALID",
      ["migrations/1_x.ts"],
    ],
  ])("for %s", async (_, files, code, places) => {
    const error = await rejectionOf(() => loadFiles(files));
    expect(error.code).toBe(code);
    expect(error.where.file).toBe(places.at(-1));
    for (const place of places) expect(`${error.message} ${error.where.file}`).toContain(place);
    expect(error.hint).toBeTruthy();
  });

  it("on every engine alike for what is wrong with its names", async () => {
    const files = { "1_a.sqlite.sql": "SELECT 1", "1_b.sqlite.sql": "SELECT 1" };
    const codes = await Promise.all(
      (["sqlite", "postgres", "sqlserver"] as const).map(async (engine) => {
        return (await rejectionOf(() => loadFiles(files, engine))).code;
      }),
    );
    expect(codes).toEqual(["MIGRATION_DUPLICATE", "MIGRATION_DUPLICATE", "MIGRATION_DUPLICATE"]);
  });

  it("for bytes that are not UTF-8, with the place of the first", async () => {
    const latin1 = Buffer.from("SELECT 1;\n-- é and ä: caf\xe9\nSELECT 2;", "latin1");
    const error = await rejectionOf(() => loadFiles({ "1_x.sql": latin1 }));
    expect([error.code, error.where.line, error.details]).toEqual(["MIGRATION_NOT_UTF8", 2, { offset: 13 }]);
    expect(error.message).toBe("migrations/1_x.sql is not UTF-8: byte 13 (0xe9).");
  });

  it("for a character that the end of the file cuts", async () => {
    const cut = Buffer.concat([Buffer.from("SELECT 'ä"), Buffer.from([0xe2, 0x82])]);
    const error = await rejectionOf(() => loadFiles({ "1_x.sql": cut }));
    expect([error.code, error.details]).toEqual(["MIGRATION_NOT_UTF8", { offset: 10 }]);
  });

  it("for UTF-16, by its name", async () => {
    const error = await rejectionOf(() => loadFiles({ "1_x.sql": Buffer.from("\uFEFFSELECT 1", "utf16le") }));
    expect([error.code, error.message]).toEqual(["MIGRATION_NOT_UTF8", "migrations/1_x.sql is UTF-16."]);
  });

  it("when it is missing, or is a file", async () => {
    const folder = temporaryFolder({ file: "" });
    for (const path of ["missing", "file", "file/below"]) {
      const error = await rejectionOf(() =>
        loadMigrations({ kind: "folder", path }, { module: "app", engine: "sqlite", baseFolder: folder }),
      );
      expect([error.code, error.where.file]).toEqual(["MIGRATIONS_FOLDER_MISSING", path]);
      expect(error.hint).toContain(join(folder, path));
    }
  });

  it("for links that lead nowhere or in a circle", async () => {
    for (const target of ["nowhere.sql", "1_x.sql"]) {
      const folder = temporaryFolder({ "migrations/.keep": "" });
      symlinkSync(target, join(folder, "migrations/1_x.sql"));
      const error = await rejectionOf(() => load(folder));
      expect([error.code, error.where.file]).toEqual(["FILE_FAILED", "migrations/1_x.sql"]);
    }
  });

  it.each(["1_x.sql", "1_x", "2024-01-31-120000_init", "x.sql"])(
    "for a sub-folder named %s",
    async (name) => {
      const folder = temporaryFolder({ "migrations/.keep": "" });
      mkdirSync(join(folder, "migrations", name));
      const error = await rejectionOf(() => load(folder));
      expect([error.code, error.where.file]).toEqual(["MIGRATION_NAME_INVALID", `migrations/${name}`]);
      expect(error.message).toContain("is a folder");
    },
  );

  it.runIf(process.platform !== "win32")(
    "for a pipe, without waiting for someone to write into it",
    async () => {
      const folder = temporaryFolder({ "migrations/.keep": "" });
      execFileSync("mkfifo", [join(folder, "migrations/1_x.sql")]);
      expect((await rejectionOf(() => load(folder))).code).toBe("MIGRATION_NAME_INVALID");
    },
  );
});

describe("the same folder", () => {
  const names = [
    "1_a.sql",
    "1_a_rollback.sql",
    "2_b.sqlite.sql",
    "2_b.sql",
    "10_c.ts",
    "10_c_verify.sql",
    "9_d.js",
  ];
  const wrong = ["1_z.sql", "01_a.sql", "3_lost_rollback.sql", "2_b_verify.postgres.sql"];
  const outcome = (files: readonly string[]) => {
    try {
      const named = files.map((name) => ({ ...parseFileName(name, name), path: `/m/${name}`, file: name }));
      return groupFiles(named);
    } catch (error) {
      return String(error);
    }
  };

  it("gives the same migrations, or the same error, in whatever order its files are listed", () => {
    const some = fc.tuple(fc.subarray(names), fc.subarray(wrong)).map(([a, b]) => [...a, ...b]);
    const shuffled = some.chain((files) =>
      fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
    );
    fc.assert(
      fc.property(shuffled, ([files, others]) => {
        expect(outcome(others)).toEqual(outcome(files));
      }),
    );
  });
});

describe("a folder of 1,000 migrations", () => {
  it("loads fast enough to do so on every start", async () => {
    const folder = temporaryFolder();
    for (let version = 1; version <= 1000; version++) {
      const text = `CREATE TABLE t${version} (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n`.repeat(5);
      writeFileSync(join(folder, `${String(version).padStart(4, "0")}_t.sql`), text);
    }
    const context = { module: "app", engine: "sqlite" } as const;
    const start = performance.now();
    const migrations = await loadMigrations({ kind: "folder", path: folder }, context);
    const elapsed = performance.now() - start;
    expect(migrations).toHaveLength(1000);
    // About 35 ms where it was written; the bound leaves room for a busy machine.
    expect(elapsed).toBeLessThan(1000);
  });
});
