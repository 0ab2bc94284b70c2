import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { describe, expect, test } from "vitest";
import {
  type Connection,
  defineModule,
  diff,
  type Module,
  type ModuleOptions,
  SchemaManager,
  SchemaRegistry,
  type SchemaVersions,
} from "../../src/index.js";
import { engines, type LiveDatabase, sqliteEngines, temporaryFolder } from "./engines.js";
import { readEverything } from "./hostile/read-everything.js";
import { core, shop } from "./hostile/shop.js";

const TABLE = "CREATE TABLE evil_notes (id INTEGER PRIMARY KEY, text TEXT)";

function evil(versions: SchemaVersions, options: ModuleOptions = { prefix: "evil_" }): Module {
  return defineModule("evil", "plugin", options, versions);
}

function managerOf(connection: Connection, ...modules: readonly Module[]): SchemaManager {
  return new SchemaManager(connection, [...modules], { others: [core] });
}

/** Does what should be refused, and compares all that there is with what there was. */
async function expectRefused(
  database: LiveDatabase,
  work: () => Promise<unknown>,
  code: "OWNERSHIP_VIOLATED" | "PLUGIN_FORBIDDEN" = "OWNERSHIP_VIOLATED",
): Promise<void> {
  const before = await readEverything(database);
  await expect(work()).rejects.toMatchObject({ code, where: { module: "evil" } });
  expect(await readEverything(database)).toEqual(before);
}

