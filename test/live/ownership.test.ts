import { describe, expect, test } from "vitest";
import { type Connection, defineModule, type Module, SchemaManager } from "../../src/index.js";
import { engines, type LiveDatabase } from "./engines.js";

const users = defineModule(
  "users",
  "core",
  { priority: 1 },
  {
    1: {
      name: "Users",
      up: [
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE INDEX users_by_name ON users (name)",
      ],
      down: "DROP TABLE users",
    },
    2: { name: "Visits", up: "CREATE TABLE visits (id INTEGER PRIMARY KEY)", down: "DROP TABLE visits" },
  },
);

const tasks = defineModule(
  "tasks",
  "core",
  { priority: 2 },
  {
    1: {
      name: "Tasks",
      up: [
        "CREATE TABLE tasks (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users (id))",
        "CREATE VIEW open_tasks AS SELECT id FROM tasks",
      ],
      down: ["DROP VIEW open_tasks", "DROP TABLE tasks"],
    },
  },
);

/** `users@1 table users` for everything that is there; indexes of keys and the like left out. */
async function owners(connection: Connection, modules: readonly Module[]): Promise<string[]> {
  const objects = await new SchemaManager(connection, modules).getObjects();
  return objects
    .filter((object) => object.table === undefined || object.name.includes("_by_"))
    .map(({ module, version, kind, name }) => `${module ?? "nobody"}@${version ?? "-"} ${kind} ${name}`)
    .sort();
}

async function journalOwners(database: LiveDatabase): Promise<string[]> {
  const rows = await database.look(
    "SELECT module, version, name FROM schema_migrations_objects WHERE kind IN ('table', 'view') ORDER BY name",
  );
  return rows.map((row) => `${row["module"]}@${row["version"]} ${row["name"]}`);
}

describe.each(engines)("who owns what on $name", (engine) => {
  test("each object belongs to the module and the version that made it", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.execute("CREATE TABLE there_before (id INTEGER PRIMARY KEY)");

    await new SchemaManager(connection, [users, tasks]).migrateToLatest();

    expect(await owners(connection, [users, tasks])).toEqual([
      "nobody@- table there_before",
      "tasks@1 table tasks",
      "tasks@1 view open_tasks",
      "users@1 index users_by_name",
      "users@1 table users",
      "users@2 table visits",
    ]);
    expect(await journalOwners(database)).toEqual([
      "tasks@1 open_tasks",
      "tasks@1 tasks",
      "users@1 users",
      "users@2 visits",
    ]);
  });

  test("a rollback takes ownership back, and going up again gives it anew", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, [users, tasks]);
    await manager.migrateToLatest();

    await manager.rollbackToVersion(0, { module: "tasks" });
    expect(await journalOwners(database)).toEqual(["users@1 users", "users@2 visits"]);

    await manager.migrateToLatest();
    expect(await journalOwners(database)).toContain("tasks@1 tasks");
  });

  test("what a failed migration made belongs to nobody, and what ran before it is kept", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const broken = defineModule(
      "broken",
      "core",
      {},
      {
        1: { name: "Fine", up: "CREATE TABLE fine (id INTEGER PRIMARY KEY)" },
        2: {
          name: "Not",
          up: ["CREATE TABLE not_kept (id INTEGER PRIMARY KEY)", "INSERT INTO nowhere VALUES (1)"],
        },
      },
    );

    await expect(new SchemaManager(connection, [users, broken]).migrateToLatest()).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
    });

    expect(await journalOwners(database)).toEqual(["broken@1 fine", "users@1 users", "users@2 visits"]);
  });

  test("what a module made is its own also where the first step of the next one fails", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const broken = defineModule(
      "broken",
      "core",
      { priority: 2 },
      {
        1: {
          name: "Not",
          up: ["CREATE TABLE not_kept (id INTEGER PRIMARY KEY)", "INSERT INTO nowhere VALUES (1)"],
        },
      },
    );

    await expect(new SchemaManager(connection, [users, broken]).migrateToLatest()).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
    });

    expect(await journalOwners(database)).toEqual(["users@1 users", "users@2 visits"]);
  });

  test("a name that another module has is refused, also where IF NOT EXISTS would let it pass", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await new SchemaManager(connection, users).migrateToLatest();
    const up = "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY)";
    const guests = defineModule("guests", "core", {}, { 1: { name: "Guests", up } });

    await expect(new SchemaManager(connection, guests).migrateToLatest()).rejects.toMatchObject({
      code: "OBJECT_TAKEN",
      message:
        "Module guests wants the name users, which module users has: its version 1 made the table users.",
      where: { module: "guests", version: "1", object: "users", line: 1 },
    });
  });

  test("a table that a module drops and makes anew is its own from then on", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await new SchemaManager(connection, users).migrateToLatest();
    const up = ["DROP TABLE visits", "CREATE TABLE visits (id INTEGER PRIMARY KEY, at TEXT)"];
    const log = defineModule("log", "core", {}, { 1: { name: "Visits", up } });

    await new SchemaManager(connection, log).migrateToLatest();

    expect(await owners(connection, [log])).toContain("log@1 table visits");
  });

  test("objects of stamped versions are claimed by what their text makes, if it is there", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
    const manager = new SchemaManager(connection, users);
    await manager.stamp(1);

    expect(await owners(connection, [users])).toEqual(["users@1 table users"]);

    await manager.migrateToLatest();
    expect(await journalOwners(database)).toEqual(["users@1 users", "users@2 visits"]);
  });

  test("a journal from before owners were kept gets them", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await new SchemaManager(connection, users).migrateToLatest();
    await connection.execute("DROP TABLE schema_migrations_objects");

    expect(await owners(connection, [users])).toContain("users@2 table visits");

    await new SchemaManager(connection, [users, tasks]).migrateToLatest();
    expect(await journalOwners(database)).toEqual([
      "tasks@1 open_tasks",
      "tasks@1 tasks",
      "users@1 users",
      "users@2 visits",
    ]);
  });

  test("what was dropped behind Tenon's back belongs to nobody after the next run", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await new SchemaManager(connection, users).migrateToLatest();
    await connection.execute("DROP TABLE visits");

    await new SchemaManager(connection, [users, tasks]).migrateToLatest();

    expect(await journalOwners(database)).not.toContain("users@2 visits");
  });

  test("a hundred migrations of one module read the catalogue no more than twice", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const versions = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [
        index + 1,
        { name: `t${index}`, up: `CREATE TABLE t${index} (id INTEGER PRIMARY KEY)` },
      ]),
    );
    const { connection: counting, readings } = countingReadings(connection);

    await new SchemaManager(counting, versions).migrateToLatest();

    expect(readings()).toBeGreaterThan(0);
    expect(readings()).toBeLessThanOrEqual(2);
    expect((await journalOwners(database)).at(-1)).toBe("main@100 t99");
  });
});

