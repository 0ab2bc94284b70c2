import { expect, describe as suite, test } from "vitest";
import { introspect } from "../../../../src/dialects/sqlite/introspect.js";
import { sqliteSchema } from "../../../../src/dialects/sqlite/schema.js";
import type { DatabaseModel, Table } from "../../../../src/schema/index.js";
import { databaseOf } from "./change-database.js";
import { TORTURE_SCHEMA } from "./torture.js";

suite("what is read from a database", () => {
  test("tables with STRICT and WITHOUT ROWID, and the forms of a primary key", async () => {
    const model = await read(TORTURE_SCHEMA);

    expect(table(model, "typed")).toMatchObject({ strict: true, withoutRowid: true });
    expect(constraints(model, "counted")).toEqual([
      { kind: "primary-key", columns: [{ name: "id" }], autoincrement: true, rowidAlias: true },
    ]);
    expect(constraints(model, "descending")).toEqual([
      { kind: "primary-key", columns: [{ name: "id", descending: true }] },
    ]);
    expect(constraints(model, "keyed")).toEqual([
      {
        kind: "primary-key",
        name: "keyed_pk",
        columns: [{ name: "a", collation: "BINARY", descending: true }, { name: "b" }],
        conflict: "replace",
      },
    ]);
  });

  test("columns with types, defaults, collations and conflict clauses", async () => {
    const model = await read(TORTURE_SCHEMA);

    expect(table(model, "plain").columns).toEqual([
      { name: "a", type: "" },
      { name: "b", type: "TEXT", default: "'it''s'" },
      { name: "c", type: "INT", default: "-5" },
      { name: "d", type: "", default: "1 + 2" },
      { name: "e", type: "", default: "CURRENT_TIMESTAMP" },
      { name: "f", type: "", default: "'active'" },
    ]);
    expect(table(model, 'Weird "name"').columns.map((column) => column.name)).toEqual([
      "from",
      "select",
      "ümlaut",
    ]);
    expect(table(model, "counted").columns[1]).toEqual({
      name: "note",
      type: "TEXT",
      notNull: true,
      notNullOptions: { conflict: "ignore" },
      default: "'x'",
    });
  });

  test("named and unnamed checks and unique constraints, free of comments", async () => {
    expect(constraints(await read(TORTURE_SCHEMA), "checked")).toEqual([
      { kind: "check", expression: "age >= 0" },
      { kind: "check", name: "adult", expression: "age < 200" },
      { kind: "unique", columns: [{ name: "name" }], conflict: "fail" },
      { kind: "check", name: "named", expression: "name <> '' OR age IN (1,2)" },
      {
        kind: "unique",
        name: "pair",
        columns: [{ name: "name", collation: "NOCASE", descending: true }, { name: "age" }],
      },
    ]);
  });

  test("generated columns, virtual and stored", async () => {
    expect(table(await read(TORTURE_SCHEMA), "computed").columns.slice(2)).toEqual([
      { name: "total", type: "", generated: { expression: "a + b", storage: "virtual" } },
      { name: "label", type: "TEXT", generated: { expression: "a || '-' || b", storage: "stored" } },
    ]);
  });

  test("foreign keys with actions, deferral and MATCH, and the parent's key where none is named", async () => {
    const model = await read(TORTURE_SCHEMA);

    expect(constraints(model, "parent")[2]).toEqual({
      kind: "foreign-key",
      columns: ["up"],
      references: { schema: "main", table: "parent", columns: ["id"] },
      onDelete: "cascade",
    });
    expect(constraints(model, "child").slice(1)).toEqual([
      {
        kind: "foreign-key",
        columns: ["parent_id"],
        references: { schema: "main", table: "parent", columns: ["id"] },
        onDelete: "cascade",
        onUpdate: "set null",
      },
      {
        kind: "foreign-key",
        name: "by_code",
        columns: ["code"],
        references: { schema: "main", table: "parent", columns: ["code"] },
        onDelete: "set default",
        match: "full",
        deferrable: true,
        initiallyDeferred: true,
      },
      {
        kind: "foreign-key",
        columns: ["first", "second"],
        references: { schema: "main", table: "pair_parent", columns: ["a", "b"] },
      },
    ]);
  });

  test("indexes with expressions, collations, directions and conditions", async () => {
    expect(table(await read(TORTURE_SCHEMA), "plain").indexes).toEqual([
      { name: "plain_a", parts: [{ column: "a" }] },
      {
        name: "plain_mixed",
        unique: true,
        parts: [
          { expression: "lower(b)", collation: "NOCASE", descending: true },
          { column: "c" },
          { column: "b", collation: "RTRIM" },
        ],
        where: "b IS NOT NULL AND c > 0",
      },
    ]);
  });

  test("views, views of views, and triggers on both", async () => {
    const { views, tables } = await read(TORTURE_SCHEMA);

    expect(views.map((view) => [view.name, view.columns, view.definition])).toEqual([
      ["lower_view", undefined, "SELECT a, b FROM plain WHERE c < 0"],
      ["upper_view", [{ name: "one" }, { name: "two" }], "SELECT a, b AS renamedB FROM lower_view"],
    ]);
    expect(views[1]?.dependsOn).toEqual([{ kind: "view", schema: "main", name: "lower_view" }]);
    expect(views[1]?.triggers.map((trigger) => trigger.name)).toEqual(["through"]);
    expect(tables.find((item) => item.name === "plain")?.triggers[0]?.definition).toMatch(
      /^CREATE TRIGGER stamp .* END$/,
    );
  });

  test("virtual tables with their shadow tables as their own", async () => {
    const model = await read(TORTURE_SCHEMA);

    expect(table(model, "search").virtual).toEqual({
      module: "fts5",
      arguments: ["b", "content='plain'", 'tokenize = "unicode61 remove_diacritics 2"'],
      shadowTables: ["search_config", "search_data", "search_docsize", "search_idx"],
    });
    expect(table(model, "boxes").columns.map((column) => column.name)).toEqual(["id", "x0", "x1", "label"]);
    expect(model.tables.some((item) => /_(?:data|node|rowid)$/.test(item.name))).toBe(false);
  });

  test("the tables behind a vector index belong to the index", async () => {
    const model = await read("CREATE TABLE m (e F32_BLOB(3)); CREATE INDEX m_e ON m (libsql_vector_idx(e))");

    expect(model.tables.map((item) => item.name)).toEqual(["m"]);
  });

  test("without its module a virtual table is still read, and what it keeps is not taken for a table", async () => {
    const database = await databaseOf(`
      CREATE TABLE vectors_chunks (x); CREATE TABLE other (y);
      PRAGMA writable_schema = 1;
      INSERT INTO sqlite_schema VALUES ('table', 'vectors', 'vectors', 0, 'CREATE VIRTUAL TABLE vectors USING vec0(a, b)');
      PRAGMA writable_schema = RESET`);

    const model = await introspect(database);

    expect(model.tables.map((item) => item.name)).toEqual(["other", "vectors"]);
    expect(table(model, "vectors").virtual?.shadowTables).toEqual(["vectors_chunks"]);
  });

  test("a table of libSQL with random rowids stays one when it is built anew", async () => {
    const sql = "CREATE TABLE t (a, b TEXT) RANDOM ROWID";
    const model = await read(sql);

    const again = await sqliteSchema.normalise(model, await databaseOf("SELECT 1"));

    expect(table(model, "t").options).toEqual({ "random rowid": "on" });
    expect(sqliteSchema.compare(model, again).changes).toEqual([]);
  });

  test("the number of queries does not grow with the number of tables", async () => {
    const many = Array.from(
      { length: 40 },
      (_, index) => `CREATE TABLE t${index} (a, b UNIQUE REFERENCES t0)`,
    );

    expect(await countQueries(many.join(";"))).toBe(await countQueries(many[0] ?? ""));
  });

  test("what is excluded is not read", async () => {
    const database = await databaseOf("CREATE TABLE a (x); CREATE TABLE b (y); CREATE INDEX b_y ON b (y)");

    expect((await introspect(database, { exclude: ["b"] })).tables.map((item) => item.name)).toEqual(["a"]);
  });
});

