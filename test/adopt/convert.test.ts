import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { adopt, defineModule, planAdoption, SchemaManager } from "../../src/index.js";
import { engines, temporaryFolder } from "../live/engines.js";

const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));
const LAYOUTS = [
  "golang-migrate",
  "dbmate",
  "diesel",
  "sqlx",
  "goose",
  "sql-migrate",
  "flyway",
  "pop",
  "prisma",
] as const;

const tried = engines.filter(({ name }) => name === "SQLite file" || name === "PostgreSQL");

describe.each(tried)("converting on $name", (engine) => {
  // The statements are the same on both engines; only what is around them is not.
  test.each(engine.engine === "sqlite" ? LAYOUTS : (["goose", "flyway", "prisma"] as const))(
    "%s: the history in Tenon's own layout counts as applied, builds the same, and goes on",
    async (tool) => {
      const database = await engine.create();
      const connection = await database.connect();
      await connection.executeScript(readFileSync(join(FIXTURES, tool, `${engine.engine}.sql`), "utf8"));
      const [folder, native] = [join(temporaryFolder(), "migrations"), join(temporaryFolder(), "native")];
      cpSync(join(FIXTURES, tool, "migrations"), folder, { recursive: true });
      const there = defineModule("main", "core", {}, { migrations: folder, layout: tool });

      const { adopted, files } = await adopt(connection, there, { convertTo: native });

      expect(files.length).toBeGreaterThanOrEqual(adopted.length);
      expect(readdirSync(native).length).toBe(files.length);
      writeFileSync(join(native, "30000101000000_tags.sql"), "CREATE TABLE tags (id INTEGER PRIMARY KEY);");
      const here = defineModule("main", "core", {}, { migrations: native });
      const manager = new SchemaManager(connection, here);
      expect((await manager.migrateToLatest()).steps.map((step) => step.name)).toEqual(["tags"]);
      expect((await manager.validateSchema()).problems).toEqual([]);
      expect((await manager.validateSchema({ replay: true })).problems).toEqual([]);
    },
  );

  test("what a driver of the other tool did is written out: transactions, foreign keys, losses that nothing named", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const [folder, native] = [temporaryFolder(), join(temporaryFolder(), "native")];
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    write(
      "1_users.up.sql",
      "CREATE TABLE users (id INTEGER PRIMARY KEY);\nCREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);",
    );
    write("1_users.down.sql", "DROP TABLE posts;\nDROP TABLE users;");
    write(
      "2_rows.up.sql",
      "BEGIN;\nINSERT INTO users (id) VALUES (1);\nCOMMIT;\nBEGIN;\nINSERT INTO posts (id, user_id) VALUES (1, 1);\nCOMMIT;",
    );
    write("2_rows.down.sql", "DELETE FROM posts;\nDELETE FROM users;");
    const there = defineModule("main", "core", {}, { migrations: folder, layout: "golang-migrate" });

    const { files, adopted } = await adopt(connection, there, { convertTo: native });

    expect([files.length, adopted.length]).toEqual([4, 0]);
    expect(readFileSync(join(native, "2_rows.sql"), "utf8")).toContain("-- tenon: no-transaction");
    const here = defineModule("main", "core", {}, { migrations: native });
    await new SchemaManager(connection, here).migrateToLatest();
    expect(await database.look("SELECT id, user_id FROM posts")).toEqual([{ id: 1, user_id: 1 }]);
    await new SchemaManager(connection, here).rollbackToVersion(0);
    expect(await connection.tableExists("users")).toBe(false);
  });

  test("a history that is in the journal already is not converted, and nothing is written", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const [folder, native] = [temporaryFolder(), join(temporaryFolder(), "native")];
    writeFileSync(join(folder, "1_users.up.sql"), "CREATE TABLE users (id INTEGER PRIMARY KEY);");
    const there = defineModule("main", "core", {}, { migrations: folder, layout: "golang-migrate" });
    await new SchemaManager(connection, there).migrateToLatest();

    await expect(planAdoption(connection, there, { convertTo: native })).rejects.toMatchObject({
      code: "ADOPTION_REFUSED",
    });
    expect(existsSync(native)).toBe(false);
  });

  test("a folder that has a file of the same name is left alone, and so is the journal", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    await connection.executeScript(readFileSync(join(FIXTURES, "goose", `${engine.engine}.sql`), "utf8"));
    const native = temporaryFolder();
    writeFileSync(join(native, "00002_posts.sql"), "mine");
    const there = defineModule(
      "main",
      "core",
      {},
      { migrations: join(FIXTURES, "goose/migrations"), layout: "goose" },
    );

    await expect(adopt(connection, there, { convertTo: native })).rejects.toMatchObject({
      code: "FILE_EXISTS",
    });

    expect([readdirSync(native), readFileSync(join(native, "00002_posts.sql"), "utf8")]).toEqual([
      ["00002_posts.sql"],
      "mine",
    ]);
    expect(await connection.tableExists("schema_migrations")).toBe(false);
  });
});

test("texts in double quotes and losses that nothing named are written out, and the new folder does the same", async () => {
  const database = await sqliteFile().create();
  const connection = await database.connect();
  const [folder, native] = [temporaryFolder(), join(temporaryFolder(), "native")];
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write(
    "1_users.up.sql",
    `CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO users VALUES (1, "Ann"), (2, "it's");
CREATE TABLE log (id INTEGER PRIMARY KEY);
CREATE TRIGGER gone AFTER DELETE ON users BEGIN DELETE FROM log; END;
INSERT INTO log VALUES (1);
DELETE FROM users WHERE name = "Ann";`,
  );
  const there = defineModule("main", "core", {}, { migrations: folder, layout: "golang-migrate" });

  await adopt(connection, there, { convertTo: native });

  const text = readFileSync(join(native, "1_users.sql"), "utf8");
  expect(text).toContain("VALUES (1, 'Ann'), (2, 'it''s')");
  expect(text).toContain("-- tenon: allow-loss log");
  const here = defineModule("main", "core", {}, { migrations: native });
  await new SchemaManager(connection, here).migrateToLatest();
  expect(await database.look("SELECT name FROM users")).toEqual([{ name: "it's" }]);
});

function sqliteFile() {
  const engine = engines.find(({ name }) => name === "SQLite file");
  if (engine === undefined) throw new Error("SQLite is among the engines");
  return engine;
}
