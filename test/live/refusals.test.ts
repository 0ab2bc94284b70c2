import { describe, expect, test } from "vitest";
import { defineModule, SchemaManager, SchemaRegistry } from "../../src/index.js";
import { engines } from "./engines.js";

const table = (name: string) => ({
  name,
  up: `CREATE TABLE ${name} (id INTEGER PRIMARY KEY)`,
  down: `DROP TABLE ${name}`,
});

const names = async (database: {
  look(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}) =>
  (await database.look("SELECT version, status FROM schema_migrations ORDER BY module, version")).map(
    (row) => `${row["version"]} ${row["status"]}`,
  );

describe.each(engines)("what is refused on $name", (engine) => {
  test("a migration that was changed after it was applied is refused, and accepted after a look", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await new SchemaManager(connection, { 1: table("a") }).migrateToLatest();
    const changed = new SchemaManager(connection, {
      1: { ...table("a"), up: "CREATE TABLE a (id INTEGER)" },
      2: table("b"),
    });

    await expect(changed.migrateToLatest()).rejects.toMatchObject({
      code: "CHECKSUM_MISMATCH",
      where: { module: "main", version: "1" },
    });
    expect(await names(database)).toEqual(["1 applied"]);

    const changes = await changed.findChanged();
    expect(changes).toMatchObject([
      { applied: "CREATE TABLE a (id INTEGER PRIMARY KEY)", defined: "CREATE TABLE a (id INTEGER)" },
    ]);
    expect(await changed.acceptChanged(changes)).toHaveLength(1);
    await changed.migrateToLatest();
    expect(await names(database)).toEqual(["1 applied", "2 applied"]);
  });

  test("a database that is newer than the program is refused, unless that is allowed", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await new SchemaManager(connection, { 1: table("a"), 2: table("b") }).migrateToLatest();
    const older = new SchemaManager(connection, { 1: table("a"), 3: table("c") });

    await expect(older.migrateToLatest()).rejects.toMatchObject({
      code: "DATABASE_NEWER",
      where: { version: "2" },
    });
    await older.migrateToLatest({ allowUnknown: true });
    expect(await names(database)).toEqual(["1 applied", "2 applied", "3 applied"]);
  });

  test("a rollback without a down step is refused before anything is changed, naming every version", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: table("a"),
      2: { name: "b", up: "CREATE TABLE b (id INTEGER)" },
      3: { name: "c", up: "CREATE TABLE c (id INTEGER)" },
      4: table("d"),
    });
    await manager.migrateToLatest();

    await expect(manager.rollbackToVersion(0)).rejects.toMatchObject({
      code: "NOT_REVERSIBLE",
      details: { versions: ["main@3", "main@2"] },
    });
    expect(await connection.tableExists("d")).toBe(true);
    expect(await names(database)).toEqual(["1 applied", "2 applied", "3 applied", "4 applied"]);
  });

  test("a rollback that a later module depends on is refused", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const registry = new SchemaRegistry();
    const users = registry.registerSchema("users", "core")({ 1: table("users") });
    registry.registerSchema("posts", "core", { dependsOn: ["users"] })({ 1: table("posts") });
    await registry.applyCoreSchemas(connection);
    const manager = new SchemaManager(connection, users);

    await expect(manager.rollbackToVersion(0)).rejects.toMatchObject({
      code: "DEPENDENTS_APPLIED",
      details: { dependents: ["posts@1"] },
    });
    expect(await connection.tableExists("users")).toBe(true);
  });

  test("a table with the journal's name that belongs to another tool is left alone", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(
      "CREATE TABLE schema_migrations (version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL)",
    );
    await connection.executeScript("INSERT INTO schema_migrations VALUES (7, false)");
    const versions = { 1: table("a") };

    await expect(new SchemaManager(connection, versions).migrateToLatest()).rejects.toMatchObject({
      code: "JOURNAL_FOREIGN",
    });
    await new SchemaManager(connection, versions, {
      journal: { table: "tenon_migrations" },
    }).migrateToLatest();
    expect(await database.look("SELECT version FROM schema_migrations")).toMatchObject([
      { version: expect.anything() },
    ]);
    expect(await database.look("SELECT version FROM tenon_migrations")).toMatchObject([{ version: "1" }]);
  });

  test("a journal of a newer Tenon is refused", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await new SchemaManager(connection, { 1: table("a") }).migrateToLatest();
    await connection.executeScript("UPDATE schema_migrations_state SET value = '99' WHERE key = 'layout'");

    await expect(
      new SchemaManager(connection, { 1: table("a"), 2: table("b") }).migrateToLatest(),
    ).rejects.toMatchObject({
      code: "JOURNAL_NEWER",
    });
    expect(await connection.tableExists("b")).toBe(false);
  });

  test("a version that does not exist is refused", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, { 1: table("a") });

    await expect(manager.migrateToVersion(9)).rejects.toMatchObject({ code: "VERSION_UNKNOWN" });
    await expect(manager.stamp(9)).rejects.toMatchObject({ code: "VERSION_UNKNOWN" });
    expect(await connection.tableExists("schema_migrations")).toBe(false);
  });

  test("stamped versions are not run and count as applied", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript("CREATE TABLE a (id INTEGER PRIMARY KEY)");
    const manager = new SchemaManager(
      connection,
      defineModule("main", "core", {}, { 1: table("a"), 2: table("b") }),
    );

    expect((await manager.stamp(1)).map((migration) => migration.version)).toEqual(["1"]);
    await manager.migrateToLatest();

    expect(await names(database)).toEqual(["1 applied", "2 applied"]);
  });

  test("a row that somebody took out of the journal is noticed by the next run", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const versions = { 1: table("a"), 2: { name: "again", up: "CREATE TABLE IF NOT EXISTS b (id INTEGER)" } };
    await new SchemaManager(connection, versions).migrateToLatest();
    await connection.executeScript("DELETE FROM schema_migrations WHERE version = '2'");

    const result = await new SchemaManager(connection, versions).migrateToLatest();

    expect(result.steps.map((step) => step.version)).toEqual(["2"]);
  });
});

