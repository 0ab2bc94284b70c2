import { describe, expect, test } from "vitest";
import { defineModule, diff, inspect, SchemaManager } from "../../src/index.js";
import { comparedEngines } from "./engines.js";

const before = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);
  CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id) ON DELETE CASCADE, title TEXT);
  CREATE INDEX idx_posts_title ON posts(title);
  CREATE TABLE old (id INTEGER PRIMARY KEY, note TEXT);
  INSERT INTO users VALUES (1, 'Ann', 30), (2, 'Bob', 40);
  INSERT INTO posts VALUES (1, 1, 'Hello'), (2, 2, 'World');
  INSERT INTO old VALUES (1, 'keep me');`;

const after = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER CHECK (age > 0), email TEXT);
  CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id) ON DELETE CASCADE, title TEXT);
  CREATE UNIQUE INDEX idx_posts_title ON posts(title);
  CREATE VIEW adults AS SELECT id, name FROM users WHERE age >= 18;`;

describe.each(comparedEngines.filter((engine) => engine.isShared))("diff on $name", (engine) => {
  test("what changes is told, made, and then nothing is left to do; every row of a cascading child is there", async () => {
    const [one, other] = [await engine.create(), await engine.create()];
    const [from, to] = [await one.connect(), await other.connect()];
    await from.executeScript(before);
    await to.executeScript(after);

    const found = await diff({ from, to });

    expect(found.changes.map((change) => `${change.kind} ${change.object}`)).toEqual(
      expect.arrayContaining(["drop-table old", "add-column users.email", "create-view adults"]),
    );
    expect(found.hazards).toContainEqual(expect.objectContaining({ kind: "loses-data", object: "old" }));
    await expect(found.apply()).rejects.toMatchObject({
      code: "CHANGE_LOSES_DATA",
      where: { object: "old" },
    });
    expect(await one.look("SELECT note FROM old")).toMatchObject([{ note: "keep me" }]);

    await found.apply({ allowLoss: ["old"] });

    expect(await one.look("SELECT id, name, age, email FROM users ORDER BY id")).toMatchObject([
      { id: 1, name: "Ann", age: 30, email: null },
      { id: 2, name: "Bob", age: 40, email: null },
    ]);
    expect(await one.look("SELECT count(*) AS n FROM posts")).toMatchObject([{ n: expect.anything() }]);
    expect((await one.look("SELECT id FROM posts")).length).toBe(2);
    const again = await diff({ from, to });
    expect(again.changes).toEqual([]);
    expect(again.toSql()).toBe("");
  });

  test("rows that contradict a new rule stop the change before anything is done", async () => {
    const [one, other] = [await engine.create(), await engine.create()];
    const [from, to] = [await one.connect(), await other.connect()];
    await from.executeScript(before);
    await from.executeScript("DROP TABLE old; INSERT INTO users VALUES (3, NULL, -1)");
    await to.executeScript(after);
    const found = await diff({ from, to });

    await expect(found.apply()).rejects.toThrow();

    expect((await from.getTableInfo("users")).map((column) => column.name)).toEqual(["id", "name", "age"]);
    expect(await one.look("SELECT count(*) AS n FROM users")).toMatchObject([{ n: expect.anything() }]);
    expect((await one.look("SELECT id FROM users")).length).toBe(3);
  });

  test("a likely rename is a question, and the answer keeps the values", async () => {
    const [one, other] = [await engine.create(), await engine.create()];
    const [from, to] = [await one.connect(), await other.connect()];
    await from.executeScript(
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO users VALUES (1, 'Ann')",
    );
    await to.executeScript("CREATE TABLE users (id INTEGER PRIMARY KEY, full_name TEXT)");

    await expect(diff({ from, to })).rejects.toMatchObject({
      code: "RENAME_AMBIGUOUS",
      hint: expect.stringContaining("--rename users.name:users.full_name"),
    });
    await (await diff({ from, to, renames: ["users.name:users.full_name"] })).apply();
    expect(await one.look("SELECT full_name FROM users")).toMatchObject([{ full_name: "Ann" }]);
  });

  test("migrations stand in place of a database, and journals are no difference", async () => {
    const [one, other] = [await engine.create(), await engine.create()];
    const [from, to] = [await one.connect(), await other.connect()];
    const module = defineModule(
      "main",
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
    await new SchemaManager(from, module).migrateToLatest();

    expect((await diff({ from, to: { modules: [module] } })).changes).toEqual([]);
    await (await diff({ from: to, to: from })).apply();
    expect((await inspect(to)).tables.map((table) => table.name)).toEqual(["users"]);
    expect(await to.tableExists("schema_migrations")).toBe(false);
  });

  test("patterns leave out what is not to be compared", async () => {
    const [one, other] = [await engine.create(), await engine.create()];
    const [from, to] = [await one.connect(), await other.connect()];
    await from.executeScript(before);
    await to.executeScript(after);

    const found = await diff({ from, to, include: ["posts"] });

    expect(new Set(found.changes.map((change) => change.object.split(".")[0]))).toEqual(
      new Set(found.changes.length === 0 ? [] : ["posts"]),
    );
    expect(found.changes.length).toBeGreaterThan(0);
    await found.apply();
    expect(await from.tableExists("old")).toBe(true);
  });
});
