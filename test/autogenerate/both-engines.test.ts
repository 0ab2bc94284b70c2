import { sql } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Connection, connect, SchemaManager } from "../../src/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";

/** A shop as somebody writes it for PostgreSQL, with most of what a table can have. */
function postgresShop() {
  const status = pg.pgEnum("status", ["new", "paid", "sent"]);
  const people = pg.pgTable(
    "people",
    {
      id: pg.bigint({ mode: "number" }).primaryKey().generatedByDefaultAsIdentity(),
      email: pg.varchar({ length: 100 }).notNull(),
      name: pg.text().notNull().default(""),
      parent: pg
        .bigint({ mode: "number" })
        .references((): pg.AnyPgColumn => people.id, { onDelete: "set null" }),
      made: pg.timestamp({ withTimezone: true }).notNull().defaultNow(),
      until: pg.timestamp({ withTimezone: true }).default(sql`now() + interval '30 days'`),
      initials: pg.text().generatedAlwaysAs(sql`upper(left(name, 2))`),
    },
    (table) => [
      pg.uniqueIndex("people_email").on(sql`lower(${table.email})`),
      pg.check("people_email_form", sql`${table.email} LIKE '%_@_%' AND ${table.email} !~ ' '`),
    ],
  );
  const orders = pg.pgTable(
    "orders",
    {
      person: pg.bigint({ mode: "number" }).notNull(),
      number: pg.integer().notNull(),
      status: status().notNull().default("new"),
      net: pg.numeric({ precision: 10, scale: 2 }).notNull(),
      gross: pg.numeric({ precision: 10, scale: 2 }).generatedAlwaysAs(sql`net * 1.2`),
      quantity: pg.smallint().notNull().default(1),
      isGift: pg.boolean("is_gift").notNull().default(false),
      tags: pg.text().array().notNull().default(sql`'{}'::text[]`),
      data: pg.jsonb().notNull().default({}),
      city: pg.text().generatedAlwaysAs(sql`data -> 'address' ->> 'city'`),
      sentOn: pg.date("sent_on"),
    },
    (table) => [
      pg.primaryKey({ columns: [table.person, table.number] }),
      pg
        .foreignKey({ columns: [table.person], foreignColumns: [people.id], name: "orders_of" })
        .onDelete("cascade"),
      pg.check("orders_quantity", sql`${table.quantity} BETWEEN 1 AND 100 AND ${table.net} >= 0`),
      pg.check("orders_sent", sql`(${table.status} = 'sent') = (${table.sentOn} IS NOT NULL)`),
      pg.index("orders_open").on(table.sentOn.desc()).where(sql`${table.status} <> 'sent'`),
      pg.index("orders_tags").on(sql`cardinality(tags)`),
      pg.unique("orders_city").on(table.city, table.number),
    ],
  );
  const open = pg
    .pgView("open_orders", {
      person: pg.bigint({ mode: "number" }),
      total: pg.numeric(),
      count: pg.bigint({ mode: "number" }),
    })
    .as(
      sql`SELECT p.id AS person, sum(o.net * o.quantity) AS total, count(*) AS count
          FROM people p JOIN orders o ON o.person = p.id
          WHERE o.status IN ('new', 'paid') AND p.until > now() AND NOT o.is_gift
          GROUP BY p.id HAVING count(*) > 0`,
    );
  return { status, people, orders, open };
}

/** The same as somebody writes it for SQLite. */
function sqliteShop() {
  const people = lite.sqliteTable(
    "people",
    {
      id: lite.integer().primaryKey({ autoIncrement: true }),
      email: lite.text({ length: 100 }).notNull(),
      name: lite.text().notNull().default(""),
      parent: lite.integer().references((): lite.AnySQLiteColumn => people.id, { onDelete: "set null" }),
      made: lite.text().notNull().default(sql`(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`),
      until: lite.integer().default(sql`(unixepoch('now', '+30 days'))`),
      initials: lite.text().generatedAlwaysAs(sql`upper(substr("name", 1, 2))`),
    },
    (table) => [
      lite.uniqueIndex("people_email").on(sql`lower(${table.email})`),
      lite.check("people_email_form", sql`instr(${table.email}, '@') AND ${table.email} NOT GLOB '* *'`),
    ],
  );
  const orders = lite.sqliteTable(
    "orders",
    {
      person: lite.integer().notNull(),
      number: lite.integer().notNull(),
      status: lite
        .text({ enum: ["new", "paid", "sent"] })
        .notNull()
        .default("new"),
      net: lite.real().notNull(),
      gross: lite.real().generatedAlwaysAs(sql`round(net * 1.2, 2)`, { mode: "stored" }),
      quantity: lite.integer().notNull().default(1),
      isGift: lite.integer("is_gift", { mode: "boolean" }).notNull().default(false),
      tags: lite.text({ mode: "json" }).notNull().default([]),
      data: lite.text({ mode: "json" }).notNull().default({}),
      city: lite.text().generatedAlwaysAs(sql`json_extract(data, '$.address.city')`),
      sentOn: lite.text("sent_on"),
    },
    (table) => [
      lite.primaryKey({ columns: [table.person, table.number] }),
      lite
        .foreignKey({ columns: [table.person], foreignColumns: [people.id], name: "orders_of" })
        .onDelete("cascade"),
      lite.check("orders_quantity", sql`${table.quantity} BETWEEN 1 AND 100 AND ${table.net} >= 0`),
      lite.check("orders_sent", sql`(${table.status} = 'sent') = (${table.sentOn} IS NOT NULL)`),
      lite.check("orders_status", sql`${table.status} IN ('new', 'paid', 'sent')`),
      lite.check("orders_json", sql`json_valid(${table.data}) AND json_type(${table.tags}) = 'array'`),
      lite.index("orders_open").on(sql`${table.sentOn} DESC`).where(sql`${table.status} <> 'sent'`),
      lite.unique("orders_city").on(table.city, table.number),
    ],
  );
  const open = lite
    .sqliteView("open_orders", { person: lite.integer(), total: lite.real(), count: lite.integer() })
    .as(
      sql`SELECT p.id AS person, sum(o.net * o.quantity) AS total, count(*) AS count
          FROM people p JOIN orders o ON o.person = p.id
          WHERE o.status IN ('new', 'paid') AND p.until > unixepoch() AND NOT o.is_gift
          GROUP BY p.id HAVING count(*) > 0`,
    );
  return { people, orders, open };
}

