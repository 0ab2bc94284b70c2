import { existsSync, readdirSync } from "node:fs";
import Database from "libsql";
import { expect, test } from "vitest";
import { readRows, tablesOf } from "./second-reader.js";
import { Workplace } from "./tenon.js";

/** A core module, a plugin of the config, and one whose code the config names and holds to rules. */
const FILES = {
  "tenon.config.mjs": `export default {
  url: "file:app.db",
  modules: [
    { name: "users", migrations: "./users" },
    { name: "calendar", kind: "plugin", dependsOn: "users", migrations: "./calendar" },
  ],
  plugins: [{ name: "tasks", from: "./tasks/index.mjs", prefix: "tasks_", sqlOnly: true }],
};
`,
  "users/001_users.sql": "CREATE TABLE users (id INTEGER PRIMARY KEY);",
  "users/001_users_rollback.sql": "DROP TABLE users;",
  "calendar/001_events.sql": "CREATE TABLE calendar_events (id INTEGER PRIMARY KEY, title TEXT);",
  "calendar/001_events_rollback.sql": "DROP TABLE calendar_events;",
  "tasks/index.mjs": `export default {
  name: "tasks", dependsOn: "calendar", migrations: new URL("./migrations", import.meta.url),
};
`,
  "tasks/migrations/001_items.sql": "CREATE TABLE tasks_items (id INTEGER PRIMARY KEY);",
  "tasks/migrations/001_items_rollback.sql": "DROP TABLE tasks_items;",
};

function write(place: Workplace, sql: string): void {
  const database = new Database(place.path("app.db"));
  database.exec(sql);
  database.close();
}

async function statuses(place: Workplace): Promise<unknown> {
  const { document } = await place.json(["plugin", "list"]);
  const plugins = document["plugins"] as readonly {
    name: string;
    status: string;
    installedVersion: number;
  }[];
  return plugins.map(({ name, status, installedVersion }) => `${name} ${status} ${installedVersion}`);
}

test("plugins are listed, activated, put to rest and found again", async () => {
  const place = new Workplace(FILES);

  const before = await place.tenon(["plugin", "list"]);
  expect(before.status).toBe(0);
  expect(before.stdout).toContain("calendar  inactive          -          1");
  expect(existsSync(place.path("app.db"))).toBe(false);

  const missing = await place.json(["plugin", "activate", "calendar"]);
  expect(missing).toMatchObject({
    status: 1,
    document: {
      ok: false,
      command: "plugin activate",
      error: { code: "DEPENDENCY_MISSING", hint: expect.stringContaining("tenon up") },
    },
  });
  await place.tenon(["up"]);
  expect(tablesOf(place.path("app.db"))).toEqual(["users"]);

  const activated = await place.tenon(["plugin", "activate", "calendar"]);
  expect(activated).toMatchObject({
    status: 0,
    stdout: "calendar is active at version 1: 1 migration applied.\n",
  });
  expect(await place.json(["plugin", "activate", "tasks"])).toMatchObject({
    status: 0,
    document: {
      ok: true,
      plugin: "tasks",
      version: 1,
      steps: [{ direction: "up", module: "tasks", version: 1 }],
    },
  });
  write(place, "INSERT INTO calendar_events VALUES (1, 'Tea')");
  expect((await place.tenon(["plugin", "info", "calendar"])).stdout).toMatch(
    /needed by +tasks\n[\s\S]*calendar_events +1 /,
  );

  const needed = await place.json(["plugin", "deactivate", "calendar"]);
  expect(needed).toMatchObject({ status: 1, document: { error: { code: "PLUGIN_NEEDED" } } });
  expect((await place.tenon(["plugin", "deactivate", "calendar", "--cascade"])).stdout).toBe(
    "tasks, calendar are inactive now; tables and rows stay.\n",
  );
  expect(await statuses(place)).toEqual(["calendar inactive 1", "tasks inactive 1"]);
  expect((await place.tenon(["plugin", "activate", "calendar"])).stdout).toBe(
    "calendar is active at version 1: nothing was pending.\n",
  );
});

