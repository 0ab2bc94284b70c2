import { sql } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { describe, expect, test } from "vitest";
import { type Connection, defineModule, type Module, SchemaManager } from "../../src/index.js";
import { counting } from "./counting.js";
import { comparedEngines, type LiveEngine } from "./engines.js";

interface Shape {
  readonly name?: "text" | "required" | "renamed" | "gone";
  readonly posts?: boolean;
  readonly unique?: boolean;
}

/** A module with users, and posts that belong to them, in the words of each engine. */
function blog({ engine }: Pick<LiveEngine, "engine">, shape: Shape = {}): Module {
  const { name = "text", posts: hasPosts = true, unique = true } = shape;
  const given = name === "renamed" ? "full_name" : "name";
  if (engine === "sqlite") {
    const email = lite.text("email").notNull();
    const label = lite.text(given);
    const users = lite.sqliteTable("users", {
      id: lite.integer("id").primaryKey(),
      email: unique ? email.unique() : email,
      ...(name === "gone" ? {} : { name: name === "required" ? label.notNull().default("nobody") : label }),
    });
    const author = lite.integer("author").notNull();
    const posts = lite.sqliteTable("posts", {
      id: lite.integer("id").primaryKey(),
      author: author.references(() => users.id, { onDelete: "cascade" }),
    });
    return defineModule("blog", "core", {}, { tables: hasPosts ? { posts, users } : { users } });
  }
  const email = pg.text("email").notNull();
  const label = pg.text(given);
  const users = pg.pgTable("users", {
    id: pg.integer("id").primaryKey(),
    email: unique ? email.unique() : email,
    ...(name === "gone" ? {} : { name: name === "required" ? label.notNull().default("nobody") : label }),
  });
  const author = pg.integer("author").notNull();
  const posts = pg.pgTable("posts", {
    id: pg.integer("id").primaryKey(),
    author: author.references(() => users.id, { onDelete: "cascade" }),
  });
  return defineModule("blog", "core", {}, { tables: hasPosts ? { posts, users } : { users } });
}

const fill = `
  INSERT INTO users (id, email, name) VALUES (1, 'ann@example.org', 'Ann'), (2, 'bob@example.org', 'Bob');
  INSERT INTO posts (id, author) VALUES (10, 1), (11, 2);`;

const managerOf = (connection: Connection, module: Module) => new SchemaManager(connection, module);

