import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
import { check, index, integer, sqliteTable, sqliteView, text } from "drizzle-orm/sqlite-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect, defineModule, generate, SchemaManager, TenonError } from "../../src/index.js";
import { postgresDatabase } from "../servers/postgres.js";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-generate-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function memory() {
  const connection = await connect(":memory:");
  onTestFinished(() => connection.close());
  return connection;
}

const users = sqliteTable("users", { id: integer().primaryKey(), name: text() });
const usersWithEmail = sqliteTable("users", {
  id: integer().primaryKey(),
  name: text(),
  email: text().notNull().default("none").unique(),
});

describe("generate", () => {
  test("writes the first migration and its rollback, which run; and with nothing to do it writes nothing", async () => {
    const migrations = join(temporaryFolder(), "migrations");
    const module = defineModule("users", "core", {}, { migrations, tables: { users } });

    const first = await generate("Create users", { module });

    expect(first.version).toBe(1);
    expect(readdirSync(migrations).sort()).toEqual(["001_create_users.sql", "001_create_users_rollback.sql"]);
    expect(readFileSync(join(migrations, "001_create_users.sql"), "utf8")).toBe(
      [
        "-- tenon: description Create users",
        "",
        "-- Written by `tenon generate` from the tables of the module users. Read it before you run it.",
        "",
        "-- Create table users (2 columns).",
        'CREATE TABLE "users" (',
        '  "id" INTEGER NOT NULL PRIMARY KEY,',
        '  "name" TEXT',
        ");",
        "",
      ].join("\n"),
    );
    expect(readFileSync(join(migrations, "001_create_users_rollback.sql"), "utf8")).toContain(
      "-- Loses data when it runs: All rows of users are lost.",
    );
    expect(await generate("Again", { module })).toMatchObject({ version: undefined, changes: [], files: [] });
    expect(readdirSync(migrations)).toHaveLength(2);
    const manager = new SchemaManager(await memory(), module);
    await manager.migrateToLatest();
    await manager.rollbackToVersion(0);
  });

  test("the next migration is compared with what the migrations build, and keeps the rows of a database that has them", async () => {
    const migrations = join(temporaryFolder(), "migrations");
    const before = defineModule("users", "core", {}, { migrations, tables: { users } });
    await generate("Create users", { module: before });
    const connection = await memory();
    await new SchemaManager(connection, before).migrateToLatest();
    await connection.execute("INSERT INTO users (id, name) VALUES (1, 'Ann')");
    const after = defineModule("users", "core", {}, { migrations, tables: { users: usersWithEmail } });

    expect(await generate("Add email", { module: after, check: true })).toMatchObject({
      files: [],
      changes: expect.arrayContaining([
        expect.objectContaining({ kind: "add-column", object: "users.email" }),
      ]),
    });
    const { files } = await generate("Add email", { module: after });
    const manager = new SchemaManager(connection, after);
    await manager.migrateToLatest();

    expect(files.map((file) => file.replace(`${migrations}/`, ""))).toEqual([
      "002_add_email.sql",
      "002_add_email_rollback.sql",
    ]);
    expect(await connection.query("SELECT * FROM users")).toEqual([{ id: 1, name: "Ann", email: "none" }]);
    expect(await generate("Nothing", { module: after })).toMatchObject({ files: [] });
    await manager.rollbackToVersion(1);
    expect(await connection.query("SELECT * FROM users")).toEqual([{ id: 1, name: "Ann" }]);
  });

  test("a rebuild is written so that it runs under the guards, with what it risks above each statement", async () => {
    const migrations = join(temporaryFolder(), "migrations");
    const posts = sqliteTable("posts", {
      id: integer().primaryKey(),
      author: integer().references(() => users.id, { onDelete: "cascade" }),
    });
    const before = defineModule("users", "core", {}, { migrations, tables: { users, posts } });
    await generate("Create", { module: before });
    const connection = await memory();
    await new SchemaManager(connection, before).migrateToLatest();
    await connection.executeScript("INSERT INTO users VALUES (1, 'Ann'); INSERT INTO posts VALUES (7, 1)");
    const strict = sqliteTable(
      "users",
      { id: integer().primaryKey(), name: text().notNull().default("x") },
      (table) => [
        check("name_is_short", sql`length(${table.name}) < ${50}`),
        index("by_name").on(table.name),
      ],
    );
    const after = defineModule("users", "core", {}, { migrations, tables: { strict, posts } });

    await generate("Tighten users", { module: after });
    const manager = new SchemaManager(connection, after);
    await manager.migrateToLatest();

    const written = readFileSync(join(migrations, "002_tighten_users.sql"), "utf8");
    expect(written).toContain("-- Rewrites the table: Every row of users is written anew.");
    expect(written).toContain(
      "-- It fails where this query gives a row: users.name allows no NULL, and rows have it",
    );
    expect(written).toContain("PRAGMA foreign_keys = OFF;");
    expect(written).toContain("--   can fail: users.name fails where a row has NULL.");
    expect(written).toContain("-- Create index users.by_name.");
    expect(await connection.query("SELECT * FROM posts")).toEqual([{ id: 7, author: 1 }]);
    await manager.rollbackToVersion(1);
    expect(await connection.query("SELECT * FROM users")).toEqual([{ id: 1, name: "Ann" }]);
    expect(await connection.query("SELECT * FROM posts")).toEqual([{ id: 7, author: 1 }]);
  });

  test("what a rollback cannot bring back has to be acknowledged by name, and is said in both files", async () => {
    const migrations = join(temporaryFolder(), "migrations");
    await generate("Create", {
      module: defineModule("users", "core", {}, { migrations, tables: { users: usersWithEmail } }),
    });
    const smaller = sqliteTable("users", { id: integer().primaryKey(), name: text() });
    const module = defineModule("users", "core", {}, { migrations, tables: { smaller } });

    await expect(generate("Drop email", { module })).rejects.toMatchObject({
      code: "CHANGE_LOSES_DATA",
      hint: expect.stringContaining("--allow-loss users.email"),
    });
    expect(readdirSync(migrations)).toHaveLength(2);
    await generate("Drop email", { module, allowLoss: ["users.email"] });

    expect(readFileSync(join(migrations, "002_drop_email.sql"), "utf8")).toContain(
      "-- Loses data: The values of users.email are lost. It was acknowledged with --allow-loss users.email.",
    );
    expect(readFileSync(join(migrations, "002_drop_email_rollback.sql"), "utf8")).toContain(
      "-- It cannot bring back what went then: The values of users.email are lost.",
    );
  });

  test("a rename is asked about and written as one, forth and back", async () => {
    const migrations = join(temporaryFolder(), "migrations");
    await generate("Create", {
      module: defineModule("users", "core", {}, { migrations, tables: { users } }),
    });
    const renamed = sqliteTable("users", { id: integer().primaryKey(), fullName: text("full_name") });
    const module = defineModule("users", "core", {}, { migrations, tables: { renamed } });

    await expect(generate("Rename", { module })).rejects.toMatchObject({ code: "RENAME_AMBIGUOUS" });
    await generate("Rename", { module, askRename: () => ({ to: "full_name" }) });

    expect(readFileSync(join(migrations, "002_rename.sql"), "utf8")).toContain(
      'RENAME COLUMN "name" TO "full_name"',
    );
    expect(readFileSync(join(migrations, "002_rename_rollback.sql"), "utf8")).toContain(
      'RENAME COLUMN "full_name" TO "name"',
    );
  });

  test("what can be verified is: a view must be readable, and rows must have their parents", async () => {
    const migrations = join(temporaryFolder(), "migrations");
    const posts = sqliteTable("posts", { id: integer().primaryKey(), author: integer() });
    await generate("Create", {
      module: defineModule("users", "core", {}, { migrations, tables: { users, posts } }),
    });
    const owned = sqliteTable("posts", {
      id: integer().primaryKey(),
      author: integer().references(() => users.id),
    });
    const names = sqliteView("names").as((query) => query.select({ name: users.name }).from(users));
    const module = defineModule("users", "core", {}, { migrations, tables: { users, owned, names } });

    await generate("Own posts", { module });

    const verify = readFileSync(join(migrations, "002_own_posts_verify.sql"), "utf8");
    expect(verify).toContain('FROM "main"."names"');
    expect(verify).toContain(
      'NOT EXISTS (SELECT 1 FROM "main"."users" AS "parent" WHERE "parent"."id" = "child"."author")',
    );
    await new SchemaManager(await memory(), module).migrateToLatest();
  });

  test("triggers, STRICT and whatever else Drizzle has no word for stay as the migrations made them", async () => {
    const migrations = temporaryFolder();
    writeFileSync(
      join(migrations, "001_users.sql"),
      `CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, name TEXT COLLATE NOCASE) STRICT;
       CREATE TABLE log (at TEXT);
       CREATE TRIGGER logged AFTER INSERT ON users BEGIN INSERT INTO log VALUES ('now'); END;`,
    );
    const log = sqliteTable("log", { at: text() });
    const module = defineModule("users", "core", {}, { migrations, tables: { users, log } });

    expect(await generate("Nothing", { module })).toMatchObject({ changes: [], files: [] });
  });

  test("tables of other modules are known where this one refers to them", async () => {
    const folder = temporaryFolder();
    const core = defineModule(
      "core",
      "core",
      {},
      {
        1: {
          name: "Users",
          up: "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)",
          down: "DROP TABLE users",
        },
      },
    );
    const notes = sqliteTable("notes", {
      id: integer().primaryKey(),
      owner: integer().references(() => users.id),
    });
    const module = defineModule(
      "notes",
      "plugin",
      { dependsOn: ["core"] },
      { migrations: join(folder, "n"), tables: { notes } },
    );

    const { changes } = await generate("Notes", { module, others: [core] });

    expect(changes.map((change) => change.object)).toEqual(["notes"]);
    const connection = await memory();
    await new SchemaManager(connection, [core, module]).migrateToLatest();
    expect(await generate("Nothing", { module, others: [core] })).toMatchObject({ files: [] });
  });

  test("a table that another module has is refused with the names of both, and not changed in its place", async () => {
    const folder = temporaryFolder();
    const core = defineModule(
      "core",
      "core",
      {},
      {
        1: {
          name: "Users",
          up: "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)",
          down: "DROP TABLE users",
        },
      },
    );
    const synced = defineModule("synced", "core", {}, { tables: { users } });
    const guest = defineModule(
      "guest",
      "core",
      {},
      { migrations: join(folder, "guest"), tables: { usersWithEmail } },
    );

    for (const other of [core, synced]) {
      await expect(generate("Users", { module: guest, others: [other] })).rejects.toMatchObject({
        code: "OBJECT_TAKEN",
        message: expect.stringMatching(new RegExp(`^The modules ${other.name} and guest both want .* users`)),
      });
    }
    expect(readdirSync(folder)).toEqual([]);
    expect((await generate("Users", { module: guest })).version).toBe(1);
    expect((await generate("Nothing", { module: guest })).files).toEqual([]);
  });

  test("a file that is there is never overwritten", async () => {
    const migrations = temporaryFolder();
    writeFileSync(join(migrations, "001_create_rollback.sql"), "DROP TABLE other;");
    const module = defineModule("users", "core", {}, { migrations, tables: { users } });

    await expect(generate("Create", { module })).rejects.toMatchObject({ code: "MIGRATION_ORPHAN" });
    expect(readdirSync(migrations)).toEqual(["001_create_rollback.sql"]);
  });

  test("a module without tables, or without a folder, is told what is missing", async () => {
    const none = defineModule("none", "core", {}, { migrations: temporaryFolder() });
    const alone = defineModule("alone", "core", {}, { tables: { users } });

    await expect(generate("X", { module: none })).rejects.toMatchObject({
      code: "USAGE",
      where: { module: "none" },
    });
    await expect(generate("X", { module: alone })).rejects.toMatchObject({
      code: "USAGE",
      where: { module: "alone" },
    });
  });
});