suite("texts", () => {
  const check = async (sql: string) => constraints(await read(`CREATE TABLE t (a, "b c", ${sql})`), "t");

  test.each([
    ["CHECK (a>0)", "CHECK ( A > 0 )"],
    ["CHECK (a > 0)", 'CHECK (("a" > 0))'],
    ["CHECK (a > 0)", "CHECK ([a] > /* nothing */ 0)"],
    ["CHECK (a == 1 AND a != 2)", "CHECK (a = 1 and a <> 2)"],
    ["CHECK (`b c` = X'0F')", "CHECK (\"b c\" = x'0f')"],
  ])("%s says the same as %s", async (one, other) => {
    const [first, second] = [await check(one), await check(other)];

    expect(key(first)).toBe(key(second));
  });

  test.each([
    ["CHECK (a = 'x')", "CHECK (a = 'X')"],
    ["CHECK (a = 'x  y')", "CHECK (a = 'x y')"],
    ["CHECK (a = 1)", "CHECK (a = '1')"],
    ["CHECK ((a) > (0))", "CHECK (a > 0)"],
  ])("%s does not say the same as %s", async (one, other) => {
    expect(key(await check(one))).not.toBe(key(await check(other)));
  });

  function key(list: readonly unknown[]): string {
    const [only] = list as readonly { expression: string }[];
    return sqliteSchema.rules.textKey(only?.expression ?? "");
  }

  test("a bare word as default is a string, and the table's own name before a column goes", async () => {
    const model = await read("CREATE TABLE t (a DEFAULT active CHECK (t.a <> 'x' AND \"t\".a <> 'y'))");

    expect(table(model, "t").columns[0]?.default).toBe("'active'");
    expect(constraints(model, "t")).toEqual([{ kind: "check", expression: "a <> 'x' AND a <> 'y'" }]);
  });

  test("a string in double quotes becomes a string", async () => {
    // Such a definition can only come from an SQLite that takes them; it is put there as that one would leave
    // it.
    const database = await databaseOf(`
      CREATE TABLE t (state TEXT CHECK (state IN ('on', 'off')));
      PRAGMA writable_schema = 1;
      UPDATE sqlite_schema SET sql = 'CREATE TABLE t (state TEXT DEFAULT "on" CHECK (state IN ("on", "off")))';
      PRAGMA writable_schema = RESET`);

    const model = await introspect(database);

    expect(table(model, "t").columns[0]?.default).toBe("'on'");
    expect(constraints(model, "t")).toEqual([{ kind: "check", expression: "state IN ('on', 'off')" }]);
  });
});