describe.each(engines)("older journals on $name", (engine) => {
  test("a legacy schema_version table is carried over with its times and kept under another name", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(`
      CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TIMESTAMP NOT NULL);
      INSERT INTO schema_version VALUES (1, '2025-03-01 10:20:30'), (2, '2025-04-01 00:00:00');
      CREATE TABLE a (id INTEGER PRIMARY KEY);
      CREATE TABLE b (id INTEGER PRIMARY KEY);`);
    const manager = new SchemaManager(connection, { 1: table("a"), 2: table("b"), 3: table("c") });

    expect((await manager.plan()).steps.map((step) => step.version)).toEqual([3]);
    expect(await connection.tableExists("schema_migrations")).toBe(false);
    await manager.migrateToLatest();

    const rows = await database.look(
      "SELECT version, name, applied_at, checksum FROM schema_migrations ORDER BY version",
    );
    expect(rows.slice(0, 2)).toMatchObject([
      {
        version: "1",
        name: "a",
        applied_at: "2025-03-01T10:20:30.000Z",
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      { version: "2", name: "b", applied_at: "2025-04-01T00:00:00.000Z" },
    ]);
    expect(await connection.tableExists("schema_version")).toBe(false);
    expect(await database.look("SELECT count(*) AS n FROM schema_version_before_tenon")).toMatchObject([
      { n: 2 },
    ]);
  });

  test("a legacy table with nothing pending is carried over all the same", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(`
      CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TIMESTAMP NOT NULL);
      INSERT INTO schema_version VALUES (1, '2025-03-01 10:20:30');
      CREATE TABLE a (id INTEGER PRIMARY KEY);`);
    const manager = new SchemaManager(connection, { 1: table("a") });

    expect((await manager.migrateToLatest()).steps).toEqual([]);

    expect(await database.look("SELECT module, version FROM schema_migrations")).toMatchObject([
      { module: "main", version: "1" },
    ]);
  });

  test("with several modules somebody must say whose versions a legacy table holds", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(`
      CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TIMESTAMP NOT NULL);
      INSERT INTO schema_version VALUES (1, '2025-03-01 10:20:30');
      CREATE TABLE a (id INTEGER PRIMARY KEY);`);
    const registry = new SchemaRegistry();
    registry.registerSchema("first", "core")({ 1: table("a") });
    registry.registerSchema("second", "core")({ 1: table("b") });

    await expect(registry.applyCoreSchemas(connection)).rejects.toMatchObject({ code: "LEGACY_AMBIGUOUS" });
    expect(await registry.applyCoreSchemas(connection, { journal: { legacyModule: "first" } })).toEqual({
      first: 1,
      second: 1,
    });
  });

  test("the journal of the single-module systems is carried over, rolled back rows included", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(`
      CREATE TABLE schema_migrations (
        version INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT, applied_at TEXT NOT NULL,
        applied_by TEXT, duration_ms INTEGER, checksum TEXT, status TEXT NOT NULL);
      INSERT INTO schema_migrations VALUES
        (1, 'initial', 'first', '2025-10-06T08:00:00.000Z', 'ann', 12, 'abc', 'applied'),
        (2, 'indices', NULL, '2025-10-07T08:00:00.000Z', 'ann', 3, 'def', 'rolled_back');
      CREATE TABLE a (id INTEGER PRIMARY KEY);`);
    const manager = new SchemaManager(connection, { 1: table("a"), 2: table("b") });

    await manager.migrateToLatest();

    expect(await names(database)).toEqual(["1 applied", "2 applied"]);
    expect(
      await database.look("SELECT applied_by, duration_ms FROM schema_migrations WHERE version = '1'"),
    ).toMatchObject([{ applied_by: "ann", duration_ms: 12 }]);
    expect(await database.look("SELECT count(*) AS n FROM schema_migrations_before_tenon")).toMatchObject([
      { n: 2 },
    ]);
  });
});
