import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type Connection,
  defineModule,
  type Module,
  PluginManager,
  SchemaManager,
  SchemaRegistry,
  type SchemaVersions,
} from "../../src/index.js";
import { engines, type LiveDatabase, temporaryFolder } from "./engines.js";

const users = defineModule(
  "users",
  "core",
  { priority: 1 },
  {
    1: {
      name: "Users",
      up: [
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)",
        "INSERT INTO users (id, name) VALUES (1, 'Ada')",
      ],
      down: "DROP TABLE users",
    },
  },
);

const events: SchemaVersions[string] = {
  name: "Events",
  up: [
    "CREATE TABLE calendar_events (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES users (id), title TEXT NOT NULL)",
    "CREATE INDEX calendar_events_by_owner ON calendar_events (owner)",
    "CREATE VIEW calendar_titles AS SELECT id, title FROM calendar_events",
  ],
  down: ["DROP VIEW calendar_titles", "DROP TABLE calendar_events"],
};

const reminders: SchemaVersions[string] = {
  name: "Reminders",
  up: "CREATE TABLE calendar_reminders (id INTEGER PRIMARY KEY, event INTEGER REFERENCES calendar_events (id))",
  down: "DROP TABLE calendar_reminders",
};

const calendar = (versions: SchemaVersions) =>
  defineModule("calendar", "plugin", { dependsOn: "users" }, versions);
const calendar1 = calendar({ 1: events });
const calendar2 = calendar({ 1: events, 2: reminders });

function registryOf(...modules: readonly Module[]): SchemaRegistry {
  const registry = new SchemaRegistry();
  for (const module of modules) registry.register(module);
  return registry;
}

/** A manager that knows these modules, on a database in which the core ones are applied. */
async function begin(database: LiveDatabase, ...modules: readonly Module[]) {
  const connection = await database.connect();
  const registry = registryOf(...modules);
  await registry.applyCoreSchemas(connection);
  return { connection, plugins: new PluginManager(connection, { registry }) };
}

function plugins(connection: Connection, ...modules: readonly Module[]): PluginManager {
  return new PluginManager(connection, { registry: registryOf(...modules) });
}

/** A file where a folder would be needed. */
function noFolder(): string {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  return file;
}

/** Every object of the database but the journal's, read without the code under test. */
async function schemaOf(database: LiveDatabase): Promise<string[]> {
  const rows = await database.look(
    database.engine === "sqlite"
      ? "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_schema WHERE tbl_name NOT LIKE 'schema_migrations%' ORDER BY 1"
      : `SELECT relkind::text || ' ' || n.nspname || '.' || relname || ' ' || coalesce((
           SELECT string_agg(attname || ' ' || atttypid::regtype::text, ', ' ORDER BY attnum)
           FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped), '') AS line
         FROM pg_class c RIGHT JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND relname !~ '^schema_migrations'
         UNION ALL SELECT 'routine ' || proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
         UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_'
         ORDER BY 1`,
  );
  return rows.map((row) => String(row["line"]));
}

async function rowsOf(database: LiveDatabase, table: string): Promise<number> {
  return Number((await database.look(`SELECT count(*) AS "n" FROM ${table}`))[0]?.["n"]);
}