test("a model built anew from what was read is read as the same", async () => {
  const model = await read(TORTURE_SCHEMA);
  const scratch = await databaseOf("CREATE TABLE in_the_way (x); DROP TABLE in_the_way");

  const again = await sqliteSchema.normalise(model, scratch);

  expect(sqliteSchema.compare(model, again).changes).toEqual([]);
  expect(sqliteSchema.fingerprint(again)).toBe(sqliteSchema.fingerprint(model));
  expect(await scratch.query("SELECT * FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")).toEqual([]);
});

async function read(sql: string): Promise<DatabaseModel> {
  const database = await databaseOf(sql);
  const model = await introspect(database);
  await database.close();
  return model;
}

async function countQueries(sql: string): Promise<number> {
  const database = await databaseOf(sql);
  let queries = 0;
  const counting = new Proxy(database, {
    get(target, name) {
      if (name === "query") queries++;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  await introspect(counting);
  return queries;
}

function table(model: DatabaseModel, name: string): Table {
  const found = model.tables.find((item) => item.name === name);
  if (found === undefined) throw new Error(`there is no table ${name}`);
  return found;
}

function constraints(model: DatabaseModel, name: string): readonly unknown[] {
  return table(model, name).constraints;
}

test("types of any words stay what they are when a table is built anew", async () => {
  const types = [
    "weird-type",
    "x y](3",
    "timestamp with time zone",
    "select",
    "double precision",
    "INT UNSIGNED",
  ];
  const columns = types.map((type, index) => `c${index} ${JSON.stringify(type)}`);
  const model = await read(`CREATE TABLE t (${columns.join(", ")}, plain NUMERIC ( 10 , -2 ))`);

  const again = await sqliteSchema.normalise(model, await databaseOf("SELECT 1"));

  expect(table(again, "t").columns.map((column) => column.type)).toEqual([...types, "NUMERIC ( 10 , -2 )"]);
});