describe("generate for PostgreSQL", () => {
  test("the migrations run on a server, forth and back, and then nothing is left to generate", async () => {
    const connection = await connect(await postgresDatabase());
    onTestFinished(() => connection.close());
    const migrations = join(temporaryFolder(), "migrations");
    const mood = pg.pgEnum("mood", ["sad", "happy"]);
    const people = pg.pgTable("people", {
      id: pg.serial().primaryKey(),
      name: pg.text().notNull(),
      mood: mood(),
    });
    const first = defineModule("people", "core", {}, { migrations, tables: { people, mood } });
    await generate("People", { module: first, connection });
    await new SchemaManager(connection, first).migrateToLatest();
    await connection.execute("INSERT INTO people (name, mood) VALUES ('Ann', 'happy')");
    const pets = pg.pgTable("pets", {
      id: pg.uuid().defaultRandom().primaryKey(),
      owner: pg.integer().references(() => people.id),
    });
    const wider = pg.pgTable("people", {
      id: pg.serial().primaryKey(),
      name: pg.varchar({ length: 100 }).notNull().unique(),
      mood: mood().default("sad"),
      tags: pg.text().array().notNull().default([]),
    });
    const adults = pg.pgView("names").as((query) => query.select({ name: wider.name }).from(wider));
    const second = defineModule("people", "core", {}, { migrations, tables: { wider, pets, mood, adults } });

    await generate("Pets", { module: second, connection });
    const manager = new SchemaManager(connection, second);
    await manager.migrateToLatest();

    expect(await connection.query("SELECT name, mood, tags FROM people")).toEqual([
      { name: "Ann", mood: "happy", tags: "{}" },
    ]);
    expect(await generate("Nothing", { module: second, connection })).toMatchObject({ files: [] });
    await manager.rollbackToVersion(1);
    expect(await connection.query("SELECT * FROM people")).toEqual([{ id: 1, name: "Ann", mood: "happy" }]);
  });
});