describe.each(engines)("the life of a plugin on $name", (engine) => {
  test("a plugin is activated, used, put to rest with its rows, found again at a newer version, and removed", async () => {
    const database = await engine.create();
    const { connection, plugins: before } = await begin(database, users, calendar1);
    const empty = await schemaOf(database);

    expect(await before.listPlugins()).toMatchObject([
      { name: "calendar", status: "inactive", installedVersion: 0, availableVersion: 1, pending: [1] },
    ]);
    expect((await before.activatePlugin("calendar")).version).toBe(1);
    await connection.execute("INSERT INTO calendar_events (id, owner, title) VALUES (7, 1, 'Tea')");
    expect(await before.getPluginInfo("calendar")).toMatchObject({
      status: "active",
      installedVersion: 1,
      rows: 1,
      tables: [{ name: "calendar_events", rows: 1 }],
      dependsOn: ["users"],
    });

    expect(await before.deactivatePlugin("calendar")).toEqual({ plugins: ["calendar"], dumps: [] });
    expect(await rowsOf(database, "calendar_events")).toBe(1);

    const after = plugins(connection, users, calendar2);
    expect(await after.getPluginInfo("calendar")).toMatchObject({
      status: "inactive",
      pending: [2],
      rows: 1,
    });
    const again = await after.activatePlugin("calendar");
    expect(again).toMatchObject({ version: 2, steps: [{ version: "2" }] });
    expect(await rowsOf(database, "calendar_events")).toBe(1);

    const gone = await after.deactivatePlugin("calendar", { removeData: true, dumpTo: temporaryFolder() });
    expect(gone.dumps).toMatchObject([{ plugin: "calendar" }]);
    expect(await schemaOf(database)).toEqual(empty);
    expect(await after.getPluginInfo("calendar")).toMatchObject({
      status: "removed",
      installedVersion: 0,
      availableVersion: 2,
      rows: 0,
    });
    expect((await after.activatePlugin("calendar")).steps).toHaveLength(2);
  });

  test("the state outlives the program, and changes together with the tables", async () => {
    const database = await engine.create();
    const { connection, plugins: manager } = await begin(database, users, calendar1);
    await manager.activatePlugin("calendar");

    const stored = await database.look("SELECT plugin, status, version FROM schema_migrations_plugins");
    expect(stored).toEqual([{ plugin: "calendar", status: "active", version: "1" }]);
    expect(await plugins(connection).listPlugins()).toMatchObject([
      { name: "calendar", status: "active", availableVersion: null },
    ]);
  });

  test("a plugin whose code is gone is removed by the downs that the journal keeps", async () => {
    const database = await engine.create();
    const { connection, plugins: manager } = await begin(database, users, calendar2);
    const empty = await schemaOf(database);
    await manager.activatePlugin("calendar");

    const without = plugins(connection, users);
    expect(await without.planRemoval("calendar")).toMatchObject({
      plugins: [
        {
          name: "calendar",
          tables: [
            { name: "calendar_events", rows: 0 },
            { name: "calendar_reminders", rows: 0 },
          ],
          objects: ["view calendar_titles"],
          withoutDown: [],
        },
      ],
    });
    expect(await without.removePlugin("calendar")).toEqual({ plugins: ["calendar"], dumps: [] });
    expect(await schemaOf(database)).toEqual(empty);
  });

  test("rows go only when somebody said what becomes of them", async () => {
    const database = await engine.create();
    const { connection, plugins: manager } = await begin(database, users, calendar1);
    await manager.activatePlugin("calendar");
    await connection.execute("INSERT INTO calendar_events (id, title) VALUES (1, 'Tea')");

    await expect(manager.removePlugin("calendar")).rejects.toMatchObject({
      code: "PLUGIN_DATA",
      details: { tables: { calendar_events: 1 } },
    });
    expect(await rowsOf(database, "calendar_events")).toBe(1);
    await manager.removePlugin("calendar", { withoutDump: true });
    expect(await connection.tableExists("calendar_events")).toBe(false);
  });

  test("a dump that cannot be written keeps everything", async () => {
    const database = await engine.create();
    const { connection, plugins: manager } = await begin(database, users, calendar1);
    await manager.activatePlugin("calendar");
    await connection.execute("INSERT INTO calendar_events (id, title) VALUES (1, 'Tea')");
    const before = await schemaOf(database);

    await expect(
      manager.removePlugin("calendar", { dumpTo: join(noFolder(), "dumps") }),
    ).rejects.toMatchObject({
      code: "FILE_FAILED",
    });
    expect(await schemaOf(database)).toEqual(before);
    expect(await rowsOf(database, "calendar_events")).toBe(1);
    expect((await manager.getPluginInfo("calendar")).status).toBe("active");
  });

  test("a plugin without a way back is refused, and on request exactly what it owns is dropped", async () => {
    const database = await engine.create();
    const oneWay = calendar({ 1: { ...events, down: undefined }, 2: reminders });
    const { connection, plugins: manager } = await begin(database, users, oneWay);
    await connection.execute("CREATE TABLE calendar_of_others (id INTEGER PRIMARY KEY)");
    const empty = await schemaOf(database);
    await manager.activatePlugin("calendar");
    await connection.execute("INSERT INTO calendar_events (id, owner, title) VALUES (1, 1, 'Tea')");
    await connection.execute("INSERT INTO calendar_reminders (id, event) VALUES (1, 1)");

    expect(await manager.planRemoval("calendar")).toMatchObject({ plugins: [{ withoutDown: ["1"] }] });
    await expect(manager.removePlugin("calendar", { withoutDump: true })).rejects.toMatchObject({
      code: "NOT_REVERSIBLE",
    });
    expect(await rowsOf(database, "calendar_reminders")).toBe(1);

    await manager.removePlugin("calendar", { withoutDump: true, dropOwned: true });
    expect(await schemaOf(database)).toEqual(empty);
    expect(await rowsOf(database, "users")).toBe(1);
    expect((await manager.activatePlugin("calendar")).version).toBe(2);
  });

  test("downs that leave something behind remove nothing", async () => {
    const database = await engine.create();
    const forgetful = calendar({ 1: { ...events, down: "DROP VIEW calendar_titles" } });
    const { plugins: manager } = await begin(database, users, forgetful);
    await manager.activatePlugin("calendar");
    const before = await schemaOf(database);

    await expect(manager.removePlugin("calendar")).rejects.toMatchObject({
      code: "NOT_REVERSIBLE",
      details: { objects: expect.arrayContaining(["table calendar_events"]) },
    });
    expect(await schemaOf(database)).toEqual(before);
    expect((await manager.getPluginInfo("calendar")).status).toBe("active");
  });
});

