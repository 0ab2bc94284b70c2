import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adopt, type Connection, defineModule, diff, planAdoption, SchemaManager } from "../../src/index.js";
import { engines, temporaryFolder } from "./engines.js";

const GOLANG_MIGRATE = `
  CREATE TABLE schema_migrations (version BIGINT NOT NULL PRIMARY KEY, dirty BOOLEAN NOT NULL);
`;
const FILES = {
  1: { name: "users", up: "CREATE TABLE users (id INTEGER PRIMARY KEY)", down: "DROP TABLE users" },
  2: { name: "posts", up: "CREATE TABLE posts (id INTEGER PRIMARY KEY)", down: "DROP TABLE posts" },
  3: { name: "tags", up: "CREATE TABLE tags (id INTEGER PRIMARY KEY)", down: "DROP TABLE tags" },
};

function main() {
  return defineModule("main", "core", {}, FILES);
}

async function appliedUpToTwo(connection: Connection): Promise<void> {
  await connection.executeScript(`${GOLANG_MIGRATE} ${FILES[1].up}; ${FILES[2].up};`);
}

describe.each(engines)("taking over on $name", (engine) => {
  test("a foreign table of the journal's name stays, and every part of a manager finds the journal beside it", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await appliedUpToTwo(connection);
    await connection.executeScript("INSERT INTO schema_migrations VALUES (2, false)");
    const before = await database.look("SELECT * FROM schema_migrations");

    const result = await adopt(connection, main());

    expect(result).toMatchObject({ from: "golang-migrate", journal: "tenon_schema_migrations", files: [] });
    expect(result.adopted.map(({ version }) => version)).toEqual(["1", "2"]);
    const manager = new SchemaManager(connection, main());
    expect(await manager.getCurrentVersion()).toBe(2);
    expect((await manager.plan()).steps.map((step) => step.version)).toEqual([3]);
    expect((await manager.migrateToLatest()).steps.map((step) => step.version)).toEqual(["3"]);
    expect(await new SchemaManager(connection, main()).needsMigration()).toBe(false);
    expect((await manager.validateSchema()).problems).toEqual([]);
    expect((await manager.validateSchema({ replay: true })).problems).toEqual([]);
    const owners = await manager.getObjects();
    expect(owners.filter((each) => each.kind === "table" && each.module === undefined)).toMatchObject([
      { name: "schema_migrations" },
    ]);
    expect((await diff({ from: connection, to: { modules: [main()] } })).changes).toEqual([]);
    await manager.rollbackToVersion(1);
    expect(await manager.getCurrentVersion()).toBe(1);
    await manager.stamp(2);
    expect(await database.look("SELECT * FROM schema_migrations")).toEqual(before);
    expect(
      await database.look("SELECT version FROM tenon_schema_migrations WHERE status = 'applied'"),
    ).toEqual([{ version: "1" }, { version: "2" }]);
  });

  test("a second adoption finds nothing to do, and one after more work of the other tool takes over the rest", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await appliedUpToTwo(connection);
    await connection.executeScript("INSERT INTO schema_migrations VALUES (1, false)");
    await adopt(connection, main());

    expect((await planAdoption(connection, main())).isDone).toBe(true);
    await connection.executeScript("UPDATE schema_migrations SET version = 2");
    const again = await planAdoption(connection, main());
    expect(again.isDone).toBe(false);
    expect(again.items.map(({ id, state, isKnown }) => `${id} ${state} ${isKnown}`)).toEqual([
      "1 applied true",
      "2 applied false",
      "3 pending false",
    ]);
    expect((await again.run()).map(({ version }) => version)).toEqual(["2"]);
  });

  test("a dirty state is told and not carried over, and nothing is written", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await appliedUpToTwo(connection);
    await connection.executeScript("INSERT INTO schema_migrations VALUES (2, true)");

    const plan = await planAdoption(connection, main());

    expect(plan.items.map(({ id, state }) => `${id} ${state}`)).toEqual([
      "1 applied",
      "2 failed",
      "3 pending",
    ]);
    await expect(plan.run()).rejects.toMatchObject({ code: "ADOPTION_REFUSED" });
    expect(await connection.tableExists("tenon_schema_migrations")).toBe(false);
  });

  test("an empty table is taken over as a history in which nothing was applied", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(GOLANG_MIGRATE);

    const { adopted, journal } = await adopt(connection, main());

    expect([adopted, journal]).toEqual([[], "tenon_schema_migrations"]);
    expect((await new SchemaManager(connection, main()).migrateToLatest()).steps.length).toBe(3);
  });

  test("a version that has no file is told as missing", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await appliedUpToTwo(connection);
    await connection.executeScript("INSERT INTO schema_migrations VALUES (9, false)");

    const plan = await planAdoption(connection, main());

    expect(plan.items[0]).toMatchObject({ id: "9", state: "missing" });
    await expect(plan.run()).rejects.toMatchObject({
      code: "ADOPTION_REFUSED",
      message: expect.stringContaining("applied 9, and there is no such file"),
    });
  });

  test("two tools' tables need a word which one counts", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await appliedUpToTwo(connection);
    await connection.executeScript(
      "INSERT INTO schema_migrations VALUES (2, false); CREATE TABLE schema_migration (version VARCHAR(14) NOT NULL); INSERT INTO schema_migration VALUES ('1');",
    );

    await expect(adopt(connection, main())).rejects.toMatchObject({
      code: "HISTORY_AMBIGUOUS",
      details: { tools: ["golang-migrate", "pop"] },
    });
    const { adopted } = await adopt(connection, main(), { from: "pop" });
    expect(adopted.map(({ version }) => version)).toEqual(["1"]);
  });

  test("a table that was given another name is found by it", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(
      `${FILES[1].up}; CREATE TABLE my_versions (id INTEGER PRIMARY KEY, version_id BIGINT, is_applied BOOLEAN, tstamp TIMESTAMP);
       INSERT INTO my_versions VALUES (1, 0, true, NULL), (2, 1, true, '2024-01-31 12:00:00');`,
    );

    await expect(adopt(connection, main(), { from: "goose" })).rejects.toMatchObject({
      code: "HISTORY_NOT_FOUND",
    });
    const { adopted } = await adopt(connection, main(), { from: "goose", table: "my_versions" });

    expect(adopted.map(({ version }) => version)).toEqual(["1"]);
    expect(await database.look("SELECT applied_at, applied_by FROM schema_migrations")).toEqual([
      { applied_at: "2024-01-31T12:00:00.000Z", applied_by: null },
    ]);
  });

  test("the journal of another module stays as it is, and nobody's tables are drift", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const other = defineModule(
      "other",
      "core",
      {},
      { 1: { name: "logs", up: "CREATE TABLE logs (id INTEGER PRIMARY KEY)" } },
    );
    await new SchemaManager(connection, other).migrateToLatest();
    await connection.executeScript(
      `${FILES[1].up}; CREATE TABLE schema_migration (version VARCHAR(14) NOT NULL); INSERT INTO schema_migration VALUES ('1');
       CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);`,
    );

    const { adopted, journal } = await adopt(connection, [main(), other], { from: "pop", module: "main" });

    expect([adopted.length, journal]).toEqual([1, "schema_migrations"]);
    expect(await database.look("SELECT module, version FROM schema_migrations ORDER BY sequence")).toEqual([
      { module: "other", version: "1" },
      { module: "main", version: "1" },
    ]);
    const manager = new SchemaManager(connection, [main(), other]);
    expect((await manager.validateSchema()).problems).toEqual([]);
    const drift = (await diff({ from: connection, to: { modules: [main(), other] } })).changes;
    expect(drift.map(({ description }) => description).filter((each) => !/posts|tags/.test(each))).toEqual(
      [],
    );
  });

  test("a table that was changed after the plan was made is not taken over as it was", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await appliedUpToTwo(connection);
    await connection.executeScript("INSERT INTO schema_migrations VALUES (1, false)");
    const plan = await planAdoption(connection, main());
    await connection.executeScript("UPDATE schema_migrations SET version = 2");

    await expect(plan.run()).rejects.toMatchObject({ code: "PLAN_OUTDATED" });
    expect(await connection.tableExists("tenon_schema_migrations")).toBe(false);
  });

  test("without any history there is nothing to adopt, and a baseline is offered", async () => {
    const database = await engine.create();
    const connection = await database.connect();

    await expect(adopt(connection, main())).rejects.toMatchObject({
      code: "HISTORY_NOT_FOUND",
      hint: expect.stringContaining("--baseline"),
    });
    await expect(adopt(connection, main(), { from: "nobody" })).rejects.toMatchObject({ code: "USAGE" });
  });
});

