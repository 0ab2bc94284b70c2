import { sql } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { expect, onTestFinished, test } from "vitest";
import { connect, defineModule, SchemaManager } from "../../src/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";

test("tables written for PostgreSQL are built on SQLite, with defaults and checks that mean the same", async () => {
  const mood = pg.pgEnum("mood", ["sad", "happy"]);
  const people = pg.pgTable(
    "people",
    {
      id: pg.serial().primaryKey(),
      key: pg.uuid().notNull().defaultRandom(),
      name: pg.varchar({ length: 20 }).notNull().unique(),
      active: pg.boolean().notNull().default(true),
      mood: mood().default("sad"),
      data: pg.jsonb().notNull().default({ a: 1 }),
      tags: pg.text().array().notNull().default(["x"]),
      made: pg.timestamp({ withTimezone: true }).notNull().defaultNow(),
      price: pg.numeric({ precision: 10, scale: 2 }).default("1.50"),
      embedding: pg.vector({ dimensions: 3 }),
    },
    (table) => [pg.check("name_is_long", sql`char_length(${table.name}) > 1`)],
  );
  const connection = await connect(":memory:");
  onTestFinished(() => connection.close());
  const manager = new SchemaManager(
    connection,
    defineModule("people", "core", {}, { tables: { people, mood } }),
  );

  await manager.migrateToLatest();

  expect((await manager.plan()).toSql()).toBe("");
  await connection.execute("INSERT INTO people (name) VALUES ('Ann')");
  const [row] = await connection.query("SELECT * FROM people");
  expect(row).toMatchObject({
    id: 1,
    key: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    active: 1,
    mood: "sad",
    data: '{"a":1}',
    tags: '["x"]',
    made: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    price: 1.5,
  });
  for (const wrong of [
    "UPDATE people SET mood = 'angry'",
    "UPDATE people SET active = 2",
    "UPDATE people SET data = '{'",
    "UPDATE people SET name = 'x'",
    "UPDATE people SET embedding = '[1,2]'",
  ])
    await expect(connection.execute(wrong)).rejects.toMatchObject({ code: "SQL_FAILED" });
});

test("tables written for SQLite are built on PostgreSQL", async () => {
  const notes = lite.sqliteTable(
    "notes",
    {
      id: lite.integer().primaryKey({ autoIncrement: true }),
      body: lite.text().notNull().default("it's"),
      made: lite.text().notNull().default(sql`CURRENT_TIMESTAMP`),
      seconds: lite.integer({ mode: "timestamp" }).default(sql`(unixepoch())`),
      size: lite.real().default(1.5),
      bytes: lite.blob({ mode: "buffer" }).default(Buffer.from([0, 255])),
    },
    (table) => [
      lite.check("not_empty", sql`length(${table.body}) > 0`),
      lite.index("by_body").on(sql`lower(${table.body})`),
    ],
  );
  const connection = await sharedPglite();
  const manager = new SchemaManager(connection, defineModule("notes", "core", {}, { tables: { notes } }));

  await manager.migrateToLatest();

  expect((await manager.plan()).toSql()).toBe("");
  await connection.execute("INSERT INTO notes DEFAULT VALUES");
  const [row] = await connection.query("SELECT id, body, made, size, bytes FROM notes");
  expect(row).toMatchObject({
    id: 1,
    body: "it's",
    size: 1.5,
    made: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
  });
});

test("what does not translate is refused by name, all of it at once, and nothing is built", async () => {
  const places = pg.pgTable("places", { at: pg.point(), path: pg.line() }, (table) => [
    pg.index("by_text").using("gin", sql`to_tsvector('english', ${table.at}::text)`),
  ]);
  const connection = await connect(":memory:");
  onTestFinished(() => connection.close());

  const refusal = new SchemaManager(connection, { tables: { places } }).migrateToLatest();

  await expect(refusal).rejects.toMatchObject({
    code: "CHANGE_UNSUPPORTED",
    details: { objects: ["places.at", "places.path", "places.by_text"] },
  });
  expect(await connection.tableExists("places")).toBe(false);
});

test("an extension that is not there is named, with the column that needs it", async () => {
  const docs = pg.pgTable("docs", { id: pg.integer().primaryKey(), embedding: pg.vector({ dimensions: 3 }) });
  const manager = new SchemaManager(await sharedPglite(), { tables: { docs } });

  await expect(manager.migrateToLatest()).rejects.toMatchObject({
    code: "CHANGE_UNSUPPORTED",
    where: { module: "main", object: "docs.embedding" },
    message: expect.stringMatching(/^docs\.embedding needs the extension vector, which pglite: has not\.$/),
    hint: expect.stringContaining('extensions: ["vector"]'),
  });
});
