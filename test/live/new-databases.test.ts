import { describe, expect, test } from "vitest";
import { SchemaManager } from "../../src/index.js";
import { engines, sqliteEngines } from "./engines.js";

const versions = (column: string) => ({
  1: {
    name: "notes",
    up: [`CREATE TABLE notes (id INTEGER PRIMARY KEY, ${column})`, "CREATE INDEX notes_id ON notes (id)"],
  },
  2: { name: "tags", up: "CREATE TABLE tags (id INTEGER PRIMARY KEY)", down: "DROP TABLE tags" },
});

// A process that migrates many databases keeps what it found out about the last one.
describe.each(engines)("new databases one after the other on $name", (engine) => {
  test("each is known as it is, whether it is like the one before it or not", async () => {
    for (const column of ["body TEXT", "body TEXT", "body INTEGER NOT NULL DEFAULT 0", "body TEXT"]) {
      const database = await engine.create();
      const connection = await database.connect();
      const manager = new SchemaManager(connection, versions(column));
      await manager.migrateToLatest();
      expect(await manager.validateSchema()).toMatchObject({ valid: true, drift: [] });

      await connection.execute("ALTER TABLE notes ADD COLUMN stray INTEGER");
      const seen = await manager.validateSchema();
      expect(seen.valid).toBe(false);
      expect(JSON.stringify(seen.drift)).toContain("stray");
      await connection.execute("ALTER TABLE notes DROP COLUMN stray");

      const owners = await database.look(
        "SELECT name, version FROM schema_migrations_objects WHERE name NOT LIKE '%pkey' ORDER BY name",
      );
      expect(owners).toEqual([
        { name: "notes", version: "1" },
        { name: "notes_id", version: "1" },
        { name: "tags", version: "2" },
      ]);
    }
  });

  test("a failed first run leaves a database in which the next one works", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const broken = {
      1: { name: "broken", up: ["CREATE TABLE a (id INTEGER)", "CREATE INDEX x ON nowhere (id)"] },
    };
    await expect(new SchemaManager(connection, broken).migrateToLatest()).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
    });

    await new SchemaManager(connection, {
      1: { name: "mended", up: "CREATE TABLE a (id INTEGER)" },
    }).migrateToLatest();

    expect(await database.look("SELECT name, version FROM schema_migrations_objects")).toEqual([
      { name: "a", version: "1" },
    ]);
  });
});

describe.each(sqliteEngines.filter(({ isShared }) => isShared))("a new database on $name", (engine) => {
  test("that somebody else fills before this session writes is not taken for an empty one", async () => {
    const database = await engine.create();
    const first = await database.connect();
    const second = await database.connect();
    await new SchemaManager(first, versions("body TEXT")).migrateToLatest();

    const manager = new SchemaManager(second, versions("body TEXT"));

    expect((await manager.migrateToLatest()).steps).toEqual([]);
    expect(await manager.getCurrentVersion()).toBe(2);
  });

  test("is migrated once by sessions that all opened it when it was new", async () => {
    const database = await engine.create();
    const sessions = await Promise.all([1, 2, 3, 4].map(() => database.connect()));
    const results = await Promise.all(
      sessions.map((session) => new SchemaManager(session, versions("body TEXT")).migrateToLatest()),
    );
    expect(results.flatMap(({ steps }) => steps.map(({ version }) => version))).toEqual(["1", "2"]);
    expect(await database.look("SELECT version, status FROM schema_migrations ORDER BY version")).toEqual([
      { version: "1", status: "applied" },
      { version: "2", status: "applied" },
    ]);
  });
});
