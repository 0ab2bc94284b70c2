import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { describe, expect, it } from "vitest";

import type { EngineName } from "../../../src/connection/index.js";
import {
  type LayoutChoice,
  loadMigrations,
  type Migration,
  newFiles,
  readLayout,
  sourceOf,
  VersionOrder,
} from "../../../src/migrations/index.js";
import { defineModule, orderMigrations } from "../../../src/modules/index.js";
import { refusalOf } from "./refusal.js";
import { temporaryFolder } from "./temporary-folder.js";

type Files = Readonly<Record<string, string | Uint8Array>>;

function read(files: Files, layout: LayoutChoice = "auto", engine: EngineName = "sqlite") {
  const named = Object.entries(files).map(([name, content]) => [`m/${name}`, content]);
  return readLayout("m", {
    module: "app",
    engine,
    baseFolder: temporaryFolder(Object.fromEntries(named)),
    layout,
  });
}

function sqlOf(migration: Migration | undefined, direction: "up" | "down" = "up"): string | undefined {
  const step = migration?.[direction];
  return step?.kind === "sql" ? step.scripts.map(({ text }) => text.trim()).join("\n") : undefined;
}

function modeOf(migration: Migration | undefined, direction: "up" | "down" = "up") {
  const step = migration?.[direction];
  return step?.kind === "sql" ? step.transaction : undefined;
}

describe("finding out whose folder it is", () => {
  it.each<[string, Files]>([
    [
      "native",
      { "001_a.sql": "SELECT 1", "001_a_rollback.sql": "SELECT 1", "002_b.ts": "export default {}" },
    ],
    ["native", { "20240131120000_a.sql": "SELECT 1" }],
    ["native", { "README.md": "" }],
    ["native", { "1_a.sql": "SELECT 1", "old/up.sql": "", "old/migration.sql": "", "old/V1__a.sql": "" }],
    [
      "golang-migrate",
      { "1_a.up.sql": "SELECT 1", "1_a.down.sql": "SELECT 1", "embed.go": "", "schema.sql": "" },
    ],
    ["golang-migrate", { "V0001.users.up.sql": "SELECT 1" }],
    ["diesel", { "2024-01-31-120000_a/up.sql": "SELECT 1" }],
    ["sqlx", { "20240131120000_a.sql": "-- no-transaction\nSELECT 1" }],
    ["sqlx", { "20240131120000_a.up.sql": "-- no-transaction\nSELECT 1" }],
    ["goose", { "00001_a.sql": "-- +goose Up\nSELECT 1;" }],
    ["dbmate", { "20240131120000_a.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\n" }],
    ["sql-migrate", { "1-a.sql": "-- +migrate Up\nSELECT 1;" }],
    ["flyway", { "V1__a.sql": "SELECT 1" }],
    ["flyway", { "2024/V1__a.sql": "SELECT 1", "R__v.sql": "SELECT 1" }],
    ["pop", { "20240131120000_a.sqlite3.up.sql": "SELECT 1", "20240131120000_a.up.sql": "SELECT 1" }],
    ["pop", { "20240131120000_a.up.fizz": "create_table()" }],
    [
      "prisma",
      { "20240131120000_a/migration.sql": "SELECT 1", "migration_lock.toml": 'provider = "sqlite"' },
    ],
    ["drizzle", { "meta/_journal.json": '{"entries":[]}' }],
    ["drizzle", { "20240131120000_a/migration.sql": "SELECT 1", "20240131120000_a/snapshot.json": "{}" }],
  ])("knows %s", (layout, files) => {
    const found = read(files);

    expect(found.layout).toBe(layout);
    expect(found.reason).not.toBe("");
  });

  it("refuses a folder with files of several tools, and lists them with reasons", () => {
    const error = refusalOf(() =>
      read({ "1_a.sql": "-- +goose Up\nSELECT 1;", "2_b.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down" }),
    );

    expect(error.code).toBe("LAYOUT_UNCLEAR");
    expect(error.message).toContain("goose (1_a.sql has `-- +goose` in it)");
    expect(error.message).toContain("dbmate (2_b.sql has `-- migrate:up` in it)");
    expect(error.hint).toContain("--layout goose or --layout dbmate");
  });

  it("refuses to pass over what looks like a migration of Tenon", () => {
    const error = refusalOf(() => read({ "1_a.up.sql": "SELECT 1", "2_b.sql": "SELECT 1" }));

    expect(error.code).toBe("LAYOUT_UNCLEAR");
    expect(error.message).toContain("2_b.sql would be native");
    expect(error.hint).toContain("--layout golang-migrate or --layout native");
  });

  it("refuses a numbered file without the mark that the others have", () => {
    expect(refusalOf(() => read({ "1_a.sql": "-- +goose Up\nSELECT 1;", "2_b.sql": "SELECT 1;" })).code).toBe(
      "LAYOUT_UNCLEAR",
    );
  });

  it("tells which files of SQL the tool itself passes over", () => {
    const found = read({ "1_a.up.sql": "SELECT 1", "seed.sql": "SELECT 1" });

    expect(found.passedOver).toEqual(["m/seed.sql"]);
  });
});

