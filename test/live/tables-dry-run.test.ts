import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { expect, test } from "vitest";
import { connect, defineModule, type Module, SchemaManager } from "../../src/index.js";
import { readShape } from "../generators/postgres-reading.js";
import { engines } from "./engines.js";

/** What a look at tables may ask; none of it may leave a trace. */
async function lookAt(url: string, module: Module): Promise<string> {
  const connection = await connect(url);
  try {
    const manager = new SchemaManager(connection, module);
    await manager.needsMigration();
    await manager.plan();
    await manager.getStatus();
    return (await manager.sync({ dryRun: true, askRename: () => "dropped" })).sql;
  } finally {
    await connection.close();
  }
}

test.each([false, true])(
  "on SQLite a dry run leaves every byte of the database as it was, synced before: %s",
  async (isSynced) => {
    const sqlite = engines.find(({ name }) => name === "SQLite file");
    const database = await sqlite?.create();
    const url = database?.url ?? "";
    const folder = dirname(url.replace("file:", ""));
    const bytes = () =>
      Object.fromEntries(
        readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("base64")]),
      );
    const notes = lite.sqliteTable("notes", { id: lite.integer().primaryKey(), body: lite.text() });
    const before = await connect(url);
    await before.executeScript("CREATE TABLE others (id INTEGER); INSERT INTO others VALUES (1)");
    if (isSynced) {
      await new SchemaManager(
        before,
        defineModule("notes", "core", {}, { tables: { notes } }),
      ).migrateToLatest();
      await before.execute("INSERT INTO notes VALUES (1, 'a')");
    }
    await before.close();
    const untouched = bytes();
    const rebuilt = lite.sqliteTable(
      "notes",
      { id: lite.integer().primaryKey(), size: lite.integer().notNull().default(1) },
      (table) => [lite.index("by_size").on(table.size)],
    );

    const sql = await lookAt(url, defineModule("notes", "core", {}, { tables: { rebuilt } }));

    expect(sql).toContain('"size"');
    expect(bytes()).toEqual(untouched);
  },
);

test("a dry run on SQLite does not even make the file", async () => {
  const sqlite = engines.find(({ name }) => name === "SQLite file");
  const database = await sqlite?.create();
  const notes = lite.sqliteTable("notes", { id: lite.integer().primaryKey() });
  const connection = await connect(":memory:");
  const manager = new SchemaManager(connection, { tables: { notes } });

  await manager.sync({ dryRun: true });

  expect(await connection.query("SELECT count(*) AS objects FROM sqlite_schema")).toEqual([{ objects: 0 }]);
  expect(readdirSync(dirname(database?.url.replace("file:", "") ?? "."))).toEqual([]);
  await connection.close();
});

test.each([false, true])(
  "on PostgreSQL a dry run leaves no schema, extension, type or journal, synced before: %s",
  async (isSynced) => {
    const server = engines.find(({ name }) => name === "PostgreSQL");
    const database = await server?.create();
    const url = database?.url ?? "";
    const shop = pg.pgSchema("shop");
    const size = shop.enum("size", ["s", "m"]);
    const citext = pg.customType<{ data: string }>({ dataType: () => "citext" });
    const goods = shop.table("goods", { id: pg.serial().primaryKey(), size: size(), name: citext() });
    const numbers = pg.pgSequence("numbers");
    const witness = await connect(url);
    await witness.executeScript("CREATE TABLE others (id integer); INSERT INTO others VALUES (1)");
    if (isSynced) {
      await new SchemaManager(
        witness,
        defineModule("shop", "core", {}, { tables: { shop, goods, size } }),
      ).migrateToLatest();
      await witness.execute("INSERT INTO shop.goods (size) VALUES ('s')");
    }
    // Which transactions wrote the rows of the catalogue, and how many there are: nothing may be written and taken back in it, either.
    const stamp = () =>
      witness.query(
        [
          "pg_class",
          "pg_namespace",
          "pg_extension",
          "pg_type",
          "pg_attribute",
          "pg_constraint",
          "pg_enum",
          "pg_sequence",
        ]
          .map(
            (name) =>
              `SELECT '${name}' AS name, count(*) AS rows, sum(xmin::text::bigint) AS written FROM ${name}`,
          )
          .join(" UNION ALL "),
      );
    const untouched = [await readShape(witness), await stamp()];
    const bigger = shop.enum("size", ["s", "m", "l"]);
    const changed = shop.table(
      "goods",
      { id: pg.serial().primaryKey(), size: bigger(), price: pg.numeric() },
      (table) => [pg.index("by_price").on(table.price)],
    );
    const other = pg.pgSchema("other").table("things", { id: pg.uuid().defaultRandom(), tag: citext() });

    const sql = await lookAt(
      url,
      defineModule("shop", "core", {}, { tables: { shop, changed, bigger, other, numbers } }),
    );

    expect(sql).toContain('CREATE SCHEMA "other"');
    expect([await readShape(witness), await stamp()]).toEqual(untouched);
    await witness.close();
  },
);