test("up leaves a plugin at rest alone, and brings an active one up to date, also one whose code the config names", async () => {
  const place = new Workplace(FILES);
  await place.tenon(["up"]);
  await place.tenon(["plugin", "activate", "calendar"]);
  await place.tenon(["plugin", "activate", "tasks"]);
  await place.tenon(["plugin", "deactivate", "tasks"]);
  place.write({
    "calendar/002_more.sql": "CREATE TABLE calendar_more (id INTEGER);",
    "tasks/migrations/002_more.sql": "CREATE TABLE tasks_more (id INTEGER);",
  });

  expect(await place.json(["status", "--check"])).toMatchObject({
    status: 3,
    document: {
      pending: 1,
      modules: [{ module: "users" }, { state: "pending" }, { module: "tasks", state: "inactive" }],
    },
  });
  const up = await place.json(["up"]);
  expect(up.document["steps"]).toMatchObject([{ module: "calendar", version: 2 }]);
  expect((await place.tenon(["status", "--check"])).status).toBe(0);
  await place.tenon(["plugin", "activate", "tasks"]);
  expect(tablesOf(place.path("app.db"))).toContain("tasks_more");
});

test("remove shows what goes, wants to know what becomes of rows, dumps them, and restore brings them back", async () => {
  const place = new Workplace(FILES);
  await place.tenon(["up"]);
  await place.tenon(["plugin", "activate", "calendar"]);
  write(place, "INSERT INTO calendar_events VALUES (1, 'Tea'), (2, 'Cake')");

  const shown = await place.tenon(["plugin", "remove", "calendar", "--dry-run"]);
  expect(shown).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/calendar_events +2 [\s\S]*Nothing was changed/),
  });
  const undecided = await place.json(["plugin", "remove", "calendar", "--yes"]);
  expect(undecided).toMatchObject({ status: 1, document: { error: { code: "PLUGIN_DATA" } } });
  const unasked = await place.json(["plugin", "remove", "calendar", "--no-dump"]);
  expect(unasked).toMatchObject({ status: 2, document: { error: { code: "USAGE" } } });
  expect(
    await place.json(["plugin", "remove", "calendar", "--dump", "d", "--no-dump", "--yes"]),
  ).toMatchObject({ status: 2 });
  expect(readRows(place.path("app.db"), "SELECT count(*) FROM calendar_events")).toEqual([[2]]);

  const removed = await place.json(["plugin", "remove", "calendar", "--dump", "dumps", "--yes"]);
  expect(removed).toMatchObject({
    status: 0,
    document: {
      ok: true,
      plugins: ["calendar"],
      dumps: [{ plugin: "calendar", tables: [{ name: "calendar_events", rows: 2 }] }],
    },
  });
  expect(tablesOf(place.path("app.db"))).toEqual(["users"]);
  const [dump = ""] = readdirSync(place.path("dumps"));
  expect(readdirSync(place.path("dumps", dump))).toEqual(["001-calendar_events.jsonl", "manifest.json"]);

  const early = await place.json(["plugin", "restore", `dumps/${dump}`]);
  expect(early).toMatchObject({ status: 1, document: { error: { code: "PLUGIN_DATA" } } });
  await place.tenon(["plugin", "activate", "calendar"]);
  expect((await place.tenon(["plugin", "restore", `dumps/${dump}`])).stdout).toBe(
    "2 rows of calendar restored, in 1 table.\n",
  );
  expect(readRows(place.path("app.db"), "SELECT id, title FROM calendar_events ORDER BY id")).toEqual([
    [1, "Tea"],
    [2, "Cake"],
  ]);
  const damaged = `dumps/${dump}/001-calendar_events.jsonl`;
  place.write({ [damaged]: place.read(damaged).replace("Tea", "Pea") });
  expect(await place.json(["plugin", "restore", `dumps/${dump}`, "--replace"])).toMatchObject({
    status: 1,
    document: { error: { code: "PLUGIN_DATA", message: expect.stringContaining("checksum") } },
  });
});

