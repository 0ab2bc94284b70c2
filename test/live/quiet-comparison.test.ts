import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { bigint, integer, pgTable, pgView, text } from "drizzle-orm/pg-core";
import type pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Connection, connect, defineModule, diff, generate, SchemaManager } from "../../src/index.js";
import { postgresDatabase, postgresWitness } from "../servers/postgres.js";

const users = pgTable("users", { id: integer().primaryKey(), name: text().notNull() });
const core = defineModule("core", "core", {}, { tables: { users } });

/** The same table with a column more, and tables and a view that refer to it. */
const posts = pgTable("posts", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  author: integer().references(() => users.id, { onDelete: "cascade" }),
});
const names = pgView("names", { name: text() }).as(sql`SELECT ${users.name} FROM ${users}`);
const blog = defineModule("blog", "core", { dependsOn: ["core"] }, { tables: { posts, names } });
const usersWithEmail = pgTable("users", {
  id: integer().primaryKey(),
  name: text().notNull(),
  email: text().notNull().default(""),
});
const changed = defineModule("core", "core", {}, { tables: { usersWithEmail } });

/** A database whose one table a long reader and a writer hold in open transactions. */
async function busyDatabase() {
  const url = await postgresDatabase();
  const connection = await opened(url);
  await new SchemaManager(connection, core).migrateToLatest();
  const [reader, writer, witness] = [
    await postgresWitness(url),
    await postgresWitness(url),
    await postgresWitness(url),
  ];
  await reader.query("BEGIN; SELECT * FROM users");
  await writer.query("BEGIN; INSERT INTO users VALUES (1, 'Ann'); UPDATE users SET name = 'Bob'");
  // Whoever waits for one of the two fails instead.
  await connection.execute("SET lock_timeout = '2s'");
  return { url, connection, reader, writer, witness };
}

async function opened(url: string): Promise<Connection> {
  const connection = await connect(url);
  onTestFinished(() => connection.close());
  return connection;
}

/** What locks a session has on tables of the database while some work is done, looked at from another one. */
async function locksDuring(connection: Connection, witness: pg.Client, work: () => Promise<unknown>) {
  const [session] = await connection.query("SELECT pg_backend_pid() AS pid");
  const seen = new Set<string>();
  let isDone = false;
  const done = work().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const { rows } = await witness.query(
      `SELECT DISTINCT l.mode
       FROM pg_locks AS l
       JOIN pg_class AS c ON c.oid = l.relation
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE l.pid = $1 AND n.nspname = 'public' AND c.relname LIKE 'users%'`,
      [session?.["pid"]],
    );
    for (const row of rows) seen.add(row.mode);
  }
  await done;
  return [...seen];
}

describe("comparing with a database at work", () => {
  test("neither waits for a reader or a writer nor takes a lock that they would wait for", async () => {
    const { url, connection, reader, writer, witness } = await busyDatabase();
    const folder = mkdtempSync(join(tmpdir(), "tenon-quiet-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const written = defineModule("core", "core", {}, { migrations: folder, tables: { users } });
    const other = await opened(url);
    const work: Readonly<Record<string, () => Promise<unknown>>> = {
      "a sync with nothing to do": () => new SchemaManager(connection, core).migrateToLatest(),
      "a sync that looks": () => new SchemaManager(connection, [changed, blog]).sync({ dryRun: true }),
      "a plan": () => new SchemaManager(connection, [changed, blog]).plan(),
      "a comparison": () => diff({ from: connection, to: other }),
      "a migration that is written": () => generate("Create", { module: written, connection }),
    };

    for (const [name, run] of Object.entries(work)) {
      const locks = await locksDuring(connection, witness, run);
      expect(
        locks.filter((mode) => mode !== "AccessShareLock"),
        name,
      ).toEqual([]);
    }

    await writer.query("UPDATE users SET name = 'Eve'");
    await writer.query("COMMIT");
    await reader.query("COMMIT");
    await new SchemaManager(connection, [changed, blog]).migrateToLatest();
    expect((await witness.query("SELECT * FROM users")).rows).toEqual([{ id: 1, name: "Eve", email: "" }]);
  });

  test("renames and drops no schema, and leaves nothing behind", async () => {
    const { connection, reader, writer, witness } = await busyDatabase();
    await reader.query("COMMIT");
    await writer.query("COMMIT");
    await witness.query(`
      CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'a schema was touched: %', tg_tag; END $$;
      CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('ALTER SCHEMA', 'DROP SCHEMA') EXECUTE FUNCTION refuse()`);
    const schemas = "SELECT nspname FROM pg_namespace ORDER BY 1";
    const before = (await witness.query(schemas)).rows;

    const { sql: wanted } = await new SchemaManager(connection, [changed, blog]).sync({ dryRun: true });

    expect(wanted).toContain('ADD COLUMN "email"');
    expect(wanted).not.toContain("tenon_");
    expect((await witness.query(schemas)).rows).toEqual(before);
  });

  test("needs no rights on what others own", async () => {
    const { url, connection, reader, writer, witness } = await busyDatabase();
    await reader.query("COMMIT");
    await writer.query("COMMIT");
    const role = `tenon_reader_${process.pid}`;
    await witness.query(`CREATE SCHEMA others; CREATE TABLE others.secrets (id int);
      CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT CREATE ON DATABASE ${new URL(url).pathname.slice(1)} TO ${role};
      GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
    onTestFinished(async () => {
      const last = await connect(url);
      await last.executeScript(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await last.close();
    });
    await connection.close();
    const asRole = new URL(url);
    asRole.username = role;
    asRole.password = "x";

    const { sql: wanted } = await new SchemaManager(await opened(asRole.href), [changed, blog]).sync({
      dryRun: true,
    });

    expect(wanted).toContain('ADD COLUMN "email"');
  });

  test("tells what cannot be built under the names that people know", async () => {
    const { connection } = await busyDatabase();
    const broken = pgTable("broken", { id: integer().primaryKey(), sum: integer().default(sql`nothing(1)`) });

    const refusal = new SchemaManager(connection, [
      core,
      defineModule("broken", "core", {}, { tables: { broken } }),
    ]).sync();

    await expect(refusal).rejects.toMatchObject({
      code: "SQL_FAILED",
      where: { module: "broken", object: "broken" },
      message: expect.stringMatching(/^broken cannot be built: .*nothing/),
      hint: expect.stringContaining('CREATE TABLE "public"."broken"'),
    });
  });
});
