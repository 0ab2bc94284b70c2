import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { integer, pgTable } from "drizzle-orm/pg-core";
import { integer as sqliteInteger, sqliteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, test } from "vitest";
import {
  type Connection,
  defineModule,
  type Module,
  type ModuleOptions,
  PluginManager,
  SchemaManager,
  SchemaRegistry,
  type SchemaVersions,
} from "../../src/index.js";
import { engines, type LiveDatabase, temporaryFolder } from "./engines.js";

const EXAMPLE = fileURLToPath(
  new URL("../../examples/companion/plugins/calendar/migrations", import.meta.url),
);

const users = defineModule(
  "users",
  "core",
  {},
  {
    1: {
      name: "Users",
      up: ["CREATE TABLE users (id TEXT PRIMARY KEY)", "INSERT INTO users VALUES ('ada')"],
      down: "DROP TABLE users",
    },
  },
);

function manager(connection: Connection, ...modules: readonly Module[]): PluginManager {
  const registry = new SchemaRegistry();
  for (const module of modules) registry.register(module);
  return new PluginManager(connection, { registry });
}

/** All that the catalogue holds but the journal, in words; read without the code under test. */
async function catalogue(database: LiveDatabase): Promise<string[]> {
  const rows = await database.look(
    database.engine === "sqlite"
      ? "SELECT coalesce(sql, name) AS line FROM sqlite_schema WHERE tbl_name NOT LIKE 'schema_migrations%' ORDER BY 1"
      : `SELECT pg_describe_object(classid, objid, 0) AS line FROM (
           SELECT 'pg_class'::regclass AS classid, oid AS objid FROM pg_class WHERE relname !~ '^schema_migrations' AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
           UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
           UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typname !~ 'schema_migrations' AND typnamespace::regnamespace::text !~ '^(pg_|information_schema)'
           UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspname !~ '^pg_'
           UNION ALL SELECT 'pg_authid'::regclass, oid FROM pg_roles
           UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid <> 0 AND conrelid::regclass::text !~ 'schema_migrations'
           UNION ALL SELECT 'pg_trigger'::regclass, oid FROM pg_trigger
         ) AS object ORDER BY 1`,
  );
  return rows.map((row) => String(row["line"]));
}

