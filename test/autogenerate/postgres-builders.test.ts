import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Connection, connect, defineModule, SchemaManager } from "../../src/index.js";
import { type Drizzle, drizzles } from "./drizzles.js";

/** Every column builder of pg-core with its options, and the type that PostgreSQL then tells. */
const columns: readonly (readonly [builder: string, type: string, build: (d: Drizzle) => unknown])[] = [
  ["bigint", "bigint", ({ pg }) => pg.bigint({ mode: "number" })],
  ["bigserial", "bigint", ({ pg }) => pg.bigserial({ mode: "number" })],
  ["bit", "bit(3)", ({ pg }) => pg.bit({ dimensions: 3 })],
  ["boolean", "boolean", ({ pg }) => pg.boolean()],
  ["bytea", "bytea", ({ pg }) => Reflect.apply(Reflect.get(pg, "bytea") ?? bytea(pg), undefined, [])],
  ["char", "character(3)", ({ pg }) => pg.char({ length: 3 })],
  ["cidr", "cidr", ({ pg }) => pg.cidr()],
  ["customType", "citext", ({ pg }) => pg.customType({ dataType: () => "citext" })()],
  ["date", "date", ({ pg }) => pg.date()],
  ["decimal", "numeric(8,2)", ({ pg }) => pg.decimal({ precision: 8, scale: 2 })],
  ["doublePrecision", "double precision", ({ pg }) => pg.doublePrecision()],
  ["inet", "inet", ({ pg }) => pg.inet()],
  ["integer", "integer", ({ pg }) => pg.integer()],
  [
    "interval",
    "interval day to second(3)",
    ({ pg }) => pg.interval({ fields: "day to second", precision: 3 }),
  ],
  ["json", "json", ({ pg }) => pg.json()],
  ["jsonb", "jsonb", ({ pg }) => pg.jsonb()],
  ["line", "line", ({ pg }) => pg.line()],
  ["macaddr", "macaddr", ({ pg }) => pg.macaddr()],
  ["macaddr8", "macaddr8", ({ pg }) => pg.macaddr8()],
  ["numeric", "numeric(5,0)", ({ pg }) => pg.numeric({ precision: 5 })],
  ["point", "point", ({ pg }) => pg.point()],
  ["real", "real", ({ pg }) => pg.real()],
  ["serial", "integer", ({ pg }) => pg.serial()],
  ["smallint", "smallint", ({ pg }) => pg.smallint()],
  ["smallserial", "smallint", ({ pg }) => pg.smallserial()],
  ["text", "text", ({ pg }) => pg.text()],
  ["time", "time(3) with time zone", ({ pg }) => pg.time({ precision: 3, withTimezone: true })],
  [
    "timestamp",
    "timestamp(0) with time zone",
    ({ pg }) => pg.timestamp({ precision: 0, withTimezone: true }),
  ],
  ["uuid", "uuid", ({ pg }) => pg.uuid()],
  ["varchar", "character varying(9)", ({ pg }) => pg.varchar({ length: 9 })],
];

/** Those whose types come from extensions that are not installed here. */
const foreignColumns: readonly (readonly [
  builder: string,
  extension: string,
  build: (d: Drizzle) => unknown,
])[] = [
  ["vector", "vector", ({ pg }) => pg.vector({ dimensions: 3 })],
  ["halfvec", "vector", ({ pg }) => pg.halfvec({ dimensions: 3 })],
  ["sparsevec", "vector", ({ pg }) => pg.sparsevec({ dimensions: 3 })],
  ["geometry", "postgis", ({ pg }) => pg.geometry({ type: "point" })],
];

/** 0.45 has none of its own. */
function bytea(pg: Drizzle["pg"]) {
  return pg.customType({ dataType: () => "bytea" });
}

function columnTable(drizzle: Drizzle) {
  const made = columns.map(([name, , build]) => [name, build(drizzle)] as const);
  return drizzle.pg.pgTable("every_type", Object.fromEntries(made) as never);
}

