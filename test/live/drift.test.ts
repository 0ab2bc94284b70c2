import { describe, expect, test } from "vitest";
import { SchemaManager } from "../../src/index.js";
import { comparedEngines } from "./engines.js";

const versions = {
  1: {
    name: "Base",
    up: [
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER CHECK (age > 0))",
      "CREATE INDEX idx_users_name ON users(name)",
      "CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id))",
      "CREATE VIEW adults AS SELECT id, name FROM users WHERE age >= 18",
    ],
    down: ["DROP VIEW adults", "DROP TABLE posts", "DROP TABLE users"],
  },
};

describe.each(comparedEngines)("drift on $name", (engine) => {
  test("a database that nobody touched has none, by snapshot and by replay", async () => {
    const database = await engine.create();
    const manager = new SchemaManager(await database.connect(), versions);
    expect(await manager.isDatabaseEmpty()).toBe(true);
    await manager.migrateToLatest();

    expect(await manager.validateSchema()).toMatchObject({
      valid: true,
      drift: [],
      missingTables: [],
      extraTables: [],
      needsMigration: false,
      comparedWith: "snapshot",
      currentVersion: { main: 1 },
    });
    expect(await manager.validateSchema({ replay: true })).toMatchObject({
      valid: true,
      comparedWith: "replay",
    });
    expect(await manager.isDatabaseEmpty()).toBe(false);
  });

  test("what is missing, extra or different is told object by object, with both definitions", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, versions);
    await manager.migrateToLatest();
    await connection.executeScript(`
      DROP TABLE posts;
      CREATE TABLE mine (id INTEGER);
      ALTER TABLE users ADD COLUMN nick TEXT;
      DROP INDEX idx_users_name;
      CREATE INDEX idx_users_name ON users(name, age);`);

    for (const replay of [false, true]) {
      const { valid, drift, missingTables, extraTables } = await manager.validateSchema({ replay });

      expect(valid).toBe(false);
      expect(missingTables).toEqual(["posts"]);
      expect(extraTables).toEqual(["mine"]);
      const told = drift.map((item) => `${item.kind} ${item.objectKind} ${item.object}`).sort();
      expect(told).toEqual([
        expect.stringMatching(/^different index .*idx_users_name$/),
        "extra column users.nick",
        "extra table mine",
        "missing table posts",
      ]);
      const index = drift.find((item) => item.objectKind === "index");
      expect(JSON.stringify(index?.expected)).not.toContain("age");
      expect(JSON.stringify(index?.found)).toContain("age");
    }
  });

  test("after a rollback the snapshot is that of the rolled back schema", async () => {
    const database = await engine.create();
    const manager = new SchemaManager(await database.connect(), versions);
    await manager.migrateToLatest();
    await manager.rollback();

    expect(await manager.validateSchema()).toMatchObject({
      valid: true,
      comparedWith: "snapshot",
      drift: [],
    });
  });

  test("after a failed run the snapshot is that of what stayed", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const failing = {
      ...versions,
      2: { name: "Fails", up: ["CREATE TABLE half (id INTEGER)", "SELECT * FROM nothing"] },
    };
    await expect(new SchemaManager(connection, failing).migrateToLatest()).rejects.toThrow();

    const { drift, comparedWith } = await new SchemaManager(connection, failing).validateSchema();

    expect({ drift, comparedWith }).toEqual({ drift: [], comparedWith: "snapshot" });
  });
});
