import { describe, expect, test } from "vitest";
import { type Connection, SchemaManager } from "../../src/index.js";
import { engines, type LiveDatabase, sqliteEngines } from "./engines.js";

const family = {
  1: {
    name: "Family",
    up: [
      "CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT UNIQUE)",
      "CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id) ON DELETE CASCADE, name TEXT)",
      "CREATE TABLE toys (id INTEGER PRIMARY KEY, child_id INTEGER REFERENCES children(id) ON DELETE CASCADE)",
      "CREATE TABLE letters (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id) ON DELETE SET NULL)",
      "CREATE INDEX idx_children_name ON children(name)",
      "INSERT INTO parents VALUES (1, 'Ann'), (2, 'Bob')",
      "INSERT INTO children VALUES (1, 1, 'Cid'), (2, 2, 'Dan'), (3, 2, 'Eve')",
      "INSERT INTO toys VALUES (1, 1), (2, 3)",
      "INSERT INTO letters VALUES (1, 1), (2, 2)",
    ],
  },
};

async function counts(database: LiveDatabase): Promise<Record<string, number>> {
  const [row] = await database.look(`SELECT
    (SELECT count(*) FROM parents) AS parents, (SELECT count(*) FROM children) AS children,
    (SELECT count(*) FROM toys) AS toys, (SELECT count(parent_id) FROM letters) AS letters`);
  return Object.fromEntries(
    Object.entries(row ?? {})
      .filter(([name]) => name !== "_metadata")
      .map(([name, value]) => [name, Number(value)]),
  );
}

const everything = { parents: 2, children: 3, toys: 2, letters: 2 };

/** Applies the family, then version 2 as given. */
async function second(
  connection: Connection,
  up: string | string[],
  allowLoss: string[] = [],
): Promise<void> {
  const manager = new SchemaManager(connection, { ...family, 2: { name: "Second", up, allowLoss } });
  await manager.migrateToVersion(1);
  await manager.migrateToLatest();
}

describe.each(engines)("the loss guard on $name", (engine) => {
  test("a DELETE that cascades into other tables is refused with table and counts, and nothing is lost", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await expect(second(connection, "DELETE FROM parents WHERE id = 2")).rejects.toMatchObject({
      code: "ROWS_LOST",
      where: { module: "main", version: "2" },
      message: expect.stringContaining("2 of 3 rows of children"),
    });
    expect(await counts(database)).toEqual(everything);
  });

  test("tables that the step itself deletes from, or allows to lose rows, may lose them", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await second(
      connection,
      ["DELETE FROM toys WHERE child_id = 3", "DELETE FROM parents WHERE id = 2"],
      ["children", "letters.parent_id"],
    );

    expect(await counts(database)).toEqual({ parents: 1, children: 1, toys: 1, letters: 1 });
  });

  test("values that ON DELETE SET NULL takes away are a loss too", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await expect(
      second(connection, ["DELETE FROM toys", "DELETE FROM children", "DELETE FROM parents"]),
    ).rejects.toMatchObject({ code: "ROWS_LOST", message: expect.stringContaining("letters.parent_id") });
    expect(await counts(database)).toEqual(everything);
  });

  test("a DELETE hidden by comments, case and a common table expression is seen", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await expect(
      second(
        connection,
        `with "x" as (select 2 as n) /* quietly */ dElEtE -- now\n from "parents" where id in (select n from "x")`,
      ),
    ).rejects.toMatchObject({ code: "ROWS_LOST" });
    expect(await counts(database)).toEqual(everything);
  });

  test("a code step is guarded like a script", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      ...family,
      2: {
        name: "Code",
        up: async (migration) => void (await migration.execute("DELETE FROM parents WHERE id = 2")),
      },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({ code: "ROWS_LOST" });
    expect(await counts(database)).toEqual(everything);
  });

  test("a rollback is guarded like a migration", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      ...family,
      2: {
        name: "Back",
        up: "CREATE TABLE more (id INTEGER)",
        down: ["DROP TABLE more", "DELETE FROM parents"],
      },
    });
    await manager.migrateToLatest();

    await expect(manager.rollback()).rejects.toMatchObject({ code: "ROWS_LOST" });
    expect(await counts(database)).toEqual(everything);
    expect(await connection.tableExists("more")).toBe(true);
  });
});

const rebuild = [
  "CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT UNIQUE, born TEXT)",
  "INSERT INTO parents_new (id, name) SELECT id, name FROM parents",
  "DROP TABLE parents",
  "ALTER TABLE parents_new RENAME TO parents",
];

