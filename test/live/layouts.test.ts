import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { describe, expect, test } from "vitest";

import type { RunEvent } from "../../src/engine/index.js";
import { type Connection, defineModule, SchemaManager, TenonError } from "../../src/index.js";
import { type HistoryStep, histories } from "../layouts/history.js";
import { type Files, writtenLayouts } from "../layouts/write-layout.js";
import { engines, type LiveDatabase, temporaryFolder } from "./engines.js";

const tried = engines.filter(({ name }) => name === "SQLite file" || name === "PGlite");

function folderWith(files: Files): string {
  const folder = temporaryFolder();
  addFiles(folder, files);
  return folder;
}

function addFiles(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function managerOf(
  connection: Connection,
  folder: string,
  onEvent: (event: RunEvent) => void = () => undefined,
) {
  return new SchemaManager(connection, defineModule("app", "core", {}, { migrations: folder }), { onEvent });
}

/** What a user of the database sees: the notes, and what the trigger wrote of the last one. */
async function shown(database: LiveDatabase): Promise<unknown> {
  return {
    overview: await database.look("SELECT name, body FROM overview ORDER BY body"),
    log: await database.look("SELECT note_id, what FROM log"),
    teams: await database.look("SELECT title FROM teams ORDER BY id"),
  };
}

const EXPECTED = {
  overview: [
    { name: "Ann", body: "first" },
    { name: "Bob", body: "second" },
    { name: "Ann", body: "third" },
  ],
  log: [{ note_id: 3, what: "added" }],
  teams: [{ title: "it's; a team" }, { title: "-- +goose Down" }],
};

describe.each(tried)("the folders of other tools on $name", (engine) => {
  test.each(writtenLayouts)("a history of $layout runs in its order, forth and back", async (written) => {
    const steps: readonly HistoryStep[] = histories[engine.engine].filter(
      (step) => written.hasOutside || step.isOutside !== true,
    );
    const folder = folderWith(written.write(steps, engine.engine));
    const database = await engine.create();
    const manager = managerOf(await database.connect(), folder);

    const plan = await manager.plan();
    await plan.run();

    const own = plan.steps.filter(({ name }) => name !== "diesel_initial_setup");
    expect(own.map(({ name }) => name.replaceAll(" ", "_"))).toEqual(steps.map(({ name }) => name));
    expect(own.map(({ transaction }) => transaction)).toEqual(
      steps.map(({ isOutside }) => (isOutside ? "outside" : "inside")),
    );
    expect(await shown(database)).toEqual(EXPECTED);
    expect(await manager.needsMigration()).toBe(false);
    expect((await manager.validateSchema()).problems).toEqual([]);
    if (!written.hasDown) return;
    await manager.rollbackToVersion(0);
    expect(await manager.getCurrentVersion()).toBe(0);
    await managerOf(await database.connect(), folder).migrateToLatest();
    expect(await shown(database)).toEqual(EXPECTED);
  });

  test("what the other tool has applied already does not run a second time because nobody has adopted it", async () => {
    const folder = folderWith({
      "20240101000000_notes.sql":
        "-- +goose Up\nCREATE TABLE IF NOT EXISTS notes (id INTEGER);\nINSERT INTO notes VALUES (1);\n",
    });
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(
      `CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY, version_id BIGINT NOT NULL, is_applied BOOLEAN NOT NULL, tstamp TIMESTAMP);
       INSERT INTO goose_db_version (id, version_id, is_applied) VALUES (1, 0, true), (2, 20240101000000, true);
       CREATE TABLE notes (id INTEGER); INSERT INTO notes VALUES (1)`,
    );

    await expect(managerOf(connection, folder).migrateToLatest()).rejects.toMatchObject({
      code: "HISTORY_NOT_ADOPTED",
      where: { module: "app", object: "goose_db_version" },
    });
    await expect((await managerOf(connection, folder).plan()).run()).rejects.toMatchObject({
      code: "HISTORY_NOT_ADOPTED",
    });

    expect(await database.look("SELECT id FROM notes")).toEqual([{ id: 1 }]);
    expect(await connection.tableExists("schema_migrations")).toBe(false);
  });

  test("the journal keeps the versions as their tool counts them", async () => {
    const folder = folderWith({
      "V0.9__a.sql": "CREATE TABLE a (id INTEGER);",
      "V18446744073709551615__b.sql": "CREATE TABLE b (id INTEGER);",
      "V1.10__c.sql": "CREATE TABLE c (id INTEGER);",
      "V1.9__d.sql": "CREATE TABLE d (id INTEGER);",
    });
    const database = await engine.create();

    await managerOf(await database.connect(), folder).migrateToLatest();

    const rows = await database.look("SELECT version FROM schema_migrations ORDER BY sequence");
    expect(rows.map(({ version }) => version)).toEqual(["0.9", "1.9", "1.10", "18446744073709551615"]);
  });

  test("a repeatable step of Flyway runs after the others, and again when it was changed", async () => {
    const folder = folderWith({
      "V1__a.sql": "CREATE TABLE a (id INTEGER);",
      "R__view.sql": "DROP VIEW IF EXISTS seen; CREATE VIEW seen AS SELECT 1 AS one FROM a;",
    });
    const database = await engine.create();
    const connection = await database.connect();
    await managerOf(connection, folder).migrateToLatest();
    expect(await managerOf(connection, folder).getCurrentVersion()).toBe(1);
    expect(await managerOf(connection, folder).needsMigration()).toBe(false);

    addFiles(folder, {
      "V2__b.sql": "INSERT INTO a VALUES (7);",
      "R__view.sql": "DROP VIEW IF EXISTS seen; CREATE VIEW seen AS SELECT id AS one FROM a;",
    });
    const result = await managerOf(connection, folder).migrateToLatest();

    expect(result.steps.map(({ version }) => version)).toEqual(["2", "R__view"]);
    expect(await database.look("SELECT one FROM seen")).toEqual([{ one: 7 }]);
    const again = managerOf(connection, folder);
    expect((await again.migrateToLatest()).steps).toEqual([]);
    expect((await again.validateSchema()).problems).toEqual([]);
    const rows = await database.look("SELECT version, status FROM schema_migrations ORDER BY version");
    expect(rows).toEqual([
      { version: "1", status: "applied" },
      { version: "2", status: "applied" },
      { version: "R__view", status: "applied" },
    ]);
  });

  test("a version that is all zeros is a migration like any other", async () => {
    const folder = folderWith({
      "00000000000000_first/up.sql": "CREATE TABLE a (id INTEGER);",
      "00000000000000_first/down.sql": "DROP TABLE a;",
      "2024-01-01-000000_second/up.sql": "CREATE TABLE b (id INTEGER);",
      "2024-01-01-000000_second/down.sql": "DROP TABLE b;",
    });
    const database = await engine.create();
    const manager = managerOf(await database.connect(), folder);
    await manager.migrateToLatest();

    await manager.migrateToVersion("00000000000000");

    expect(await manager.getCurrentVersion()).toBe("00000000000000");
    await manager.migrateToVersion(0);
    expect(await manager.getCurrentVersion()).toBe(0);
  });

  test("a meta-command of a shell is refused with its line before anything runs", async () => {
    const command = engine.engine === "sqlite" ? ".read other.sql" : "\\connect other";
    const folder = folderWith({
      "1_a.up.sql": "CREATE TABLE a (id INTEGER);",
      "2_b.up.sql": `CREATE TABLE b (id INTEGER);\n${command}\n`,
    });
    const database = await engine.create();

    const error = await managerOf(await database.connect(), folder)
      .migrateToLatest()
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(TenonError);
    expect(error).toMatchObject({ code: "SQL_UNSUPPORTED", where: { version: "2", line: 2 } });
  });

  test.each([
    ["goose", "-- +goose", "1_a.sql"],
    ["sql-migrate", "-- +migrate", "1-a.sql"],
  ])("a block of %s ends a statement that has no semicolon", async (_, mark, name) => {
    const block = (sql: string) => `${mark} StatementBegin\n${sql}\n${mark} StatementEnd\n`;
    const folder = folderWith({
      [name]: `${mark} Up\n${block("CREATE TABLE a (id INTEGER)")}${block("CREATE TABLE b (id INTEGER) -- b")}`,
    });
    const database = await engine.create();

    await managerOf(await database.connect(), folder).migrateToLatest();

    expect(await database.look("SELECT a.id FROM a, b")).toEqual([]);
  });

  test("what only the other tool can run is refused, and everything around it is read", async () => {
    const folder = folderWith({
      "1_a.sql": "-- +goose Up\nCREATE TABLE a (id INTEGER);",
      "2_b.go": "package migrations",
    });
    const database = await engine.create();
    const manager = managerOf(await database.connect(), folder);

    const error = await manager.migrateToLatest().catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: "LAYOUT_UNSUPPORTED", where: { version: "2" } });
    await manager.migrateToVersion(1);
    expect(await manager.getCurrentVersion()).toBe(1);
  });
});

