import { describe, expect, test } from "vitest";
import { type Connection, defineModule, SchemaManager } from "../../src/index.js";
import { type Drizzle, drizzles } from "../autogenerate/drizzles.js";
import { comparedEngines, type LiveEngine } from "./engines.js";

// What hosts that bring tables to a database by themselves are known to lose: each arrives, and follows when it is changed.

const shared = comparedEngines.filter(({ name }) => name === "SQLite file" || name === "PostgreSQL");
const servers = shared.filter(({ engine }) => engine === "postgres");
const cases = (engines: readonly LiveEngine[]) =>
  engines.flatMap((engine) =>
    drizzles.map((drizzle) => [engine.name, drizzle.version, engine, drizzle] as const),
  );

const follow = (connection: Connection, tables: Record<string, unknown>, allowLoss: readonly string[] = []) =>
  new SchemaManager(connection, defineModule("host", "core", {}, { tables })).migrateToLatest({ allowLoss });

/** Notes with their ids, in the words of each engine. */
function notesOf({ engine }: LiveEngine, { lite, pg }: Drizzle) {
  return engine === "sqlite"
    ? lite.sqliteTable("notes", { id: lite.integer().primaryKey(), size: lite.integer() })
    : pg.pgTable("notes", { id: pg.integer().primaryKey(), size: pg.integer() });
}

