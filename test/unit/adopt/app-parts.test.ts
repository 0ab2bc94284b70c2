import { expect, test } from "vitest";
import { appParts } from "../../../src/adopt/app-parts.js";
import { loadDialect } from "../../../src/dialects/index.js";
import { connect, inspect } from "../../../src/index.js";

async function partsOf(sql: string, apps: readonly string[]) {
  await loadDialect("sqlite");
  const connection = await connect(":memory:");
  await connection.executeScript(sql);
  const model = await inspect(connection);
  await connection.close();
  return appParts(model, apps)?.map(({ app, model: standing, dependsOn }) => ({
    app: app ?? "rest",
    tables: standing.tables.map((table) => table.name),
    views: standing.views.length,
    dependsOn,
  }));
}

test("each app stands after those to whose tables its own refer, and what belongs to none comes with its views last", async () => {
  const parts = await partsOf(
    `CREATE TABLE auth_user (id INTEGER PRIMARY KEY);
     CREATE TABLE admin_note (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES auth_user (id));
     CREATE TABLE legacy (id INTEGER PRIMARY KEY);
     CREATE VIEW users AS SELECT id FROM auth_user;`,
    ["admin", "auth", "empty"],
  );

  expect(parts).toEqual([
    { app: "auth", tables: ["auth_user"], views: 0, dependsOn: [] },
    { app: "admin", tables: ["admin_note", "auth_user"], views: 0, dependsOn: ["auth"] },
    { app: "rest", tables: ["admin_note", "auth_user", "legacy"], views: 1, dependsOn: ["admin", "auth"] },
  ]);
});

test("the longer of two names that fit is the app, and Django's own tables have theirs", async () => {
  const parts = await partsOf(
    "CREATE TABLE shop_eu_order (id INTEGER PRIMARY KEY); CREATE TABLE django_session (id INTEGER PRIMARY KEY);",
    ["shop", "shop_eu", "sessions"],
  );
  expect(parts?.map(({ app }) => app)).toEqual(["sessions", "shop_eu"]);
});

test("apps that refer to each other in a circle cannot be cut apart", async () => {
  const parts = await partsOf(
    `CREATE TABLE a_one (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b_one (id));
     CREATE TABLE b_one (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a_one (id));`,
    ["a", "b"],
  );
  expect(parts).toBeUndefined();
});