test("a plugin whose code is gone is removed, and one that is broken is told and stops nobody", async () => {
  const place = new Workplace(FILES);
  await place.tenon(["up"]);
  await place.tenon(["plugin", "activate", "calendar"]);
  await place.tenon(["plugin", "activate", "tasks"]);
  place.write({
    "tasks/index.mjs": "throw new Error('not today');",
    "users/002_names.sql": "ALTER TABLE users ADD COLUMN name TEXT;",
  });

  const up = await place.tenon(["up"]);
  expect(up.status).toBe(0);
  expect(up.stderr).toContain("The plugin tasks is left out: The code of tasks cannot be loaded: not today");
  expect(await place.json(["plugin", "activate", "tasks"])).toMatchObject({
    status: 1,
    document: { error: { code: "PLUGIN_FAILED" } },
  });
  expect(await statuses(place)).toEqual(["calendar active 1", "tasks failed 1"]);
  expect(await place.json(["plugin", "remove", "tasks", "--yes"])).toMatchObject({ status: 0 });
  expect(tablesOf(place.path("app.db"))).toEqual(["calendar_events", "users"]);
});

test("a plugin of the config is held to the rules of the host, whatever it says of itself", async () => {
  const place = new Workplace({
    ...FILES,
    "tasks/migrations/001_items.sql": "CREATE TABLE items (id INTEGER);",
  });
  await place.tenon(["up"]);
  await place.tenon(["plugin", "activate", "calendar"]);

  expect(await place.json(["plugin", "activate", "tasks"])).toMatchObject({
    status: 1,
    document: { error: { code: "OWNERSHIP_VIOLATED", message: expect.stringContaining("tasks_") } },
  });
  expect(tablesOf(place.path("app.db"))).not.toContain("items");
});

test("plugin by itself names its commands, and a config is refused for what is no plugin", async () => {
  const place = new Workplace(FILES);
  expect(await place.json(["plugin"])).toMatchObject({
    status: 2,
    document: { error: { code: "USAGE", hint: expect.stringContaining("plugin list, plugin info") } },
  });
  place.write({
    "tenon.config.mjs": 'export default { url: "file:app.db", plugins: [{ name: "x", prefix: "A B" }] };',
  });
  expect(await place.json(["plugin", "list"])).toMatchObject({
    status: 2,
    document: { error: { code: "MODULE_INVALID" } },
  });
  place.write({
    "tenon.config.mjs": 'export default { url: "file:app.db", plugins: [{ name: "x", form: "./x" }] };',
  });
  expect(await place.json(["plugin", "list"])).toMatchObject({
    status: 2,
    document: { error: { code: "CONFIG_INVALID" } },
  });
});

test("up goes on with other plugins where one fails, tells its error, and tries it again the next time", async () => {
  const place = new Workplace(FILES);
  await place.tenon(["up"]);
  await place.tenon(["plugin", "activate", "calendar"]);
  await place.tenon(["plugin", "activate", "tasks"]);
  place.write({
    "users/002_more.sql": "CREATE TABLE users_more (id INTEGER);",
    "calendar/002_wrong.sql": "INSERT INTO nowhere VALUES (1);",
    "tasks/migrations/002_more.sql": "CREATE TABLE tasks_more (id INTEGER);",
  });

  const up = await place.json(["up"]);

  expect(up).toMatchObject({
    status: 1,
    document: { error: { where: { module: "calendar", version: "2" } } },
  });
  expect(tablesOf(place.path("app.db"))).toContain("users_more");
  expect(await statuses(place)).toEqual(["calendar failed 1", "tasks active 1"]);
  place.write({ "calendar/002_wrong.sql": "CREATE TABLE calendar_more (id INTEGER);" });
  const again = await place.json(["up"]);
  expect(again.document["steps"]).toMatchObject([
    { module: "calendar", version: 2 },
    { module: "tasks", version: 2 },
  ]);
  expect(await statuses(place)).toEqual(["calendar active 2", "tasks active 2"]);
});