describe.each(engines)("removing plugins on $name", (engine) => {
  test("the calendar of the example lives its whole life", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const folder = temporaryFolder();
    const copy = (start: string) => {
      for (const file of readdirSync(EXAMPLE).filter((name) => name.startsWith(start)))
        cpSync(join(EXAMPLE, file), join(folder, file));
    };
    const calendar = () =>
      defineModule(
        "calendar",
        "plugin",
        { dependsOn: ["users@1"], prefix: "calendar_", sqlOnly: true },
        { migrations: folder },
      );
    copy("001");
    const first = manager(connection, users, calendar());
    const registry = new SchemaRegistry();
    registry.register(users);
    await registry.applyCoreSchemas(connection);
    const before = await catalogue(database);

    await first.activatePlugin("calendar");
    await connection.execute(
      "INSERT INTO calendar_events VALUES ('tea', 'ada', 'Tea', '2026-01-02 15:00:00', NULL, 10), ('cake', 'ada', 'Cake', '2026-01-02 16:00:00', NULL, NULL)",
    );
    await first.deactivatePlugin("calendar");
    copy("002");
    const second = manager(connection, users, calendar());
    expect(await second.activatePlugin("calendar")).toMatchObject({ version: 2, steps: [{ version: "2" }] });
    expect(await database.look("SELECT event_id, minutes_before FROM calendar_reminders")).toEqual([
      { event_id: "tea", minutes_before: 10 },
    ]);

    const dumps = temporaryFolder();
    const gone = await manager(connection, users).deactivatePlugin("calendar", {
      removeData: true,
      dumpTo: dumps,
    });
    expect(gone.dumps[0]?.tables).toEqual([
      expect.objectContaining({ name: "calendar_events", rows: 2 }),
      expect.objectContaining({ name: "calendar_reminders", rows: 1 }),
    ]);
    expect(await catalogue(database)).toEqual(before);
    expect(await database.look("SELECT id FROM users")).toEqual([{ id: "ada" }]);

    await second.activatePlugin("calendar");
    await second.restorePluginData(gone.dumps[0]?.folder ?? "");
    expect(await database.look("SELECT title FROM calendar_events ORDER BY id")).toEqual([
      { title: "Cake" },
      { title: "Tea" },
    ]);
    expect(await database.look("SELECT event_id FROM calendar_reminders")).toEqual([{ event_id: "tea" }]);
  });

  test("tables that the application has tied to a plugin's keep it, and nothing is lost", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const items: SchemaVersions = {
      1: {
        name: "Items",
        up: "CREATE TABLE box_items (id INTEGER PRIMARY KEY)",
        down: "DROP TABLE box_items",
      },
    };
    const plugins = manager(connection, defineModule("box", "plugin", {}, items));
    await plugins.activatePlugin("box");
    await connection.execute("INSERT INTO box_items VALUES (1)");
    await connection.execute(
      "CREATE TABLE mine (id INTEGER PRIMARY KEY, item INTEGER REFERENCES box_items (id) ON DELETE CASCADE)",
    );
    await connection.execute("INSERT INTO mine VALUES (1, 1)");
    const before = await catalogue(database);

    for (const dropOwned of [false, true]) {
      await expect(plugins.removePlugin("box", { withoutDump: true, dropOwned })).rejects.toMatchObject({
        code: expect.stringMatching(
          /ROWS_LOST|FOREIGN_KEYS_VIOLATED|MIGRATION_FAILED|OWNERSHIP_VIOLATED|CHANGE_UNSUPPORTED/,
        ),
      });
      expect(await catalogue(database)).toEqual(before);
      expect(await database.look("SELECT item FROM mine")).toEqual([{ item: 1 }]);
    }
    expect((await plugins.getPluginInfo("box")).status).toBe("active");
  });

  test("rows of tables that came while nobody watched are asked for and dumped like all others", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const up = "CREATE TABLE box_items (id INTEGER PRIMARY KEY)";
    const box = defineModule("box", "plugin", {}, { 1: { name: "Items", up, down: "DROP TABLE box_items" } });
    await connection.execute(up);
    await connection.execute("INSERT INTO box_items VALUES (1)");
    await new SchemaManager(connection, box).stamp(1);
    const plugins = manager(connection, box);

    expect(await plugins.getPluginInfo("box")).toMatchObject({ status: "active", rows: 1 });
    await expect(plugins.removePlugin("box")).rejects.toMatchObject({ code: "PLUGIN_DATA" });
    const { dumps } = await plugins.removePlugin("box", { dumpTo: temporaryFolder() });
    expect(dumps[0]?.tables).toMatchObject([{ name: "box_items", rows: 1 }]);
  });

  test("a plugin that follows its tables comes, follows, and goes with its rows in a dump", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const table =
      engine.engine === "sqlite"
        ? sqliteTable("box_items", { id: sqliteInteger().primaryKey() })
        : pgTable("box_items", { id: integer().primaryKey() });
    const plugins = manager(connection, defineModule("box", "plugin", {}, { tables: { table } }));

    expect(await plugins.activatePlugin("box")).toMatchObject({ version: 1 });
    await connection.execute("INSERT INTO box_items VALUES (1)");
    await expect(plugins.removePlugin("box")).rejects.toMatchObject({ code: "PLUGIN_DATA" });
    const { dumps } = await plugins.removePlugin("box", { dumpTo: temporaryFolder() });
    expect(await connection.tableExists("box_items")).toBe(false);
    await plugins.activatePlugin("box");
    await plugins.restorePluginData(dumps[0]?.folder ?? "");
    expect(await database.look("SELECT id FROM box_items")).toEqual([{ id: 1 }]);
  });

  test("a down that drops a table which nobody knew to be the plugin's removes nothing without a word", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.execute("CREATE TABLE mine (id INTEGER PRIMARY KEY)");
    await connection.execute("INSERT INTO mine VALUES (1)");
    const versions: SchemaVersions = {
      1: {
        name: "Items",
        up: "CREATE TABLE box_items (id INTEGER PRIMARY KEY)",
        down: ["DROP TABLE box_items", "DROP TABLE mine"],
      },
    };
    // Core when it was applied, and gone since: nothing holds its downs to rules.
    await new SchemaManager(connection, versions).migrateToLatest();

    await expect(
      manager(connection).removePlugin("main", { dumpTo: temporaryFolder() }),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/PLUGIN_DATA|OWNERSHIP_VIOLATED/),
    });
    expect(await database.look("SELECT id FROM mine")).toEqual([{ id: 1 }]);
  });

  test("a schema that was made for a plugin goes with it, on engines that have such", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const name = engine.engine === "sqlite" ? "box_items" : "items";
    const versions: SchemaVersions = {
      1: { name: "Items", up: `CREATE TABLE ${name} (id INTEGER PRIMARY KEY)`, down: `DROP TABLE ${name}` },
    };
    const plugins = manager(
      connection,
      defineModule("box", "plugin", { schema: "box" }, versions),
      defineModule(
        "other",
        "plugin",
        {},
        {
          1: {
            name: "One",
            up: "CREATE TABLE other_one (id INTEGER PRIMARY KEY)",
            down: "DROP TABLE other_one",
          },
        },
      ),
    );
    await plugins.activatePlugin("other");
    const before = await catalogue(database);

    for (const options of [{}, { dropOwned: true }]) {
      await plugins.activatePlugin("box");
      await plugins.removePlugin("box", options);
      expect(await catalogue(database)).toEqual(before);
    }
  });
});

