import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Connection, connect, defineModule, SchemaManager } from "../../src/index.js";
import { type Drizzle, drizzles } from "./drizzles.js";

/** Every column builder of sqlite-core with its modes, and the type that SQLite then declares. */
const columns: readonly (readonly [name: string, type: string, build: (d: Drizzle) => unknown])[] = [
  ["integer", "INTEGER", ({ lite }) => lite.integer()],
  ["integer_boolean", "INTEGER", ({ lite }) => lite.integer({ mode: "boolean" })],
  ["integer_timestamp", "INTEGER", ({ lite }) => lite.integer({ mode: "timestamp" })],
  ["integer_timestamp_ms", "INTEGER", ({ lite }) => lite.integer({ mode: "timestamp_ms" })],
  ["real", "REAL", ({ lite }) => lite.real()],
  ["text", "TEXT", ({ lite }) => lite.text()],
  ["text_sized", "text(5)", ({ lite }) => lite.text({ length: 5 })],
  ["text_enum", "TEXT", ({ lite }) => lite.text({ enum: ["a", "b"] })],
  ["text_json", "TEXT", ({ lite }) => lite.text({ mode: "json" })],
  ["blob", "BLOB", ({ lite }) => lite.blob()],
  ["blob_buffer", "BLOB", ({ lite }) => lite.blob({ mode: "buffer" })],
  ["blob_json", "BLOB", ({ lite }) => lite.blob({ mode: "json" })],
  ["blob_bigint", "BLOB", ({ lite }) => lite.blob({ mode: "bigint" })],
  ["numeric", "numeric", ({ lite }) => lite.numeric()],
  ["numeric_number", "numeric", ({ lite }) => lite.numeric({ mode: "number" })],
  ["numeric_bigint", "numeric", ({ lite }) => lite.numeric({ mode: "bigint" })],
  ["customType", "POINT(8, 2)", ({ lite }) => lite.customType({ dataType: () => "POINT(8, 2)" })()],
];

/** One module that uses every option of every builder. */
function everything(drizzle: Drizzle) {
  const { lite, sql } = drizzle;
  const types = lite.sqliteTable(
    "every_type",
    Object.fromEntries(columns.map(([name, , build]) => [name, build(drizzle)])) as never,
  );
  const users = lite.sqliteTable(
    "users",
    {
      id: lite.integer().primaryKey({ autoIncrement: true }),
      name: lite.text().notNull().default("nobody"),
      nick: lite.text().unique("nick_once"),
      made: lite.text().default(sql`(datetime('now'))`),
      seen: lite.integer({ mode: "timestamp_ms" }).defaultNow(),
      manager: lite
        .integer()
        .references((): never => users.id as never, { onDelete: "set null", onUpdate: "cascade" }),
      upper: lite.text().generatedAlwaysAs(sql`upper("name")`),
      lower: lite.text().generatedAlwaysAs(() => sql`lower("name")`, { mode: "stored" }),
    },
    (table) => [
      lite.check("name_is_not_empty", sql`${table.name} <> ''`),
      lite.unique("name_and_nick").on(table.name, table.nick),
      lite.index("by_name").on(table.name, sql`${table.nick} COLLATE NOCASE DESC`),
      lite.uniqueIndex("by_part").on(table.name).where(sql`${table.nick} is not null`),
      lite.index("by_expression").on(sql`lower(${table.name})`),
    ],
  );
  const pairs = lite.sqliteTable(
    "pairs",
    { a: lite.integer(), b: lite.integer(), c: lite.integer(), d: lite.integer() },
    (table) => [
      lite.primaryKey({ name: "pair_key", columns: [table.b, table.a] }),
      lite
        .foreignKey({
          name: "pair_of_pair",
          columns: [table.c, table.d],
          foreignColumns: [table.b, table.a],
        })
        .onDelete("restrict")
        .onUpdate("set default"),
    ],
  );
  const names = lite
    .sqliteView("names")
    .as((query) =>
      query.select({ id: users.id, name: users.name }).from(users).where(sql`${users.id} > ${5}`),
    );
  const manual = lite.sqliteView("manual", { one: lite.integer() }).as(sql`select 1 as one`);
  const theirs = lite.sqliteView("theirs", { id: lite.integer() }).existing();
  const prefixed = lite.sqliteTableCreator((name) => `app_${name}`)("things", { id: lite.integer() });
  return { types, users, pairs, names, manual, theirs, prefixed };
}

