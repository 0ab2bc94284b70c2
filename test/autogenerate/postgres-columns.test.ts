import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Connection, connect, defineModule, SchemaManager } from "../../src/index.js";
import { type Drizzle, drizzles } from "./drizzles.js";

function everyColumn({ pg, sql }: Drizzle) {
  const mood = pg.pgEnum("Mood", ["sad", "it's ok", "happy"]);
  const size = pg.pgSchema("shop").enum("size", ["s", "m"]);
  const bytea = pg.customType<{ data: Buffer }>({ dataType: () => "bytea" });
  const citext = pg.customType<{ data: string }>({ dataType: () => "citext" });
  const table = pg.pgTable(
    "every_column",
    {
      id: pg.serial().primaryKey(),
      small: pg.smallserial(),
      big: pg.bigserial({ mode: "bigint" }),
      always: pg.integer().generatedAlwaysAsIdentity({ startWith: 5, increment: 2 }),
      byDefault: pg.bigint({ mode: "number" }).generatedByDefaultAsIdentity(),
      int: pg.integer().notNull().default(-7),
      smallInt: pg.smallint().default(3),
      bigNumber: pg.bigint({ mode: "number" }).default(9007199254740991),
      bigInt: pg.bigint({ mode: "bigint" }).default(9223372036854775807n),
      bool: pg.boolean().default(false),
      words: pg.text().default('it\'s "quoted" \\ ünïcode'),
      sized: pg.varchar({ length: 20 }).default("x"),
      unsized: pg.varchar(),
      fixed: pg.char({ length: 3 }).default("ab"),
      one: pg.char(),
      exact: pg.numeric({ precision: 10, scale: 2 }).default("10.50"),
      rounded: pg.numeric({ precision: 5 }),
      any: pg.numeric(),
      real: pg.real().default(1.5),
      double: pg.doublePrecision().default(1e300),
      uuid: pg.uuid().defaultRandom(),
      json: pg.json().default({ a: [1, "x'y"] }),
      jsonb: pg.jsonb().default([1, { b: null }]),
      jsonbSql: pg.jsonb().default(sql`'{}'::jsonb`),
      date: pg.date().defaultNow(),
      dateObject: pg.date({ mode: "date" }).default(new Date("2024-02-29")),
      time: pg.time().default("12:30"),
      timeTz: pg.time({ withTimezone: true, precision: 3 }),
      stamp: pg.timestamp().defaultNow().notNull(),
      stampTz: pg.timestamp({ withTimezone: true, precision: 3 }).default(new Date("2024-02-29T12:00:00Z")),
      stampText: pg.timestamp({ mode: "string" }).default("2024-02-29 12:00:00"),
      stampSql: pg.timestamp().default(sql`(now() AT TIME ZONE 'utc'::text)`),
      interval: pg.interval({ fields: "day to second", precision: 3 }),
      plainInterval: pg.interval().default("1 day"),
      mood: mood().default("it's ok"),
      size: size(),
      texts: pg.text().array().default(["a", 'b "c", \\d']),
      noTexts: pg.text().array().notNull().default(sql`'{}'::text[]`),
      numbers: pg.integer().array().default([1, -2]),
      moods: mood().array(),
      sizedTexts: pg.varchar({ length: 5 }).array(),
      inet: pg.inet().default("127.0.0.1"),
      cidr: pg.cidr(),
      mac: pg.macaddr(),
      mac8: pg.macaddr8(),
      point: pg.point().default([1, 2]),
      line: pg.line({ mode: "abc" }),
      bits: pg.bit({ dimensions: 3 }).default("101"),
      bytes: bytea().default(Buffer.from([0, 255])),
      folded: citext().default("Mixed"),
      sum: pg.integer().generatedAlwaysAs(sql`"int" * 2`),
      computed: pg.text().default(sql`upper(${"abc"} || ${7}::text)`),
      client: pg.text().$defaultFn(() => "made here"),
    },
    (columns) => [
      pg.check(
        "int_is_small",
        sql`${columns.int} < ${1000} AND ${columns.words} IN (${"a"}, ${"it's"}) IS NOT NULL`,
      ),
      pg.index("by_words").on(columns.words.desc(), columns.int.asc().nullsFirst()),
      pg.index("by_lower").on(sql`lower(${columns.words})`, columns.int.op("int4_ops")),
      pg.index("by_json").using("gin", columns.jsonb.op("jsonb_path_ops")),
      pg.index("by_pattern").on(sql`${columns.words} text_pattern_ops`),
      pg.index("partial").on(columns.int).where(sql`${columns.bool} = ${true}`),
      pg.index("packed").on(columns.double).with({ fillfactor: "70" }),
      pg.uniqueIndex("by_hash").on(columns.uuid),
      pg.index("hashed").using("hash", columns.uuid),
      pg.unique().on(columns.smallInt, columns.bigNumber).nullsNotDistinct(),
    ],
  );
  return { table, mood, size };
}

let connection: Connection;
beforeAll(async () => {
  connection = await connect("pglite:", { extensions: ["citext"] });
});
beforeEach(async () => {
  await connection.executeScript(
    "DROP SCHEMA IF EXISTS shop CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public",
  );
});
afterAll(() => connection.close());

describe.each(drizzles)("every column of pg-core, Drizzle $version", (drizzle) => {
  test("arrives with its type and default, and compared again nothing is left to change", async () => {
    const manager = new SchemaManager(
      connection,
      defineModule("columns", "core", {}, { tables: everyColumn(drizzle) }),
    );

    await manager.migrateToLatest();

    expect((await manager.plan()).toSql()).toBe("");
    await connection.execute("INSERT INTO every_column DEFAULT VALUES");
    const [row] = await connection.query("SELECT * FROM every_column");
    expect(row).toMatchObject({
      id: 1,
      always: 5,
      int: -7,
      bigInt: 9223372036854775807n,
      words: 'it\'s "quoted" \\ ünïcode',
      exact: "10.50",
      dateObject: "2024-02-29",
      mood: "it's ok",
      texts: `{a,"b \\"c\\", \\\\d"}`,
      noTexts: "{}",
      numbers: "{1,-2}",
      point: "(1,2)",
      folded: "Mixed",
      sum: -14,
      computed: "ABC7",
      client: null,
    });
    expect(await connection.query("SELECT size FROM every_column")).toEqual([{ size: null }]);
  });
});
