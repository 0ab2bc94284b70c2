import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import Database from "libsql";
import { expect, test } from "vitest";
import { Workplace } from "./tenon.js";

const SQLITE_CORE = pathToFileURL(
  createRequire(import.meta.url)
    .resolve("drizzle-orm/sqlite-core")
    .replace(/\.cjs$/, ".js"),
).href;

/** A config whose module `users` has a folder and tables, and whose plugin `notes` has tables alone. */
function config({ email = false, notes = ["body"] }: { email?: boolean; notes?: readonly string[] } = {}) {
  return {
    "tenon.config.mjs": `import { integer, sqliteTable, text } from "${SQLITE_CORE}";

const users = sqliteTable("users", { id: integer().primaryKey(), name: text()${email ? ", email: text()" : ""} });
const notes = sqliteTable("notes", {
  id: integer().primaryKey(),
  owner: integer().references(() => users.id),
  ${notes.map((name) => `${name}: text(),`).join("\n  ")}
});
export default {
  url: "file:app.db",
  modules: [
    { name: "users", migrations: "./users", tables: { users } },
    { name: "notes", kind: "plugin", dependsOn: "users", tables: { notes } },
  ],
};
`,
  };
}

test("generate writes a migration and its rollback, and tells a check when the tables have moved ahead", async () => {
  const place = new Workplace(config());

  const missing = await place.tenon(["generate", "--check"]);
  const first = await place.json(["generate", "create users"]);
  const current = await place.tenon(["generate", "--check"]);
  const nothing = await place.tenon(["generate", "again"]);

  expect([missing.status, current.status, nothing.status]).toEqual([3, 0, 0]);
  expect(missing.stdout).toContain("Create table users (2 columns)");
  expect(first.document).toMatchObject({
    ok: true,
    command: "generate",
    files: ["users/001_create_users.sql", "users/001_create_users_rollback.sql"],
    changes: [{ kind: "create-table", object: "users" }],
  });
  expect(nothing.stdout).toBe("Nothing to do: the migrations build what the tables ask for.\n");
  place.write(config({ email: true }));
  const { stdout, status } = await place.tenon(["generate", "add email"]);
  expect([status, stdout]).toEqual([0, expect.stringContaining("wrote  users/002_add_email.sql\n")]);
  expect((await place.json(["up"])).document["steps"]).toHaveLength(2);
});

test("sync shows the SQL without writing anything, then makes it, and then has nothing to do", async () => {
  const place = new Workplace(config());
  await place.tenon(["generate", "users"]);
  const untouched = place.bytes();

  const dry = await place.tenon(["sync", "--module", "notes", "--dry-run"]);

  expect(dry.stdout).toMatch(/^-- notes@1\n\nCREATE TABLE "notes"/);
  expect(place.bytes()).toEqual(untouched);
  await place.tenon(["up"]);
  const made = await place.json(["sync", "--module", "notes"]);
  expect(made.document).toMatchObject({
    ok: true,
    changes: [{ module: "notes", kind: "create-table", object: "notes" }],
    steps: [{ module: "notes", version: 1, name: "sync" }],
  });
  expect((await place.tenon(["sync", "--module", "notes"])).stdout).toBe(
    "Nothing to do: the database is as the tables ask.\n",
  );
  expect((await place.json(["status", "--check"])).status).toBe(0);
  expect((await place.json(["verify"])).status).toBe(0);
});

test("sync refuses a loss with how much it is, and makes it when it is allowed by name", async () => {
  const place = new Workplace(config({ notes: ["body", "draft"] }));
  await place.tenon(["generate", "users"]);
  await place.tenon(["up"]);
  await place.tenon(["sync", "--module", "notes"]);
  const database = new Database(place.path("app.db"));
  database.exec("INSERT INTO notes (id, draft) VALUES (1, 'a'), (2, NULL)");
  database.close();
  place.write(config({ notes: ["body"] }));

  const refused = await place.json(["sync"]);
  const allowed = await place.json(["sync", "--allow-loss", "notes.draft"]);

  expect([refused.status, refused.document.error]).toMatchObject([
    1,
    {
      code: "CHANGE_LOSES_DATA",
      message: "The values of notes.draft are lost (1 value).",
      where: { module: "notes" },
      hint: expect.stringContaining("--allow-loss notes.draft"),
    },
  ]);
  expect(allowed.status).toBe(0);
});

test("a plugin that nobody has brought in is left alone by sync, and followed once it is there", async () => {
  const place = new Workplace(config());
  await place.tenon(["generate", "users"]);
  await place.tenon(["up"]);

  const before = await place.tenon(["sync"]);
  await place.tenon(["sync", "--module", "notes"]);
  place.write(config({ notes: ["body", "title"] }));
  const after = await place.json(["sync"]);

  expect([before.status, before.stdout]).toEqual([0, "Nothing to do: the database is as the tables ask.\n"]);
  expect(before.stderr).toContain("notes is a plugin that is not applied: `tenon sync --module notes`.");
  expect(after.document).toMatchObject({ changes: [{ kind: "add-column", object: "notes.title" }] });
});

test("a check ends with 3 also where the change may be a rename, about which nobody is asked", async () => {
  const place = new Workplace(config({ email: true }));
  await place.tenon(["generate", "users"]);
  const [path, text] = Object.entries(config({ email: true }))[0] ?? ["", ""];
  place.write({ [path]: text.replace("email: text()", "mail: text()") });

  const { status, stdout } = await place.tenon(["generate", "--check"]);

  expect(status).toBe(3);
  expect(stdout).toContain("The tables have moved ahead of the migrations.");
});

test("a script for a DBA says which modules it leaves out, and a missing folder how it is made", async () => {
  const place = new Workplace({
    "tenon.config.mjs": config()["tenon.config.mjs"].replace('kind: "plugin", ', ""),
  });

  const missing = await place.json(["up"]);
  await place.tenon(["generate", "users"]);
  const all = await place.tenon(["sql", "--engine", "sqlite"]);
  const one = await place.json(["sql", "--engine", "sqlite", "--module", "notes"]);

  expect(missing.document.error).toMatchObject({
    code: "MIGRATIONS_FOLDER_MISSING",
    hint: expect.stringContaining("`tenon generate NAME` makes it"),
  });
  expect(all.status).toBe(0);
  expect(all.stdout).toContain('CREATE TABLE "users"');
  expect(all.stderr).toContain("notes is left out: it has tables and no migrations");
  expect([one.status, one.document.error]).toMatchObject([
    1,
    { code: "UNSUPPORTED", where: { module: "notes" } },
  ]);
});