describe.each(engines.filter((engine) => engine.engine === "postgres"))(
  "dropping what a plugin owns on $name",
  (engine) => {
    const begin = async (up: readonly string[], options: ModuleOptions = {}) => {
      const database = await engine.create();
      const connection = await database.connect();
      await connection.execute("CREATE FUNCTION mine(day date) RETURNS integer LANGUAGE sql AS 'SELECT 1'");
      const plugins = manager(
        connection,
        defineModule("box", "plugin", options, { 1: { name: "All", up: [...up] } }),
      );
      return { database, connection, plugins, before: await catalogue(database) };
    };

    test("functions, types, sequences, views and triggers go in an order in which they can, and what is not the plugin's stays", async () => {
      const { database, plugins, before, connection } = await begin([
        "CREATE TYPE box_mood AS ENUM ('good', 'bad')",
        "CREATE TYPE box_pair AS (a integer, b box_mood)",
        "CREATE DOMAIN box_name AS text CHECK (value <> '')",
        "CREATE SEQUENCE box_numbers",
        "CREATE TABLE box_items (id serial PRIMARY KEY, n integer DEFAULT nextval('box_numbers'), mood box_mood, pair box_pair, name box_name)",
        "CREATE TABLE box_more (id integer GENERATED ALWAYS AS IDENTITY, item integer REFERENCES box_items (id))",
        "CREATE FUNCTION box_next(day date, VARIADIC moods box_mood[]) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION box_next(day date, other integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION box_note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
        "CREATE TRIGGER box_notes BEFORE INSERT ON box_items FOR EACH ROW EXECUTE FUNCTION box_note()",
        "CREATE VIEW box_view AS SELECT id, box_next(current_date, mood) AS next FROM box_items",
        "CREATE MATERIALIZED VIEW box_kept AS SELECT * FROM box_view",
        "CREATE INDEX box_kept_by_id ON box_kept (id)",
      ]);
      await plugins.activatePlugin("box");
      await connection.execute("INSERT INTO box_items (mood) VALUES ('good')");

      await plugins.removePlugin("box", { withoutDump: true, dropOwned: true });

      expect(await catalogue(database)).toEqual(before);
      expect(await connection.query("SELECT mine(current_date) AS one")).toEqual([{ one: 1 }]);
    });

    test("rows that a policy hides from this session are no reason to lose them", async () => {
      const { connection, plugins } = await begin([
        "CREATE TABLE box_items (id integer)",
        "INSERT INTO box_items VALUES (1), (2)",
      ]);
      await plugins.activatePlugin("box");
      await connection.executeScript(
        "ALTER TABLE box_items ENABLE ROW LEVEL SECURITY; ALTER TABLE box_items FORCE ROW LEVEL SECURITY; CREATE POLICY first_only ON box_items USING (id = 1)",
      );
      const { dumps } = await plugins.removePlugin("box", { dumpTo: temporaryFolder(), dropOwned: true });
      // A superuser sees all rows; anybody else would have been refused.
      expect(dumps[0]?.tables[0]?.rows).toBe(2);
    });
  },
);