describe("golang-migrate", () => {
  it("orders by number, with anything behind the direction", () => {
    const { migrations } = read({
      "10_ten.up.sql": "SELECT 10",
      "9_nine.up.fn.sql": "SELECT 9",
      "9_nine.down.sql": "",
      "000000_zero.up.sql": "SELECT 0",
      "18446744073709551615_last.up.sql": "SELECT 11",
    });

    expect(migrations.map(({ version, name }) => `${version} ${name}`)).toEqual([
      "000000 zero",
      "9 nine",
      "10 ten",
      "18446744073709551615 last",
    ]);
    expect(migrations[1]?.origin).toMatchObject({ layout: "golang-migrate", version: "9", id: "9" });
    expect(sqlOf(migrations[1], "down")).toBe("");
    expect(migrations[2]?.down).toBeUndefined();
  });

  it("refuses two files of one version, and a down without its up", () => {
    expect(refusalOf(() => read({ "1_a.up.sql": "", "01_b.up.sql": "" })).code).toBe("MIGRATION_DUPLICATE");
    expect(refusalOf(() => read({ "1_a.up.sql": "", "2_b.down.sql": "" })).code).toBe("MIGRATION_ORPHAN");
  });
});

describe("Diesel", () => {
  it("takes the version without dashes and the transaction from metadata.toml", () => {
    const { migrations } = read({
      "00000000000000_diesel_initial_setup/up.sql": "SELECT 0",
      "00000000000000_diesel_initial_setup/down.sql": "SELECT -0",
      "2024-01-31-120000_index/up.sql": "SELECT 1",
      "2024-01-31-120000_index/metadata.toml": "# why\nrun_in_transaction = false # so\n",
    });

    expect(migrations.map(({ version, name }) => `${version} ${name}`)).toEqual([
      "00000000000000 diesel_initial_setup",
      "20240131120000 index",
    ]);
    expect(migrations.map((each) => modeOf(each))).toEqual(["wrapped", "outside"]);
    expect(sqlOf(migrations[0], "down")).toBe("SELECT -0");
  });

  it.each(["run_in_transaction = maybe", "run_in_transaction = \n", "run in transaction"])(
    "refuses the broken metadata.toml %j",
    (toml) => {
      const error = refusalOf(() => read({ "1_a/up.sql": "SELECT 1", "1_a/metadata.toml": toml }));

      expect(error.code).toBe("MIGRATION_INVALID");
      expect(error.where).toMatchObject({ file: "m/1_a/metadata.toml", line: 1 });
    },
  );
});

describe("sqlx", () => {
  it("reads plain files and pairs, and `-- no-transaction` at the very beginning only", () => {
    const { migrations } = read(
      {
        "1_add_users.sql": "SELECT 1",
        "2_b.up.sql": "-- no-transaction\nSELECT 2",
        "2_b.down.sql": "SELECT -2",
        "3_c.sql": "\n-- no-transaction\nSELECT 3",
        "notes.sql": "",
      },
      "sqlx",
    );

    expect(migrations.map((each) => modeOf(each))).toEqual(["wrapped", "outside", "wrapped"]);
    expect(migrations[0]?.origin).toMatchObject({ name: "add users", version: "1" });
    expect(sqlOf(migrations[1], "down")).toBe("SELECT -2");
  });
});

