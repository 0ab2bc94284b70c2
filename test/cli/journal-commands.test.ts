import { symlinkSync } from "node:fs";
import Database from "libsql";
import { expect, test } from "vitest";
import { HERE, USERS } from "./sample.js";
import { readRows, tablesOf } from "./second-reader.js";
import { MAIN, run, Workplace } from "./tenon.js";

async function applied(files: Readonly<Record<string, string>> = USERS): Promise<Workplace> {
  const place = new Workplace(files);
  expect((await place.tenon(["up", ...HERE])).status).toBe(0);
  return place;
}

test("status of a database that does not exist counts it as empty, and makes none", async () => {
  const place = new Workplace(USERS);

  const { stdout, stderr, status } = await place.tenon(["status", "--check", ...HERE]);

  expect(status).toBe(3);
  expect(stdout).toMatch(/^main +core +- +2 +2 +pending$/m);
  expect(stdout).toContain("2 migrations pending: `tenon up` applies them.");
  expect(stderr).toBe("file:app.db does not exist yet; it counts as empty.\n");
});

test("status --json has every fact of the table", async () => {
  const place = await applied();

  const { document } = await place.json(["status", ...HERE]);

  expect(document).toEqual({
    ok: true,
    command: "status",
    database: "file:app.db",
    pending: 0,
    modules: [
      {
        module: "main",
        kind: "core",
        state: "current",
        currentVersion: 2,
        latestVersion: 2,
        pending: [],
        applied: 2,
        failed: [],
        changed: [],
        unknown: [],
        layout: "native",
      },
    ],
  });
});

test("history lists who did what and when", async () => {
  const place = await applied();
  await place.tenon(["down", "--yes", ...HERE]);

  const people = await place.tenon(["history", ...HERE]);
  const { document } = await place.json(["history", ...HERE]);

  expect(people.stdout).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +main@1 +applied +\d+ ms +\S+@\S+ +users$/m,
  );
  expect(people.stdout).toMatch(/main@2 +rolled back/);
  expect(document["history"]).toMatchObject([
    { module: "main", version: 1, status: "applied", checksum: expect.stringMatching(/^[0-9a-f]{64}$/) },
    { module: "main", version: 2, status: "rolled_back" },
  ]);
});

test("what the database says cannot move the cursor", async () => {
  const place = await applied();
  const database = new Database(place.path("app.db"));
  database.exec("UPDATE schema_migrations SET name = 'a' || char(27) || '[2J' || char(10) || 'b'");
  database.close();

  const { stdout } = await place.tenon(["history", ...HERE]);

  expect(stdout).toContain("a\ufffd[2J b\n");
  expect(stdout).not.toContain("\u001b");
});

test("verify ends with 0 when all is well, and with 3 and the problem when not", async () => {
  const place = await applied();

  const good = await place.tenon(["verify", ...HERE]);
  place.write({ "migrations/002_email.sql": "ALTER TABLE users ADD COLUMN mail TEXT;" });
  const bad = await place.json(["verify", ...HERE]);
  const people = await place.tenon(["verify", ...HERE]);

  expect(good).toMatchObject({ status: 0, stderr: "" });
  expect(good.stdout).toContain("1 module verified, no problem found.");
  expect(bad.status).toBe(3);
  expect(bad.document).toMatchObject({ ok: true, valid: false, problems: [{ code: "CHECKSUM_MISMATCH" }] });
  expect(people.stdout).toContain("where  main@2, migrations/002_email.sql");
});

test("repair shows what was changed, line by line, and accepts it with a yes", async () => {
  const place = await applied();
  place.write({ "migrations/002_email.sql": "-- the address\nALTER TABLE users ADD COLUMN email TEXT;" });

  const refusedUp = await place.json(["up", ...HERE]);
  const dry = await place.tenon(["repair", "--dry-run", ...HERE]);
  const unasked = await place.json(["repair", ...HERE]);
  const done = await place.json(["repair", "--yes", ...HERE]);
  const again = await place.tenon(["repair", "--yes", ...HERE]);

  expect(refusedUp.document.error?.code).toBe("CHECKSUM_MISMATCH");
  expect(dry.status).toBe(0);
  expect(dry.stdout).toContain("+-- the address\n ALTER TABLE users ADD COLUMN email TEXT;");
  expect(unasked.status).toBe(2);
  expect(done.document).toMatchObject({
    ok: true,
    changed: [{ module: "main", version: 2, file: "migrations/002_email.sql", diff: expect.any(String) }],
    accepted: ["main@2"],
  });
  expect(again.stdout).toContain("Nothing to repair");
  expect((await place.json(["up", ...HERE])).document.ok).toBe(true);
});