describe("histories of other tools on SQLite", () => {
  test("losses are told of what was there when the folder was taken over, and refused in what came later", async () => {
    const folder = folderWith({
      "1_a.sql":
        "-- migrate:up\nCREATE TABLE p (id INTEGER PRIMARY KEY);\nCREATE TABLE c (id INTEGER, p_id INTEGER REFERENCES p (id));\n-- migrate:down\n",
      "2_b.sql": "-- migrate:up\nINSERT INTO p VALUES (1);\nINSERT INTO c VALUES (1, 99);\n-- migrate:down\n",
    });
    const database = await engines[0]?.create();
    const connection = await database?.connect();
    if (connection === undefined) throw new Error("There is no SQLite to try on.");
    const warnings: string[] = [];
    const listen = (event: RunEvent) => {
      if (event.kind === "warning") warnings.push(event.message);
    };

    await managerOf(connection, folder, listen).migrateToLatest();
    addFiles(folder, { "3_c.sql": "-- migrate:up\nINSERT INTO c VALUES (2, 98);\n-- migrate:down\n" });
    const error = await managerOf(connection, folder)
      .migrateToLatest()
      .catch((thrown: unknown) => thrown);

    expect(warnings).toEqual([
      "app@2 leaves 1 row of c that refer to rows of p that do not exist. It belongs to the history that was written for dbmate, so it runs as it ran there.",
    ]);
    expect(error).toMatchObject({ code: "FOREIGN_KEYS_VIOLATED", where: { version: "3" } });
  });

  test("a script with its own BEGIN, COMMIT and PRAGMA runs as written", async () => {
    const folder = folderWith({
      "1_a.up.sql":
        "PRAGMA foreign_keys = OFF;\nBEGIN;\nCREATE TABLE a (id INTEGER PRIMARY KEY);\nCOMMIT;\nPRAGMA foreign_keys = ON;\nINSERT INTO a VALUES (1);\n",
    });
    const database = await engines[0]?.create();
    const connection = await database?.connect();
    if (connection === undefined) throw new Error("There is no SQLite to try on.");
    const manager = managerOf(connection, folder);

    const plan = await manager.plan();
    await plan.run();

    expect(plan.steps[0]?.transaction).toBe("outside");
    expect(plan.steps[0]?.statements?.[0]).toBe("PRAGMA foreign_keys = OFF");
    expect(await database?.look("SELECT id FROM a")).toEqual([{ id: 1 }]);
    expect(await connection.query("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1 }]);
  });

  test("a rebuild in the way of Prisma keeps the rows and runs as one, however new it is", async () => {
    const folder = folderWith({
      "migration_lock.toml": 'provider = "sqlite"',
      "1_a/migration.sql":
        "CREATE TABLE p (id INTEGER PRIMARY KEY, s TEXT);\nCREATE INDEX p_s ON p (s);\nCREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE);\nINSERT INTO p VALUES (1, 'a');\nINSERT INTO c VALUES (1, 1);",
    });
    const database = await engines[0]?.create();
    const connection = await database?.connect();
    if (connection === undefined) throw new Error("There is no SQLite to try on.");
    await managerOf(connection, folder).migrateToLatest();
    const rebuild =
      "PRAGMA foreign_keys=OFF;\nCREATE TABLE new_p (id INTEGER PRIMARY KEY, s TEXT NOT NULL);\nINSERT INTO new_p SELECT id, s FROM p;\nDROP TABLE p;\nALTER TABLE new_p RENAME TO p;\nCREATE INDEX p_s ON p (s);\nPRAGMA foreign_keys=ON;\n";
    addFiles(folder, {
      "2_b/migration.sql": `PRAGMA defer_foreign_keys=ON;\n${rebuild}PRAGMA defer_foreign_keys=OFF;\n`,
      "3_c/migration.sql": `${rebuild}DELETE FROM p WHERE id = 99;\nDELETE FROM c WHERE id = 99;\n`,
    });
    const manager = managerOf(connection, folder);

    const plan = await manager.plan();
    await plan.run();

    expect(plan.steps.map(({ transaction }) => transaction)).toEqual(["inside", "outside"]);
    expect(await database?.look("SELECT c.id, s FROM c JOIN p ON p.id = c.p")).toEqual([{ id: 1, s: "a" }]);
    expect((await manager.validateSchema()).problems).toEqual([]);
  });

  test("a step as written goes on with the settings of its session, and tells at its end what it left broken", async () => {
    const folder = folderWith({
      "1_a.up.sql":
        "CREATE TABLE p (id INTEGER PRIMARY KEY);\nCREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE);\nINSERT INTO p VALUES (1);\nINSERT INTO c VALUES (1, 1);",
    });
    const database = await engines[0]?.create();
    const connection = await database?.connect();
    if (connection === undefined) throw new Error("There is no SQLite to try on.");
    await managerOf(connection, folder).migrateToLatest();
    const start = "PRAGMA foreign_keys=ON;\nUPDATE p SET id = id;\nPRAGMA foreign_keys=OFF;\n";
    addFiles(folder, { "2_b.up.sql": `${start}INSERT INTO nowhere VALUES (1);\nDELETE FROM p;\n` });
    const failed = await managerOf(connection, folder)
      .migrateToLatest()
      .catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject({ code: "MIGRATION_FAILED", where: { version: "2", line: 4 } });

    addFiles(folder, { "2_b.up.sql": `${start}SELECT 1;\nDELETE FROM p;\n` });
    const told = await managerOf(connection, folder)
      .migrateToLatest()
      .catch((thrown: unknown) => thrown);

    expect(told).toMatchObject({ code: "FOREIGN_KEYS_VIOLATED", where: { version: "2" } });
    expect(String(told)).toContain("what it did stands");
    expect(await database?.look("SELECT id FROM c")).toEqual([{ id: 1 }]);
  });

  test("a text in double quotes is a text where the tool's driver takes it for one", async () => {
    const table =
      'CREATE TABLE a (s TEXT CHECK (s IN ("it\'s", "two")));\nINSERT INTO a (s) VALUES ("two");\n';
    const database = await engines[0]?.create();
    const connection = await database?.connect();
    if (connection === undefined) throw new Error("There is no SQLite to try on.");

    await managerOf(connection, folderWith({ "1_a.up.sql": table })).migrateToLatest();

    expect(await database?.look("SELECT s FROM a")).toEqual([{ s: "two" }]);
    const other = await engines[1]?.create();
    const native = managerOf((await other?.connect()) ?? connection, folderWith({ "1_a.sql": table }));
    expect(await native.migrateToLatest().catch((thrown: unknown) => thrown)).toMatchObject({
      code: "MIGRATION_FAILED",
    });
  });
});