describe("goose", () => {
  it("cuts a file into Up and Down, each statement on its own line of the file", () => {
    const { migrations } = read({
      "00001_a.sql": [
        "-- +goose Up",
        "-- +goose StatementBegin",
        "CREATE TABLE a (id INTEGER);",
        "-- +goose StatementEnd",
        "",
        "-- +goose Down",
        "DROP TABLE a;",
      ].join("\r\n"),
      "00002_b.sql": "-- +goose NO TRANSACTION\n-- +goose up\nVACUUM;\n",
    });

    const [a, b] = migrations;
    expect(sqlOf(a)).toBe("CREATE TABLE a (id INTEGER);\n;");
    expect(a?.down?.kind === "sql" && a.down.scripts[0]?.text).toBe("\n\n\n\n\n\nDROP TABLE a;");
    expect([modeOf(a), modeOf(b)]).toEqual(["wrapped", "outside"]);
    expect(b?.down).toBeUndefined();
  });

  it.each([
    ["SELECT 1;", 1],
    ["-- +goose Up\n-- +goose Upp\n", 2],
    ["-- +goose Up\n-- +goose StatementBegin\nSELECT 1;", 2],
    ["-- +goose Up\n-- +goose StatementEnd\n", 2],
    ["-- +goose Down\n-- +goose Up\n", 1],
    ["-- +goose Up\n-- +goose Up\n", 2],
    ["-- first\nSELECT 1;\n-- +goose Up\n", 2],
  ])("refuses %j", (text, line) => {
    const error = refusalOf(() => read({ "1_a.sql": text }, "goose"));

    expect(error.code).toBe("MIGRATION_INVALID");
    if (text.startsWith("--")) expect(error.where.line).toBe(line);
  });

  it("reads what only goose can run, and refuses it when it would have to run", () => {
    const { migrations } = read({
      "1_a.sql": "-- +goose Up\n-- +goose ENVSUB ON\nSELECT '$HOME';",
      "2_b.go": "package migrations",
    });

    for (const { up } of migrations) {
      expect(up.kind === "code" && up.refusal?.().code).toBe("LAYOUT_UNSUPPORTED");
    }
  });
});

describe("dbmate", () => {
  it("reads both blocks and their options", () => {
    const [migration] = read({
      "20240131120000_a.sql":
        "-- why\n-- migrate:up transaction:false\nSELECT 1;\n\n-- migrate:down\nSELECT -1;\n",
    }).migrations;

    expect([modeOf(migration), modeOf(migration, "down")]).toEqual(["outside", "wrapped"]);
    expect([sqlOf(migration), sqlOf(migration, "down")]).toEqual(["SELECT 1;", "SELECT -1;"]);
  });

  it.each(["SELECT 1;", "SELECT 1;\n-- migrate:up", "-- migrate:down\n-- migrate:up"])(
    "refuses %j",
    (text) => {
      expect(refusalOf(() => read({ "1_a.sql": text }, "dbmate")).code).toBe("MIGRATION_INVALID");
    },
  );
});

describe("sql-migrate", () => {
  it("orders by the number and then by the name, and keeps apart what has the same number", () => {
    const { migrations } = read({
      "2-b.sql": "-- +migrate Up notransaction\nSELECT 2;\n-- +migrate Down\nSELECT -2;",
      "10-c.sql": "-- +migrate Up\nSELECT 3;",
      "2-a.sql": "-- +migrate Up\n-- +migrate StatementBegin\nSELECT 1;\n-- +migrate StatementEnd\n",
    });

    expect(migrations.map(({ version, origin }) => `${version} ${origin?.id}`)).toEqual([
      "2 2-a.sql",
      "2.2 2-b.sql",
      "10 10-c.sql",
    ]);
    expect([modeOf(migrations[1]), modeOf(migrations[1], "down")]).toEqual(["outside", "wrapped"]);
    expect(sqlOf(migrations[0])).toBe("SELECT 1;\n;");
  });
});

