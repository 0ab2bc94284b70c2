import { join } from "node:path";
import Database from "libsql";
import { expect, test } from "vitest";
import { transfer } from "../../src/index.js";
import { postgresDatabase, postgresWitness } from "../servers/postgres.js";
import { MUSIC } from "./databases/music.js";
import { TRADE } from "./databases/trade.js";
import { temporaryFolder } from "./engines.js";

function fileWith(sql: string): string {
  const path = join(temporaryFolder(), "app.db");
  const database = new Database(path);
  database.exec(sql);
  database.close();
  return `file:${path}`;
}

test("a shop for music arrives whole, with its views, keys and the next numbers", async () => {
  const to = await postgresDatabase();
  const report = await transfer({ from: fileWith(MUSIC), to });
  expect(report.proof).toMatchObject({ isEqual: true, differences: [], finish: { isEqual: true } });
  expect(report.tables.map(({ table, rows }) => `${table} ${rows}`)).toEqual([
    "Album 2",
    "Artist 3",
    "Employee 2",
    "PlaylistTrack 3",
    "Track 3",
  ]);
  const witness = await postgresWitness(to);
  const look = async (sql: string) => (await witness.query(sql)).rows;
  expect(await look(`SELECT * FROM "Album sizes" ORDER BY 1`)).toEqual([
    { AlbumId: 1, Tracks: 2, Length: "474331" },
    { AlbumId: 2, Tracks: 1, Length: "999999999" },
  ]);
  expect(
    await look(
      `SELECT "BirthDate"::text AS born, pg_typeof("BirthDate")::text AS type FROM "Employee" WHERE "ReportsTo" = 1`,
    ),
  ).toEqual([{ born: "1958-12-08 00:00:00", type: "timestamp without time zone" }]);
  expect(
    await look(`SELECT "Bytes"::text AS bytes, "UnitPrice"::text AS price FROM "Track" WHERE "TrackId" = 3`),
  ).toEqual([{ bytes: "9007199254740993", price: "1.99" }]);
  await look(`INSERT INTO "Album" ("Title", "ArtistId") VALUES ('new', 1)`);
  expect(await look(`SELECT max("AlbumId") AS id FROM "Album"`)).toEqual([{ id: 3 }]);
});

test("trade with dates that are none is refused column by column, and arrives with a mapping", async () => {
  const from = fileWith(TRADE);
  const to = await postgresDatabase();
  const refused = await transfer({ from, to }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "TRANSFER_MISFITS" });
  expect(String(refused)).toContain("Orders.OrderDate: DATE becomes date");
  expect(String(refused)).toContain(
    "1 x a date that the calendar does not have (row 10249 has '2023-02-30')",
  );
  const witness = await postgresWitness(to);
  const look = async (sql: string) => (await witness.query(sql)).rows;
  expect(
    await look(
      "SELECT count(*) AS count FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    ),
  ).toEqual([{ count: 0 }]);

  const report = await transfer({
    from,
    to,
    mapping: `{ "tables": { "Orders": { "columns": {
      "OrderDate": { "convert": "empty-to-null", "otherwise": "null" },
      "Shipped Date": { "otherwise": "null" },
      "is paid": { "convert": "boolean-words" }
    } } } }`,
  });
  expect(report.proof).toMatchObject({ isEqual: true, finish: { isEqual: true } });
  expect(
    await look(
      `SELECT "OrderID", "OrderDate"::text AS ordered, "Shipped Date"::text AS shipped, "Freight"::text AS freight, "is paid" AS paid FROM "Orders" ORDER BY 1`,
    ),
  ).toEqual([
    { OrderID: 10248, ordered: "2016-07-04", shipped: "2016-07-16 00:00:00", freight: "32.38", paid: true },
    { OrderID: 10249, ordered: null, shipped: null, freight: "11.61", paid: true },
    { OrderID: 10250, ordered: null, shipped: null, freight: "65", paid: false },
    { OrderID: 10251, ordered: null, shipped: null, freight: null, paid: null },
  ]);
  expect(
    await look(
      `SELECT "OrderID", round("Subtotal"::numeric, 2)::text AS subtotal FROM "Order Subtotals" ORDER BY 1`,
    ),
  ).toEqual([
    { OrderID: 10248, subtotal: "251.30" },
    { OrderID: 10250, subtotal: "1409.80" },
  ]);
  expect(
    await look(`SELECT encode("Picture", 'hex') AS picture FROM "Categories" WHERE "CategoryID" = 1`),
  ).toEqual([{ picture: "151c2f00" }]);
  expect(await look(`SELECT "Total" FROM "Order Details" WHERE "Product ID" = 11`)).toEqual([{ Total: 168 }]);
});

test("a row that is rejected is in neither sum, and what refers to it is told", async () => {
  const from = fileWith(`
    CREATE TABLE parent (id INTEGER PRIMARY KEY, born DATE);
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent);
    INSERT INTO parent VALUES (1, '2024-01-01'), (2, '2024-02-31');
    INSERT INTO child VALUES (1, 1);
  `);
  const mapping = `{ "tables": { "parent": { "columns": { "born": { "otherwise": "reject" } } } } }`;
  const to = await postgresDatabase();
  const report = await transfer({ from, to, mapping });
  expect(report.proof?.tables.find(({ table }) => table === "parent")).toMatchObject({
    sourceRows: 1,
    targetRows: 1,
    rejected: 1,
    isEqual: true,
  });
});
