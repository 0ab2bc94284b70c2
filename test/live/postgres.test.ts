import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect, SchemaManager } from "../../src/index.js";
import { postgresDatabase, postgresWitness } from "../servers/postgres.js";
import { engines } from "./engines.js";

const many = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [
    index + 1,
    {
      name: `Table ${index + 1}`,
      up: `CREATE TABLE t${index + 1} (id int); INSERT INTO t${index + 1} VALUES (1)`,
    },
  ]),
);

/** Every version is applied once, and every table has its one row. */
async function expectWhole(url: string): Promise<void> {
  const witness = await postgresWitness(url);
  const { rows } = await witness.query("SELECT status, count(*) AS n FROM schema_migrations GROUP BY status");
  expect(rows).toEqual([{ status: "applied", n: 12 }]);
  for (const version of Object.keys(many)) {
    expect((await witness.query(`SELECT count(*) AS n FROM t${version}`)).rows).toEqual([{ n: 1 }]);
  }
  const left = await witness.query(
    "SELECT count(*) FILTER (WHERE locktype = 'advisory') AS locks FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  );
  expect(left.rows).toEqual([{ locks: 0 }]);
}

test("several sessions that migrate at once apply each version once", async () => {
  const url = await postgresDatabase();
  const runs = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const connection = await connect(url);
      const { steps } = await new SchemaManager(connection, many).migrateToLatest();
      await connection.close();
      return steps.length;
    }),
  );
  expect(runs.reduce((sum, steps) => sum + steps, 0)).toBe(12);
  await expectWhole(url);
});

test("sessions that are ended at any moment leave nothing half done, and the next run goes on", async () => {
  const url = await postgresDatabase();
  const witness = await postgresWitness(url);
  let ended = 0;
  for (let round = 0; ; round++) {
    const connection = await connect(url, { applicationName: "doomed" });
    const running = new SchemaManager(connection, many).migrateToLatest().then(
      ({ steps }) => steps.length,
      () => undefined,
    );
    // Later in every round, so that each moment of a run comes once.
    if (round < 25)
      setTimeout(
        () =>
          void witness.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'",
          ),
        round,
      );
    const done = await running;
    await connection.close();
    if (done === undefined) ended++;
    if (round >= 25 && done !== undefined) break;
  }
  expect(ended).toBeGreaterThan(0);
  await expectWhole(url);
});

test("a pool of the application is asked for one client, and has it back without lock, transaction or setting", async () => {
  const url = await postgresDatabase();
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  onTestFinished(() => pool.end());
  const connection = await connect(pool);
  const manager = new SchemaManager(connection, {
    1: {
      name: "Fine",
      up: "SET search_path = pg_catalog; SET statement_timeout = 0; CREATE TABLE public.a (id int)",
    },
    2: { name: "Wrong", up: "CREATE TABLE b (id int); SELECT nope" },
  });
  await expect(manager.migrateToLatest()).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
  await connection.close();
  expect(pool).toMatchObject({ totalCount: 1, idleCount: 1 });
  const { rows } = await pool.query(`SELECT
    (SELECT count(*) FROM pg_settings WHERE source = 'session')::int AS settings,
    (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory')::int AS locks,
    to_regclass('a') AS a, to_regclass('b') AS b`);
  expect(rows).toEqual([{ settings: 0, locks: 0, a: "a", b: null }]);
});

test("an index whose concurrent build failed is built again by the next run, from where the script stopped", async () => {
  const url = await postgresDatabase();
  const connection = await connect(url);
  onTestFinished(() => connection.close());
  const manager = () =>
    new SchemaManager(connection, {
      1: { name: "Notes", up: "CREATE TABLE notes (id int); INSERT INTO notes VALUES (1), (1)" },
      2: {
        name: "Index",
        up: `-- tenon: no-transaction
          ALTER TABLE notes ADD COLUMN body text;
          CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS notes_id ON notes (id);
          CREATE INDEX CONCURRENTLY notes_body ON notes (body)`,
      },
    });
  await expect(manager().migrateToLatest()).rejects.toMatchObject({ code: "MIGRATION_FAILED" });
  const witness = await postgresWitness(url);
  await witness.query("DELETE FROM notes");

  await manager().migrateToLatest();

  const { rows } = await witness.query(
    "SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = 'notes'::regclass ORDER BY 1",
  );
  expect(rows).toEqual([
    { name: "notes_body", valid: true },
    { name: "notes_id", valid: true },
  ]);
});