describe("Flyway", () => {
  const PLACEHOLDER = `$${"{schema}"}`;

  it("orders dotted versions by their parts and puts repeatable ones last, by name", () => {
    const { migrations } = read({
      "V1__first.sql": "SELECT 1",
      "V1_10__tenth_part.sql": "SELECT 3",
      "sub/V1.2__second_part.sql": "SELECT 2",
      "U1.2__second_part.sql": "SELECT -2",
      "V2__index.sql": "SELECT 4",
      "V2__index.sql.conf": "executeInTransaction=false\n",
      "R__b_view.sql": "SELECT 'b'",
      "R__a_view.sql": "SELECT 'a'",
      "afterMigrate.sql": "SELECT 5",
    });

    expect(migrations.map(({ version }) => version)).toEqual([
      "1",
      "1.2",
      "1.10",
      "2",
      "R__a_view",
      "R__b_view",
    ]);
    expect(migrations[1]?.origin).toMatchObject({
      version: "1.2",
      name: "second part",
      script: "V1.2__second_part.sql",
    });
    expect(sqlOf(migrations[1], "down")).toBe("SELECT -2");
    expect(migrations.map((each) => modeOf(each)).slice(0, 4)).toEqual([
      "implicit",
      "implicit",
      "implicit",
      "outside",
    ]);
  });

  it("refuses a placeholder by its name, unless nothing is replaced", () => {
    const { migrations } = read({
      "V1__a.sql": `SELECT 1;\nSELECT '${PLACEHOLDER}';`,
      "V2__b.sql": `SELECT '${PLACEHOLDER}';`,
      "V2__b.sql.conf": "placeholderReplacement=false",
    });

    const [a, b] = migrations;
    const error = a?.up.kind === "code" ? a.up.refusal?.() : undefined;
    expect(error).toMatchObject({ code: "LAYOUT_UNSUPPORTED", where: { line: 2 } });
    expect(error?.message).toContain(PLACEHOLDER);
    expect(b?.up.kind).toBe("sql");
  });

  it("takes 1 and 1.0 for one", () => {
    expect(refusalOf(() => read({ "V1__a.sql": "", "V1.0__b.sql": "" })).code).toBe("MIGRATION_DUPLICATE");
  });
});

describe("Pop", () => {
  const files = {
    "1_a.up.sql": "SELECT 'all'",
    "1_a.down.sql": "SELECT -1",
    "1_a.sqlite3.up.sql": "SELECT 'sqlite'",
    "2_b.mysql.up.sql": "SELECT 'mysql'",
    "3_c.postgres.autocommit.up.sql": "SELECT 'postgres'",
    "3_c.sqlite3.autocommit.up.sql": "SELECT 'lite'",
    "4_d.autocommit.up.sql": "SELECT 4",
  };

  it("takes the file of the dialect before the one for all, and leaves out what is for others", () => {
    const { migrations } = read(files);

    expect(migrations.map((each) => `${each.version} ${sqlOf(each)} ${modeOf(each)}`)).toEqual([
      "1 SELECT 'sqlite' wrapped",
      "3 SELECT 'lite' outside",
      "4 SELECT 4 outside",
    ]);
    expect(sqlOf(migrations[0], "down")).toBe("SELECT -1");
    expect(read(files, "auto", "postgres").migrations.map((each) => sqlOf(each))).toEqual([
      "SELECT 'all'",
      "SELECT 'postgres'",
      "SELECT 4",
    ]);
  });

  it("refuses Fizz and templates by the file's name when they would have to run", () => {
    const { migrations } = read({ "1_a.up.fizz": "create_table()", "2_b.up.sql": "SELECT {{ .Dialect }}" });

    for (const { up } of migrations)
      expect(up.kind === "code" && up.refusal?.().code).toBe("LAYOUT_UNSUPPORTED");
  });
});

