import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type Connection,
  connect,
  defineModule,
  type Module,
  type ModuleOptions,
  SchemaManager,
} from "../../src/index.js";
import { engines, type LiveDatabase, type LiveEngine, sqliteEngines, temporaryFolder } from "./engines.js";
import { type Friendly, postgresFriendly, sqliteFriendly } from "./hostile/friendly.js";
import { ownerOf } from "./hostile/owner.js";
import { core, openShop, type Shop, shop } from "./hostile/shop.js";

const users = defineModule(
  "users",
  "core",
  {},
  {
    1: {
      name: "Users",
      up: [
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE secrets (id INTEGER PRIMARY KEY, word TEXT)",
        "INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob')",
        "INSERT INTO secrets VALUES (1, 'sesame')",
      ],
    },
  },
);

const EVENTS =
  "CREATE TABLE calendar_events (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, title TEXT)";

function calendar(options: ModuleOptions, ...ups: (string | readonly string[])[]): Module {
  const versions = ups.map((up, index) => [index + 1, { name: `Calendar ${index + 1}`, up }]);
  return defineModule("calendar", "plugin", options, Object.fromEntries(versions));
}

async function started(engine: LiveEngine): Promise<{ database: LiveDatabase; connection: Connection }> {
  const database = await engine.create();
  const connection = await database.connect();
  await new SchemaManager(connection, users).migrateToLatest();
  return { database, connection };
}

function apply(connection: Connection, plugin: Module): Promise<unknown> {
  return new SchemaManager(connection, plugin, { others: [users] }).migrateToLatest();
}

