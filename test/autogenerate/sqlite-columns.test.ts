import { describe, expect, onTestFinished, test } from "vitest";
import { connect, defineModule, SchemaManager } from "../../src/index.js";
import { type Drizzle, drizzles } from "./drizzles.js";

function everyColumn({ lite, sql, version }: Drizzle) {
  const { blob, customType, index, integer, numeric, real, sqliteTable, text, uniqueIndex, check } = lite;
  const point = customType<{ data: string }>({ dataType: () => "POINT(8, 2)" });
  return sqliteTable(
    "every_column",
    {
      id: integer().primaryKey({ autoIncrement: true }),
      int: integer().notNull().default(-7),
      bool: integer({ mode: "boolean" }).default(true),
      seconds: integer({ mode: "timestamp" }).default(new Date(86_400_000)),
      millis: integer({ mode: "timestamp_ms" }).default(sql`(unixepoch() * 1000)`),
      words: text().default('it\'s "quoted" \\ ünïcode'),
      sized: text({ length: 20 }).default(""),
      choice: text({ enum: ["a", "b"] }).default("a"),
      json: text({ mode: "json" }).default({ a: [1, "x'y"], b: null }),
      stamp: text().default(sql`CURRENT_TIMESTAMP`),
      day: text().default(sql`(date('now'))`),
      nothing: text().default(sql`NULL`),
      bytes: blob({ mode: "buffer" }).default(Buffer.from([0, 255, 16])),
      big: blob({ mode: "bigint" }).default(12345678901234567890n),
      blobJson: blob({ mode: "json" }).default({ x: 1 }),
      real: real().default(-0.5),
      huge: real().default(1e300),
      exact: numeric().default("10.50"),
      count: numeric({ mode: "number" }).default(12),
      long: numeric({ mode: "bigint" }).default(9007199254740993n),
      place: point(),
      sum: integer().generatedAlwaysAs(sql`"int" + 1`),
      label: text().generatedAlwaysAs(sql`upper("words")`, { mode: "stored" }),
      random: text().default(sql`(lower(hex(randomblob(4))))`),
      client: text().$defaultFn(() => `made by ${version}`),
      touched: text().$onUpdateFn(() => "now"),
    },
    (table) => [
      index("by_words").on(table.words, sql`${table.int} DESC`),
      uniqueIndex("by_lower").on(sql`lower(${table.words}) COLLATE NOCASE`).where(sql`${table.int} > ${0}`),
      check("int_is_small", sql`${table.int} < ${1000} AND ${table.words} <> ${"bad'one"}`),
    ],
  );
}

describe.each(drizzles)("every column of sqlite-core, Drizzle $version", (drizzle) => {
  test("arrives with its type and default, and compared again nothing is left to change", async () => {
    const connection = await connect(":memory:");
    onTestFinished(() => connection.close());
    const manager = new SchemaManager(
      connection,
      defineModule("columns", "core", {}, { tables: { table: everyColumn(drizzle) } }),
    );

    await manager.migrateToLatest();

    expect((await manager.plan()).toSql()).toBe("");
    await connection.execute("INSERT INTO every_column (id) VALUES (NULL)");
    const [row] = await connection.query("SELECT *, hex(bytes) AS hex, hex(big) AS digits FROM every_column");
    expect(row).toMatchObject({
      id: 1,
      int: -7,
      bool: 1,
      seconds: 86_400,
      words: 'it\'s "quoted" \\ ünïcode',
      sized: "",
      choice: "a",
      json: `{"a":[1,"x'y"],"b":null}`,
      hex: "00FF10",
      digits: Buffer.from("12345678901234567890").toString("hex"),
      real: -0.5,
      huge: 1e300,
      exact: 10.5,
      count: 12,
      long: 9007199254740993n,
      sum: -6,
      label: 'IT\'S "QUOTED" \\ üNïCODE',
      nothing: null,
      client: null,
      touched: null,
    });
    const columns = await connection.query("SELECT name, type FROM pragma_table_xinfo('every_column')");
    expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toMatchObject({
      id: "INTEGER",
      sized: "text(20)",
      bytes: "BLOB",
      exact: "numeric",
      place: "POINT(8, 2)",
    });
  });
});