describe.each(comparedEngines)("sync on $name", (engine) => {
  test("tables are created in the order of their keys and journaled; then one query tells that nothing is left", async () => {
    const database = await engine.create();
    const { connection, sent } = counting(await database.connect());
    const manager = managerOf(connection, blog(engine));

    const first = await manager.migrateToLatest();

    expect(first.steps.map((step) => `${step.module}@${step.version} ${step.name}`)).toEqual(["blog@1 sync"]);
    expect(first.versions).toEqual({ blog: 1 });
    await connection.execute("INSERT INTO users (id, email) VALUES (1, 'ann@example.org')");
    expect(await database.look("SELECT email FROM users")).toEqual([{ email: "ann@example.org" }]);
    const [row] = await manager.getMigrationHistory();
    expect(row?.upSql?.join()).toContain('"posts"');
    expect(row?.downSql?.join()).toContain("DROP TABLE");
    expect((await manager.validateSchema()).problems).toEqual([]);
    const before = sent();
    expect(await manager.migrateToLatest()).toEqual({ steps: [], versions: { blog: 1 } });
    expect(sent() - before).toBe(1);
    expect((await manager.plan()).steps).toEqual([]);
  });

  test("a changed table is changed with every row kept, and rolled back by what the journal has stored", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await managerOf(connection, blog(engine)).migrateToLatest();
    await connection.executeScript(fill);

    const changed = managerOf(connection, blog(engine, { name: "required" }));
    await changed.migrateToLatest();

    expect(await database.look("SELECT id, email, name FROM users ORDER BY id")).toEqual([
      { id: 1, email: "ann@example.org", name: "Ann" },
      { id: 2, email: "bob@example.org", name: "Bob" },
    ]);
    expect((await database.look("SELECT id FROM posts")).length).toBe(2);
    await connection.execute("INSERT INTO users (id, email) VALUES (3, 'cid@example.org')");
    expect(await database.look("SELECT name FROM users WHERE id = 3")).toEqual([{ name: "nobody" }]);
    expect(await changed.getCurrentVersion()).toBe(2);

    await changed.rollbackToVersion(1);

    await connection.execute("INSERT INTO users (id, email) VALUES (4, 'dan@example.org')");
    expect(await database.look("SELECT name FROM users WHERE id = 4")).toEqual([{ name: null }]);
    expect((await database.look("SELECT id FROM posts")).length).toBe(2);
  });

  test("what would lose data is refused with what and why, unless it is allowed by name", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await managerOf(connection, blog(engine)).migrateToLatest();
    await connection.executeScript(fill);
    const smaller = managerOf(connection, blog(engine, { name: "gone", posts: false }));

    const refusal = smaller.migrateToLatest();

    await expect(refusal).rejects.toMatchObject({
      code: "CHANGE_LOSES_DATA",
      where: { module: "blog" },
      message: "All rows of posts are lost (2 rows). The values of users.name are lost (2 values).",
      details: { counts: { posts: 2, "users.name": 2 } },
    });
    expect((await database.look("SELECT id FROM posts")).length).toBe(2);
    await smaller.migrateToLatest({ allowLoss: ["posts", "users.name"] });
    expect((await connection.getTableInfo("users")).map((column) => column.name)).toEqual(["id", "email"]);
    expect(await connection.tableExists("posts")).toBe(false);
  });

  test("a rename is asked about, and what is answered keeps the values", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await managerOf(connection, blog(engine)).migrateToLatest();
    await connection.executeScript(fill);
    const renamed = managerOf(connection, blog(engine, { name: "renamed" }));

    await expect(renamed.migrateToLatest()).rejects.toMatchObject({
      code: "RENAME_AMBIGUOUS",
      hint: expect.stringContaining("--rename users.name:users.full_name"),
    });
    await renamed.migrateToLatest({ renames: ["users.name:users.full_name"] });

    expect(await database.look("SELECT full_name FROM users ORDER BY id")).toEqual([
      { full_name: "Ann" },
      { full_name: "Bob" },
    ]);
    await renamed.rollbackToVersion(1);
    expect(await database.look("SELECT name FROM users ORDER BY id")).toEqual([
      { name: "Ann" },
      { name: "Bob" },
    ]);
  });

  test("a column that somebody dropped by hand is noticed and comes back", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = managerOf(connection, blog(engine));
    await manager.migrateToLatest();
    await connection.executeScript(fill);
    await connection.execute("ALTER TABLE users DROP COLUMN name");

    expect(await manager.needsMigration()).toBe(true);
    await manager.migrateToLatest();

    expect((await connection.getTableInfo("users")).map((column) => column.name)).toContain("name");
    expect((await database.look("SELECT id FROM users")).length).toBe(2);
    expect(await manager.needsMigration()).toBe(false);
  });

  test("tables of others, and what is none of the module's business, stay as they are", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(`
      CREATE TABLE theirs (id INTEGER PRIMARY KEY, note TEXT);
      INSERT INTO theirs VALUES (1, 'keep');
      CREATE VIEW their_view AS SELECT note FROM theirs;`);

    await managerOf(connection, blog(engine)).migrateToLatest();

    expect(await database.look("SELECT note FROM their_view")).toEqual([{ note: "keep" }]);
  });

  test("a second module that wants the same table is refused with the names of both", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await managerOf(connection, blog(engine)).migrateToLatest();
    const shop = defineModule("shop", "plugin", {}, tablesOf(engine));

    await expect(managerOf(connection, shop).migrateToLatest()).rejects.toMatchObject({
      code: "OBJECT_TAKEN",
      message: expect.stringMatching(/blog.*shop.*users/),
    });

    const notes = defineModule(
      "notes",
      "core",
      {},
      {
        1: { name: "Notes", up: "CREATE TABLE notes (id INTEGER PRIMARY KEY)", down: "DROP TABLE notes" },
      },
    );
    await managerOf(connection, notes).migrateToLatest();
    const other = defineModule("other", "plugin", {}, tablesOf(engine, "notes"));
    await expect(managerOf(connection, other).migrateToLatest()).rejects.toMatchObject({
      code: "OBJECT_TAKEN",
      message: expect.stringMatching(/notes and other/),
    });
  });

  test("two tables of one name in one module are refused, for one of them would be lost", async () => {
    const connection = await (await engine.create()).connect();
    const [one, two] = [tablesOf(engine).tables.table, tablesOf(engine).tables.table];

    const refusal = managerOf(connection, defineModule("blog", "core", {}, { tables: { one, two } })).sync();

    await expect(refusal).rejects.toMatchObject({
      code: "MODULE_INVALID",
      message: "Two tables of this module have the name users.",
      where: { module: "blog", object: "users" },
    });
    expect(await connection.tableExists("users")).toBe(false);
  });

  test("a dry run tells the SQL and writes nothing, not even the journal", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = managerOf(connection, blog(engine));

    const wanted = await manager.sync({ dryRun: true });

    expect(wanted.sql).toMatch(/^-- blog@1\n[\s\S]*CREATE TABLE/);
    expect(wanted.changes.map((change) => change.kind)).toContain("create-table");
    expect(await connection.tableExists("users")).toBe(false);
    expect(await connection.tableExists("schema_migrations")).toBe(false);
    const done = await manager.sync();
    expect(done.steps).toHaveLength(1);
    expect(await manager.sync()).toEqual({ changes: [], hazards: [], notes: [], sql: "", steps: [] });
  });

  test("what the engine does not build is told with its name, its statement and the engine's reason", async () => {
    const connection = await (await engine.create()).connect();
    const tables =
      engine.engine === "sqlite"
        ? {
            view: lite.sqliteView("wrong", {}).as(sql`select nothing from nowhere`),
            ...tablesOf(engine).tables,
          }
        : { view: pg.pgView("wrong", {}).as(sql`select nothing from nowhere`), ...tablesOf(engine).tables };

    await expect(
      managerOf(connection, defineModule("blog", "core", {}, { tables })).sync(),
    ).rejects.toMatchObject({
      code: "SQL_FAILED",
      message: expect.stringMatching(/^wrong cannot be built: .*nowhere/),
      where: { module: "blog", object: "wrong" },
    });
  });

  test("a failing change leaves nothing behind, and the rows that are in its way are told", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await managerOf(connection, blog(engine, { unique: false })).migrateToLatest();
    await connection.executeScript(
      "INSERT INTO users (id, email, name) VALUES (1, 'same', 'a'), (2, 'same', 'b'), (3, 'other', NULL)",
    );

    await expect(managerOf(connection, blog(engine)).migrateToLatest()).rejects.toMatchObject({
      code: engine.engine === "sqlite" ? "CHANGE_BLOCKED" : "MIGRATION_FAILED",
      where: { module: "blog" },
    });
    await expect(
      managerOf(connection, blog(engine, { name: "required", unique: false })).migrateToLatest(),
    ).rejects.toMatchObject({ code: "CHANGE_BLOCKED", message: expect.stringContaining("users.name") });

    expect((await database.look("SELECT id FROM users")).length).toBe(3);
    expect((await managerOf(connection, blog(engine)).getMigrationHistory()).length).toBe(1);
  });
});