describe.each(cases(shared))("on %s, Drizzle %s,", (_, __, engine, drizzle) => {
  const { lite, pg, sql } = drizzle;
  const isSqlite = engine.engine === "sqlite";

  test("a view is created, changed, and goes when it is asked for no more", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const notes = notesOf(engine, drizzle);
    const largeNotes = (limit: number) =>
      isSqlite
        ? lite.sqliteView("large").as((query) =>
            query
              .select()
              .from(notes as never)
              .where(sql`size > ${limit}`),
          )
        : pg.pgView("large").as((query) =>
            query
              .select()
              .from(notes as never)
              .where(sql`size > ${limit}`),
          );
    const ids = async () => (await database.look("SELECT id FROM large ORDER BY id")).map((row) => row["id"]);

    await follow(connection, { notes, large: largeNotes(10) });
    await connection.execute("INSERT INTO notes VALUES (1, 5), (2, 50)");
    expect(await ids()).toEqual([2]);
    await follow(connection, { notes, large: largeNotes(1) });
    expect(await ids()).toEqual([1, 2]);
    await follow(connection, { notes });
    await expect(ids()).rejects.toThrow(/large/);
    expect(await database.look("SELECT id FROM notes")).toHaveLength(2);
  });

  test("a generated column is created, and computes anew when its expression is changed", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const tables = (factor: number) => {
      const twice = sql.raw(`"size" * ${factor}`);
      return isSqlite
        ? {
            notes: lite.sqliteTable("notes", {
              id: lite.integer().primaryKey(),
              size: lite.integer(),
              more: lite.integer().generatedAlwaysAs(twice),
            }),
          }
        : {
            notes: pg.pgTable("notes", {
              id: pg.integer().primaryKey(),
              size: pg.integer(),
              more: pg.integer().generatedAlwaysAs(twice),
            }),
          };
    };
    await follow(connection, tables(2));
    await connection.execute("INSERT INTO notes (id, size) VALUES (1, 5)");
    expect(await database.look("SELECT more FROM notes")).toEqual([{ more: 10 }]);
    await follow(connection, tables(3));
    expect(await database.look("SELECT size, more FROM notes")).toEqual([{ size: 5, more: 15 }]);
  });

  test("a CHECK is created, changed and taken away", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const tables = (limit?: number) => {
      const checks = limit === undefined ? [] : [limit];
      return isSqlite
        ? {
            notes: lite.sqliteTable(
              "notes",
              { id: lite.integer().primaryKey(), size: lite.integer() },
              (table) => checks.map((each) => lite.check("size_fits", sql`${table.size} <= ${each}`)),
            ),
          }
        : {
            notes: pg.pgTable("notes", { id: pg.integer().primaryKey(), size: pg.integer() }, (table) =>
              checks.map((each) => pg.check("size_fits", sql`${table.size} <= ${each}`)),
            ),
          };
    };
    await follow(connection, tables(10));
    await connection.execute("INSERT INTO notes VALUES (1, 10)");
    await expect(connection.execute("INSERT INTO notes VALUES (2, 11)")).rejects.toMatchObject({
      code: "SQL_FAILED",
    });
    await follow(connection, tables(20));
    await connection.execute("INSERT INTO notes VALUES (2, 11)");
    await expect(follow(connection, tables(5))).rejects.toMatchObject({
      code: expect.stringMatching(/CHANGE_BLOCKED|MIGRATION_FAILED/),
    });
    await expect(connection.execute("INSERT INTO notes VALUES (3, 21)")).rejects.toMatchObject({
      code: "SQL_FAILED",
    });
    await follow(connection, tables());
    await connection.execute("INSERT INTO notes VALUES (3, 21)");
    expect(await database.look("SELECT id FROM notes")).toHaveLength(3);
  });

  test("a primary key is changed, with every row kept", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const tables = (columns: readonly ("a" | "b")[]) =>
      isSqlite
        ? {
            pairs: lite.sqliteTable(
              "pairs",
              { a: lite.integer().notNull(), b: lite.integer().notNull() },
              (table) => [lite.primaryKey({ columns: columns.map((name) => table[name]) as never })],
            ),
          }
        : {
            pairs: pg.pgTable("pairs", { a: pg.integer().notNull(), b: pg.integer().notNull() }, (table) => [
              pg.primaryKey({ columns: columns.map((name) => table[name]) as never }),
            ]),
          };
    await follow(connection, tables(["a"]));
    await connection.execute("INSERT INTO pairs VALUES (1, 1), (2, 1)");
    await expect(connection.execute("INSERT INTO pairs VALUES (1, 2)")).rejects.toMatchObject({
      code: "SQL_FAILED",
    });
    await follow(connection, tables(["a", "b"]));
    await connection.execute("INSERT INTO pairs VALUES (1, 2)");
    await expect(connection.execute("INSERT INTO pairs VALUES (1, 2)")).rejects.toMatchObject({
      code: "SQL_FAILED",
    });
    expect(await database.look("SELECT a, b FROM pairs ORDER BY a, b")).toEqual([
      { a: 1, b: 1 },
      { a: 1, b: 2 },
      { a: 2, b: 1 },
    ]);
  });

  test("a column that somebody dropped by hand is noticed, and is there again", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(
      connection,
      defineModule("host", "core", {}, { tables: { notes: notesOf(engine, drizzle) } }),
    );
    await manager.migrateToLatest();
    await connection.execute("INSERT INTO notes VALUES (1, 5)");
    await connection.execute("ALTER TABLE notes DROP COLUMN size");

    expect(await manager.needsMigration()).toBe(true);
    const { steps } = await manager.migrateToLatest();

    expect(steps).toHaveLength(1);
    expect(await database.look("SELECT id, size FROM notes")).toEqual([{ id: 1, size: null }]);
  });

  test("a second module's table of the same name is refused, with the names of both", async () => {
    const connection = await (await engine.create()).connect();
    await follow(connection, { notes: notesOf(engine, drizzle) });
    const other = isSqlite
      ? lite.sqliteTable("notes", { id: lite.integer().primaryKey(), colour: lite.text() })
      : pg.pgTable("notes", { id: pg.integer().primaryKey(), colour: pg.text() });
    const guest = new SchemaManager(connection, defineModule("guest", "plugin", {}, { tables: { other } }));

    await expect(guest.migrateToLatest()).rejects.toMatchObject({
      code: "OBJECT_TAKEN",
      message: expect.stringMatching(/host and guest .* named notes/),
    });
    expect((await connection.getTableInfo("notes")).map((column) => column.name)).toEqual(["id", "size"]);
  });
});