test("a lock timeout is tried again until the table is free", async () => {
  const url = await postgresDatabase();
  const connection = await connect(url, { lockTimeoutMs: 30 });
  onTestFinished(() => connection.close());
  const witness = await postgresWitness(url);
  await witness.query("CREATE TABLE notes (id int)");
  await witness.query("BEGIN; LOCK TABLE notes");
  const retried: string[] = [];
  const manager = new SchemaManager(
    connection,
    { 1: { name: "Column", up: "ALTER TABLE notes ADD COLUMN body text" } },
    {
      onEvent: (event) => {
        if (event.kind !== "step-retried") return;
        retried.push(event.error.message);
        void witness.query("COMMIT");
      },
    },
  );
  await manager.migrateToLatest();
  expect(retried).toEqual([expect.stringContaining("lock timeout")]);
});

describe.each(engines.filter((each) => each.engine === "postgres"))(
  "PostgreSQL's own ways on $name",
  (engine) => {
    test("an error is placed at its line and column, also in the middle of a script", async () => {
      const database = await engine.create();
      const manager = new SchemaManager(await database.connect(), {
        1: {
          name: "Wrong",
          up: "CREATE TABLE a (id int);\n\n  CREATE TABLE b (\n    id int,\n    x nope\n  );\nSELECT 1",
        },
      });
      await expect(manager.migrateToLatest()).rejects.toMatchObject({
        code: "MIGRATION_FAILED",
        where: { version: "1", line: 5, column: 7 },
        message: expect.stringContaining('type "nope" does not exist'),
      });
      expect(await database.look("SELECT to_regclass('a') AS a")).toEqual([{ a: null }]);
    });

    test("a value added to an enum and used at once is refused with the way around it", async () => {
      const database = await engine.create();
      const manager = new SchemaManager(await database.connect(), {
        1: { name: "Mood", up: "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE people (feels mood)" },
        2: { name: "Better", up: "ALTER TYPE mood ADD VALUE 'fine'; INSERT INTO people VALUES ('fine')" },
      });
      await expect(manager.migrateToLatest()).rejects.toMatchObject({
        hint: expect.stringContaining("migration of its own"),
      });
    });

    test("a search path that a migration sets and leaves does not reach the next one, nor the journal", async () => {
      const database = await engine.create();
      const connection = await database.connect();
      const manager = new SchemaManager(connection, {
        1: { name: "App", up: "CREATE SCHEMA app; SET search_path = app; CREATE TABLE notes (id int)" },
        2: {
          name: "Dump",
          up: "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.dumped (id int)",
        },
        3: { name: "Plain", up: "CREATE TABLE plain (id int)" },
      });
      await manager.migrateToLatest();
      expect(
        await database.look(
          "SELECT to_regclass('app.notes')::text AS notes, to_regclass('public.plain')::text AS plain, to_regclass('public.schema_migrations') IS NOT NULL AS journal",
        ),
      ).toEqual([{ notes: "app.notes", plain: "plain", journal: true }]);
      expect(await connection.query("SELECT current_schema()::text AS name")).toEqual([{ name: "public" }]);
    });

    test("TRUNCATE … CASCADE and DROP … CASCADE take nothing that the migration does not name", async () => {
      const database = await engine.create();
      const connection = await database.connect();
      const base = {
        1: {
          name: "Base",
          up: `CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (user_id int REFERENCES users);
          CREATE VIEW recent AS SELECT * FROM orders; INSERT INTO users VALUES (1); INSERT INTO orders VALUES (1), (1)`,
        },
      };
      const second = (up: string, allowLoss: string[] = []) =>
        new SchemaManager(connection, { ...base, 2: { name: "Second", up, allowLoss } }).migrateToLatest();
      await expect(second("TRUNCATE users CASCADE")).rejects.toMatchObject({
        code: "ROWS_LOST",
        message: expect.stringContaining("2 of 2 rows of orders"),
      });
      await expect(second("DROP TABLE orders CASCADE")).rejects.toMatchObject({
        code: "OBJECTS_LOST",
        where: { object: "recent" },
      });
      expect(await database.look("SELECT count(*)::int AS n FROM recent")).toEqual([{ n: 2 }]);
      await second("DROP TABLE orders CASCADE", ["recent"]);
      expect(await database.look("SELECT to_regclass('recent') AS view")).toEqual([{ view: null }]);
    });
  },
);