describe("Prisma", () => {
  it("orders by the folders' names", () => {
    const { migrations } = read({
      "0_init/migration.sql": "SELECT 0",
      "20240131120000_a/migration.sql": "SELECT 1",
      "20240131120000_b/migration.sql": "SELECT 2",
      "migration_lock.toml": 'provider = "sqlite"',
    });

    expect(migrations.map(({ version, origin }) => `${version} ${origin?.id}`)).toEqual([
      "00 0_init",
      "20240131120000 20240131120000_a",
      "20240131120000.2 20240131120000_b",
    ]);
  });

  it("refuses a folder that is for another database, and one without its script", () => {
    const lock = { "migration_lock.toml": 'provider = "mysql"', "1_a/migration.sql": "" };
    expect(refusalOf(() => read(lock)).code).toBe("LAYOUT_UNSUPPORTED");
    const empty = {
      "1_a/migration.sql": "",
      "2_b/notes.txt": "",
      "migration_lock.toml": 'provider = "sqlite"',
    };
    expect(refusalOf(() => read(empty)).code).toBe("MIGRATION_INVALID");
  });
});

describe("Drizzle Kit", () => {
  const journal = (...tags: string[]) =>
    JSON.stringify({ dialect: "sqlite", entries: tags.map((tag, idx) => ({ idx, when: 1000 + idx, tag })) });

  it("follows its journal, and ends a statement at each breakpoint", () => {
    const { migrations, passedOver } = read({
      "meta/_journal.json": journal("0000_first", "0001_second"),
      "0000_first.sql": "SELECT 1\n--> statement-breakpoint\nSELECT 2;",
      "0001_second.sql": "SELECT 3",
      "0002_lost.sql": "SELECT 4",
    });

    expect(migrations.map(({ version, origin }) => [version, origin?.id, origin?.when])).toEqual([
      ["0000", "0000_first", 1000],
      ["1", "0001_second", 1001],
    ]);
    expect(sqlOf(migrations[0])).toBe("SELECT 1\n;--> statement-breakpoint\nSELECT 2;");
    expect(passedOver).toEqual(["m/0002_lost.sql"]);
  });

  it.each([
    "{",
    "[]",
    '{"entries":{}}',
    '{"entries":[{"tag":"a"}]}',
    '{"entries":[{"tag":"../a","when":1}]}',
  ])("refuses the broken journal %s", (text) =>
    expect(refusalOf(() => read({ "meta/_journal.json": text })).code).toBe("MIGRATION_INVALID"),
  );

  it("refuses a journal that names a file that is not there", () => {
    expect(refusalOf(() => read({ "meta/_journal.json": journal("0000_gone") })).message).toContain(
      "0000_gone.sql",
    );
  });

  it("reads the folders of 1.0 by their names", () => {
    const { migrations } = read({
      "20240131120000_a/migration.sql": "SELECT 1",
      "20240131120000_a/snapshot.json": "{}",
    });

    expect(migrations[0]?.origin).toMatchObject({ id: "20240131120000_a", when: Date.UTC(2024, 0, 31, 12) });
  });
});

