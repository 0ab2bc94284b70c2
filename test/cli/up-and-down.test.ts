import Database from "libsql";
import { expect, test } from "vitest";
import { HERE, THREE_MODULES, USERS } from "./sample.js";
import { tablesOf } from "./second-reader.js";
import { Workplace } from "./tenon.js";

test("up applies what is pending, and again finds nothing to do", async () => {
  const place = new Workplace(USERS);

  const first = await place.tenon(["up", ...HERE]);
  const second = await place.tenon(["up", ...HERE]);

  expect(first.status).toBe(0);
  expect(first.stdout).toMatch(/^up +main@1 +users/m);
  expect(first.stdout).toMatch(/^Applied 2 migrations in .*: main is at 2\.$/m);
  expect(second).toMatchObject({ status: 0, stdout: "Nothing to do.\n" });
});

test("status reads no rollback, and verify tells what is wrong with one", async () => {
  const place = new Workplace(USERS);
  await place.tenon(["up", ...HERE]);
  place.write({ "migrations/001_users_rollback.sql": "-- tenon: no-such-directive\nDROP TABLE users;" });

  const status = await place.json(["status", ...HERE]);
  const verify = await place.json(["verify", ...HERE]);

  expect(status).toMatchObject({
    status: 0,
    document: { pending: 0, modules: [{ state: "current", layout: "native" }] },
  });
  expect(verify.document.error?.code).toBe("DIRECTIVE_UNKNOWN");
});

test("plan and up --dry-run print the same SQL and write not a byte", async () => {
  const place = new Workplace(USERS);
  const untouched = place.bytes();

  const plan = await place.tenon(["plan", ...HERE]);
  const dry = await place.tenon(["up", "--dry-run", ...HERE]);

  expect(plan.status).toBe(0);
  expect(dry.stdout).toBe(plan.stdout);
  expect(plan.stdout).toBe(
    [
      "-- up main@1 users",
      "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);",
      "",
      "-- up main@2 email",
      "ALTER TABLE users ADD COLUMN email TEXT;",
      "",
    ].join("\n"),
  );
  expect(place.bytes()).toEqual(untouched);
});

test("commands that look leave a database as it was, byte for byte", async () => {
  const place = new Workplace(USERS);
  await place.tenon(["up", "--to", "1", ...HERE]);
  const untouched = place.bytes();

  for (const command of [
    ["status"],
    ["plan"],
    ["up", "--dry-run"],
    ["down", "--dry-run"],
    ["to", "0", "--dry-run"],
    ["history"],
    ["verify"],
    ["repair", "--dry-run"],
    ["sql"],
  ]) {
    const { status, stderr } = await place.tenon([...command, ...HERE]);
    expect({ command, status, stderr: stderr.includes("error") }).toEqual({
      command,
      status: 0,
      stderr: false,
    });
  }

  expect(place.bytes()).toEqual(untouched);
});

test("looking does not switch a database of another program to WAL", async () => {
  const place = new Workplace(USERS);
  const database = new Database(place.path("app.db"));
  database.exec("PRAGMA journal_mode = DELETE; CREATE TABLE other (id)");
  database.close();
  const untouched = place.bytes();

  const { status } = await place.tenon(["up", "--dry-run", ...HERE]);

  expect(status).toBe(0);
  expect(place.bytes()).toEqual(untouched);
});

test("up --to goes no further than that version, and never back", async () => {
  const place = new Workplace(USERS);

  const first = await place.json(["up", "--to", "1", ...HERE]);
  await place.tenon(["up", ...HERE]);
  const back = await place.json(["up", "--to", "1", ...HERE]);

  expect(first.document["steps"]).toMatchObject([{ direction: "up", module: "main", version: 1 }]);
  expect(back.document).toMatchObject({ ok: true, steps: [] });
});

test("a migration that fails ends with 1 and its place, and what ran before it stays", async () => {
  const place = new Workplace({
    ...USERS,
    "migrations/003_broken.sql": "CREATE TABLE a (id);\nCREATE TABLE oops;\n",
  });

  const { status, document, stderr } = await place.json(["up", ...HERE]);
  const after = await place.tenon(["status", ...HERE]);

  expect(status).toBe(1);
  expect(document.error).toMatchObject({
    code: "MIGRATION_FAILED",
    where: { module: "main", version: "3", file: "migrations/003_broken.sql", line: 2, column: 1 },
  });
  expect(stderr).toContain("where  main@3, migrations/003_broken.sql:2:1");
  expect(tablesOf(place.path("app.db"))).toEqual(["users"]);
  expect(after.stdout).toMatch(/^main +core +2 +3 +1 +failed$/m);
});

test("a wrong folder or module makes no database file", async () => {
  const place = new Workplace(USERS);

  const folder = await place.json(["up", "--url", "file:new.db", "--dir", "nope"]);
  const module = await place.json(["up", "--url", "file:new.db", "--dir", "migrations", "--module", "nope"]);

  expect([folder.status, folder.document.error?.code]).toEqual([2, "MIGRATIONS_FOLDER_MISSING"]);
  expect([module.status, module.document.error?.code]).toEqual([2, "MODULE_UNKNOWN"]);
  expect(Object.keys(place.bytes())).not.toContain("new.db");
});

test("down takes back the last migration, when it may", async () => {
  const place = new Workplace(USERS);
  await place.tenon(["up", ...HERE]);

  const refused = await place.json(["down", ...HERE]);
  const done = await place.json(["down", "--yes", ...HERE]);

  expect(refused.status).toBe(2);
  expect(refused.document.error).toMatchObject({ code: "USAGE", hint: "Say yes beforehand with --yes." });
  expect(refused.document.error?.message).toContain("main@2");
  expect(done.document).toMatchObject({
    ok: true,
    steps: [{ direction: "down", module: "main", version: 2 }],
  });
  expect(tablesOf(place.path("app.db"))).toEqual(["users"]);
});

