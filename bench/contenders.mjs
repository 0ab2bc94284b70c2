// How each contender loads, brings a database to the latest version, and does it once more.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";

import { kyselyMigrations, makeMigrations } from "./migrations.mjs";
import { importPeer } from "./peers.mjs";

const require = createRequire(import.meta.url);

/** The limit: the driver alone, all in one transaction on SQLite, one transaction each on PostgreSQL. */
const driver = {
  load: async ({ engine }) => require(engine === "postgres" ? "pg" : "libsql"),
  async migrate({ engine, url, file, count }, loaded) {
    const migrations = makeMigrations(count);
    if (engine === "postgres") {
      const client = new loaded.Client(url);
      await client.connect();
      await client.query("CREATE TABLE history (name TEXT PRIMARY KEY, at TEXT)");
      for (const { name, up } of migrations) {
        await client.query("BEGIN");
        await client.query(up.join(";\n"));
        await client.query("INSERT INTO history VALUES ($1, $2)", [name, new Date().toISOString()]);
        await client.query("COMMIT");
      }
      await client.end();
      return;
    }
    const database = new loaded(file);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("BEGIN IMMEDIATE");
    database.exec("CREATE TABLE history (name TEXT PRIMARY KEY, at TEXT)");
    const insert = database.prepare("INSERT INTO history VALUES (?, ?)");
    for (const { name, up } of migrations) {
      for (const sql of up) database.exec(sql);
      insert.run([name, new Date().toISOString()]);
    }
    database.exec("COMMIT");
    database.close();
  },
  async again({ engine, url, file, folder }, loaded) {
    readdirSync(folder);
    if (engine === "postgres") {
      const client = new loaded.Client(url);
      await client.connect();
      await client.query("SELECT * FROM history");
      await client.end();
      return;
    }
    const database = new loaded(file);
    database.prepare("SELECT * FROM history").all();
    database.close();
  },
};

const tenon = {
  async load({ engine }) {
    require(engine === "postgres" ? "pg" : "libsql");
    return import("../dist/index.js");
  },
  async migrate({ engine, url, file, folder }, { connect, defineModule, SchemaManager }) {
    const connection = await connect(engine === "postgres" ? url : `file:${file}`);
    const module = defineModule("main", "core", {}, { migrations: folder });
    await new SchemaManager(connection, module).migrateToLatest();
    await connection.close();
  },
};

const drizzle = {
  async load({ engine }) {
    const kind = engine === "postgres" ? "node-postgres" : "better-sqlite3";
    const { drizzle } = await importPeer(`drizzle-orm/${kind}`);
    const { migrate } = await importPeer(`drizzle-orm/${kind}/migrator`);
    return {
      drizzle,
      migrate,
      driver: (await importPeer(engine === "postgres" ? "pg" : "better-sqlite3")).default,
    };
  },
  async migrate({ engine, url, file, folder }, loaded) {
    const client =
      engine === "postgres"
        ? new loaded.driver.Pool({ connectionString: url, max: 2 })
        : new loaded.driver(file);
    await loaded.migrate(loaded.drizzle({ client }), { migrationsFolder: folder });
    await (engine === "postgres" ? client.end() : client.close());
  },
};

const kysely = {
  async load({ engine }) {
    const { Kysely, SqliteDialect, PostgresDialect, sql } = await importPeer("kysely");
    const { Migrator } = await importPeer("kysely/migration");
    const driver = (await importPeer(engine === "postgres" ? "pg" : "better-sqlite3")).default;
    return { Kysely, SqliteDialect, PostgresDialect, Migrator, sql, driver };
  },
  async migrate({ engine, url, file, count }, loaded) {
    const dialect =
      engine === "postgres"
        ? new loaded.PostgresDialect({ pool: new loaded.driver.Pool({ connectionString: url, max: 2 }) })
        : new loaded.SqliteDialect({ database: new loaded.driver(file) });
    const db = new loaded.Kysely({ dialect });
    const migrations = kyselyMigrations(makeMigrations(count), loaded.sql);
    const { error } = await new loaded.Migrator({
      db,
      provider: { getMigrations: async () => migrations },
    }).migrateToLatest();
    await db.destroy();
    if (error !== undefined) throw error;
  },
};

/** By name. What has no `again` of its own migrates once more. */
export const contenders = { driver, tenon, drizzle, kysely };
