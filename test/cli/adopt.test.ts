import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "libsql";
import { expect, test } from "vitest";
import { postgresDatabase, postgresWitness } from "../servers/postgres.js";
import { readRows } from "./second-reader.js";
import { Workplace } from "./tenon.js";

const FIXTURES = fileURLToPath(new URL("../adopt/fixtures", import.meta.url));

/** A folder with a database as a tool left it, and that tool's migrations. */
function placeOf(tool: string): Workplace {
  const place = new Workplace();
  const database = new Database(place.path("app.db"));
  database.exec(readFileSync(join(FIXTURES, tool, "sqlite.sql"), "utf8"));
  database.close();
  const migrations = join(FIXTURES, tool, "migrations");
  if (existsSync(migrations)) cpSync(migrations, place.path("migrations"), { recursive: true });
  return place;
}

const HERE = ["--url", "file:app.db", "--dir", "migrations"];

test("adopt shows what another tool applied, takes it over on a yes, and every command goes on from there", async () => {
  const place = placeOf("golang-migrate");
  const before = readRows(place.path("app.db"), "SELECT * FROM schema_migrations");

  const refused = await place.json(["up", ...HERE]);
  const shown = await place.tenon(["adopt", ...HERE, "--dry-run"]);
  const unasked = await place.json(["adopt", ...HERE]);
  const done = await place.tenon(["adopt", ...HERE, "--yes"]);
  cpSync(join(FIXTURES, "golang-migrate/next"), place.path("migrations"), { recursive: true });
  const status = await place.json(["status", ...HERE, "--check"]);
  const plan = await place.tenon(["plan", ...HERE]);
  const up = await place.json(["up", ...HERE]);
  const verify = await place.json(["verify", ...HERE, "--replay"]);
  const history = await place.json(["history", ...HERE]);
  const down = await place.json(["down", ...HERE, "--yes"]);
  const again = await place.json(["adopt", ...HERE, "--yes"]);

  expect(refused.document.error).toMatchObject({
    code: "JOURNAL_FOREIGN",
    hint: expect.stringContaining("tenon adopt"),
  });
  expect(shown.stdout).toContain("History of golang-migrate, in schema_migrations.");
  expect(shown.stdout).toMatch(/applied +2 +posts +main@2 +migrations\/2_posts\.up\.sql/);
  expect(shown.stdout).toContain("Nothing was written.");
  expect([unasked.status, unasked.document.error?.hint]).toEqual([2, "Say yes beforehand with --yes."]);
  expect([done.status, done.stdout]).toEqual([
    0,
    expect.stringContaining("Counts as applied from now on, without running: main@1, main@2."),
  ]);
  expect([status.status, status.document["pending"]]).toEqual([3, 1]);
  expect(plan.stdout).toContain("CREATE TABLE tags");
  expect(up.document["steps"]).toMatchObject([{ version: 3 }]);
  expect([verify.status, verify.document.ok]).toEqual([0, true]);
  expect(JSON.stringify(history.document)).toContain("tags");
  expect(down.document["steps"]).toMatchObject([{ direction: "down", version: 3 }]);
  expect(again.document).toMatchObject({
    ok: true,
    alreadyAdopted: true,
    from: "golang-migrate",
    adopted: [],
  });
  expect(readRows(place.path("app.db"), "SELECT * FROM schema_migrations")).toEqual(before);
});

test("adopt --dry-run writes nothing at all", async () => {
  const place = placeOf("knex");
  const before = place.bytes();

  const { status, document } = await place.json(["adopt", ...HERE, "--dry-run"]);

  expect([status, document["kind"], document["from"], document["written"]]).toEqual([
    0,
    "baseline",
    "knex",
    [],
  ]);
  expect(document["files"]).toEqual([
    "migrations/001_baseline.sqlite.sql",
    "migrations/001_baseline_rollback.sqlite.sql",
  ]);
  expect(place.bytes()).toEqual(before);
});