/** Each option, and a question to the catalogue that tells that it has arrived. */
const looks: readonly (readonly [option: string, question: string, answer: unknown])[] = [
  ["primaryKey with autoIncrement", sqlOf("users", '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT'), 1],
  ["notNull and default", sqlOf("users", `"name" TEXT NOT NULL DEFAULT 'nobody'`), 1],
  ["default by SQL", sqlOf("users", `"made" TEXT DEFAULT (datetime('now'))`), 1],
  ["timestamp.defaultNow", sqlOf("users", "julianday('now')"), 1],
  ["generatedAlwaysAs", sqlOf("users", `"upper" TEXT GENERATED ALWAYS AS (upper("name")) VIRTUAL`), 1],
  ["generatedAlwaysAs, stored", sqlOf("users", `"lower" TEXT GENERATED ALWAYS AS (lower("name")) STORED`), 1],
  [
    "references with actions",
    `SELECT "from" || ' ' || "table" || '.' || "to" || ' ' || on_update || ' ' || on_delete FROM pragma_foreign_key_list('users')`,
    "manager users.id CASCADE SET NULL",
  ],
  ["check", sqlOf("users", `CONSTRAINT "name_is_not_empty" CHECK ("name" <> '')`), 1],
  ["unique", indexOf("nick_once"), 'CREATE UNIQUE INDEX "nick_once"\nON "users" ("nick")'],
  [
    "unique of columns",
    indexOf("name_and_nick"),
    'CREATE UNIQUE INDEX "name_and_nick"\nON "users" ("name", "nick")',
  ],
  ["index", indexOf("by_name"), 'CREATE INDEX "by_name"\nON "users" ("name", "nick" COLLATE "NOCASE" DESC)'],
  [
    "uniqueIndex and where",
    indexOf("by_part"),
    'CREATE UNIQUE INDEX "by_part"\nON "users" ("name")\nWHERE "nick" is not null',
  ],
  [
    "index on an expression",
    indexOf("by_expression"),
    'CREATE INDEX "by_expression"\nON "users" (lower("name"))',
  ],
  ["primaryKey of columns", sqlOf("pairs", 'CONSTRAINT "pair_key" PRIMARY KEY ("b", "a")'), 1],
  [
    "foreignKey of columns with actions",
    sqlOf(
      "pairs",
      'CONSTRAINT "pair_of_pair" FOREIGN KEY ("c", "d") REFERENCES "pairs" ("b", "a") ON UPDATE SET DEFAULT ON DELETE RESTRICT',
    ),
    1,
  ],
  ["view", sqlOf("names", '"users"."id" > 5'), 1],
  ["view of SQL", "SELECT one FROM manual", 1],
  ["view.existing", "SELECT count(*) FROM sqlite_schema WHERE name = 'theirs'", 0],
  ["tableCreator", "SELECT count(*) FROM sqlite_schema WHERE name = 'app_things'", 1],
];

function sqlOf(name: string, part: string): string {
  return `SELECT instr(sql, '${part.replaceAll("'", "''")}') > 0 FROM sqlite_schema WHERE name = '${name}'`;
}

function indexOf(name: string): string {
  return `SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = '${name}'`;
}

/** What cannot be built, and the words in which it is refused. */
const refusals: readonly (readonly [
  what: string,
  message: RegExp,
  build: (d: Drizzle) => Record<string, unknown>,
])[] = [
  [
    "a view without its query",
    /view is a part of a table that stands by itself/,
    ({ lite }) => ({
      view: lite.sqliteView("unfinished"),
      table: lite.sqliteTable("t", { id: lite.integer() }),
    }),
  ],
  [
    "an index in no table",
    /loose is a part of a table that stands by itself/,
    ({ lite }) => ({ loose: lite.index("loose"), table: lite.sqliteTable("t", { id: lite.integer() }) }),
  ],
  [
    "an index without columns",
    /third argument of t gives something that is no index/,
    ({ lite }) => ({
      table: lite.sqliteTable("t", { id: lite.integer() }, () => [lite.index("empty") as never]),
    }),
  ],
  [
    "two primary keys",
    /t has more than one primary key/,
    ({ lite }) => ({
      table: lite.sqliteTable("t", { id: lite.integer().primaryKey(), b: lite.integer() }, (table) => [
        lite.primaryKey({ columns: [table.b] }),
      ]),
    }),
  ],
  [
    "a placeholder in SQL",
    /placeholder/,
    ({ lite, sql }) => ({
      table: lite.sqliteTable("t", { id: lite.integer() }, (table) => [
        lite.check("c", sql`${table.id} > ${sql.placeholder("x")}`),
      ]),
    }),
  ],
  [
    "a default that is no value",
    /value of the default of t\.id has no literal/,
    ({ lite }) => ({ table: lite.sqliteTable("t", { id: lite.text().default((() => "x") as never) }) }),
  ],
];

describe.each(drizzles)("the builders of sqlite-core, Drizzle $version", (drizzle) => {
  let connection: Connection;
  let sql = "";
  const managerOf = (tables: Record<string, unknown>) =>
    new SchemaManager(connection, defineModule("builders", "core", {}, { tables }));

  beforeAll(async () => {
    connection = await connect(":memory:");
    const manager = managerOf(everything(drizzle));
    await manager.migrateToLatest();
    sql = (await manager.plan()).toSql();
  });
  afterAll(() => connection.close());

  test("there is no column builder that is not listed here", () => {
    let known: readonly string[] = [];
    drizzle.lite.sqliteTable("known", (builders) => {
      known = Object.keys(builders);
      return { id: builders.integer() };
    });
    const listed = new Set(columns.map(([name]) => name));
    expect(known.filter((name) => !listed.has(name))).toEqual([]);
  });

  test("what was built and what is asked for are the same", () => {
    expect(sql).toBe("");
  });

  test.each(columns)("the column %s arrives as %s", async (name, type) => {
    const found = await connection.query("SELECT type FROM pragma_table_xinfo('every_type') WHERE name = ?", [
      name,
    ]);
    expect(found).toEqual([{ type }]);
  });

  test.each(looks)("%s arrives", async (_, question, answer) => {
    const [row] = await connection.query(question);
    expect(Object.values(row ?? {})).toEqual([answer]);
  });

  test.each(refusals)("%s is refused by name", async (_, message, build) => {
    await expect(managerOf(build(drizzle)).plan()).rejects.toMatchObject({
      code: "CHANGE_UNSUPPORTED",
      message: expect.stringMatching(message),
    });
  });
});