describe.each(engines)("what a plugin may do on $name", (engine) => {
  const isPostgres = engine.engine === "postgres";

  test("it makes, fills, changes and reads what it likes, as long as it is its own", async () => {
    const { database, connection } = await started(engine);
    const first = isPostgres
      ? [
          "CREATE TYPE calendar_mood AS ENUM ('fine', 'busy')",
          "CREATE TABLE calendar_events (id SERIAL PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE, title TEXT, mood calendar_mood)",
          "CREATE INDEX idx_calendar_events_user_id ON calendar_events (user_id)",
          "CREATE FUNCTION calendar_shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.title := upper(new.title); UPDATE calendar_events SET title = title WHERE false; RETURN new; END $$",
          "CREATE TRIGGER calendar_shout BEFORE INSERT ON calendar_events FOR EACH ROW EXECUTE FUNCTION calendar_shout()",
          "CREATE VIEW calendar_list AS SELECT e.id, e.title, u.name FROM calendar_events e JOIN users u ON u.id = e.user_id",
          "INSERT INTO calendar_events (user_id, title) SELECT id, name FROM users",
          "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'calendar_notes') THEN CREATE TABLE calendar_notes (id INTEGER PRIMARY KEY); END IF; END $$",
          "SELECT setval('calendar_events_id_seq', 100)",
        ]
      : [
          EVENTS,
          "CREATE INDEX idx_calendar_events_user_id ON calendar_events (user_id)",
          "CREATE TABLE calendar_log (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT)",
          "CREATE TRIGGER calendar_logged AFTER INSERT ON calendar_events BEGIN INSERT INTO calendar_log (title) VALUES (new.title); END",
          "CREATE VIRTUAL TABLE calendar_search USING fts5 (title)",
          "CREATE VIEW calendar_list AS SELECT e.id, e.title, u.name FROM calendar_events e JOIN users u ON u.id = e.user_id",
          "INSERT INTO calendar_events (user_id, title) SELECT id, upper(name) FROM users",
          "INSERT INTO calendar_search (rowid, title) SELECT id, title FROM calendar_events",
          "WITH RECURSIVE days (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM days WHERE n < 3) INSERT INTO calendar_log (title) SELECT 'day ' || n FROM days",
          "INSERT INTO calendar_log (title) SELECT value FROM json_each('[\"a\"]')",
        ];
    const second = [
      "ALTER TABLE calendar_events ADD COLUMN place TEXT",
      "UPDATE calendar_events SET place = 'home'",
    ];

    await apply(connection, calendar({ prefix: "calendar_" }, first));
    await apply(connection, calendar({ prefix: "calendar_" }, first, second));

    expect(await database.look("SELECT title, place FROM calendar_events ORDER BY id")).toMatchObject([
      { title: "ANN", place: "home" },
      { title: "BOB", place: "home" },
    ]);
    const objects = await new SchemaManager(connection, users).getObjects();
    expect(objects.find(({ name }) => name === "calendar_list")).toMatchObject({
      module: "calendar",
      version: "1",
    });
    expect(objects.find(({ name }) => name === "idx_calendar_events_user_id")).toMatchObject({
      module: "calendar",
    });
    expect(objects.find(({ name }) => name === "users")).toMatchObject({ module: "users" });
  });

  test("without a prefix it may choose its names, and is still kept off what others have", async () => {
    const { connection } = await started(engine);

    await apply(connection, calendar({}, "CREATE TABLE appointments (id INTEGER PRIMARY KEY)"));

    await expect(
      apply(
        connection,
        calendar({}, "CREATE TABLE appointments (id INTEGER PRIMARY KEY)", "DROP TABLE users"),
      ),
    ).rejects.toMatchObject({ code: "OWNERSHIP_VIOLATED", where: { module: "calendar", version: "2" } });
    expect(await connection.tableExists("users")).toBe(true);
  });

  test("a plugin with a schema of its own has everything there", async () => {
    const { database, connection } = await started(engine);
    const options = { schema: "calendar" };
    const table = isPostgres ? "events" : "calendar_events";
    const up = [
      `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id))`,
      `INSERT INTO ${table} VALUES (1, 1)`,
    ];

    await apply(connection, calendar(options, up));

    const found = isPostgres ? "calendar.events" : "calendar_events";
    expect(await database.look(`SELECT id FROM ${found}`)).toMatchObject([{ id: 1 }]);
    const outside = isPostgres ? "CREATE TABLE public.notes (id INTEGER)" : "CREATE TABLE notes (id INTEGER)";
    await expect(apply(connection, calendar(options, up, outside))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:OWNERSHIP_VIOLATED|PLUGIN_FORBIDDEN)$/),
    });
    expect(await connection.tableExists("notes")).toBe(false);
    if (isPostgres)
      expect(await connection.query("SELECT current_schema() AS path")).toEqual([{ path: "public" }]);
  });

  test("it reads what it is allowed to read, where that is limited", async () => {
    const { connection } = await started(engine);
    const options = { reads: ["users"] };

    await apply(
      connection,
      calendar(options, [EVENTS, "INSERT INTO calendar_events SELECT id, id, name FROM users"]),
    );

    for (const up of [
      "INSERT INTO calendar_events SELECT 10 + id, 1, word FROM secrets",
      "INSERT INTO calendar_events SELECT 20, 1, (SELECT word FROM secrets WHERE id = 1)",
    ]) {
      await expect(
        apply(
          connection,
          calendar(options, [EVENTS, "INSERT INTO calendar_events SELECT id, id, name FROM users"], up),
        ),
      ).rejects.toMatchObject({
        code: "OWNERSHIP_VIOLATED",
        message: expect.stringContaining("secrets, which belongs to module users"),
      });
    }
  });

  test("one that is held to SQL has no program run, nor even loaded", async () => {
    const { connection } = await started(engine);
    const inline = defineModule(
      "calendar",
      "plugin",
      { sqlOnly: true },
      { 1: { name: "Code", up: async () => {} } },
    );
    await expect(apply(connection, inline)).rejects.toMatchObject({ code: "PLUGIN_FORBIDDEN" });

    const folder = join(temporaryFolder(), "migrations");
    mkdirSync(folder);
    writeFileSync(join(folder, "001_events.sql"), EVENTS);
    writeFileSync(join(folder, "002_evil.js"), "throw new Error('I was loaded')");
    const files = defineModule("calendar", "plugin", { sqlOnly: true }, { migrations: folder });

    await expect(apply(connection, files)).rejects.toMatchObject({
      code: "PLUGIN_FORBIDDEN",
      where: { module: "calendar", version: "2" },
    });
    expect(await connection.tableExists("calendar_events")).toBe(false);
  });

  test("the statements of a program are watched as well", async () => {
    const { database, connection } = await started(engine);
    const quiet = defineModule(
      "calendar",
      "plugin",
      {},
      {
        1: { name: "Events", up: EVENTS },
        2: {
          name: "Evil",
          up: async (migration) => {
            await migration.execute(`INSERT INTO calendar_events VALUES (1, 1, ${isPostgres ? "$1" : "?"})`, [
              "mine",
            ]);
            await migration.execute(`UPDATE users SET name = ${isPostgres ? "$1" : "?"}`, ["Mallory"]);
          },
        },
      },
    );

    await expect(apply(connection, quiet)).rejects.toMatchObject({
      code: "OWNERSHIP_VIOLATED",
      where: { module: "calendar", version: "2" },
    });
    expect(await database.look("SELECT name FROM users ORDER BY id")).toMatchObject([
      { name: "Ann" },
      { name: "Bob" },
    ]);
    expect(await database.look("SELECT id FROM calendar_events")).toEqual([]);
  });

  test("core modules are not held back: one may change what another made", async () => {
    const { connection } = await started(engine);
    const audit = defineModule(
      "audit",
      "core",
      {},
      {
        1: { name: "Audit", up: ["ALTER TABLE users ADD COLUMN seen TEXT", "UPDATE users SET seen = 'yes'"] },
      },
    );

    await new SchemaManager(connection, [users, audit]).migrateToLatest();

    expect((await connection.getTableInfo("users")).map(({ name }) => name)).toContain("seen");
  });

  test("what a refused plugin did is gone, and the next plugin goes on", async () => {
    const { connection } = await started(engine);
    await expect(
      apply(connection, calendar({ prefix: "calendar_" }, [EVENTS, "DELETE FROM users"])),
    ).rejects.toMatchObject({ code: "OWNERSHIP_VIOLATED" });

    const tasks = defineModule(
      "tasks",
      "plugin",
      { prefix: "tasks_" },
      {
        1: { name: "Tasks", up: "CREATE TABLE tasks_list (id INTEGER PRIMARY KEY)" },
      },
    );
    await apply(connection, tasks);

    expect(await connection.tableExists("tasks_list")).toBe(true);
    expect(await connection.tableExists("calendar_events")).toBe(false);
  });
});