describe("versions that their tool does not order as numbers", () => {
  it.each<[LayoutChoice, Files, string[]]>([
    ["diesel", { "9_a/up.sql": "", "10_b/up.sql": "", "2_c/up.sql": "" }, ["10", "2", "9"]],
    [
      "pop",
      { "20210102000000_a.up.sql": "", "20210101000000000000_b.up.sql": "", "2021_c.up.sql": "" },
      ["2021", "20210101000000000000", "20210102000000"],
    ],
    [
      "dbmate",
      { "9_a.sql": "-- migrate:up\n-- migrate:down", "10_b.sql": "-- migrate:up\n-- migrate:down" },
      ["10", "9"],
    ],
  ])("are run by %s in its own order", async (layout, files, versions) => {
    const named = Object.entries(files).map(([name, content]) => [`m/${name}`, content]);
    const baseFolder = temporaryFolder(Object.fromEntries(named));

    const migrations = await loadMigrations(
      { kind: "folder", path: "m", layout },
      { module: "app", engine: "sqlite", baseFolder },
    );

    expect(migrations.map(({ version }) => version)).toEqual(versions);
    const ordered = orderMigrations(
      [defineModule("app", "core", {}, sourceOf({}))],
      [...migrations].reverse(),
    );
    expect(ordered.map(({ version }) => version)).toEqual(versions);
    const [first = "", , last = versions[1] ?? ""] = versions;
    expect(new VersionOrder(migrations).compare("app", first, last)).toBeLessThan(0);
    expect(new VersionOrder(migrations).highest("app", versions)).toBe(versions.at(-1));
  });

  it("carry no key where the numbers give the same order", () => {
    expect(read({ "1_a/up.sql": "", "2_b/up.sql": "" }).migrations.map(({ orderKey }) => orderKey)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("a new migration", () => {
  const now = new Date("2026-05-04T03:02:01Z");
  const title = "Add an email";

  it.each<[LayoutChoice, Files, string[]]>([
    ["auto", { "009_a.sql": "SELECT 1" }, ["010_add.sql", "010_add_rollback.sql"]],
    ["auto", { "000009_a.up.sql": "" }, ["000010_add.up.sql", "000010_add.down.sql"]],
    [
      "auto",
      { "2024-01-31-120000_a/up.sql": "" },
      ["2026-05-04-030201_add/up.sql", "2026-05-04-030201_add/down.sql"],
    ],
    ["sqlx", { "20240131120000_a.sql": "" }, ["20260504030201_add.sql"]],
    ["sqlx", { "1_a.up.sql": "", "1_a.down.sql": "" }, ["2_add.up.sql", "2_add.down.sql"]],
    ["auto", { "00007_a.sql": "-- +goose Up\n" }, ["00008_add.sql"]],
    ["auto", { "20990131120000_a.sql": "-- migrate:up\n-- migrate:down\n" }, ["20990131120001_add.sql"]],
    ["auto", { "1-a.sql": "-- +migrate Up\n" }, ["2-add.sql"]],
    ["auto", { "V1.9__a.sql": "" }, ["V1.10__add.sql"]],
    [
      "auto",
      { "20240131120000000000_a.postgres.up.sql": "" },
      ["20260504030201000000_add.up.sql", "20260504030201000000_add.down.sql"],
    ],
    [
      "auto",
      { "20240131120000_a/migration.sql": "", "migration_lock.toml": 'provider = "postgresql"' },
      ["20260504030201_add/migration.sql"],
    ],
  ])("is called as the others in the folder (%s, %j)", (layout, files, names) => {
    const folder = temporaryFolder(files);

    const made = newFiles({ folder, layout, module: "app", name: "add", title, now, language: "sql" });

    expect(made.files.map(({ name }) => name)).toEqual(names);
    for (const { name, text } of made.files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const read = () => readLayout(folder, { module: "app", engine: "postgres", layout });
    if (made.files.some(({ name }) => name.endsWith("_rollback.sql"))) return;
    expect(read().migrations.at(-1)?.origin?.name).toMatch(/add/);
  });

  it("is refused where only the tool can write it, and in TypeScript where it has none", () => {
    const drizzle = temporaryFolder({ "meta/_journal.json": '{"entries":[]}' });
    const goose = temporaryFolder({ "1_a.sql": "-- +goose Up\n" });
    const request = { layout: "auto" as const, module: "app", name: "add", title, now };

    expect(refusalOf(() => newFiles({ ...request, folder: drizzle, language: "sql" })).code).toBe("USAGE");
    expect(refusalOf(() => newFiles({ ...request, folder: goose, language: "typescript" })).code).toBe(
      "USAGE",
    );
  });
});

describe("files that are not what they should be", () => {
  it("names a file that is no text", () => {
    const files = { "1_a.up.sql": new Uint8Array([0xff, 0xfe, 0x53, 0x00]) };

    expect(refusalOf(() => read(files))).toMatchObject({
      code: "MIGRATION_NOT_UTF8",
      where: { file: "m/1_a.up.sql" },
    });
  });

  it("reads a byte order mark and CRLF as if they were not there", () => {
    const [plain] = read({ "1_a.sql": "-- +goose Up\nSELECT 1;\n" }).migrations;
    const [marked] = read({ "1_a.sql": "\ufeff-- +goose Up\r\nSELECT 1;\r\n" }).migrations;

    expect(marked?.checksum).toBe(plain?.checksum);
  });

  it("refuses a version that has more digits than any of these tools counts with", () => {
    expect(refusalOf(() => read({ "123456789012345678901_a.up.sql": "" })).code).toBe("VERSION_INVALID");
  });
});
