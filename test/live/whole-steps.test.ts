// Steps that go to PostgreSQL in one piece: the row and the COMMIT of the one before, BEGIN, the look at the journal, all statements.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Connection, defineModule, type RunEvent, SchemaManager } from "../../src/index.js";
import { engines, temporaryFolder } from "./engines.js";

const postgresEngines = engines.filter(({ engine }) => engine === "postgres");

const table = (name: string) => ({
  name,
  up: [`CREATE TABLE ${name} (id INTEGER PRIMARY KEY)`, `CREATE INDEX ${name}_by_id ON ${name} (id)`],
  down: `DROP TABLE ${name}`,
});

/** The same connection, with the number of its round trips. */
function countingTrips(connection: Connection) {
  let trips = 0;
  const counted = new Proxy(connection, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      if (["query", "execute", "executeScript", "executeBatch"].includes(String(property))) {
        return (...given: unknown[]) => {
          trips++;
          return Reflect.apply(value, target, given);
        };
      }
      return value.bind(target);
    },
  });
  return { connection: counted, trips: () => trips };
}

async function tripsOf(connection: Connection, work: (connection: Connection) => Promise<unknown>) {
  const counted = countingTrips(connection);
  await work(counted.connection);
  return counted.trips();
}

describe.each(postgresEngines)("steps in one piece on $name", (engine) => {
  test("each further one costs one round trip", async () => {
    const versions = (from: number, to: number) =>
      Object.fromEntries(
        Array.from({ length: to - from + 1 }, (_, index) => [from + index, table(`t${from + index}`)]),
      );
    const database = await engine.create();
    const connection = await database.connect();

    await new SchemaManager(connection, versions(1, 1)).migrateToLatest();
    const ofTwo = await tripsOf(connection, (each) =>
      new SchemaManager(each, versions(1, 3)).migrateToLatest(),
    );
    const ofTwelve = await tripsOf(connection, (each) =>
      new SchemaManager(each, versions(1, 15)).migrateToLatest(),
    );

    expect(ofTwelve - ofTwo).toBe(10);
    expect(await database.look("SELECT count(*)::int AS rows FROM schema_migrations")).toEqual([
      { rows: 15 },
    ]);
  });

  test("each further one that fills the table which it makes costs one round trip, too", async () => {
    const filled = (number: number) => ({
      name: `t${number}`,
      up: [
        `CREATE TABLE t${number} (id INTEGER PRIMARY KEY, name VARCHAR(20))`,
        `INSERT INTO t${number} (id, name) VALUES (1, lower('A')), (2, 'b')`,
        `UPDATE t${number} SET name = 'c' WHERE id = 2`,
      ],
    });
    const versions = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [index + 1, filled(index + 1)]));
    const database = await engine.create();
    const connection = await database.connect();

    await new SchemaManager(connection, versions(1)).migrateToLatest();
    const ofTwo = await tripsOf(connection, (each) => new SchemaManager(each, versions(3)).migrateToLatest());
    const ofTwelve = await tripsOf(connection, (each) =>
      new SchemaManager(each, versions(15)).migrateToLatest(),
    );

    expect(ofTwelve - ofTwo).toBe(10);
    expect(await database.look("SELECT id, name FROM t9 ORDER BY id")).toEqual([
      { id: 1, name: "a" },
      { id: 2, name: "c" },
    ]);
  });

  const tables = [
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    "CREATE TABLE other (id INTEGER PRIMARY KEY)",
    "INSERT INTO parent VALUES (1)",
    "INSERT INTO other VALUES (1)",
  ];
  const ways = [
    {
      way: "a key that deletes",
      made: "CREATE TABLE child (id INTEGER REFERENCES parent (id) ON DELETE CASCADE); INSERT INTO child VALUES (1)",
      losing: "DELETE FROM parent",
    },
    {
      way: "a key that clears",
      made: "CREATE TABLE child (id INTEGER REFERENCES parent (id) ON DELETE SET NULL); INSERT INTO child VALUES (1)",
      losing: "DELETE FROM parent",
    },
    {
      way: "a trigger",
      made: `CREATE FUNCTION clear() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM other; RETURN NULL; END $$;
        CREATE TRIGGER clearing AFTER INSERT ON parent FOR EACH ROW EXECUTE FUNCTION clear()`,
      losing: "INSERT INTO parent VALUES (2)",
    },
    {
      way: "a function",
      made: "CREATE FUNCTION cleared() RETURNS INTEGER LANGUAGE sql AS $$ DELETE FROM other RETURNING id $$",
      losing: "INSERT INTO parent VALUES (cleared() + 1)",
    },
    {
      way: "a rule",
      made: "CREATE RULE clearing AS ON INSERT TO parent DO ALSO DELETE FROM other",
      losing: "INSERT INTO parent VALUES (2)",
    },
    {
      way: "a view",
      made: `CREATE VIEW shown AS SELECT * FROM parent;
        CREATE FUNCTION clear() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM other; RETURN NULL; END $$;
        CREATE TRIGGER clearing INSTEAD OF INSERT ON shown FOR EACH ROW EXECUTE FUNCTION clear()`,
      losing: "INSERT INTO shown VALUES (2)",
    },
  ];

  test.each(ways)(
    "what a step loses through $way is refused, made in an earlier step",
    async ({ made, losing }) => {
      const database = await engine.create();
      const connection = await database.connect();
      const manager = new SchemaManager(connection, {
        1: table("first"),
        2: { name: "tables", up: [tables.join(";"), made] },
        3: { name: "loses", up: ["CREATE TABLE more (id INTEGER)", losing] },
      });

      await expect(manager.migrateToLatest()).rejects.toMatchObject({
        code: "ROWS_LOST",
        where: { version: "3", line: 1 },
      });
      expect(await database.look("SELECT count(*)::int AS rows FROM other")).toEqual([{ rows: 1 }]);
      expect(await connection.tableExists("more")).toBe(false);
    },
  );

  test.each(ways)(
    "what a step loses through $way is refused, made in the step itself",
    async ({ made, losing }) => {
      const database = await engine.create();
      const connection = await database.connect();
      const manager = new SchemaManager(connection, {
        1: table("first"),
        2: { name: "loses", up: [tables.join(";"), made, losing] },
      });

      await expect(manager.migrateToLatest()).rejects.toMatchObject({
        code: "ROWS_LOST",
        where: { version: "2" },
      });
      expect(await connection.tableExists("parent")).toBe(false);
    },
  );

  test("a deferred key that a step leaves broken is told as the step's, in the middle of a run", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const child = "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)";
    const manager = new SchemaManager(connection, {
      1: table("first"),
      2: { name: "tables", up: ["CREATE TABLE parent (id INTEGER PRIMARY KEY)", child] },
      3: { name: "mends", up: ["INSERT INTO child VALUES (1)", "INSERT INTO parent VALUES (1)"] },
      4: { name: "breaks", up: ["INSERT INTO child VALUES (2)"] },
      5: table("last"),
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      where: { version: "4" },
      details: { sqlState: "23503" },
    });
    expect(await database.look("SELECT id FROM child")).toEqual([{ id: 1 }]);
    expect(await connection.tableExists("last")).toBe(false);
  });

  test("a statement in the middle that fails is told with its place, and nothing of its step stays", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const folder = join(temporaryFolder(), "migrations");
    mkdirSync(folder);
    writeFileSync(join(folder, "001_a.sql"), "CREATE TABLE a (id INTEGER);\n");
    writeFileSync(
      join(folder, "002_b.sql"),
      "-- 🙂\nCREATE TABLE b (id INTEGER);\n\nCREATE INDEX b_by_id ON b (id);\nALTER TABLE b\n  ADD COLUMN name no_such_type;\nCREATE TABLE c (id INTEGER);\n",
    );
    writeFileSync(join(folder, "003_d.sql"), "CREATE TABLE d (id INTEGER);\n");
    const events: RunEvent[] = [];
    const module = defineModule("app", "core", {}, { migrations: folder });
    const manager = new SchemaManager(connection, module, { onEvent: (event) => events.push(event) });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      message: expect.stringContaining("no_such_type"),
      where: { module: "app", version: "2", file: join(folder, "002_b.sql"), line: 6, column: 19 },
      details: { sqlState: "42704" },
    });

    expect(events.map(({ kind }) => kind)).toEqual([
      "step-started",
      "step-finished",
      "step-started",
      "step-failed",
    ]);
    expect(connection.inTransaction).toBe(false);
    expect(
      await database.look(
        "SELECT tablename::text AS name FROM pg_tables WHERE tablename IN ('a', 'b', 'c', 'd')",
      ),
    ).toEqual([{ name: "a" }]);
    expect(await database.look("SELECT version, status FROM schema_migrations ORDER BY version")).toEqual([
      { version: "1", status: "applied" },
      { version: "2", status: "failed" },
    ]);

    writeFileSync(join(folder, "002_b.sql"), "CREATE TABLE b (id INTEGER);\n");
    await new SchemaManager(connection, module).migrateToLatest();
    expect(await database.look("SELECT version, status FROM schema_migrations ORDER BY version")).toEqual([
      { version: "1", status: "applied" },
      { version: "2", status: "applied" },
      { version: "3", status: "applied" },
    ]);
  });

  test("text that is no SQL at all fails before anything of the step has run, and with its place", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: table("a"),
      2: { name: "b", up: "CREATE TABLE b (id INTEGER);\nALTER TABLE b ADD COLUMN;" },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      where: { version: "2", line: 2, column: 25 },
      details: { sqlState: "42601" },
    });
    expect(await connection.tableExists("a")).toBe(true);
    expect(await connection.tableExists("b")).toBe(false);
  });

  test("what another process has applied meanwhile is skipped, though no lock has kept it out", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const events: string[] = [];
    const manager = new SchemaManager(
      connection,
      {
        1: {
          name: "the other process",
          up: async (own: Connection) => {
            await own.execute(
              "INSERT INTO schema_migrations (module, version, status, sequence, name, applied_at) VALUES ('main', '3', 'applied', 50, 'b', '2026-01-01T00:00:00.000Z')",
            );
          },
        },
        2: table("a"),
        3: { name: "b", up: "CREATE TABLE IF NOT EXISTS b (id INTEGER)" },
        4: table("c"),
      },
      {
        onEvent: (event) => {
          if ("step" in event) events.push(`${event.kind} ${event.step.version}`);
        },
      },
    );

    const { steps } = await manager.migrateToLatest();

    expect(steps.map(({ version }) => version)).toEqual(["1", "2", "4"]);
    expect(events.filter((event) => event.endsWith(" 3"))).toEqual(["step-started 3", "step-skipped 3"]);
    expect(await connection.tableExists("b")).toBe(false);
    expect(await connection.tableExists("c")).toBe(true);
  });

  test.each([
    { where: "in the middle", versions: { 3: table("c"), 4: table("d") } },
    { where: "at the end", versions: {} },
  ])("a step $where that takes the journal away fails with it", async ({ versions }) => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: table("a"),
      2: { name: "b", up: ["CREATE TABLE b (id INTEGER)", "ALTER TABLE schema_migrations RENAME TO gone"] },
      ...versions,
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({
      where: { module: "main", version: "2" },
    });

    expect(await connection.tableExists("b")).toBe(false);
    expect(await connection.tableExists("c")).toBe(false);
    expect(await database.look("SELECT version, status FROM schema_migrations ORDER BY version")).toEqual([
      { version: "1", status: "applied" },
      { version: "2", status: "failed" },
    ]);
  });

  test.each([
    { where: "in the middle", versions: { 4: table("d"), 5: table("e") } },
    { where: "at the end", versions: {} },
  ])(
    "a step $where whose COMMIT fails is told, and neither it nor a later one stays",
    async ({ versions }) => {
      const database = await engine.create();
      const connection = await database.connect();
      const refusing = `
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$;
      CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON schema_migrations DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.version = '3' AND NEW.status = 'applied') EXECUTE FUNCTION refuse()`;
      const events: string[] = [];
      const manager = new SchemaManager(
        connection,
        {
          1: { name: "refuse", up: (own: Connection) => own.executeScript(refusing) },
          2: table("b"),
          3: table("c"),
          ...versions,
        },
        { onEvent: (event) => events.push(event.kind) },
      );

      await expect(manager.migrateToLatest()).rejects.toMatchObject({
        message: expect.stringContaining("not this one"),
        where: { module: "main", version: "3" },
      });

      expect(events.at(-1)).toBe("step-failed");
      expect(connection.inTransaction).toBe(false);
      expect(await database.look("SELECT version, status FROM schema_migrations ORDER BY version")).toEqual([
        { version: "1", status: "applied" },
        { version: "2", status: "applied" },
        { version: "3", status: "failed" },
      ]);
      expect(
        await database.look(
          "SELECT tablename::text AS name FROM pg_tables WHERE tablename IN ('b', 'c', 'd', 'e')",
        ),
      ).toEqual([{ name: "b" }]);
    },
  );

  test.each(["step-started", "step-finished"] as const)(
    "what has finished stays when a listener throws at the %s of a later step",
    async (kind) => {
      const database = await engine.create();
      const connection = await database.connect();
      const manager = new SchemaManager(
        connection,
        { 1: table("a"), 2: table("b"), 3: table("c"), 4: table("d") },
        {
          onEvent: (event) => {
            if (event.kind === kind && event.step.version === "3") throw new Error("enough");
          },
        },
      );

      await expect(manager.migrateToLatest()).rejects.toThrow("enough");

      expect(connection.inTransaction).toBe(false);
      const applied = kind === "step-started" ? ["1", "2"] : ["1", "2", "3"];
      expect(await database.look("SELECT version, status FROM schema_migrations ORDER BY version")).toEqual(
        applied.map((version) => ({ version, status: "applied" })),
      );
      expect(await connection.tableExists("c")).toBe(applied.includes("3"));

      await new SchemaManager(connection, {
        1: table("a"),
        2: table("b"),
        3: table("c"),
        4: table("d"),
      }).migrateToLatest();
      expect(await database.look("SELECT count(*)::int AS rows FROM schema_migrations")).toEqual([
        { rows: 4 },
      ]);
    },
  );

  test("what a step in one piece made belongs to its module, also when a later one has failed", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: table("a"),
      2: table("b"),
      3: table("c"),
      4: { name: "breaks", up: "ALTER TABLE nowhere ADD COLUMN x INTEGER" },
    });
    await expect(manager.migrateToLatest()).rejects.toMatchObject({ where: { version: "4" } });

    expect(
      await database.look(
        "SELECT name, version FROM schema_migrations_objects WHERE kind = 'table' ORDER BY name",
      ),
    ).toEqual([
      { name: "a", version: "1" },
      { name: "b", version: "2" },
      { name: "c", version: "3" },
    ]);
  });

  test("a script with a COMMIT of its own is refused before anything runs", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, {
      1: table("a"),
      2: { name: "b", up: "CREATE TABLE b (id INTEGER); COMMIT; CREATE TABLE c (id INTEGER)" },
    });

    await expect(manager.migrateToLatest()).rejects.toMatchObject({ code: "TRANSACTION_IN_SCRIPT" });
    expect(await connection.tableExists("a")).toBe(false);
  });

  test("quotes and backslashes in a migration's text stand in the journal as they are", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const up = [
      "CREATE TABLE b (path TEXT DEFAULT E'C:\\\\it''s')",
      `COMMENT ON TABLE b IS 'a \\ and "b" 🙂'`,
    ];
    const down = ["DROP TABLE b"];
    await new SchemaManager(connection, { 1: table("a"), 2: { name: "it's\\", up, down } }).migrateToLatest();

    expect(
      await database.look("SELECT name, up_sql, down_sql FROM schema_migrations WHERE version = '2'"),
    ).toEqual([{ name: "it's\\", up_sql: JSON.stringify(up), down_sql: JSON.stringify(down) }]);
  });
});