describe.each(engines)("many modules on $name", (engine) => {
  test("each reads what is new, and not all", async () => {
    const connection = await (await engine.create()).connect();
    const modules = Array.from({ length: 20 }, (_, index) => {
      const up = `CREATE TABLE t${index} (id INTEGER PRIMARY KEY)`;
      return defineModule(`m${index}`, "core", { priority: index }, { 1: { name: "Table", up } });
    });
    const { connection: counting, objectsRead } = countingReadings(connection);

    await new SchemaManager(counting, modules).migrateToLatest();

    expect(objectsRead()).toBeGreaterThanOrEqual(modules.length);
    expect(objectsRead()).toBeLessThanOrEqual(modules.length * 2);
  });
});

describe.each(engines.filter(({ engine }) => engine === "postgres"))(
  "what no text names on $name",
  (engine) => {
    const log = defineModule(
      "log",
      "core",
      { priority: 1 },
      {
        1: {
          name: "Hidden",
          up: [
            "CREATE TABLE log (id integer)",
            `CREATE FUNCTION make_hidden() RETURNS integer LANGUAGE plpgsql AS $$
         BEGIN EXECUTE 'CREATE TABLE ' || 'hidden (id integer)'; RETURN 1; END $$`,
            "INSERT INTO log SELECT make_hidden()",
          ],
        },
      },
    );

    test("a table that a function made belongs to the module whose statement called it", async () => {
      const database = await engine.create();
      const connection = await database.connect();
      const broken = defineModule(
        "broken",
        "core",
        { priority: 2 },
        {
          1: { name: "Not", up: "INSERT INTO nowhere VALUES (1)" },
        },
      );

      await expect(new SchemaManager(connection, [log, broken]).migrateToLatest()).rejects.toThrow();

      expect(await journalOwners(database)).toEqual(["log@1 hidden", "log@1 log"]);
    });

    test("a table that was there before stays nobody's when a module alters it", async () => {
      const database = await engine.create();
      const connection = await database.connect();
      await connection.execute("CREATE TABLE old (id integer)");
      const alters = defineModule(
        "alters",
        "core",
        {},
        {
          1: { name: "Alter", up: ["ALTER TABLE old ADD COLUMN note text", "CREATE TABLE own (id integer)"] },
        },
      );

      await new SchemaManager(connection, [alters, users]).migrateToLatest({ transaction: "run" });

      expect(await journalOwners(database)).toEqual(["alters@1 own", "users@1 users", "users@2 visits"]);
    });
  },
);

interface CountedReadings {
  readonly connection: Connection;
  readings(): number;
  /** Tables t0, t1, … that the readings gave. */
  objectsRead(): number;
}

/** Counts the queries that list the objects of the database, and what they gave. */
function countingReadings(connection: Connection): CountedReadings {
  let [count, objects] = [0, 0];
  const counting = new Proxy(connection, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return async (...parameters: unknown[]) => {
        const answer: unknown = await value.apply(target, parameters);
        const [sql, text] = parameters;
        // What is as in the database before need not be read: the engine says so.
        const given = name === "query" ? answer : name === "gives" && answer === true ? text : undefined;
        if (given !== undefined && typeof sql === "string" && /user_schema AS|'main' AS "schema"/.test(sql)) {
          count++;
          objects += [
            ...JSON.stringify(given).matchAll(/\\"table\\",\\"t\d|"table","schema":"public","name":"t\d/g),
          ].length;
        }
        return answer;
      };
    },
  });
  return { connection: counting, readings: () => count, objectsRead: () => objects };
}
