import { describe, expect, test } from "vitest";
import { SchemaManager } from "../../src/index.js";
import { engines, sqliteEngines } from "./engines.js";

// Statements of a step between which nothing has to be looked at go to the database together.
describe.each(engines)("statements that run together on $name", (engine) => {
  test("a statement that fails among them is told by its own line and column, and nothing of the step stays", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: { name: "a", up: "CREATE TABLE a (id INTEGER)" },
      2: {
        name: "b",
        up: "CREATE TABLE b (id INTEGER);\n-- one; more\nCREATE INDEX b_id ON b (id);\n\n  CREATE INDEX b_no ON nowhere (id);\nCREATE TABLE c (id INTEGER);",
      },
    });

    const failing = manager.migrateToLatest();

    await expect(failing).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      message: expect.stringMatching(/nowhere.*CREATE INDEX b_no ON nowhere/),
      where: { module: "main", version: "2", line: 5 },
    });
    await expect(failing).rejects.not.toThrow("CREATE TABLE");

    expect(await connection.tableExists("a")).toBe(true);
    expect(await connection.tableExists("b")).toBe(false);
    expect(await connection.tableExists("c")).toBe(false);
    expect(await database.look("SELECT version, status FROM schema_migrations ORDER BY version")).toEqual([
      { version: "1", status: "applied" },
      { version: "2", status: "failed" },
    ]);
  });

  test("a syntax error in the last of them leaves nothing of those before it", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: {
        name: "a",
        up: ["CREATE TABLE a (id INTEGER)", "CREATE INDEX a_id ON a (id)", "CREATE TABLE b (id INTEGER,)"],
      },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({ code: "MIGRATION_FAILED" });

    expect(await connection.tableExists("a")).toBe(false);
    expect(connection.inTransaction).toBe(false);
  });

  test("a statement that a guard refuses takes back those that ran together before it", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const versions = {
      1: {
        name: "parents",
        up: [
          "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
          "CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id) ON DELETE CASCADE)",
          "INSERT INTO parents VALUES (1)",
          "INSERT INTO children VALUES (1, 1)",
        ],
      },
    };
    await new SchemaManager(connection, versions).migrateToLatest();
    const manager = new SchemaManager(connection, {
      ...versions,
      2: {
        name: "loses",
        up: "CREATE TABLE others (id INTEGER);\nCREATE INDEX others_id ON others (id);\nDELETE FROM parents;\nCREATE TABLE last (id INTEGER);",
      },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      code: "ROWS_LOST",
      where: { version: "2", line: 3 },
    });

    expect(await connection.tableExists("others")).toBe(false);
    expect(await connection.tableExists("last")).toBe(false);
    expect(await connection.query("SELECT id FROM children")).toEqual([{ id: 1 }]);
  });
});

describe.each(sqliteEngines)("statements that run together on $name", (engine) => {
  test("a trigger with semicolons in its body is one of them", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: {
        name: "log",
        up: `CREATE TABLE t (a); CREATE TABLE log (a);
          CREATE TRIGGER t_log AFTER INSERT ON t BEGIN INSERT INTO log VALUES (';'); INSERT INTO log VALUES (NEW.a); END;
          CREATE INDEX t_a ON t (a); INSERT INTO t VALUES (1);`,
      },
    });

    await manager.migrateToLatest();

    expect(await database.look("SELECT a FROM log")).toEqual([{ a: ";" }, { a: 1 }]);
  });

  test("a deferred key that is declared among them is still watched behind them", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: {
        name: "keys",
        up: `CREATE TABLE first (id INTEGER PRIMARY KEY);
          INSERT INTO first VALUES (1);
          CREATE TABLE parents (id INTEGER PRIMARY KEY);
          CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED);
          CREATE INDEX children_parent ON children (parent);
          INSERT INTO children VALUES (7);`,
      },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      code: "FOREIGN_KEYS_VIOLATED",
      where: { object: "children" },
    });

    expect(await connection.tableExists("first")).toBe(false);
  });
});