describe("generate for several engines", () => {
  test("writes one version with files for each, which run there; and none when one of them cannot be written", async () => {
    const migrations = join(temporaryFolder(), "migrations");
    const engines = ["sqlite", "postgres"] as const;
    const connection = await connect(await postgresDatabase());
    onTestFinished(() => connection.close());
    const notes = sqliteTable("notes", { id: integer().primaryKey(), body: text().notNull() });
    const module = defineModule("notes", "core", {}, { migrations, tables: { notes } });

    const { version, changes, files } = await generate("Notes", { module, engines, connection });

    expect([version, changes.map((change) => change.description)]).toEqual([
      1,
      ["Create table notes (2 columns)"],
    ]);
    expect(files.map((file) => file.slice(migrations.length + 1))).toEqual([
      "001_notes.sqlite.sql",
      "001_notes_rollback.sqlite.sql",
      "001_notes.postgres.sql",
      "001_notes_rollback.postgres.sql",
    ]);
    for (const each of [await memory(), connection]) {
      const manager = new SchemaManager(each, module);
      await manager.migrateToLatest();
      await each.execute("INSERT INTO notes (body) VALUES ('x')");
      await manager.rollbackToVersion(0);
    }
    expect((await generate("Nothing", { module, engines, connection })).files).toEqual([]);
    const odd = sqliteTable("odd", { bits: integer().default(sql`(random() & 3)`) }, (table) => [
      check("odd_json", sql`json_extract(${table.bits}, '$.a') IS NULL`),
    ]);
    const wider = defineModule("notes", "core", {}, { migrations, tables: { notes, odd } });
    await expect(generate("Odd", { module: wider, engines, connection })).rejects.toBeInstanceOf(TenonError);
    expect(readdirSync(migrations)).toHaveLength(4);
  });
});

