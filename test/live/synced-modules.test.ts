import { integer as pgInteger, pgTable, text as pgText } from "drizzle-orm/pg-core";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { describe, expect, test } from "vitest";
import { defineModule, SchemaManager } from "../../src/index.js";
import { comparedEngines, type LiveEngine } from "./engines.js";

function notesFor({ engine }: LiveEngine) {
  return engine === "sqlite"
    ? {
        before: sqliteTable("notes", { id: integer().primaryKey() }),
        after: sqliteTable("notes", { id: integer().primaryKey(), body: text() }),
      }
    : {
        before: pgTable("notes", { id: pgInteger().primaryKey() }),
        after: pgTable("notes", { id: pgInteger().primaryKey(), body: pgText() }),
      };
}

const users = {
  1: { name: "Users", up: "CREATE TABLE users (id INTEGER PRIMARY KEY)", down: "DROP TABLE users" },
  2: {
    name: "Names",
    up: "ALTER TABLE users ADD COLUMN name TEXT",
    down: "ALTER TABLE users DROP COLUMN name",
  },
};

describe.each(comparedEngines)("modules that follow their tables, on $name", (engine) => {
  test("are pending where their tables have moved ahead of the database, and current when it has followed", async () => {
    const { before, after } = notesFor(engine);
    const connection = await (await engine.create()).connect();
    const first = new SchemaManager(connection, { tables: { notes: before } });

    expect(await first.getStatus()).toMatchObject([
      { state: "pending", currentVersion: 0, latestVersion: 1 },
    ]);
    await first.migrateToLatest();
    expect(await first.getStatus()).toMatchObject([{ state: "current", currentVersion: 1, pending: [] }]);

    const second = new SchemaManager(connection, { tables: { notes: after } });
    expect(await second.getStatus()).toMatchObject([
      { state: "pending", currentVersion: 1, latestVersion: 2, pending: ["2"] },
    ]);
    expect(await second.getSchemaInfo()).toMatchObject({ needsMigration: true, pendingVersions: [2] });
    expect(await second.getCurrentVersion()).toBe(1);
  });

  test("wait for what they depend on", async () => {
    const { before } = notesFor(engine);
    const connection = await (await engine.create()).connect();
    const core = defineModule("users", "core", {}, users);
    const notes = defineModule("notes", "core", { dependsOn: ["users@2"] }, { tables: { before } });
    const manager = new SchemaManager(connection, notes, { others: [core] });
    await new SchemaManager(connection, core).migrateToVersion(1);

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      code: "DEPENDENCY_MISSING",
      where: { module: "notes" },
      message: expect.stringContaining("users@2"),
    });
    expect(await connection.tableExists("notes")).toBe(false);

    await new SchemaManager(connection, [core, notes]).migrateToLatest();
    expect(await connection.tableExists("notes")).toBe(true);
  });

  test("a plan with tables runs what was shown and nothing else", async () => {
    const { before, after } = notesFor(engine);
    const connection = await (await engine.create()).connect();
    const manager = new SchemaManager(connection, { tables: { notes: before } });
    const shown = await manager.plan();
    await connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, mine TEXT)");

    await expect(shown.run({ allowLoss: ["notes.mine"] })).rejects.toMatchObject({ code: "PLAN_OUTDATED" });
    expect(await connection.query("SELECT mine FROM notes")).toEqual([]);

    await connection.execute("DROP TABLE notes");
    await (await manager.plan()).run();
    await (await new SchemaManager(connection, { tables: { notes: after } }).plan()).run();
    expect(await connection.query("SELECT body FROM notes")).toEqual([]);
  });
});