/** One module that uses every option of every other builder. */
function options(drizzle: Drizzle) {
  const { pg, sql } = drizzle;
  const shop = pg.pgSchema("shop");
  const mood = pg.pgEnum("mood", ["sad", "happy"]);
  const size = shop.enum("size", { small: "s", large: "l" } as never);
  const numbers = pg.pgSequence("numbers", {
    startWith: 10,
    increment: 5,
    minValue: 10,
    maxValue: 1000,
    cache: 3,
    cycle: true,
  });
  const shopNumbers = shop.sequence("shop_numbers");
  const reader = pg.pgRole("pg_read_all_data").existing();
  const users = pg.pgTable(
    "users",
    {
      id: pg.integer().primaryKey().generatedAlwaysAsIdentity({
        startWith: 7,
        increment: 2,
        minValue: 7,
        maxValue: 99,
        cache: 4,
        cycle: true,
      }),
      other: pg.bigint({ mode: "number" }).generatedByDefaultAsIdentity(),
      small: pg.smallint().generatedAlwaysAsIdentity(),
      name: pg.text().notNull().default("nobody"),
      nick: pg.text().unique("nick_once", { nulls: "not distinct" }),
      mood: mood().default("happy"),
      size: size() as never,
      key: pg.uuid().defaultRandom(),
      born: pg.date().defaultNow(),
      seen: pg.timestamp().defaultNow(),
      noon: pg.time().defaultNow(),
      manager: pg
        .integer()
        .references((): never => users.id as never, { onDelete: "set null", onUpdate: "cascade" }),
      upper: pg.text().generatedAlwaysAs(sql`upper("name")`),
      late: pg.text().generatedAlwaysAs(() => sql`lower("name")`),
      grid: (version(drizzle) === "1.0"
        ? Reflect.apply(pg.integer().array, pg.integer(), ["[][]"])
        : pg.integer().array().array()) as never,
      number: pg.integer().default(sql`nextval('numbers')`),
    },
    (table) => [
      pg.check("name_is_not_empty", sql`${table.name} <> ''`),
      pg.unique("name_and_nick").on(table.name, table.nick),
      pg.unique("no_two_nulls").on(table.mood, table.size).nullsNotDistinct(),
      pg.index("by_order").on(table.name.desc().nullsLast(), table.nick.asc().nullsFirst()),
      pg.uniqueIndex("by_class").on(table.name.op("text_pattern_ops")),
      pg.index("by_method").using("brin", table.born).with({ pages_per_range: 8 }),
      pg.index("by_part").on(table.name).where(sql`${table.nick} is not null`),
      pg.index("by_only").onOnly(table.name),
      pg.index("by_expression").on(sql`lower(${table.name})`),
      pg.pgPolicy("readers", {
        as: "restrictive",
        for: "select",
        to: reader,
        using: sql`${table.name} <> 'x'`,
      }),
      pg.pgPolicy("writers", { for: "insert", to: ["pg_write_all_data", reader], withCheck: sql`true` }),
    ],
  );
  const linked = pg.pgPolicy("linked", { for: "delete", using: sql`false` }).link(users);
  const guarded = pg.pgTable("guarded", { id: pg.integer() }).enableRLS();
  const pairs = shop.table(
    "pairs",
    { a: pg.integer(), b: pg.integer(), c: pg.integer(), d: pg.integer() },
    (table) => [
      pg.primaryKey({ name: "pair_key", columns: [table.b, table.a] }),
      pg
        .foreignKey({ name: "pair_of_pair", columns: [table.c, table.d], foreignColumns: [table.b, table.a] })
        .onDelete("restrict")
        .onUpdate("set default"),
    ],
  );
  const names = pg
    .pgView("names")
    .with({ checkOption: "local", securityBarrier: true, securityInvoker: true })
    .as((query) =>
      query.select({ id: users.id, name: users.name }).from(users).where(sql`${users.id} > ${5}`),
    );
  const manual = shop.view("manual", { one: pg.integer() }).as(sql`select 1 as one`);
  const stored = pg
    .pgMaterializedView("stored")
    .using("heap")
    .with({ fillfactor: 70, autovacuumEnabled: false, logAutovacuumMinDuration: 5 })
    .as((query) => query.select({ id: users.id }).from(users));
  const theirs = pg.pgView("theirs", { id: pg.integer() }).existing();
  const theirsToo = pg.pgMaterializedView("theirs_too", { id: pg.integer() }).existing();
  const prefixed = pg.pgTableCreator((name) => `app_${name}`)("things", { id: pg.integer() });
  return {
    shop,
    mood,
    size,
    numbers,
    shopNumbers,
    users,
    linked,
    guarded,
    pairs,
    names,
    manual,
    stored,
    theirs,
    theirsToo,
    prefixed,
  };
}

