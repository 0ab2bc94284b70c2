import { describe, expect, test } from "vitest";
import { type RunEvent, SchemaManager } from "../../src/index.js";
import { engines, sqliteEngines } from "./engines.js";

const table = (name: string) => ({
  name,
  up: `CREATE TABLE ${name} (id INTEGER PRIMARY KEY)`,
  down: `DROP TABLE ${name}`,
});

describe.each(engines)("failures on $name", (engine) => {
  test("what ran before a failing migration stays, and the failing one leaves only its failed row", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: table("a"),
      2: { name: "breaks", up: ["CREATE TABLE half (id INTEGER)", "INSERT INTO no_such_table VALUES (1)"] },
      3: table("c"),
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      where: { module: "main", version: "2" },
    });

    expect(await connection.tableExists("a")).toBe(true);
    expect(await connection.tableExists("half")).toBe(false);
    expect(await connection.tableExists("c")).toBe(false);
    expect(connection.inTransaction).toBe(false);
    const rows = await database.look("SELECT version, status, error FROM schema_migrations ORDER BY version");
    expect(rows).toMatchObject([
      { version: "1", status: "applied" },
      { version: "2", status: "failed", error: expect.stringContaining("no_such_table") },
    ]);
  });

  test("a failed migration is tried again once it was corrected", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await expect(
      new SchemaManager(connection, { 1: { name: "breaks", up: "CREATE TABEL a (id)" } }).migrateToLatest(),
    ).rejects.toMatchObject({ code: "MIGRATION_FAILED" });

    await new SchemaManager(connection, { 1: table("a") }).migrateToLatest();

    expect(await database.look("SELECT status, error FROM schema_migrations")).toMatchObject([
      { status: "applied", error: null },
    ]);
  });

  test("a verification that finds a row rolls the migration back", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: {
        name: "Orders",
        up: [
          "CREATE TABLE orders (id INTEGER PRIMARY KEY, total INTEGER)",
          "INSERT INTO orders VALUES (1, -5)",
        ],
        verify: ["SELECT id FROM orders WHERE total < 0"],
      },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({ code: "VERIFY_FAILED" });
    expect(await connection.tableExists("orders")).toBe(false);
  });

  test("a failing rollback changes nothing", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: { ...table("a"), down: ["DROP TABLE a", "DROP TABLE never_there"] },
    });
    await manager.migrateToLatest();

    await expect(manager.rollbackToVersion(0)).rejects.toMatchObject({ code: "MIGRATION_FAILED" });

    expect(await connection.tableExists("a")).toBe(true);
    expect(await manager.getCurrentVersion()).toBe(1);
  });

  test("events tell every step, its failure and nothing after it", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const events: RunEvent[] = [];
    const manager = new SchemaManager(
      connection,
      { 1: table("a"), 2: { name: "breaks", up: "SELECT * FROM nothing_here" }, 3: table("c") },
      { onEvent: (event) => events.push(event) },
    );

    await expect(manager.migrateToLatest()).rejects.toThrow();

    expect(
      events.map((event) => ("step" in event ? `${event.kind} ${event.step.version}` : event.kind)),
    ).toEqual(["step-started 1", "step-finished 1", "step-started 2", "step-failed 2"]);
  });

  test("a script without a transaction goes on after the last finished statement", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const versions = (second: string) => ({
      1: {
        name: "Long",
        noTransaction: true,
        up: [
          "CREATE TABLE log (n INTEGER)",
          "INSERT INTO log VALUES (1)",
          second,
          "INSERT INTO log VALUES (3)",
        ],
      },
    });
    const broken = new SchemaManager(connection, versions("INSERT INTO missing VALUES (2)"));
    await expect(broken.migrateToLatest()).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
    expect(await database.look("SELECT n FROM log")).toMatchObject([{ n: 1 }]);

    await new SchemaManager(connection, versions("INSERT INTO log VALUES (2)")).migrateToLatest();

    expect(await database.look("SELECT n FROM log ORDER BY n")).toMatchObject([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(await database.look("SELECT status FROM schema_migrations")).toMatchObject([
      { status: "applied" },
    ]);
  });

  test("a script without a transaction is not resumed when its finished part was changed", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const versions = (first: string, second: string) => ({
      1: { name: "Long", noTransaction: true, up: [first, second] },
    });
    const broken = new SchemaManager(
      connection,
      versions("CREATE TABLE log (n INTEGER)", "INSERT INTO missing VALUES (2)"),
    );
    await expect(broken.migrateToLatest()).rejects.toMatchObject({ code: "MIGRATION_FAILED" });

    const changed = new SchemaManager(
      connection,
      versions("CREATE TABLE log (m INTEGER)", "INSERT INTO log VALUES (2)"),
    );
    await expect(changed.migrateToLatest()).rejects.toMatchObject({ code: "CHECKSUM_MISMATCH" });
    expect(await changed.forgetProgress()).toHaveLength(1);
  });
});

describe.each(sqliteEngines)("failures of SQLite's own on $name", (engine) => {
  test("a conflict that makes SQLite roll back the whole transaction is told as it is, and the next run goes on", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const warnings: string[] = [];
    const versions = (conflict: string) => ({
      1: { name: "One", up: ["CREATE TABLE one (id INTEGER PRIMARY KEY)", "INSERT INTO one VALUES (1)"] },
      2: { name: "Two", up: [`INSERT OR ${conflict} INTO one VALUES (1)`] },
    });
    const manager = new SchemaManager(connection, versions("ROLLBACK"), {
      onEvent: (event) => event.kind === "warning" && warnings.push(event.message),
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      where: { version: "2" },
    });

    expect(connection.inTransaction).toBe(false);
    expect(warnings).toEqual([expect.stringContaining("took back the whole run")]);
    expect(await connection.tableExists("one")).toBe(false);
    expect(await database.look("SELECT version, status FROM schema_migrations")).toMatchObject([
      { version: "2", status: "failed" },
    ]);
    await new SchemaManager(connection, versions("IGNORE")).migrateToLatest();
    expect(await database.look("SELECT id FROM one")).toMatchObject([{ id: 1 }]);
  });
});