test("repair --restart lets a step without a transaction begin anew", async () => {
  const place = new Workplace({
    "migrations/001_two.sql": "-- tenon: no-transaction\nCREATE TABLE a (id);\nCREATE TABLE oops;\n",
  });
  await place.tenon(["up", ...HERE]);
  place.write({
    "migrations/001_two.sql": "-- tenon: no-transaction\nCREATE TABLE IF NOT EXISTS a (id, name);\n",
  });

  const stuck = await place.json(["up", ...HERE]);
  const unasked = await place.json(["repair", "--restart", ...HERE]);
  const restarted = await place.json(["repair", "--restart", "--yes", ...HERE]);
  const up = await place.json(["up", ...HERE]);

  expect(stuck.document.error).toMatchObject({
    code: "CHECKSUM_MISMATCH",
    hint: expect.stringContaining("tenon repair --restart"),
  });
  expect(unasked.status).toBe(2);
  expect(restarted.document).toMatchObject({
    stopped: [{ module: "main", version: 1, finishedStatements: 1 }],
    restarted: ["main@1"],
  });
  expect(up.document.ok).toBe(true);
});

test("stamp marks versions as applied and runs nothing", async () => {
  const place = new Workplace(USERS);

  const { document } = await place.json(["stamp", "1", ...HERE]);
  const again = await place.tenon(["stamp", "1", ...HERE]);
  const status = await place.json(["status", ...HERE]);

  expect(document).toMatchObject({ ok: true, module: "main", stamped: [{ version: 1, name: "users" }] });
  expect(again.stdout).toContain("Nothing to do");
  expect(status.document["modules"]).toMatchObject([{ currentVersion: 1, pending: [2] }]);
  expect(tablesOf(place.path("app.db"))).toEqual([]);
});

test("sql prints a script that needs no database, and after which there is nothing to do", async () => {
  const place = new Workplace(USERS);
  const untouched = place.bytes();

  const script = await place.tenon(["sql", ...HERE]);
  expect(place.bytes()).toEqual(untouched);
  const database = new Database(place.path("app.db"));
  database.exec(script.stdout.replace(/^\.bail.*$/m, ""));
  database.close();

  expect(script).toMatchObject({ status: 0, stderr: "" });
  expect(tablesOf(place.path("app.db"))).toEqual(["users"]);
  expect((await place.tenon(["up", ...HERE])).stdout).toBe("Nothing to do.\n");
  expect(readRows(place.path("app.db"), "SELECT version, status FROM schema_migrations")).toEqual([
    ["1", "applied"],
    ["2", "applied"],
  ]);
});

test("sql cuts a part of one module out, and asks for an engine where no URL tells it", async () => {
  const place = new Workplace(USERS);
  const dir = ["--dir", "migrations"];

  const part = await place.tenon(["sql", ...dir, "--engine", "sqlite", "--from", "1"]);
  const unclear = await place.json(["sql", ...dir]);

  expect(part.stdout).toContain("ADD COLUMN email");
  expect(part.stdout).not.toContain("CREATE TABLE");
  expect(unclear.status).toBe(2);
  expect(unclear.document.error?.hint).toBe("Give --engine sqlite or --engine postgres.");
});

test("a journal of another tool is left alone, and another name is taken with --journal", async () => {
  const place = new Workplace(USERS);
  const database = new Database(place.path("app.db"));
  database.exec(
    "CREATE TABLE schema_migrations (version TEXT PRIMARY KEY); INSERT INTO schema_migrations VALUES ('7')",
  );
  database.close();

  const refused = await place.json(["up", ...HERE]);
  const done = await place.json(["up", ...HERE, "--journal", "tenon_migrations"]);

  expect([refused.status, refused.document.error?.code]).toEqual([1, "JOURNAL_FOREIGN"]);
  expect(done.document.ok).toBe(true);
  expect(readRows(place.path("app.db"), "SELECT version FROM schema_migrations")).toEqual([["7"]]);
});

test("--lock-timeout limits the wait for another process", async () => {
  const place = new Workplace(USERS);
  const holder = new Database(place.path("app.db"));
  holder.exec("PRAGMA journal_mode = WAL; CREATE TABLE other (id); BEGIN IMMEDIATE");

  const { status, document } = await place.json(["up", ...HERE, "--lock-timeout", "0.2s"]);
  holder.exec("ROLLBACK");
  holder.close();

  expect([status, document.error?.code]).toEqual([1, "LOCK_TIMEOUT"]);
});

test("the program runs through a link, as a package manager puts it into .bin", async () => {
  const place = new Workplace(USERS);
  symlinkSync(MAIN, place.path("tenon"));

  const { stdout, status } = await run(process.execPath, ["tenon", "plan", ...HERE], place.folder);

  expect(status).toBe(0);
  expect(stdout).toContain("CREATE TABLE users");
});