test("down --dry-run prints the SQL that would run", async () => {
  const place = new Workplace(USERS);
  await place.tenon(["up", ...HERE]);

  const { stdout } = await place.tenon(["down", "2", "--dry-run", ...HERE]);

  expect(stdout).toBe(
    [
      "-- down main@2 email",
      "ALTER TABLE users DROP COLUMN email;",
      "",
      "-- down main@1 users",
      "DROP TABLE users;",
      "",
    ].join("\n"),
  );
});

test("to goes up without a question, and down only with a yes; 0 takes everything back", async () => {
  const place = new Workplace(USERS);

  const up = await place.json(["to", "2", ...HERE]);
  const refused = await place.json(["to", "1", ...HERE]);
  const down = await place.json(["to", "0", "--yes", ...HERE]);

  expect(up.document["steps"]).toHaveLength(2);
  expect(refused.document.error?.code).toBe("USAGE");
  expect(down.document["steps"]).toMatchObject([{ version: 2 }, { version: 1 }]);
  expect(tablesOf(place.path("app.db"))).toEqual([]);
});

test.each([
  [["to", "7"], "VERSION_UNKNOWN"],
  [["to", "one"], "VERSION_INVALID"],
  [["down", "--to", "7", "--yes"], "VERSION_UNKNOWN"],
  [["stamp", "7"], "VERSION_UNKNOWN"],
  [["sql", "--to", "7"], "VERSION_UNKNOWN"],
])("a version that does not exist is wrong use: %j", async (words, code) => {
  const place = new Workplace(USERS);
  await place.tenon(["up", "--to", "1", ...HERE]);

  const { status, document } = await place.json([...words, ...HERE]);

  expect([status, document.error?.code]).toEqual([2, code]);
});

test("down on a database that does not exist makes none", async () => {
  const place = new Workplace(USERS);

  const { status, document } = await place.json(["down", "--yes", ...HERE]);

  expect([status, document.error?.code]).toEqual([1, "CONNECTION_FAILED"]);
  expect(Object.keys(place.bytes())).not.toContain("app.db");
});

test("up brings in core modules alone, and a plugin from the time when it was named", async () => {
  const place = new Workplace(THREE_MODULES);

  const core = await place.json(["up"]);
  const inactive = await place.tenon(["status", "--check"]);
  const plugin = await place.json(["up", "--module", "calendar", "--to", "1"]);
  const pending = await place.tenon(["status", "--check"]);
  const rest = await place.json(["up"]);

  expect(core.document["steps"]).toMatchObject([{ module: "users" }, { module: "notes" }]);
  expect(inactive.status).toBe(0);
  expect(inactive.stdout).toMatch(/^calendar +plugin +- +2 +2 +inactive$/m);
  expect(plugin.document["steps"]).toMatchObject([{ module: "calendar", version: 1 }]);
  expect(pending.status).toBe(3);
  expect(rest.document["steps"]).toMatchObject([{ module: "calendar", version: 2 }]);
});

test("down goes back over all modules, or in the one that is named; --all takes all of it", async () => {
  const place = new Workplace(THREE_MODULES);
  await place.tenon(["up"]);
  await place.tenon(["up", "--module", "calendar"]);

  const last = await place.json(["down", "--yes"]);
  const named = await place.json(["down", "--yes", "--module", "notes"]);
  const all = await place.json(["down", "--all", "--yes"]);

  expect(last.document["steps"]).toMatchObject([{ module: "calendar", version: 2 }]);
  expect(named.document["steps"]).toMatchObject([{ module: "notes", version: 1 }]);
  expect(all.document["steps"]).toMatchObject([{ module: "calendar" }, { module: "users" }]);
});

test.each([[["to", "1"]], [["down", "--to", "0", "--yes"]], [["stamp", "1"]], [["up", "--to", "1"]]])(
  "a version without a module is ambiguous where there are several: %j",
  async (words) => {
    const place = new Workplace(THREE_MODULES);
    await place.tenon(["up"]);

    const { status, document } = await place.json(words);

    expect(status).toBe(2);
    expect(document.error?.hint).toContain("--module users, --module notes, --module calendar");
  },
);

test("a module whose code is gone is still in history, status and down", async () => {
  const place = new Workplace(THREE_MODULES);
  await place.tenon(["up"]);
  await place.tenon(["up", "--module", "calendar"]);
  place.write({
    "tenon.config.mjs": `export default { url: "file:app.db", modules: [{ name: "users", migrations: "./users" }] };`,
  });

  const status = await place.tenon(["status"]);
  const history = await place.json(["history", "--module", "calendar"]);
  const down = await place.json(["down", "--module", "calendar", "--all", "--yes"]);
  const nobody = await place.json(["down", "--module", "nobody", "--yes"]);

  expect(status.stdout).toMatch(/^calendar +- +2 +- +0 +unknown$/m);
  expect(history.document["history"]).toHaveLength(2);
  expect(down.document["steps"]).toHaveLength(2);
  expect(tablesOf(place.path("app.db"))).toEqual(["notes", "users"]);
  expect(nobody.document.error?.code).toBe("MODULE_UNKNOWN");
});

test("two processes at once: each migration runs once, and both end well", async () => {
  const place = new Workplace(USERS);

  const [a, b] = await Promise.all([place.json(["up", ...HERE]), place.json(["up", ...HERE])]);

  expect([a.status, b.status]).toEqual([0, 0]);
  expect([a, b].flatMap((each) => each.document["steps"])).toHaveLength(2);
});