const SCHEMA = {
  sqlite: `
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'nobody', CHECK (length(name) < 100));
    CREATE TABLE visits (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE, day TEXT);
    CREATE UNIQUE INDEX one_visit ON visits (person_id, day) WHERE day IS NOT NULL;
    CREATE VIEW visitors AS SELECT DISTINCT name FROM people JOIN visits ON person_id = people.id;
    CREATE TRIGGER no_blank BEFORE INSERT ON people WHEN new.name = '' BEGIN SELECT raise(abort, 'blank'); END;
    INSERT INTO people VALUES (1, 'Ann'); INSERT INTO visits VALUES (1, 1, '2024-01-31');
  `,
  postgres: `
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TABLE people (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT NOT NULL DEFAULT 'nobody', feels mood, CHECK (length(name) < 100));
    CREATE TABLE visits (id SERIAL PRIMARY KEY, person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE, day DATE);
    CREATE UNIQUE INDEX one_visit ON visits (person_id, day) WHERE day IS NOT NULL;
    CREATE VIEW visitors AS SELECT DISTINCT name FROM people JOIN visits ON person_id = people.id;
    CREATE FUNCTION no_blank() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.name = '' THEN RAISE 'blank'; END IF; RETURN new; END $$;
    CREATE TRIGGER no_blank BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION no_blank();
    INSERT INTO people (name) VALUES ('Ann'); INSERT INTO visits (person_id, day) VALUES (1, '2024-01-31');
  `,
};

