import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { adopt, type Connection, defineModule, planAdoption, SchemaManager } from "../../src/index.js";
import { engines, type LiveDatabase, temporaryFolder } from "../live/engines.js";

// How each of these databases was made is told in fixtures/README.md.
const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));

/** What each tool keeps in the database, and what adopting it gives. */
const WITH_FILES = {
  "golang-migrate": { tables: ["schema_migrations"], versions: ["1", "2"] },
  dbmate: { tables: ["schema_migrations"], versions: ["20240101120000", "20240102120000"] },
  diesel: {
    tables: ["__diesel_schema_migrations"],
    versions: ["00000000000000", "20240101120000", "20240102120000"],
  },
  sqlx: { tables: ["_sqlx_migrations"], versions: ["20240101120000", "20240102120000"] },
  goose: { tables: ["goose_db_version"], versions: ["1", "2"] },
  "sql-migrate": { tables: ["gorp_migrations"], versions: ["1", "2"] },
  flyway: { tables: ["flyway_schema_history"], versions: ["1", "1.1", "R__names"] },
  pop: { tables: ["schema_migration"], versions: ["20240101120000", "20240102120000"] },
  prisma: { tables: ["_prisma_migrations"], versions: ["20240101120000", "20240102120000"] },
  drizzle: { tables: ["__drizzle_migrations"], versions: ["0000", "1"] },
  "drizzle-1": { tables: ["__drizzle_migrations"], versions: ["20240101120000", "20240102120000"] },
} as const;

const WITH_PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  rails: ["schema_migrations", "ar_internal_metadata"],
  alembic: ["alembic_version"],
  knex: ["knex_migrations", "knex_migrations_lock"],
  kysely: ["kysely_migration", "kysely_migration_lock"],
  umzug: ['"SequelizeMeta"'],
  typeorm: ["migrations"],
  "mikro-orm": ["mikro_orm_migrations"],
  liquibase: ["databasechangelog", "databasechangeloglock"],
  "node-pg-migrate": ["pgmigrations"],
  sqitch: ["sqitch.changes", "sqitch.dependencies", "sqitch.events", "sqitch.projects", "sqitch.releases"],
};

const tried = engines.filter(({ name }) => name === "SQLite file" || name === "PostgreSQL");