function version({ version: name }: Drizzle): string {
  return name;
}

/** Each option, and a question to the catalogue that tells that it has arrived. */
const looks: readonly (readonly [option: string, question: string, answer: unknown])[] = [
  ["schema", "SELECT nspname FROM pg_namespace WHERE nspname = 'shop'", "shop"],
  [
    "enum",
    "SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = 'mood'::regtype",
    "sad,happy",
  ],
  [
    "schema.enum of an object",
    "SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = 'shop.size'::regtype",
    "s,l",
  ],
  [
    "sequence options",
    "SELECT concat_ws(' ', seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle) FROM pg_sequence WHERE seqrelid = 'numbers'::regclass",
    "10 5 10 1000 3 t",
  ],
  ["schema.sequence", "SELECT relkind::text FROM pg_class WHERE oid = 'shop.shop_numbers'::regclass", "S"],
  [
    "identity options",
    "SELECT concat_ws(' ', seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle) FROM pg_sequence WHERE seqrelid = pg_get_serial_sequence('users', 'id')::regclass",
    "7 2 7 99 4 t",
  ],
  [
    "generatedAlwaysAsIdentity",
    "SELECT attidentity::text FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'small'",
    "a",
  ],
  [
    "generatedByDefaultAsIdentity",
    "SELECT attidentity::text FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'other'",
    "d",
  ],
  [
    "notNull",
    "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'name'",
    true,
  ],
  ["default", defaultOf("name"), "'nobody'::text"],
  ["default of an enum", defaultOf("mood"), "'happy'::mood"],
  ["default by SQL", defaultOf("number"), "nextval('numbers'::regclass)"],
  ["defaultRandom", defaultOf("key"), "gen_random_uuid()"],
  ["date.defaultNow", defaultOf("born"), "now()"],
  ["timestamp.defaultNow", defaultOf("seen"), "now()"],
  ["time.defaultNow", defaultOf("noon"), "now()"],
  ["generatedAlwaysAs", defaultOf("upper"), "upper(name)"],
  ["generatedAlwaysAs of a function", defaultOf("late"), "lower(name)"],
  [
    "array of arrays",
    "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'grid'",
    "integer[]",
  ],
  ["unique with nulls", constraintOf("nick_once"), "UNIQUE NULLS NOT DISTINCT (nick)"],
  ["primaryKey", constraintOf("users_pkey"), "PRIMARY KEY (id)"],
  [
    "references with actions",
    constraintOf("users_manager_users_id_fk"),
    "FOREIGN KEY (manager) REFERENCES users(id) ON UPDATE CASCADE ON DELETE SET NULL",
  ],
  ["check", constraintOf("name_is_not_empty"), "CHECK ((name <> ''::text))"],
  ["unique of columns", constraintOf("name_and_nick"), "UNIQUE (name, nick)"],
  ["nullsNotDistinct", constraintOf("no_two_nulls"), "UNIQUE NULLS NOT DISTINCT (mood, size)"],
  ["primaryKey of columns", constraintOf("pair_key"), "PRIMARY KEY (b, a)"],
  [
    "foreignKey of columns with actions",
    constraintOf("pair_of_pair"),
    "FOREIGN KEY (c, d) REFERENCES shop.pairs(b, a) ON UPDATE SET DEFAULT ON DELETE RESTRICT",
  ],
  [
    "index order and nulls",
    indexOf("by_order"),
    "CREATE INDEX by_order ON public.users USING btree (name DESC NULLS LAST, nick NULLS FIRST)",
  ],
  [
    "uniqueIndex and operator class",
    indexOf("by_class"),
    "CREATE UNIQUE INDEX by_class ON public.users USING btree (name text_pattern_ops)",
  ],
  [
    "index method and options",
    indexOf("by_method"),
    "CREATE INDEX by_method ON public.users USING brin (born) WITH (pages_per_range='8')",
  ],
  [
    "index where",
    indexOf("by_part"),
    "CREATE INDEX by_part ON public.users USING btree (name) WHERE (nick IS NOT NULL)",
  ],
  // Drizzle has no partitions that ONLY could leave out.
  ["onOnly", indexOf("by_only"), "CREATE INDEX by_only ON public.users USING btree (name)"],
  [
    "index on an expression",
    indexOf("by_expression"),
    "CREATE INDEX by_expression ON public.users USING btree (lower(name))",
  ],
  [
    "policy",
    "SELECT concat_ws(' ', permissive, roles, cmd, qual) FROM pg_policies WHERE policyname = 'readers'",
    "RESTRICTIVE {pg_read_all_data} SELECT (name <> 'x'::text)",
  ],
  [
    "policy for several roles",
    "SELECT concat_ws(' ', permissive, roles, cmd, with_check) FROM pg_policies WHERE policyname = 'writers'",
    "PERMISSIVE {pg_read_all_data,pg_write_all_data} INSERT true",
  ],
  [
    "policy.link",
    "SELECT concat_ws(' ', roles, cmd, qual) FROM pg_policies WHERE policyname = 'linked' AND tablename = 'users'",
    "{public} DELETE false",
  ],
  ["row security by policies", "SELECT relrowsecurity FROM pg_class WHERE oid = 'users'::regclass", true],
  ["enableRLS", "SELECT relrowsecurity FROM pg_class WHERE oid = 'guarded'::regclass", true],
  ["view", "SELECT pg_get_viewdef('names'::regclass) ~ 'id > 5'", true],
  [
    "view.with",
    "SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = 'names'::regclass",
    "check_option=local,security_barrier=true,security_invoker=true",
  ],
  ["schema.view of SQL", "SELECT one FROM shop.manual", 1],
  ["materializedView", "SELECT relkind::text FROM pg_class WHERE oid = 'stored'::regclass", "m"],
  [
    "materializedView.with",
    "SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = 'stored'::regclass",
    "autovacuum_enabled=false,fillfactor=70,log_autovacuum_min_duration=5",
  ],
  ["view.existing", "SELECT count(*)::int FROM pg_class WHERE relname IN ('theirs', 'theirs_too')", 0],
  ["tableCreator", "SELECT to_regclass('app_things') IS NOT NULL", true],
];

