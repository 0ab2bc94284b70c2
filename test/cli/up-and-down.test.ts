import { expect, test } from "vitest";
import { Workplace } from "./tenon.js";

const MIGRATIONS = {
  "migrations/001_users.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);",
  "migrations/001_users_rollback.sql": "DROP TABLE users;",
  "migrations/002_email.sql": "ALTER TABLE users ADD COLUMN email TEXT;",
  "migrations/002_email_rollback.sql": "ALTER TABLE users DROP COLUMN email;",
};
const HERE = ["--url", "file:app.db", "--dir", "migrations"];

test("up applies what is pending, and again finds nothing to do", async () => {
  const place = new Workplace(MIGRATIONS);

  const first = await place.tenon(["up", ...HERE]);
  const second = await place.tenon(["up", ...HERE]);

  expect(first.status).toBe(0);
  expect(first.stdout).toMatch(/up +main@1 +users/);
  expect(first.stdout).toMatch(/Applied 2 migrations in .*: main is at 2\./);
  expect(second).toMatchObject({ status: 0, stdout: "Nothing to do.\n" });
});

test("plan and up --dry-run print the SQL and write not a byte", async () => {
  const place = new Workplace(MIGRATIONS);
  const untouched = place.bytes();

  const plan = await place.tenon(["plan", ...HERE]);
  const dry = await place.tenon(["up", "--dry-run", ...HERE]);

  expect(plan.status).toBe(0);
  expect(plan.stdout).toBe(dry.stdout);
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

test("down without a terminal wants --yes, and changes nothing without it", async () => {
  const place = new Workplace(MIGRATIONS);
  await place.tenon(["up", ...HERE]);

  const refused = await place.json(["down", ...HERE]);
  const done = await place.json(["down", "--yes", ...HERE]);

  expect(refused.status).toBe(2);
  expect(refused.document.error).toMatchObject({ code: "USAGE", hint: "Say yes beforehand with --yes." });
  expect(done.status).toBe(0);
  expect(done.document["steps"]).toMatchObject([{ direction: "down", module: "main", version: 2 }]);
});