describe.each(engines)("plugins beside each other on $name", (engine) => {
  const table = (name: string) => ({
    1: { name, up: `CREATE TABLE ${name}_items (id INTEGER PRIMARY KEY)`, down: `DROP TABLE ${name}_items` },
  });
  const tasks = defineModule("tasks", "plugin", {}, table("tasks"));
  const boards = defineModule("boards", "plugin", { dependsOn: "tasks@1" }, table("boards"));
  const charts = defineModule("charts", "plugin", { dependsOn: ["boards", "tasks"] }, table("charts"));
  const rival = defineModule("rival", "plugin", { conflictsWith: "tasks" }, table("rival"));

  test("what is missing is named, all of it, and nothing is pulled in", async () => {
    const { plugins: manager } = await begin(await engine.create(), tasks, boards, charts);

    await expect(manager.activatePlugin("charts")).rejects.toMatchObject({
      code: "DEPENDENCY_MISSING",
      details: { missing: ["boards", "tasks"] },
    });
    expect((await manager.listPlugins()).map((plugin) => plugin.status)).toEqual([
      "inactive",
      "inactive",
      "inactive",
    ]);
  });

  test("a plugin at rest is no support for another", async () => {
    const { plugins: manager } = await begin(await engine.create(), tasks, boards);
    await manager.activatePlugin("tasks");
    await manager.deactivatePlugin("tasks");

    await expect(manager.activatePlugin("boards")).rejects.toMatchObject({
      code: "DEPENDENCY_MISSING",
      message: expect.stringContaining("tasks@1 (inactive)"),
    });
  });

  test("what others need stays, unless they are taken along", async () => {
    const database = await engine.create();
    const { plugins: manager } = await begin(database, tasks, boards, charts);
    const empty = await schemaOf(database);
    for (const name of ["tasks", "boards", "charts"]) await manager.activatePlugin(name);

    const needed = { code: "PLUGIN_NEEDED", details: { dependents: ["charts", "boards"] } };
    await expect(manager.deactivatePlugin("tasks")).rejects.toMatchObject(needed);
    await expect(manager.removePlugin("tasks")).rejects.toMatchObject(needed);

    expect((await manager.deactivatePlugin("tasks", { cascade: true })).plugins).toEqual([
      "charts",
      "boards",
      "tasks",
    ]);
    expect((await manager.listPlugins()).map((plugin) => plugin.status)).toEqual([
      "inactive",
      "inactive",
      "inactive",
    ]);
    expect((await manager.removePlugin("tasks", { cascade: true })).plugins).toEqual([
      "charts",
      "boards",
      "tasks",
    ]);
    expect(await schemaOf(database)).toEqual(empty);
  });

  test("two that exclude each other are not active together, whichever says so and whichever comes first", async () => {
    const database = await engine.create();
    const { connection, plugins: manager } = await begin(database, tasks, rival);
    await manager.activatePlugin("tasks");
    await expect(manager.activatePlugin("rival")).rejects.toMatchObject({
      code: "PLUGIN_CONFLICT",
      details: { conflicts: ["tasks"] },
    });
    await manager.deactivatePlugin("tasks");
    await manager.activatePlugin("rival");
    await expect(manager.activatePlugin("tasks")).rejects.toMatchObject({ code: "PLUGIN_CONFLICT" });
    // Its record tells it where its code is not.
    await expect(plugins(connection, tasks).activatePlugin("tasks")).rejects.toMatchObject({
      code: "PLUGIN_CONFLICT",
    });
  });

  test("a core module that needs a plugin keeps it, also from --cascade", async () => {
    const core = defineModule("reports", "core", { dependsOn: "tasks" }, table("reports"));
    const { connection, plugins: manager } = await begin(await engine.create(), tasks);
    await manager.activatePlugin("tasks");
    await new SchemaManager(connection, [core], { others: [tasks] }).migrateToLatest();

    await expect(
      plugins(connection, tasks, core).removePlugin("tasks", { cascade: true }),
    ).rejects.toMatchObject({ code: "PLUGIN_NEEDED", message: expect.stringContaining("reports") });
  });

  test("a plugin that fails leaves nothing behind, is told apart, and harms no other", async () => {
    const database = await engine.create();
    const broken = defineModule(
      "broken",
      "plugin",
      {},
      {
        1: {
          name: "Fine",
          up: "CREATE TABLE broken_one (id INTEGER PRIMARY KEY)",
          down: "DROP TABLE broken_one",
        },
        2: { name: "Not", up: "INSERT INTO nowhere VALUES (1)" },
      },
    );
    const lost = defineModule("lost", "plugin", {}, { migrations: "/nowhere/migrations" });
    const lonely = defineModule("lonely", "plugin", { dependsOn: "nobody" }, table("lonely"));
    const { connection, plugins: manager } = await begin(database, users, broken, lost, lonely, tasks);

    await expect(manager.activatePlugin("broken")).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      where: { module: "broken", version: "2" },
    });
    expect(await connection.tableExists("broken_one")).toBe(false);
    expect(await manager.getPluginInfo("broken")).toMatchObject({
      status: "failed",
      error: expect.stringContaining("nowhere"),
      installedVersion: 0,
    });
    await expect(manager.activatePlugin("lost")).rejects.toMatchObject({ code: "MIGRATIONS_FOLDER_MISSING" });
    expect((await manager.activatePlugin("tasks")).version).toBe(1);

    const registry = registryOf(users, broken, lost, lonely, tasks);
    expect(await registry.applyCoreSchemas(connection)).toEqual({ users: 1 });
    const start = await registry.applyPlugins(connection);
    expect(start.started).toMatchObject([{ plugin: "tasks", version: 1, steps: [] }]);
    expect(start.failed.map(({ plugin }) => plugin).sort()).toEqual(["broken", "lost"]);
    await expect(registry.applyPlugins(connection, { onFailure: "stop" })).rejects.toMatchObject({
      where: { module: expect.stringMatching(/broken|lost/) },
    });

    const mended = defineModule(
      "broken",
      "plugin",
      {},
      {
        1: {
          name: "Fine",
          up: "CREATE TABLE broken_one (id INTEGER PRIMARY KEY)",
          down: "DROP TABLE broken_one",
        },
        2: { name: "Fine too", up: "INSERT INTO broken_one VALUES (1)", down: "DELETE FROM broken_one" },
      },
    );
    const healed = await registryOf(users, mended, tasks).applyPlugins(connection);
    expect(healed.started.map(({ plugin, version }) => `${plugin}@${version}`).sort()).toEqual([
      "broken@2",
      "tasks@1",
    ]);
    expect((await plugins(connection, mended).getPluginInfo("broken")).error).toBeNull();
  });
});