const ROWS = `
  INSERT INTO people (email, name) VALUES ('Ann@x.org', 'ann');
  INSERT INTO people (email, name, parent) VALUES ('bob@x.org', 'bob', 1);
  INSERT INTO orders (person, number, net, quantity, data) VALUES (1, 1, 10.50, 2, '{"address": {"city": "Ulm"}}');
  INSERT INTO orders (person, number, net) VALUES (1, 2, 0.99);
  INSERT INTO orders (person, number, net, status, sent_on) VALUES (2, 1, 5, 'sent', '2024-02-29')`;

const REFUSED = [
  "INSERT INTO people (email) VALUES ('ANN@X.ORG')",
  "INSERT INTO people (email) VALUES ('nobody')",
  "INSERT INTO people (email) VALUES ('a b@x.org')",
  "INSERT INTO orders (person, number, net) VALUES (9, 1, 1)",
  "INSERT INTO orders (person, number, net) VALUES (1, 1, 1)",
  "INSERT INTO orders (person, number, net) VALUES (1, 3, -1)",
  "INSERT INTO orders (person, number, net, quantity) VALUES (1, 3, 1, 101)",
  "INSERT INTO orders (person, number, net, status) VALUES (1, 3, 1, 'lost')",
  "INSERT INTO orders (person, number, net, status) VALUES (1, 3, 1, 'sent')",
  "INSERT INTO orders (person, number, net, data) VALUES (1, 3, 1, '{')",
  `INSERT INTO orders (person, number, net, data) VALUES (2, 1, 1, '{"address": {"city": "Ulm"}}')`,
];

const shops = [
  { written: "PostgreSQL", shop: postgresShop },
  { written: "SQLite", shop: sqliteShop },
];
const engines = [
  {
    on: "SQLite",
    open: async () => {
      const connection = await connect(":memory:");
      onTestFinished(() => connection.close());
      return connection;
    },
  },
  { on: "PostgreSQL", open: sharedPglite },
];

describe.each(shops)("a shop written for $written", ({ shop }) => {
  test.each(engines)("takes, computes and refuses the same rows on $on", async ({ open }) => {
    const connection = await open();
    const manager = new SchemaManager(connection, { tables: shop() });

    await manager.migrateToLatest();

    expect((await manager.plan()).toSql()).toBe("");
    await connection.executeScript(ROWS);
    expect(
      await read(connection, "SELECT id, email, name, parent, initials FROM people ORDER BY id"),
    ).toEqual([
      [1, "Ann@x.org", "ann", null, "AN"],
      [2, "bob@x.org", "bob", 1, "BO"],
    ]);
    expect(
      await read(
        connection,
        "SELECT person, number, status, net, gross, quantity, is_gift, city FROM orders ORDER BY 1, 2",
      ),
    ).toEqual([
      [1, 1, "new", 10.5, 12.6, 2, 0, "Ulm"],
      [1, 2, "new", 0.99, 1.19, 1, 0, null],
      [2, 1, "sent", 5, 6, 1, 0, null],
    ]);
    expect(await read(connection, "SELECT person, total, count FROM open_orders")).toEqual([[1, 21.99, 2]]);
    for (const wrong of REFUSED)
      await expect(connection.execute(wrong), wrong).rejects.toMatchObject({ code: "SQL_FAILED" });
    await connection.execute("DELETE FROM people WHERE id = 1");
    expect(await read(connection, "SELECT person FROM orders")).toEqual([[2]]);
    expect(await read(connection, "SELECT id, parent FROM people")).toEqual([[2, null]]);
  });
});

/** Rows with every number as one, whatever the engine gives it as. */
async function read(connection: Connection, query: string): Promise<unknown[][]> {
  const rows = await connection.query(query);
  return rows.map((row) =>
    Object.values(row).map((value) => {
      if (typeof value === "boolean") return Number(value);
      return value !== null && /^-?\d+(?:\.\d+)?$/.test(String(value)) ? Number(value) : value;
    }),
  );
}