function defaultOf(column: string): string {
  return `SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    WHERE adrelid = 'users'::regclass AND attname = '${column}'`;
}

function constraintOf(name: string): string {
  return `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '${name}'`;
}

function indexOf(name: string): string {
  return `SELECT pg_get_indexdef('${name}'::regclass)`;
}

/** What cannot be built, and the words in which it is refused. */
const refusals: readonly (readonly [
  what: string,
  message: RegExp,
  build: (d: Drizzle) => Record<string, unknown>,
])[] = [
  [
    "a role to be created",
    /The role boss would have to be created/,
    ({ pg }) => ({
      boss: pg.pgRole("boss", { createDb: true }),
      table: pg.pgTable("t", { id: pg.integer() }),
    }),
  ],
  [
    "a name for the sequence of an identity",
    /identity of t\.id asks for a sequence named ids/,
    ({ pg }) => ({ table: pg.pgTable("t", { id: pg.integer().generatedAlwaysAsIdentity({ name: "ids" }) }) }),
  ],
  [
    "a policy for whoever asks",
    /policy p of t is for current_user/,
    ({ pg }) => ({
      table: pg.pgTable("t", { id: pg.integer() }, () => [pg.pgPolicy("p", { to: "current_user" })]),
    }),
  ],
  [
    "a policy without a table",
    /policy lonely belongs to no table/,
    ({ pg }) => ({ lonely: pg.pgPolicy("lonely"), table: pg.pgTable("t", { id: pg.integer() }) }),
  ],
  [
    "an access method of a materialised view",
    /stored asks for its own access method/,
    ({ pg }) => ({
      view: pg
        .pgMaterializedView("stored")
        .using("columnar")
        .as((query) => query.select().from(pg.pgTable("t", { id: pg.integer() }))),
    }),
  ],
  [
    "a tablespace",
    /stored asks for a tablespace/,
    ({ pg }) => ({
      view: pg
        .pgMaterializedView("stored")
        .tablespace("fast")
        .as((query) => query.select().from(pg.pgTable("t", { id: pg.integer() }))),
    }),
  ],
  [
    "a materialised view without data",
    /stored asks for no data/,
    ({ pg }) => ({
      view: pg
        .pgMaterializedView("stored")
        .withNoData()
        .as((query) => query.select().from(pg.pgTable("t", { id: pg.integer() }))),
    }),
  ],
  [
    "a view without its query",
    /view is a part of a table that stands by itself|needs its/,
    ({ pg }) => ({ view: pg.pgView("unfinished"), table: pg.pgTable("t", { id: pg.integer() }) }),
  ],
  [
    "an index in no table",
    /loose is a part of a table that stands by itself/,
    ({ pg }) => ({ loose: pg.index("loose"), table: pg.pgTable("t", { id: pg.integer() }) }),
  ],
  [
    "an index without columns",
    /third argument of t gives something that is no index/,
    ({ pg }) => ({ table: pg.pgTable("t", { id: pg.integer() }, () => [pg.index("empty") as never]) }),
  ],
  [
    "an index on an expression without a name",
    /index of t is on an expression and has no name/,
    ({ pg, sql }) => ({
      table: pg.pgTable("t", { id: pg.integer() }, (table) => [pg.index().on(sql`${table.id} + 1`)]),
    }),
  ],
  [
    "two primary keys",
    /t has more than one primary key/,
    ({ pg }) => ({
      table: pg.pgTable("t", { id: pg.integer().primaryKey(), b: pg.integer() }, (table) => [
        pg.primaryKey({ columns: [table.b] }),
      ]),
    }),
  ],
  [
    "a placeholder in SQL",
    /placeholder/,
    ({ pg, sql }) => ({
      table: pg.pgTable("t", { id: pg.integer() }, (table) => [
        pg.check("c", sql`${table.id} > ${sql.placeholder("x")}`),
      ]),
    }),
  ],
  [
    "a default that is no value",
    /value of the default of t\.id has no literal/,
    ({ pg }) => ({ table: pg.pgTable("t", { id: pg.text().default((() => "x") as never) }) }),
  ],
];