describe.each(engines)("the ways in which a plugin's SQL comes to run on $name", (engine) => {
  const isPostgres = engine.engine === "postgres";

  test("its way back is held to the same: by number, by version, and whole", async () => {
    const { database, connection } = await shop(engine);
    const plugin = evil({
      1: { name: "Evil", up: TABLE, down: ["DELETE FROM orders", "DROP TABLE evil_notes"] },
    });
    await managerOf(connection, plugin).migrateToLatest();

    await expectRefused(database, () => managerOf(connection, plugin).rollback(1));
    await expectRefused(database, () => managerOf(connection, plugin).rollbackToVersion(0));
    await expectRefused(database, () => managerOf(connection, plugin).migrateToVersion(0));
  });

  test("the way back in the journal is held to the rules that the plugin had, when its code is gone", async () => {
    const { database, connection } = await shop(engine);
    const plugin = evil({
      1: { name: "Evil", up: TABLE, down: ["DELETE FROM orders", "DROP TABLE evil_notes"] },
    });
    const registry = new SchemaRegistry();
    registry.register(core);
    await managerOf(connection, plugin).migrateToLatest();

    await expectRefused(database, () => registry.removePluginSchema("evil", connection));
    await expectRefused(database, () =>
      new SchemaManager(connection, core).rollbackToVersion(0, { module: "evil" }),
    );
  });

  test("the registry's calls are held to the same", async () => {
    const { database, connection } = await shop(engine);
    const registry = new SchemaRegistry();
    registry.register(core);
    const plugin = evil({
      1: { name: "Notes", up: TABLE, down: ["UPDATE users SET name = 'Mallory'", "DROP TABLE evil_notes"] },
      2: { name: "Evil", up: "DELETE FROM orders" },
    });
    registry.register(plugin);

    await expect(registry.applyPluginSchema("evil", connection)).rejects.toMatchObject({
      code: "OWNERSHIP_VIOLATED",
    });
    await managerOf(connection, plugin).migrateToVersion(1);
    await expectRefused(database, () => registry.removePluginSchema("evil", connection));
  });

  test("a plan refuses what the text already tells", async () => {
    const { database, connection } = await shop(engine);
    const said = isPostgres ? "COPY orders TO '/tmp/tenon-evil'" : "ATTACH ':memory:' AS evil";
    const manager = managerOf(connection, evil({ 1: { name: "Evil", up: said } }));

    await expectRefused(database, () => manager.plan(), "PLUGIN_FORBIDDEN");
  });

  test("what is stamped has not run, and gives the plugin nothing that others made", async () => {
    const { database, connection } = await shop(engine);
    const plugin = evil({
      1: { name: "Evil", up: "CREATE TABLE orders (id INTEGER PRIMARY KEY)", down: "DROP TABLE orders" },
    });

    await managerOf(connection, plugin).stamp(1);

    await expectRefused(database, () => managerOf(connection, plugin).rollback(1));
  });

  test("a migration that asks to run without a transaction is refused on its way up, and on its way back", async () => {
    const { database, connection } = await shop(engine);
    const outside = "-- tenon: no-transaction\nDROP TABLE evil_notes";
    const plugin = evil({ 1: { name: "Notes", up: TABLE, down: outside } });
    await managerOf(connection, plugin).migrateToLatest();

    await expectRefused(database, () => managerOf(connection, plugin).rollback(1), "PLUGIN_FORBIDDEN");
    const asks = evil({
      1: { name: "Notes", up: TABLE, down: outside },
      2: { name: "Evil", up: "DELETE FROM orders", noTransaction: true },
    });
    await expectRefused(database, () => managerOf(connection, asks).migrateToLatest(), "PLUGIN_FORBIDDEN");
  });

  test("a verification that was changed since is watched where it runs by itself", async () => {
    const { database, connection } = await shop(engine);
    await managerOf(connection, evil({ 1: { name: "Notes", up: TABLE } })).migrateToLatest();
    const before = await readEverything(database);
    const writes = isPostgres
      ? "WITH gone AS (DELETE FROM orders RETURNING 1) SELECT 1 FROM gone WHERE false"
      : "DELETE FROM orders RETURNING id";
    const reads = isPostgres ? "SELECT pg_read_file('PG_VERSION')" : "SELECT load_extension('evil')";

    for (const [verify, code] of [
      [writes, "OWNERSHIP_VIOLATED"],
      [reads, "PLUGIN_FORBIDDEN"],
    ] as const) {
      const { problems } = await managerOf(
        connection,
        evil({ 1: { name: "Notes", up: TABLE, verify } }),
      ).validateSchema();
      expect(problems).toMatchObject([{ code, where: { module: "evil", version: "1" } }]);
    }
    expect(await readEverything(database)).toEqual(before);
  });

  test("tables that a plugin lets the database follow are held to its prefix and to what it owns", async () => {
    const { database, connection } = await shop(engine);
    const tables = (name: string) =>
      isPostgres
        ? { table: pg.pgTable(name, { name: pg.text().primaryKey(), value: pg.text(), mine: pg.text() }) }
        : {
            table: lite.sqliteTable(name, {
              name: lite.text().primaryKey(),
              value: lite.text(),
              mine: lite.text(),
            }),
          };
    const following = (name: string, options: ModuleOptions) =>
      defineModule("evil", "plugin", options, { tables: tables(name) });

    await expectRefused(database, () =>
      managerOf(connection, following("notes", { prefix: "evil_" })).sync(),
    );
    // A table that no module made: a core module would take it over.
    await expectRefused(database, () =>
      managerOf(connection, following("settings", {})).sync({ allowLoss: ["settings"] }),
    );

    await managerOf(connection, following("evil_notes", { prefix: "evil_" })).sync();
    expect(await connection.tableExists("evil_notes")).toBe(true);
    const registry = new SchemaRegistry();
    registry.register(core);
    await registry.removePluginSchema("evil", connection);
    expect(await connection.tableExists("evil_notes")).toBe(false);
  });

  test("in a scratch database a plugin is kept from the server and its files as well", async () => {
    const { connection } = await shop(engine);
    const said = isPostgres
      ? "DO $$ BEGIN EXECUTE 'co' || 'py (select 1) to pro' || 'gram ''true'''; END $$"
      : "ATTACH ':memory:' AS evil";
    const modules = [core, evil({ 1: { name: "Evil", up: [TABLE, said] } })];

    await expect(diff({ from: connection, to: { modules } })).rejects.toMatchObject({
      code: "PLUGIN_FORBIDDEN",
      where: { module: "evil", version: "1" },
    });
  });

  test("a plugin is built in a scratch database as it is in the real one", async () => {
    const { connection } = await shop(engine);
    const plugin = evil({
      1: { name: "Notes", up: [TABLE, "INSERT INTO evil_notes SELECT id, name FROM users"] },
      2: {
        name: "More",
        up: ["ALTER TABLE evil_notes ADD COLUMN more TEXT", "CREATE INDEX evil_by ON evil_notes (more)"],
      },
    });
    await managerOf(connection, plugin).migrateToLatest();
    await connection.execute("DROP TABLE settings");

    const { changes } = await diff({ from: connection, to: { modules: [core, plugin] } });

    expect(changes).toEqual([]);
  });

  test("a program that stands beside the SQL is not loaded, be it a migration, a way back or a verification", async () => {
    const { database, connection } = await shop(engine);
    const before = await readEverything(database);
    for (const file of ["002_evil.js", "001_notes_rollback.js", "001_notes_verify.js"]) {
      const folder = join(temporaryFolder(), "migrations");
      mkdirSync(folder);
      writeFileSync(join(folder, "001_notes.sql"), TABLE);
      writeFileSync(join(folder, file), "globalThis.evilWasLoaded = true;");
      const plugin = defineModule("evil", "plugin", { sqlOnly: true }, { migrations: folder });

      await expect(managerOf(connection, plugin).migrateToLatest(), file).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:PLUGIN_FORBIDDEN|MIGRATION_(?:NAME_INVALID|DUPLICATE|ORPHAN))$/),
      });
      expect(await readEverything(database), file).toEqual(before);
      expect(Reflect.has(globalThis, "evilWasLoaded"), file).toBe(false);
    }
  });
});

describe.each(sqliteEngines)("the ways in which a plugin's SQL comes to run on $name", (engine) => {
  test("a table may be built anew under a name for a while that is not its prefix's", async () => {
    const { database, connection } = await shop(engine);
    const plugin = evil({
      1: { name: "Notes", up: [TABLE, "INSERT INTO evil_notes VALUES (1, 'kept')"] },
      2: {
        name: "Anew",
        up: `PRAGMA foreign_keys = OFF; BEGIN;
          CREATE TABLE new_notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
          INSERT INTO new_notes SELECT * FROM evil_notes; DROP TABLE evil_notes;
          ALTER TABLE new_notes RENAME TO evil_notes; COMMIT; PRAGMA foreign_keys = ON;`,
      },
    });

    await managerOf(connection, plugin).migrateToLatest();

    expect(await database.look("SELECT text FROM evil_notes")).toMatchObject([{ text: "kept" }]);
  });
});