test("adopt tells why it refuses: dirty, missing, changed, two tools, an unknown one", async () => {
  const dirty = placeOf("golang-migrate");
  edit(dirty, "UPDATE schema_migrations SET dirty = 1");
  const missing = placeOf("sqlx");
  edit(missing, "UPDATE _sqlx_migrations SET version = 20990101000000 WHERE description = 'posts'");
  const changed = placeOf("prisma");
  changed.write({ "migrations/20240102120000_posts/migration.sql": "CREATE TABLE posts (id INTEGER);" });
  const two = placeOf("golang-migrate");
  edit(two, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)");

  const told = [
    await dirty.json(["adopt", ...HERE, "--yes"]),
    await missing.json(["adopt", ...HERE, "--yes"]),
    await changed.json(["adopt", ...HERE, "--yes"]),
    await two.json(["adopt", ...HERE, "--yes"]),
    await two.json(["adopt", ...HERE, "--from", "make", "--yes"]),
    await two.json(["adopt", ...HERE, "--from", "flyway", "--yes"]),
  ];

  expect(told.map(({ status, document }) => `${status} ${document.error?.code}`)).toEqual([
    "1 ADOPTION_REFUSED",
    "1 ADOPTION_REFUSED",
    "1 ADOPTION_REFUSED",
    "1 HISTORY_AMBIGUOUS",
    "2 USAGE",
    "1 HISTORY_NOT_FOUND",
  ]);
  const messages = told.map(({ document }) => document.error?.message);
  expect(messages[0]).toContain("golang-migrate began 2 and did not finish");
  expect(messages[1]).toContain("sqlx applied 20990101000000, and there is no such file");
  expect(messages[2]).toContain("20240102120000_posts was changed after prisma applied it");
  expect(messages[3]).toContain("golang-migrate (schema_migrations), alembic (alembic_version)");
  const accepted = await changed.json(["adopt", ...HERE, "--accept-changed", "--yes"]);
  expect([accepted.status, (accepted.document["adopted"] as unknown[]).length]).toEqual([0, 2]);
});

test("a baseline of a database that another process holds leaves no file behind", async () => {
  const place = placeOf("typeorm");
  const holder = new Database(place.path("app.db"));
  holder.exec("BEGIN IMMEDIATE");
  try {
    const { status, document } = await place.json(["adopt", ...HERE, "--yes", "--lock-timeout", "300ms"]);
    expect([status, document.error?.code]).toEqual([1, "LOCK_TIMEOUT"]);
    expect(existsSync(place.path("migrations"))).toBe(false);
  } finally {
    holder.close();
  }
});

test("a history is converted into Tenon's own layout, and counts as applied from there", async () => {
  const place = placeOf("flyway");

  const { status, document } = await place.json(["adopt", ...HERE, "--convert", "native", "--yes"]);
  const after = await place.json(["status", "--url", "file:app.db", "--dir", "native"]);

  expect([status, document["written"]]).toEqual([
    0,
    ["native/001_users.sql", "native/002_all_posts.sql", "native/003_names.sql"],
  ]);
  expect(after.document).toMatchObject({ pending: 0, modules: [{ state: "current", currentVersion: 3 }] });
});

test("a schema of a PostgreSQL server is taken over from Drizzle, whose own schema stays out of it", async () => {
  const place = new Workplace();
  const url = await postgresDatabase();
  const witness = await postgresWitness(url);
  await witness.query(readFileSync(join(FIXTURES, "drizzle/postgres.sql"), "utf8"));

  const { status, document, stderr } = await place.json([
    "adopt",
    "--url",
    url,
    "--dir",
    "migrations",
    "--baseline",
    "--yes",
  ]);

  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(document).toMatchObject({ kind: "baseline", journal: "schema_migrations" });
  const text = place.read("migrations/001_baseline.postgres.sql");
  expect([text.includes("users_by_name"), text.includes("drizzle")]).toEqual([true, false]);
  const verify = await place.json(["verify", "--url", url, "--dir", "migrations", "--replay"]);
  expect(verify.document.ok).toBe(true);
});

function edit(place: Workplace, sql: string): void {
  const database = new Database(place.path("app.db"));
  database.exec(sql);
  database.close();
}