describe.each(tried)("histories on $name", (engine) => {
  const fixture = (tool: string) => join(FIXTURES, tool, `${engine.engine}.sql`);
  const made = (tools: readonly string[]) => tools.filter((tool) => existsSync(fixture(tool)));

  async function databaseOf(tool: string): Promise<{ database: LiveDatabase; connection: Connection }> {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(readFileSync(fixture(tool), "utf8"));
    return { database, connection };
  }

  /** Everything in the tool's tables, and how they are made. */
  async function contentOf(database: LiveDatabase, tables: readonly string[]): Promise<unknown> {
    const rows = [];
    for (const table of tables) rows.push(await database.look(`SELECT * FROM ${table}`));
    const made =
      engine.engine === "sqlite"
        ? await database.look(
            "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'tenon%' ORDER BY name",
          )
        : [];
    return {
      rows,
      made: made.filter((each) => tables.some((table) => table === String(each["name"]).toLowerCase())),
    };
  }

  function copyFolder(tool: string, part: "migrations" | "next", folder: string): void {
    cpSync(join(FIXTURES, tool, part), folder, { recursive: true });
    const journal = join(folder, "meta/_journal.json");
    if (!existsSync(journal)) return;
    const dialect = engine.engine === "sqlite" ? "sqlite" : "postgresql";
    writeFileSync(
      journal,
      readFileSync(journal, "utf8").replace(/"dialect": "\w+"/, `"dialect": "${dialect}"`),
    );
  }

  async function verifiesClean(connection: Connection, manager: SchemaManager): Promise<void> {
    expect((await manager.validateSchema()).problems).toEqual([]);
    expect((await manager.validateSchema({ replay: true })).problems).toEqual([]);
    expect(await connection.query("SELECT count(*) AS n FROM tags")).toEqual([{ n: 0 }]);
  }

  test.each(made(Object.keys(WITH_FILES)))(
    "%s: rows match the files, one more migration runs, verify is clean, and its table stays as it is",
    async (tool) => {
      const { tables, versions } =
        Object.entries(WITH_FILES).find(([name]) => name === tool)?.[1] ?? WITH_FILES.goose;
      const { database, connection } = await databaseOf(tool);
      const own = tables.map((table) =>
        tool.startsWith("drizzle") && engine.engine === "postgres" ? `drizzle.${table}` : table,
      );
      const before = await contentOf(database, own);
      const folder = join(temporaryFolder(), "migrations");
      copyFolder(tool, "migrations", folder);
      const main = defineModule("main", "core", {}, { migrations: folder, layout: layoutNamed(tool) });

      const plan = await planAdoption(connection, main);
      expect(plan.from).toBe(layoutNamed(tool));
      expect(plan.items.map(({ version, state }) => `${version} ${state}`)).toEqual(
        versions.map((version) => `${version} applied`),
      );
      await plan.run();

      copyFolder(tool, "next", folder);
      const manager = new SchemaManager(connection, main);
      const { steps } = await manager.migrateToLatest();
      expect(steps.length).toBe(1);
      await verifiesClean(connection, manager);
      expect((await manager.getStatus()).map(({ state }) => state)).toEqual(["current"]);
      expect(await contentOf(database, own)).toEqual(before);
      expect((await planAdoption(connection, main)).isDone).toBe(true);
    },
  );

  test.each(made(["sqlx", "flyway", "prisma", "drizzle"]))(
    "%s: a file that was changed since is found by that tool's own checksum",
    async (tool) => {
      const { connection } = await databaseOf(tool);
      const folder = join(temporaryFolder(), "migrations");
      copyFolder(tool, "migrations", folder);
      const changed = readdirSync(folder, { recursive: true, encoding: "utf8" })
        .map((name) => join(folder, name))
        .find((path) => /posts.*\.sql$/.test(path));
      if (changed === undefined) throw new Error("there is a file of posts");
      writeFileSync(changed, `${readFileSync(changed, "utf8")}-- and more\n`);
      const main = defineModule("main", "core", {}, { migrations: folder, layout: layoutNamed(tool) });

      const plan = await planAdoption(connection, main);

      expect(plan.items.filter(({ state }) => state === "changed").map(({ file }) => file)).toEqual([
        changed,
      ]);
      await expect(plan.run()).rejects.toMatchObject({ code: "ADOPTION_REFUSED" });
      const accepted = await adopt(connection, main, { acceptChanged: true });
      expect(accepted.adopted.length).toBe(plan.items.length);
    },
  );

  test.each(made(Object.keys(WITH_PROGRAMS)))(
    "%s: a baseline stands for its programs, one more migration runs, verify is clean, and its tables stay",
    async (tool) => {
      const tables = WITH_PROGRAMS[tool] ?? [];
      const { database, connection } = await databaseOf(tool);
      const before = await contentOf(database, tables);
      const folder = join(temporaryFolder(), "migrations");
      const main = defineModule("main", "core", {}, { migrations: folder });

      const { from, adopted } = await adopt(connection, main);

      expect([from, adopted.map(({ version }) => version)]).toEqual([tool, ["1"]]);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "002_tags.sql"), "CREATE TABLE tags (id INTEGER PRIMARY KEY);");
      const manager = new SchemaManager(connection, main);
      await manager.migrateToLatest();
      await verifiesClean(connection, manager);
      expect(await contentOf(database, tables)).toEqual(before);
    },
  );

  test("django: each app becomes a module, in the order of their keys, and goes on by itself", async () => {
    const { database, connection } = await databaseOf("django");
    const before = await contentOf(database, ["django_migrations"]);
    const folder = join(temporaryFolder(), "migrations");
    const main = defineModule("main", "core", {}, { migrations: folder });

    const plan = await planAdoption(connection, main);
    const adopted = await plan.run();

    const apps = ["contenttypes", "auth", "admin", "sessions", "shop"];
    expect(adopted.map(({ module, version }) => `${module}@${version}`)).toEqual(
      apps.map((app) => `${app}@1`),
    );
    expect(plan.notes.at(-1)).toContain(`{ name: "shop", migrations:`);
    const shop = readFileSync(join(folder, "shop", `001_baseline.${engine.engine}.sql`), "utf8");
    expect(shop).toContain("-- tenon: depends-on auth@1");
    writeFileSync(join(folder, "shop/002_tags.sql"), "CREATE TABLE tags (id INTEGER PRIMARY KEY);");
    const modules = apps.map((app) => defineModule(app, "core", {}, { migrations: join(folder, app) }));
    const manager = new SchemaManager(connection, modules);
    expect((await manager.migrateToLatest()).steps.map(({ module }) => module)).toEqual(["shop"]);
    await verifiesClean(connection, manager);
    expect(await contentOf(database, ["django_migrations"])).toEqual(before);
    expect((await planAdoption(connection, [main, ...modules], { module: "main" })).isDone).toBe(true);
  });
});

function layoutNamed(tool: string) {
  const names = [
    "golang-migrate",
    "dbmate",
    "diesel",
    "sqlx",
    "goose",
    "sql-migrate",
    "flyway",
    "pop",
    "prisma",
    "drizzle",
  ] as const;
  return names.find((name) => name === tool.replace(/-1$/, "")) ?? "auto";
}