// A scratch PGlite takes seconds; what it does, a server does.
const quick = engines.filter(({ name }) => name !== "PGlite" && name !== "SQLite memory");

describe.each(quick)("a baseline on $name", (engine) => {
  function folderModule() {
    const folder = join(temporaryFolder(), "migrations");
    return { folder, module: defineModule("main", "core", {}, { migrations: folder }) };
  }

  test("is the schema as migration 1, stamped here and equal when it is applied elsewhere; rows stay", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(SCHEMA[engine.engine]);
    const { folder, module } = folderModule();

    const { adopted, files } = await adopt(connection, module, { baseline: true });

    expect(adopted.map(({ version, name }) => `${version} ${name}`)).toEqual(["1 baseline"]);
    expect(files).toEqual([
      join(folder, `001_baseline.${engine.engine}.sql`),
      join(folder, `001_baseline_rollback.${engine.engine}.sql`),
    ]);
    expect((await database.look("SELECT * FROM visits")).length).toBe(1);
    writeFileSync(join(folder, "002_more.sql"), "ALTER TABLE visits ADD COLUMN note TEXT;");
    const manager = new SchemaManager(connection, module);
    expect((await manager.migrateToLatest()).steps.map((step) => step.version)).toEqual(["2"]);
    expect((await manager.validateSchema()).problems).toEqual([]);
    expect((await manager.validateSchema({ replay: true })).problems).toEqual([]);
    expect((await planAdoption(connection, module, { baseline: true })).isDone).toBe(true);
  });

  test("stands for the history of a tool whose migrations are programs, and leaves its tables out", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(
      `${SCHEMA[engine.engine]}
       CREATE TABLE kysely_migration (name VARCHAR(255) NOT NULL PRIMARY KEY, timestamp VARCHAR(255) NOT NULL);
       CREATE TABLE kysely_migration_lock (id VARCHAR(255) NOT NULL PRIMARY KEY, is_locked INTEGER NOT NULL DEFAULT 0);
       INSERT INTO kysely_migration VALUES ('001_people', '2024-01-31T12:00:00.000Z');
       INSERT INTO kysely_migration_lock VALUES ('migration_lock', 0);`,
    );
    const { folder, module } = folderModule();

    const plan = await planAdoption(connection, module);
    await plan.run();

    expect(plan.items.map(({ id, state }) => `${id} ${state}`)).toEqual(["001_people applied", "- applied"]);
    const text = readFileSync(join(folder, `001_baseline.${engine.engine}.sql`), "utf8");
    expect(text).toContain("The schema as kysely left it, at 001_people");
    expect(text).not.toContain("kysely_migration_lock");
    const manager = new SchemaManager(connection, module);
    expect((await manager.validateSchema({ replay: true })).problems).toEqual([]);
  });

  test("is refused while the other tool's lock is held, and no file is written", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(
      `CREATE TABLE people (id INTEGER PRIMARY KEY);
       CREATE TABLE kysely_migration (name VARCHAR(255) NOT NULL PRIMARY KEY, timestamp VARCHAR(255) NOT NULL);
       CREATE TABLE kysely_migration_lock (id VARCHAR(255) NOT NULL PRIMARY KEY, is_locked INTEGER NOT NULL DEFAULT 0);
       INSERT INTO kysely_migration VALUES ('001_people', '2024-01-31T12:00:00.000Z');
       INSERT INTO kysely_migration_lock VALUES ('migration_lock', 1);`,
    );
    const { folder, module } = folderModule();

    await expect(adopt(connection, module)).rejects.toMatchObject({
      code: "ADOPTION_REFUSED",
      message: expect.stringContaining("kysely_migration_lock"),
    });
    expect(() => readFileSync(folder)).toThrow();
  });

  test("is not written into a folder that has migrations, and of nothing", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const { folder, module } = folderModule();

    await expect(adopt(connection, module, { baseline: true })).rejects.toMatchObject({ code: "USAGE" });
    await connection.executeScript("CREATE TABLE people (id INTEGER PRIMARY KEY)");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "001_first.sql"), "CREATE TABLE a (id INTEGER);");
    await expect(adopt(connection, module, { baseline: true })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("has migrations already"),
    });
  });

  test("leaves out what another module owns", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const other = defineModule(
      "other",
      "core",
      {},
      { 1: { name: "logs", up: "CREATE TABLE logs (id INTEGER PRIMARY KEY)" } },
    );
    await new SchemaManager(connection, other).migrateToLatest();
    await connection.executeScript("CREATE TABLE people (id INTEGER PRIMARY KEY)");
    const { folder, module } = folderModule();

    await adopt(connection, [module, other], { baseline: true, module: "main" });

    const text = readFileSync(join(folder, `001_baseline.${engine.engine}.sql`), "utf8");
    expect([text.includes("people"), text.includes("logs")]).toEqual([true, false]);
    const manager = new SchemaManager(connection, [module, other]);
    expect((await manager.validateSchema({ replay: true })).problems).toEqual([]);
  });
});