describe.each(sqliteEngines)("SQLite's own traps on $name", (engine) => {
  test("a rebuild whose DROP TABLE would empty the children is refused", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await expect(second(connection, rebuild)).rejects.toMatchObject({
      code: "ROWS_LOST",
      message: expect.stringContaining("3 of 3 rows of children"),
    });
    expect(await counts(database)).toEqual(everything);
  });

  test("a rebuild keeps the child rows of a cascading key when its script turns foreign keys off", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await second(connection, ["PRAGMA foreign_keys = OFF;", ...rebuild, "PRAGMA foreign_keys = ON;"]);

    expect(await counts(database)).toEqual(everything);
    expect(await connection.query("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1 }]);
    expect((await connection.getTableInfo("parents")).map((column) => column.name)).toEqual([
      "id",
      "name",
      "born",
    ]);
  });

  test("a rebuild inside BEGIN and COMMIT, as people write it, is taken over by the runner", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await second(
      connection,
      `PRAGMA foreign_keys=off;\nBEGIN;\n${rebuild.join(";\n")};\nCOMMIT;\nPRAGMA foreign_keys=on;`,
    );

    expect(await counts(database)).toEqual(everything);
  });

  test("a rebuild that leaves rows behind is refused", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const lossy = rebuild.map((sql) => sql.replace("FROM parents", "FROM parents WHERE id = 1"));

    await expect(second(connection, ["PRAGMA foreign_keys = OFF", ...lossy])).rejects.toMatchObject({
      code: expect.stringMatching(/ROWS_LOST|FOREIGN_KEYS_VIOLATED/),
    });
    expect(await counts(database)).toEqual(everything);
    expect(await connection.query("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1 }]);
  });

  test("a rebuild that forgets an index is refused, naming it", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await expect(
      second(connection, [
        "PRAGMA foreign_keys = OFF",
        "CREATE TABLE children_new (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents(id) ON DELETE CASCADE, name TEXT NOT NULL)",
        "INSERT INTO children_new SELECT * FROM children",
        "DROP TABLE children",
        "ALTER TABLE children_new RENAME TO children",
      ]),
    ).rejects.toMatchObject({ code: "OBJECTS_LOST", where: { object: "idx_children_name" } });
  });

  test("INSERT OR REPLACE that replaces a parent is refused", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await expect(
      second(connection, "INSERT OR REPLACE INTO parents (id, name) VALUES (2, 'Robert')"),
    ).rejects.toMatchObject({ code: "ROWS_LOST" });
    await expect(
      second(connection, "REPLACE INTO parents (id, name) VALUES (9, 'Bob')"),
    ).rejects.toMatchObject({ code: "ROWS_LOST" });
    expect(await counts(database)).toEqual(everything);
  });

  test("rows that a trigger deletes are counted", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await expect(
      second(connection, [
        "CREATE TRIGGER forget AFTER UPDATE ON toys BEGIN DELETE FROM letters; END",
        "UPDATE toys SET child_id = 1",
      ]),
    ).rejects.toMatchObject({ code: "ROWS_LOST", message: expect.stringContaining("letters") });
    expect(await counts(database)).toEqual(everything);
  });

  test("a DROP TABLE names its table, so that dropping a leaf needs no permission", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await second(connection, "DROP TABLE toys");

    expect(await connection.tableExists("toys")).toBe(false);
  });

  test("rows left without their parents while foreign keys were off are refused; old ones are not counted", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, family);
    await manager.migrateToLatest();
    await connection.executeScript(
      "PRAGMA foreign_keys = OFF; INSERT INTO toys VALUES (50, 999); PRAGMA foreign_keys = ON",
    );

    const versions = (sql: string) => ({
      ...family,
      2: { name: "Off", up: ["PRAGMA foreign_keys = OFF", sql] },
    });
    await expect(
      new SchemaManager(connection, versions("INSERT INTO toys VALUES (51, 998)")).migrateToLatest(),
    ).rejects.toMatchObject({
      code: "FOREIGN_KEYS_VIOLATED",
      message: expect.stringContaining("1 row of toys"),
    });
    await new SchemaManager(connection, versions("INSERT INTO toys VALUES (51, 1)")).migrateToLatest();
    expect(
      (await new SchemaManager(connection, versions("INSERT INTO toys VALUES (51, 1)")).validateSchema())
        .problems,
    ).toMatchObject([{ code: "FOREIGN_KEYS_VIOLATED" }]);
  });

  test("a deferred key that a step breaks is told at that step", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: {
        name: "Deferred",
        up: [
          "CREATE TABLE a (id INTEGER PRIMARY KEY)",
          "CREATE TABLE b (a_id INTEGER REFERENCES a(id) DEFERRABLE INITIALLY DEFERRED)",
        ],
      },
      2: { name: "Breaks", up: "INSERT INTO b VALUES (7)" },
      3: { name: "Fine", up: "CREATE TABLE c (id INTEGER)" },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      code: "FOREIGN_KEYS_VIOLATED",
      where: { version: "2" },
    });
    expect(await manager.getCurrentVersion()).toBe(1);
  });
});
