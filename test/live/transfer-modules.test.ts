import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connect, defineModule, SchemaManager, transfer } from "../../src/index.js";
import { postgresDatabase } from "../servers/postgres.js";
import { temporaryFolder } from "./engines.js";

const notes = (versions: number) =>
  defineModule(
    "notes",
    "core",
    {},
    {
      1: {
        name: "Notes",
        up: "CREATE TABLE notes (id INTEGER PRIMARY KEY, body VARCHAR(20) NOT NULL)",
        down: "DROP TABLE notes",
      },
      ...(versions > 1 && {
        2: {
          name: "Index",
          up: "CREATE INDEX notes_by_body ON notes (body)",
          down: "DROP INDEX notes_by_body",
        },
      }),
    },
  );

async function source(): Promise<string> {
  const url = `file:${join(temporaryFolder(), "app.db")}`;
  const connection = await connect(url);
  await new SchemaManager(connection, notes(1)).migrateToLatest();
  await connection.executeScript(
    "INSERT INTO notes VALUES (1, 'first'), (5, 'fifth'); CREATE TABLE by_hand (x REAL); INSERT INTO by_hand VALUES (0.5)",
  );
  await connection.close();
  return url;
}

test("modules make the schema of the target, and its journal lets the next migration run there", async () => {
  const from = await source();
  const to = await postgresDatabase();
  const report = await transfer({ from, to, modules: [notes(1)], appliedBy: "mover" });
  expect(report.tables.map(({ table, rows }) => [table, rows])).toEqual([
    ["by_hand", 1],
    ["notes", 2],
  ]);
  const target = await connect(to);
  onTestFinished(() => target.close());
  const manager = new SchemaManager(target, notes(2));
  expect(await manager.getMigrationHistory()).toMatchObject([
    { version: "1", status: "applied", appliedBy: "mover" },
  ]);
  expect(
    await target.query(
      "SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'notes'::regclass AND attname = 'body'",
    ),
  ).toEqual([{ type: "character varying(20)" }]);
  expect((await manager.migrateToLatest()).steps.map(({ version }) => version)).toEqual(["2"]);
  expect(await target.query("SELECT id, body FROM notes ORDER BY id")).toEqual([
    { id: 1, body: "first" },
    { id: 5, body: "fifth" },
  ]);
});

test("where modules do not run on the target, the schema comes from the source, and that is told", async () => {
  const from = await source();
  const to = await postgresDatabase();
  const broken = defineModule(
    "notes",
    "core",
    {},
    {
      1: {
        name: "Notes",
        up: "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        down: "DROP TABLE notes",
      },
    },
  );
  const report = await transfer({ from, to, modules: [broken] });
  expect(report.notes[0]).toMatch(/^The migrations do not run on postgres: /);
  expect(report.tables).toHaveLength(2);
  const target = await connect(to);
  onTestFinished(() => target.close());
  expect(await target.tableExists("schema_migrations")).toBe(false);
});