describe("a manager of a module with tables", () => {
  test("createMigration writes what the tables ask for, or an empty migration", async () => {
    const migrations = join(temporaryFolder(), "migrations");
    const manager = new SchemaManager(await memory(), { migrations, tables: { users } });

    const first = await manager.createMigration("Users", { autogenerate: true });
    const empty = await manager.createMigration("By hand");
    writeFileSync(join(migrations, "002_by_hand.sql"), "CREATE INDEX by_name ON users (name);");
    writeFileSync(join(migrations, "002_by_hand_rollback.sql"), "DROP INDEX by_name;");

    expect(first).toEqual({
      version: 1,
      files: ["001_users.sql", "001_users_rollback.sql"].map((name) => join(migrations, name)),
    });
    expect(empty.version).toBe(2);
    const again = new SchemaManager(await memory(), { migrations, tables: { users } });
    expect(await again.createMigration("Drop it", { autogenerate: true })).toMatchObject({ version: 3 });
  });

  test("initializeSchema builds an empty database from the migrations or from the tables, and is safe to call again", async () => {
    const migrations = join(temporaryFolder(), "migrations");
    const source = { migrations, tables: { users } };
    await generate("Users", { module: defineModule("main", "core", {}, source) });
    await generate("Email", {
      module: defineModule("main", "core", {}, { migrations, tables: { users: usersWithEmail } }),
    });
    const wider = { migrations, tables: { users: usersWithEmail } };
    const [one, other] = [new SchemaManager(await memory(), wider), new SchemaManager(await memory(), wider)];

    const byMigrations = await one.initializeSchema();
    const byTables = await other.initializeSchema({ from: "tables" });

    expect(byMigrations).toMatchObject({ wasEmpty: true, versions: { main: 2 } });
    expect(byTables).toMatchObject({ wasEmpty: true, versions: { main: 2 }, steps: [] });
    for (const manager of [one, other]) {
      expect(await manager.initializeSchema({ from: "tables" })).toMatchObject({
        wasEmpty: false,
        steps: [],
      });
      expect((await manager.getMigrationHistory()).map((row) => row.version)).toEqual(["1", "2"]);
      expect((await manager.validateSchema()).problems).toEqual([]);
    }
    const behind = new SchemaManager(await memory(), { migrations, tables: { users } });
    await expect(behind.initializeSchema({ from: "tables" })).rejects.toMatchObject({ code: "USAGE" });
  });
});