describe.each(cases(servers))("on %s, Drizzle %s,", (_, __, engine, { pg, sql }) => {
  test("a column becomes an identity that goes on after the highest row, changes, and is one no more", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const notes = (id: unknown) => ({
      notes: pg.pgTable("notes", { id: id as ReturnType<typeof pg.integer>, size: pg.integer() }),
    });
    await follow(connection, notes(pg.integer().primaryKey()));
    await connection.execute("INSERT INTO notes VALUES (7, 1)");

    await follow(connection, notes(pg.integer().primaryKey().generatedByDefaultAsIdentity({ startWith: 8 })));
    await connection.execute("INSERT INTO notes (size) VALUES (2)");
    await follow(
      connection,
      notes(pg.integer().primaryKey().generatedAlwaysAsIdentity({ startWith: 8, increment: 10 })),
    );
    await connection.execute("INSERT INTO notes (size) VALUES (3)");
    expect(await database.look("SELECT id FROM notes ORDER BY size")).toEqual([
      { id: 7 },
      { id: 8 },
      { id: 18 },
    ]);
    await expect(connection.execute("INSERT INTO notes VALUES (9, 4)")).rejects.toMatchObject({
      code: "SQL_FAILED",
    });
    await follow(connection, notes(pg.integer().primaryKey()));
    await connection.execute("INSERT INTO notes VALUES (9, 4)");
    expect(
      await database.look(
        "SELECT attidentity::text AS kind FROM pg_attribute WHERE attrelid = 'notes'::regclass AND attname = 'id'",
      ),
    ).toEqual([{ kind: "" }]);
  });

  test("a policy is created, changed and taken away, and row security with the last that the module declared", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const tables = (limit?: number) => ({
      notes: pg.pgTable("notes", { id: pg.integer().primaryKey() }, (table) =>
        limit === undefined
          ? []
          : [pg.pgPolicy("low", { for: "select", using: sql`${table.id} < ${limit}` })],
      ),
    });
    const policies = () => database.look("SELECT qual FROM pg_policies");
    const secured = () => database.look("SELECT relrowsecurity AS is FROM pg_class WHERE relname = 'notes'");
    await follow(connection, tables(5));
    expect([await policies(), await secured()]).toEqual([[{ qual: "(id < 5)" }], [{ is: true }]]);
    await follow(connection, tables(9));
    expect(await policies()).toEqual([{ qual: "(id < 9)" }]);
    await follow(connection, tables());
    expect([await policies(), await secured()]).toEqual([[], [{ is: false }]]);
  });

  test("a timestamp becomes one with a time zone, and another precision, with the moment of each row kept", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.execute("SET TimeZone = 'UTC'");
    const tables = (config: { withTimezone?: boolean; precision?: 3 | 6 }) => ({
      notes: pg.pgTable("notes", { id: pg.integer().primaryKey(), at: pg.timestamp(config).defaultNow() }),
    });
    await follow(connection, tables({}));
    await connection.execute("INSERT INTO notes VALUES (1, '2024-02-29 12:30:00.5')");

    await follow(connection, tables({ withTimezone: true }));

    const read =
      "SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'notes'::regclass AND attname = 'at'";
    const moment = "SELECT (at AT TIME ZONE 'UTC')::text AS at FROM notes";
    expect(await database.look(read)).toEqual([{ type: "timestamp with time zone" }]);
    expect(await database.look(moment)).toEqual([{ at: "2024-02-29 12:30:00.5" }]);
    await follow(connection, tables({ withTimezone: true, precision: 3 }));
    expect(await database.look(read)).toEqual([{ type: "timestamp(3) with time zone" }]);
    expect(await database.look(moment)).toEqual([{ at: "2024-02-29 12:30:00.5" }]);
  });
});