function tablesOf({ engine }: Pick<LiveEngine, "engine">, name = "users") {
  return engine === "sqlite"
    ? {
        tables: {
          table: lite.sqliteTable(name, { id: lite.integer("id").primaryKey(), extra: lite.text() }),
        },
      }
    : { tables: { table: pg.pgTable(name, { id: pg.integer("id").primaryKey(), extra: pg.text() }) } };
}

describe.each(comparedEngines.filter(({ engine }) => engine === "postgres"))(
  "types of sync on $name",
  (engine) => {
    const mood = pg.pgEnum("mood", ["sad", "happy"]);
    const host = defineModule("host", "core", {}, { tables: { days: pg.pgTable("days", { mood: mood() }) } });
    const labels = "SELECT string_agg(enumlabel::text, ',' ORDER BY enumsortorder) AS labels FROM pg_enum";

    test("an enum of another module is never changed by one that has another of the same name", async () => {
      const database = await engine.create();
      const connection = await database.connect();
      await managerOf(connection, host).migrateToLatest();
      const other = pg.pgEnum("mood", ["sad", "bright"]);
      const guest = defineModule(
        "guest",
        "core",
        {},
        { tables: { notes: pg.pgTable("notes", { mood: other() }) } },
      );

      await expect(managerOf(connection, guest).migrateToLatest()).rejects.toMatchObject({
        code: "OBJECT_TAKEN",
        message: expect.stringMatching(/host and guest .* mood/),
      });
      expect(await database.look(labels)).toEqual([{ labels: "sad,happy" }]);
    });

    test("an enum that another module lends stays that module's, also when its user has no use for it any more", async () => {
      const database = await engine.create();
      const connection = await database.connect();
      await managerOf(connection, host).migrateToLatest();
      const guest = (notes: ReturnType<typeof pg.pgTable>) =>
        managerOf(connection, defineModule("guest", "plugin", {}, { tables: { notes } }));

      await guest(pg.pgTable("notes", { id: pg.integer(), mood: mood() }) as never).migrateToLatest();
      await guest(pg.pgTable("notes", { id: pg.integer() }) as never).migrateToLatest({
        allowLoss: ["notes.mood"],
      });

      expect(await database.look(labels)).toEqual([{ labels: "sad,happy" }]);
      expect(await managerOf(connection, host).needsMigration()).toBe(false);
    });

    test("names that PostgreSQL would cut to the same one are told apart", async () => {
      const database = await engine.create();
      const connection = await database.connect();
      const parents = pg.pgTable("parents", { id: pg.integer().primaryKey() });
      const long = pg.pgTable("a_very_long_table_name_that_goes_on_and_on_and_on_for_ever", {
        id: pg.integer().primaryKey(),
        first_of_all: pg
          .integer()
          .unique()
          .references(() => parents.id),
        first_of_none: pg
          .integer()
          .unique()
          .references(() => parents.id),
      });
      const manager = managerOf(connection, defineModule("long", "core", {}, { tables: { parents, long } }));

      await manager.migrateToLatest();

      expect(
        await database.look(
          "SELECT count(*)::int AS keys FROM pg_constraint WHERE contype IN ('u', 'f') AND conrelid::regclass::text LIKE 'a_very%'",
        ),
      ).toEqual([{ keys: 4 }]);
      expect((await manager.plan()).toSql()).toBe("");
    });
  },
);

describe.each(comparedEngines.filter((engine) => engine.isShared))(
  "sync from several sessions on $name",
  (engine) => {
    test("of several that start together one changes the database, and the others find nothing to do", async () => {
      const database = await engine.create();
      const connections = await Promise.all([database.connect(), database.connect(), database.connect()]);

      const results = await Promise.all(
        connections.map((connection) => managerOf(connection, blog(engine)).migrateToLatest()),
      );

      expect(results.flatMap((result) => result.steps)).toHaveLength(1);
      expect(results.map((result) => result.versions)).toEqual([{ blog: 1 }, { blog: 1 }, { blog: 1 }]);
    });
  },
);
