import { describe, expect, test } from "vitest";
import { defineModule, SchemaManager, SchemaRegistry } from "../../src/index.js";
import { engines } from "./engines.js";

const users = {
  1: {
    name: "Users",
    description: "People who log in",
    up: ["CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)"],
    down: ["DROP TABLE users"],
  },
  2: {
    name: "Email",
    up: ["ALTER TABLE users ADD COLUMN email TEXT", "CREATE INDEX idx_users_email ON users(email)"],
    down: ["DROP INDEX idx_users_email", "ALTER TABLE users DROP COLUMN email"],
  },
};

const conversations = {
  1: {
    name: "Conversations",
    up: "CREATE TABLE conversations (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id))",
    down: "DROP TABLE conversations",
  },
};

describe.each(engines)("applying on $name", (engine) => {
  test("all pending versions are applied in order and recorded with their checksums", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, defineModule("users", "core", {}, users));

    const result = await manager.migrateToLatest();

    expect(result.steps.map((step) => `${step.direction} ${step.module}@${step.version}`)).toEqual([
      "up users@1",
      "up users@2",
    ]);
    expect(await manager.getCurrentVersion()).toBe(2);
    expect(manager.getLatestVersion()).toBe(2);
    expect((await connection.getTableInfo("users")).map((column) => column.name)).toEqual([
      "id",
      "name",
      "email",
    ]);
    const rows = await database.look(
      "SELECT module, version, name, status, checksum FROM schema_migrations ORDER BY sequence",
    );
    expect(rows.map((row) => [row["module"], row["version"], row["name"], row["status"]])).toEqual([
      ["users", "1", "Users", "applied"],
      ["users", "2", "Email", "applied"],
    ]);
    for (const row of rows) expect(row["checksum"]).toMatch(/^[0-9a-f]{64}$/);
  });

  test("a second run finds nothing to do", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await new SchemaManager(connection, defineModule("users", "core", {}, users)).migrateToLatest();

    const again = new SchemaManager(connection, defineModule("users", "core", {}, users));

    expect((await again.migrateToLatest()).steps).toEqual([]);
    expect(await again.needsMigration()).toBe(false);
  });

  test("each module has a line of versions of its own", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const registry = new SchemaRegistry();
    registry.registerSchema("conversations", "core", { priority: 1, dependsOn: ["users"] })(conversations);
    registry.registerSchema("users", "core", { priority: 2 })(users);

    expect(await registry.applyCoreSchemas(connection)).toEqual({ conversations: 1, users: 2 });

    const rows = await database.look("SELECT module, version FROM schema_migrations ORDER BY sequence");
    expect(rows.map((row) => `${row["module"]}@${row["version"]}`)).toEqual([
      "users@1",
      "users@2",
      "conversations@1",
    ]);
  });

  test("a late version is not skipped but refused until it is allowed", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const { 1: first, 2: second } = users;
    await new SchemaManager(
      connection,
      defineModule("users", "core", {}, { 1: first, 3: { ...second } }),
    ).migrateToLatest();
    const late = new SchemaManager(
      connection,
      defineModule(
        "users",
        "core",
        {},
        {
          1: first,
          2: { name: "Late", up: "CREATE TABLE late (id INTEGER PRIMARY KEY)", down: "DROP TABLE late" },
          3: { ...second },
        },
      ),
    );

    await expect(late.migrateToLatest()).rejects.toMatchObject({
      code: "OUT_OF_ORDER",
      where: { version: "2" },
    });
    expect(await connection.tableExists("late")).toBe(false);
    await late.migrateToLatest({ allowOutOfOrder: true });
    expect(await connection.tableExists("late")).toBe(true);
  });

  test("going down and up again leaves schema and journal as they were", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, defineModule("users", "core", {}, users));
    await manager.migrateToLatest();

    await manager.rollbackToVersion(0);
    expect(await manager.getCurrentVersion()).toBe(0);
    expect(await connection.tableExists("users")).toBe(false);

    await manager.migrateToVersion(1);
    expect(await manager.getCurrentVersion()).toBe(1);
    expect((await connection.getTableInfo("users")).map((column) => column.name)).toEqual(["id", "name"]);

    await manager.migrateToLatest();
    await manager.migrateToVersion(1);
    expect(await manager.getCurrentVersion()).toBe(1);
    const rows = await database.look("SELECT version, status FROM schema_migrations ORDER BY version");
    expect(rows.map((row) => [row["version"], row["status"]])).toEqual([
      ["1", "applied"],
      ["2", "rolled_back"],
    ]);
  });

  test("a class that is decorated brings its versions, and stays the class that it was", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const registry = new SchemaRegistry();

    class Users {
      static readonly versions = users;
      readonly greeting = "hello";
    }
    // What `@registry.registerSchema(…)` above the class does; the tests' compiler knows no decorators.
    const replaced: unknown = registry.registerSchema("users", "core", { priority: 1 })(Users);
    expect(replaced).toBeUndefined();

    expect(await registry.applyCoreSchemas(connection)).toEqual({ users: 2 });
    expect(new Users().greeting).toBe("hello");
    expect(await connection.tableExists("users")).toBe(true);
  });

  test("a plan prints the exact SQL and writes nothing, not even the journal", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, defineModule("users", "core", {}, users));

    const plan = await manager.plan();

    expect(plan.toSql()).toContain("ALTER TABLE users ADD COLUMN email TEXT;");
    expect(plan.steps.map((step) => step.version)).toEqual([1, 2]);
    expect(await connection.tableExists("schema_migrations")).toBe(false);
    expect(await connection.tableExists("users")).toBe(false);

    await plan.run();
    expect(await manager.getCurrentVersion()).toBe(2);
  });

  test("a plugin is applied and removed by name, also when its code is gone", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const registry = new SchemaRegistry();
    registry.registerSchema("users", "core")(users);
    registry.registerSchema("calendar", "plugin", { dependsOn: ["users@1"] })({
      1: {
        name: "Events",
        up: "CREATE TABLE calendar_events (id INTEGER PRIMARY KEY)",
        down: "DROP TABLE calendar_events",
      },
    });
    await expect(registry.applyPluginSchema("calendar", connection)).rejects.toMatchObject({
      code: "DEPENDENCY_MISSING",
    });
    await registry.applyCoreSchemas(connection);
    expect(await connection.tableExists("calendar_events")).toBe(false);

    expect(await registry.applyPluginSchema("calendar", connection)).toBe(1);
    expect(await connection.tableExists("calendar_events")).toBe(true);
    expect((await registry.getSchemaInfo(connection)).pluginSchemas["calendar"]?.status).toBe("active");

    await new SchemaRegistry().removePluginSchema("calendar", connection);
    expect(await connection.tableExists("calendar_events")).toBe(false);
    expect(await connection.tableExists("users")).toBe(true);
  });

  test("a code step moves data on a connection bound to its transaction", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: { name: "People", up: "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)" },
      2: { name: "Someone", up: "INSERT INTO people (id, name) VALUES (1, 'Ada Lovelace')" },
      3: {
        name: "Split",
        up: async (migration) => {
          await migration.execute("ALTER TABLE people ADD COLUMN surname TEXT");
          for (const row of await migration.query("SELECT id, name FROM people")) {
            const [name, surname] = String(row["name"]).split(" ");
            await migration.execute(
              `UPDATE people SET name = '${name}', surname = '${surname}' WHERE id = ${row["id"]}`,
            );
          }
        },
        verify: async (migration) =>
          (await migration.query("SELECT 1 FROM people WHERE surname IS NULL")).length === 0,
      },
    });

    await manager.migrateToLatest();

    expect(await database.look("SELECT name, surname FROM people")).toMatchObject([
      { name: "Ada", surname: "Lovelace" },
    ]);
  });

  test.each(["run", "each"] as const)(
    "a step that asks finds the journal rows of those before it (a transaction for the %s)",
    async (transaction) => {
      const database = await engine.create();
      const connection = await database.connect();
      const seen: unknown[] = [];
      const manager = new SchemaManager(connection, {
        ...users,
        3: {
          name: "Asks in SQL",
          up: "CREATE TABLE asked AS SELECT version FROM schema_migrations",
          down: "DROP TABLE asked",
        },
        4: {
          name: "Asks in code",
          up: async (inside) => {
            seen.push(...(await inside.query("SELECT version FROM schema_migrations ORDER BY sequence")));
          },
        },
      });

      await manager.migrateToLatest({ transaction });

      expect(seen).toEqual([{ version: "1" }, { version: "2" }, { version: "3" }]);
      expect(await database.look("SELECT version FROM asked ORDER BY version")).toEqual([
        { version: "1" },
        { version: "2" },
      ]);
    },
  );

  test("a code step cannot end the runner's transaction", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: {
        name: "Escapes",
        up: async (migration) => {
          await migration.execute("CREATE TABLE escaped (id INTEGER PRIMARY KEY)");
          await migration.execute("/* now */ commit");
        },
      },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({ code: "TRANSACTION_IN_SCRIPT" });
    expect(await connection.tableExists("escaped")).toBe(false);
  });
});
