import { expect, test } from "vitest";
import { Workplace } from "./tenon.js";

const DIR = ["--dir", "migrations"];

test("init writes a config and a first module that go up and down", async () => {
  const place = new Workplace();

  const { stdout, status } = await place.tenon(["init"]);
  const up = await place.json(["up"]);
  const down = await place.json(["down", "--yes"]);

  expect(status).toBe(0);
  expect(stdout).toContain("wrote  tenon.config.ts\n");
  expect(Object.keys(place.bytes())).toEqual([
    "app.db",
    "migrations/001_initial_schema.sql",
    "migrations/001_initial_schema_rollback.sql",
    "tenon.config.ts",
  ]);
  expect(up.document["steps"]).toHaveLength(1);
  expect(down.document["steps"]).toHaveLength(1);
});

test("init takes names, and keeps a secret out of the file", async () => {
  const place = new Workplace();

  const { status } = await place.tenon([
    "init",
    "--url",
    "postgres://ann:hunter2@db/app",
    "--module",
    "users",
    "--dir",
    "src/users",
  ]);

  expect(status).toBe(0);
  expect(place.read("tenon.config.ts")).toContain(`{ name: "users", migrations: "./src/users" }`);
  expect(place.read("tenon.config.ts")).not.toContain("hunter2");
  expect(Object.keys(place.bytes())).toContain("src/users/001_initial_schema.sql");
});

test("init overwrites nothing, and writes nothing where something stands in the way", async () => {
  const place = new Workplace({ "tenon.config.json": "{}" });
  const untouched = place.bytes();

  const { status, document } = await place.json(["init"]);

  expect([status, document.error?.code]).toEqual([1, "FILE_EXISTS"]);
  expect(place.bytes()).toEqual(untouched);
});

test("init leaves migrations that are there as they are", async () => {
  const place = new Workplace({ "migrations/001_mine.sql": "CREATE TABLE mine (id);" });

  const { document } = await place.json(["init"]);

  expect(document).toMatchObject({ ok: true, files: ["tenon.config.ts"] });
});

test.each([
  [[], "001"],
  [["001_a.sql", "009_b.sql"], "010"],
  [["1_a.sql", "2_b.sql"], "3"],
  [["0001_a.sql", "0099_b.postgres.sql"], "0100"],
  [["999_a.sql"], "1000"],
])("create gives the version after the highest, with as many digits: %j", async (names, digits) => {
  const place = new Workplace({
    "migrations/.keep": "",
    ...Object.fromEntries(names.map((name) => [`migrations/${name}`, "CREATE TABLE a (id);"])),
  });

  const { status, document } = await place.json(["create", "Add Émail & co.", ...DIR]);

  expect(status).toBe(0);
  expect(document["files"]).toEqual([
    `migrations/${digits}_add_email_co.sql`,
    `migrations/${digits}_add_email_co_rollback.sql`,
  ]);
  expect(document["version"]).toBe(Number(digits));
});

test("create goes on with timestamps where the folder has them", async () => {
  const place = new Workplace({ "migrations/20240131120000_a.sql": "CREATE TABLE a (id);" });

  const before = new Date();
  const { document } = await place.json(["create", "b", ...DIR]);
  const text = String(document["version"]).replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6Z");

  expect(Date.parse(text)).toBeGreaterThanOrEqual(Math.floor(before.getTime() / 1000) * 1000);
  expect(Date.parse(text)).toBeLessThanOrEqual(Date.now());
});

test("create --ts writes a program that can be planned", async () => {
  const place = new Workplace({ "migrations/.keep": "" });

  const { document } = await place.json(["create", "split names", "--ts", ...DIR]);
  const up = await place.json(["up", "--url", "file:app.db", ...DIR]);
  const down = await place.json(["down", "--yes", "--url", "file:app.db", ...DIR]);

  expect(document["files"]).toEqual(["migrations/001_split_names.ts"]);
  expect(place.read("migrations/001_split_names.ts")).toContain("class SplitNames");
  expect(up.document["steps"]).toMatchObject([{ module: "main", version: 1 }]);
  expect(down.document["steps"]).toHaveLength(1);
});

test("a new migration that nobody has written yet is not applied by mistake", async () => {
  const place = new Workplace({ "migrations/.keep": "" });
  await place.tenon(["create", "later", ...DIR]);

  const { status, document } = await place.json(["up", "--url", "file:app.db", ...DIR]);

  expect([status, document.error?.code]).toEqual([1, "MIGRATION_EMPTY"]);
});

test.each([
  [["create"], "tenon create needs NAME"],
  [["create", "???"], '"???" leaves nothing for the name of a file.'],
  [["create", "a", "b"], 'was given "b" too'],
  [["create", "a", "--module", "nobody"], 'There is no module "nobody".'],
])("create refuses %j", async (words, message) => {
  const place = new Workplace({ "migrations/.keep": "" });

  const { status, document } = await place.json([...words, ...DIR]);

  expect(status).toBe(2);
  expect(document.error?.message).toContain(message);
  expect(Object.keys(place.bytes())).toEqual(["migrations/.keep"]);
});

test("a name that would be taken for a role gets another ending", async () => {
  const place = new Workplace({ "migrations/.keep": "" });

  const { document } = await place.json(["create", "rollback", ...DIR]);

  expect(document["files"]).toEqual([
    "migrations/001_rollback_step.sql",
    "migrations/001_rollback_step_rollback.sql",
  ]);
});
