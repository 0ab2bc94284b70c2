import { describe, expect, test } from "vitest";
import { defineModule, printSql, SchemaManager } from "../../src/index.js";
import { engines } from "./engines.js";

const notes = defineModule(
  "notes",
  "core",
  {},
  {
    1: {
      name: "Notes, it's the first",
      up: "CREATE TABLE notes (id INTEGER PRIMARY KEY)",
      down: "DROP TABLE notes",
    },
    2: {
      name: "Text",
      up: ["ALTER TABLE notes ADD COLUMN text TEXT"],
      down: "ALTER TABLE notes DROP COLUMN text",
    },
    3: { name: "More", up: "CREATE TABLE more (id INTEGER PRIMARY KEY)", down: "DROP TABLE more" },
  },
);

/** The script without what only the engine's own shell understands. */
const forDriver = (script: string) => script.replace(/^[.\\].*$/gm, "");

describe.each(engines)("scripts for a shell on $name", (engine) => {
  test("after the printed script has run, Tenon finds nothing to do and can roll back", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await connection.executeScript(forDriver(await printSql([notes], { engine: engine.engine })));

    const manager = new SchemaManager(connection, notes);
    expect((await manager.migrateToLatest()).steps).toEqual([]);
    expect((await manager.validateSchema()).problems).toEqual([]);
    const rows = await database.look(
      "SELECT version, name, applied_at FROM schema_migrations ORDER BY sequence",
    );
    expect(rows).toMatchObject([
      { version: "1", name: "Notes, it's the first" },
      { version: "2" },
      { version: "3" },
    ]);
    expect(rows[0]?.["applied_at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    await manager.rollbackToVersion(0);
    expect(await connection.tableExists("notes")).toBe(false);
  });

  test("a script from one version to another fits a journal that is there already", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, notes);
    await manager.migrateToVersion(1);

    const script = await printSql([notes], { engine: engine.engine, from: 1, to: 2 });
    await connection.executeScript(forDriver(script));

    expect(script).not.toContain("CREATE TABLE more");
    expect(await manager.getCurrentVersion()).toBe(2);
    expect((await manager.migrateToLatest()).steps.map((step) => step.version)).toEqual(["3"]);
  });

  test("code cannot be printed", async () => {
    const code = defineModule("code", "core", {}, { 1: { name: "Code", up: async () => undefined } });

    await expect(printSql([code], { engine: engine.engine })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});