describe.each(drizzles)("the builders of pg-core, Drizzle $version", (drizzle) => {
  let connection: Connection;
  let sql = "";
  beforeAll(async () => {
    connection = await connect("pglite:", { extensions: ["citext"] });
    const manager = managerOf({ everyType: columnTable(drizzle), ...options(drizzle) });
    await manager.migrateToLatest();
    sql = (await manager.plan()).toSql();
  });
  afterAll(() => connection.close());

  const managerOf = (tables: Record<string, unknown>) =>
    new SchemaManager(connection, defineModule("builders", "core", {}, { tables }));

  test("there is no column builder that is not listed here", () => {
    let known: readonly string[] = [];
    drizzle.pg.pgTable("known", (builders) => {
      known = Object.keys(builders);
      return { id: builders.integer() };
    });
    const listed = new Set([...columns, ...foreignColumns].map(([name]) => name));
    expect(known.filter((name) => !listed.has(name))).toEqual([]);
  });

  test("what was built and what is asked for are the same", () => {
    expect(sql).toBe("");
  });

  test.each(columns)("the column %s arrives as %s", async (name, type) => {
    const [row] = await connection.query(
      "SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'every_type'::regclass AND attname = $1",
      [name],
    );
    expect(row).toEqual({ type });
  });

  test.each(foreignColumns)(
    "the column %s asks for the extension %s, which is named where it is missing",
    async (_, extension, build) => {
      const table = drizzle.pg.pgTable("t", { it: build(drizzle) } as never);
      await expect(managerOf({ table }).plan()).rejects.toMatchObject({
        message: expect.stringContaining(extension),
      });
    },
  );

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

  test("an index that is to be built concurrently is built, and it is told that it was not concurrently", async () => {
    const { pg } = drizzle;
    const table = pg.pgTable("slow", { id: pg.integer() }, (columns) => [
      pg.index("slow_by_id").on(columns.id).concurrently(),
    ]);
    const manager = new SchemaManager(connection, defineModule("slow", "core", {}, { tables: { table } }));

    const { notes } = await manager.sync();

    expect(notes).toEqual([
      expect.stringMatching(/^The index slow_by_id of slow is built in the transaction/),
    ]);
    expect(await connection.query(indexOf("slow_by_id"))).toEqual([
      { pg_get_indexdef: "CREATE INDEX slow_by_id ON public.slow USING btree (id)" },
    ]);
  });
});
