import { sql } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import { SchemaManager } from "../../src/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";

/** The same tables before and after somebody changed everything that PostgreSQL alone has. */
function before() {
  const shop = pg.pgSchema("shop");
  const numbers = pg.pgSequence("numbers", { startWith: 10, increment: 5 });
  const items = shop.table(
    "items",
    {
      id: pg.integer().primaryKey().generatedAlwaysAsIdentity({ startWith: 100 }),
      code: pg.text().notNull(),
      owner: pg.text(),
      number: pg.bigint({ mode: "number" }).default(sql`nextval('public.numbers')`),
    },
    (table) => [
      pg.unique("items_code").on(table.code, table.owner).nullsNotDistinct(),
      pg
        .index("items_owner")
        .using("btree", table.owner.asc().op("text_pattern_ops"))
        .with({ fillfactor: "70" }),
      pg.pgPolicy("own", { for: "select", to: "public", using: sql`owner = current_user` }),
    ],
  );
  const codes = pg.pgMaterializedView("codes", { code: pg.text() }).as(sql`SELECT code FROM shop.items`);
  return { shop, numbers, items, codes };
}

function after() {
  const shop = pg.pgSchema("shop");
  const numbers = pg.pgSequence("numbers", { startWith: 10, increment: 1, maxValue: 1000, cycle: true });
  const items = shop.table(
    "items",
    {
      id: pg.integer().primaryKey().generatedByDefaultAsIdentity({ startWith: 100, increment: 2 }),
      code: pg.text().notNull(),
      owner: pg.text(),
      number: pg.bigint({ mode: "number" }).default(sql`nextval('public.numbers')`),
    },
    (table) => [
      pg.unique("items_code").on(table.code, table.owner),
      pg.index("items_owner").using("hash", table.owner),
      pg.pgPolicy("own", {
        as: "restrictive",
        for: "all",
        using: sql`owner = current_user`,
        withCheck: sql`code <> ''`,
      }),
    ],
  );
  const codes = pg
    .pgMaterializedView("codes", { code: pg.text(), owner: pg.text() })
    .with({ fillfactor: 80 })
    .as(sql`SELECT code, owner FROM shop.items WHERE code <> 'hidden'`);
  return { shop, numbers, items, codes };
}

test("what PostgreSQL alone has is changed and changed back, rows kept, and a second look finds nothing", async () => {
  const connection = await sharedPglite();
  const managerOf = (tables: Record<string, unknown>) => new SchemaManager(connection, { tables });
  await managerOf(before()).migrateToLatest();
  await connection.execute("INSERT INTO shop.items (code) VALUES ('a')");

  for (const tables of [before, after, before, after]) {
    await managerOf(tables()).migrateToLatest();
    expect((await managerOf(tables()).plan()).toSql()).toBe("");
  }

  expect(await connection.query("SELECT id, code, number FROM shop.items")).toEqual([
    { id: 100, code: "a", number: 10 },
  ]);
});