describe.each(engines)("what looks suspicious and is none on $name", (engine) => {
  const friendly = engine.engine === "sqlite" ? sqliteFriendly : postgresFriendly;

  test("at least twenty-five are tried", () => {
    expect(friendly.length).toBeGreaterThanOrEqual(25);
  });

  test("each goes through, and nothing of others is changed", async () => {
    expect(await refusedOf(await shop(engine), friendly)).toEqual([]);
  });
});

describe("what looks suspicious and is none on a server where the host itself has few rights", () => {
  test("each goes through, and nothing of others is changed", async () => {
    const [server] = engines.filter(({ name }) => name === "PostgreSQL");
    if (server === undefined) throw new Error("There is no PostgreSQL among the engines.");
    const database = await server.create();
    const connection = await connect(await ownerOf(database));
    onTestFinished(() => connection.close());

    expect(await refusedOf(await openShop(server, database, connection), postgresFriendly)).toEqual([]);
  });
});

/** Applies each as a plugin of its own, gives those that were refused, and looks whether others have what they had. */
async function refusedOf({ database, connection }: Shop, friendly: readonly Friendly[]): Promise<string[]> {
  const before = await rowsOfShop(database);
  const refused: string[] = [];
  for (const [index, { what, up }] of friendly.entries()) {
    const texts = [up].flat().map((text) => text.replaceAll("calm_", `calm${index}_`));
    const options = { prefix: `calm${index}_`, sqlOnly: true };
    const plugin = defineModule(`calm${index}`, "plugin", options, { 1: { name: "Calm", up: texts } });
    try {
      await new SchemaManager(connection, plugin, { others: [core] }).migrateToLatest();
    } catch (error) {
      refused.push(`${what}: ${error}`);
    }
  }
  expect(await rowsOfShop(database)).toEqual(before);
  return refused;
}

async function rowsOfShop({ look }: LiveDatabase): Promise<unknown> {
  const tables = ["plans", "users", "orders", "settings"];
  return Promise.all(tables.map((table) => look(`SELECT * FROM ${table} ORDER BY 1`)));
}

describe.each(sqliteEngines)("what a plugin may do on $name alone", (engine) => {
  test("it builds its own tables anew with foreign keys off, as SQLite asks for", async () => {
    const { database, connection } = await started(engine);
    const rebuild = `PRAGMA foreign_keys = OFF;
      CREATE TABLE calendar_new (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id), title TEXT NOT NULL);
      INSERT INTO calendar_new SELECT id, user_id, title FROM calendar_events;
      DROP TABLE calendar_events;
      ALTER TABLE calendar_new RENAME TO calendar_events;`;
    const first = [EVENTS, "INSERT INTO calendar_events VALUES (1, 1, 'Concert')"];

    await apply(connection, calendar({ prefix: "calendar_" }, first, rebuild));

    expect(await database.look("SELECT title FROM calendar_events")).toMatchObject([{ title: "Concert" }]);
    expect(await connection.query("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1 }]);
  });
});
