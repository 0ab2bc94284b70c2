import { type Connection, defineModule, SchemaManager } from "../../../src/index.js";
import type { LiveDatabase, LiveEngine } from "../engines.js";

/** What others have: tables with keys, rows, indexes, views, triggers and functions of a core module. */
export const core = defineModule(
  "shop",
  "core",
  {},
  {
    1: {
      name: "Shop",
      up: {
        sqlite: [
          "CREATE TABLE plans (id INTEGER PRIMARY KEY)",
          "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, plan INTEGER REFERENCES plans (id) ON DELETE CASCADE)",
          "CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER REFERENCES users (id), note TEXT)",
          "CREATE INDEX orders_by_user ON orders (user_id)",
          "CREATE VIEW order_list AS SELECT id, note FROM orders",
          "CREATE TRIGGER order_list_delete INSTEAD OF DELETE ON order_list BEGIN DELETE FROM orders WHERE id = old.id; END",
          "CREATE VIRTUAL TABLE orders_text USING fts5 (note)",
          "CREATE TRIGGER orders_indexed AFTER INSERT ON orders BEGIN INSERT INTO orders_text (rowid, note) VALUES (new.id, new.note); END",
        ],
        postgres: [
          "CREATE TABLE plans (id INTEGER PRIMARY KEY)",
          "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, plan INTEGER REFERENCES plans (id) ON DELETE CASCADE)",
          "CREATE TABLE orders (id SERIAL PRIMARY KEY, user_id INTEGER REFERENCES users (id), note TEXT)",
          "CREATE INDEX orders_by_user ON orders (user_id)",
          "CREATE VIEW order_list AS SELECT id, note FROM orders",
          "CREATE FUNCTION order_count() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM orders'",
          "CREATE FUNCTION order_purge() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM orders'",
          "CREATE TYPE order_state AS ENUM ('open', 'done')",
          "CREATE DOMAIN order_note AS text",
          "CREATE SEQUENCE order_numbers",
          "CREATE MATERIALIZED VIEW order_totals AS SELECT count(*) AS orders FROM orders",
        ],
      },
    },
    2: {
      name: "Rows",
      up: [
        "INSERT INTO plans VALUES (1), (2)",
        "INSERT INTO users VALUES (1, 'Ann', NULL), (2, 'Bob', 2)",
        "INSERT INTO orders (user_id, note) VALUES (1, 'tea'), (1, 'cups')",
      ],
    },
  },
);

/** A database with the core module, and a table that no module made. */
export interface Shop {
  readonly database: LiveDatabase;
  readonly connection: Connection;
}

export async function shop(engine: LiveEngine): Promise<Shop> {
  const database = await engine.create();
  return openShop(engine, database, await database.connect());
}

export async function openShop(
  engine: LiveEngine,
  database: LiveDatabase,
  connection: Connection,
): Promise<Shop> {
  // A hundred refusals are a hundred commits; nothing here is about a power cut.
  if (engine.engine === "sqlite") await connection.execute("PRAGMA synchronous = OFF");
  await connection.executeScript(
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT); INSERT INTO settings VALUES ('shop', 'open')",
  );
  await new SchemaManager(connection, core).migrateToLatest();
  return { database, connection };
}
