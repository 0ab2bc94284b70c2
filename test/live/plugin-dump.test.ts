import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  defineModule,
  PluginManager,
  type RemovePluginOptions,
  SchemaRegistry,
  type SchemaVersions,
} from "../../src/index.js";
import { engines, type LiveDatabase, type LiveEngine, temporaryFolder } from "./engines.js";

async function begin(engine: LiveEngine, versions: SchemaVersions) {
  const database = await engine.create();
  const connection = await database.connect();
  const registry = new SchemaRegistry();
  registry.register(defineModule("store", "plugin", {}, versions));
  const plugins = new PluginManager(connection, { registry });
  await plugins.activatePlugin("store");
  return { database, connection, plugins };
}

/** Removes the plugin with a dump, activates it anew, and restores the dump; gives its folder. */
async function thereAndBack(plugins: PluginManager, options: RemovePluginOptions = {}): Promise<string> {
  const { dumps } = await plugins.removePlugin("store", { ...options, dumpTo: temporaryFolder() });
  await plugins.activatePlugin("store");
  const folder = dumps[0]?.folder ?? "";
  await plugins.restorePluginData(folder, { replace: true });
  return folder;
}

/** Every value with its type, in words that no two values share; rows sorted. */
async function valuesOf(
  database: LiveDatabase,
  table: string,
  columns: readonly string[],
): Promise<string[]> {
  const value = (column: string) =>
    database.engine === "sqlite"
      ? `typeof(${column}) || ' ' || CASE typeof(${column}) WHEN 'text' THEN hex(CAST(${column} AS BLOB)) WHEN 'null' THEN '' ELSE quote(${column}) END`
      : `coalesce(${column}::text, '<null>')`;
  const line = columns.map(value).join(" || ' | ' || ");
  const rows = await database.look(`SELECT ${line} AS line FROM ${table} ORDER BY 1`);
  return rows.map((row) => String(row["line"]));
}

const SQLITE_VALUES = [
  "NULL",
  "0",
  "-0.0",
  "1",
  "1.0",
  "-1",
  "0.1",
  "5e-324",
  "1e300",
  "9e999",
  "-9e999",
  "2.0e18",
  "9223372036854775807",
  "-9223372036854775808",
  "9007199254740993",
  "''",
  "'Tea ☕ ''quoted'''",
  "'1'",
  "CAST(x'610062' AS TEXT)",
  "CAST(x'ff00fe' AS TEXT)",
  "char(10, 13, 8232)",
  "x''",
  "x'00ff0a'",
  "x'7b7d'",
];

describe.each(engines.filter((engine) => engine.engine === "sqlite"))("a dump on $name", (engine) => {
  test("every value of every type comes back as it was stored", async () => {
    const { database, connection, plugins } = await begin(engine, {
      1: {
        name: "Store",
        up: [
          "CREATE TABLE store_any (id INTEGER PRIMARY KEY, v, n NUMERIC, t TEXT, b BLOB, twice AS (id * 2), stored AS (id * 3) STORED)",
          'CREATE TABLE "store odd" ("a ""b" TEXT, rowid TEXT)',
          "CREATE TABLE store_bare (v)",
          "CREATE TABLE store_pairs (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID",
          "CREATE TABLE store_exact (a ANY, b REAL) STRICT",
        ],
        down: ["store_any", '"store odd"', "store_bare", "store_pairs", "store_exact"].map(
          (name) => `DROP TABLE ${name}`,
        ),
      },
    });
    for (const [index, value] of SQLITE_VALUES.entries()) {
      await connection.execute(
        `INSERT INTO store_any (id, v, n, t, b) VALUES (${index}, ${value}, ${value}, ${value}, ${value})`,
      );
      await connection.execute(`INSERT INTO store_bare (rowid, v) VALUES (${index * 7 + 3}, ${value})`);
      await connection.execute(`INSERT INTO store_exact (a) VALUES (${value})`);
    }
    await connection.execute(`INSERT INTO "store odd" VALUES ('x', 'y'), (NULL, 'z')`);
    await connection.execute("INSERT INTO store_pairs VALUES ('a', 1), ('a', 2), ('', -1)");
    const read = async () => [
      await valuesOf(database, "store_any", ["id", "v", "n", "t", "b", "twice", "stored"]),
      await valuesOf(database, '"store odd"', ['"a ""b"', '"rowid"']),
      await valuesOf(database, "store_bare", ["rowid", "v"]),
      await valuesOf(database, "store_pairs", ["a", "b"]),
      await valuesOf(database, "store_exact", ["a", "b"]),
    ];
    const before = await read();

    await thereAndBack(plugins);

    expect(await read()).toEqual(before);
  });

  test("triggers do not run again, keys in a circle are no obstacle, numbering goes on, and text can be searched", async () => {
    const { database, connection, plugins } = await begin(engine, {
      1: {
        name: "Store",
        up: [
          "CREATE TABLE store_a (id INTEGER PRIMARY KEY AUTOINCREMENT, b INTEGER REFERENCES store_b (id), up INTEGER REFERENCES store_a (id))",
          "CREATE TABLE store_b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES store_a (id))",
          "CREATE TABLE store_log (what TEXT)",
          "CREATE TRIGGER store_logs AFTER INSERT ON store_a BEGIN INSERT INTO store_log VALUES ('a' || new.id); END",
          "CREATE VIRTUAL TABLE store_text USING fts5(title, body)",
          "INSERT INTO store_log VALUES ('made')",
        ],
      },
    });
    await connection.execute("INSERT INTO store_a (id) VALUES (1), (2), (9)");
    await connection.execute("INSERT INTO store_b VALUES (1, 2), (2, 1)");
    await connection.execute("UPDATE store_a SET b = 1, up = 9 WHERE id < 9");
    await connection.execute("DELETE FROM store_a WHERE id = 9 AND 0");
    await connection.execute(
      "INSERT INTO store_text (rowid, title, body) VALUES (5, 'Tea', 'green leaves'), (8, 'Cake', 'with butter')",
    );
    const read = async () => [
      await valuesOf(database, "store_a", ["id", "b", "up"]),
      await valuesOf(database, "store_b", ["id", "a"]),
      await valuesOf(database, "store_log", ["what"]),
      await valuesOf(database, "store_text", ["rowid", "title", "body"]),
      await valuesOf(database, "sqlite_sequence", ["name", "seq"]),
    ];
    const before = await read();

    await thereAndBack(plugins, { dropOwned: true });

    expect(await read()).toEqual(before);
    expect(
      await connection.query("SELECT rowid, title FROM store_text WHERE store_text MATCH 'butter'"),
    ).toEqual([{ rowid: 8, title: "Cake" }]);
    await connection.execute("INSERT INTO store_text (title) VALUES ('Butter tea')");
    expect(
      await connection.query("SELECT rowid FROM store_text WHERE store_text MATCH 'butter' ORDER BY 1"),
    ).toHaveLength(2);
    await connection.execute("INSERT INTO store_a DEFAULT VALUES");
    expect(await valuesOf(database, "store_log", ["what"])).toContain(
      `text ${Buffer.from("a10").toString("hex").toUpperCase()}`,
    );
  });
});

const POSTGRES_COLUMNS: readonly (readonly [name: string, type: string, ...values: string[]])[] = [
  ["big", "bigint", "9223372036854775807", "-9223372036854775808"],
  ["num", "numeric", "12345678901234567890.1234567890123456789", "'NaN'", "'-Infinity'"],
  ["dbl", "double precision", "'Infinity'", "'-0'", "0.1::float8 + 0.2::float8", "'NaN'", "5e-324"],
  ["sgl", "real", "0.1", "'-Infinity'", "3.4028235e38"],
  ["raw", "bytea", "'\\x00ff0a'", "''"],
  ["txt", "text", "''", "E'a\\n\\t\\\\ ''b'' \" ☕'"],
  ["chr", "char(4)", "'ab'"],
  ["stamp", "timestamptz", "'infinity'", "'2024-02-29 23:59:59.999999+13:45'", "'0044-03-15 12:00 BC'"],
  ["plain", "timestamp", "'1999-12-31 23:59:59.000001'"],
  ["span", "interval", "'1 year -2 mons 3 days -04:05:06.789'"],
  ["days", "daterange", "'[2020-01-01,2020-02-01)'", "'empty'"],
  ["list", "text[]", `ARRAY['a', NULL, 'NULL', '', '"x"', 'y\\z']`, "'{}'"],
  ["grid", "int[][]", "'{{1,2},{3,4}}'"],
  ["doc", "json", `'{"b": 1,  "a": [1.10]}'`],
  ["docb", "jsonb", `'{"b": 1, "a": null}'`],
  ["mood", "store_mood", "'so so'"],
  ["pair", "store_pair", `ROW(1, 'a, "b"')`],
  ["name", "store_name", "'Ada'"],
  ["key", "uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"],
  ["net", "inet", "'10.0.0.1/8'"],
  ["bits", "bit varying", "B'0101'"],
  ["words", "tsvector", "'a:1 b:2'"],
  ["yes", "boolean", "true", "false"],
];

describe.each(engines.filter((engine) => engine.engine === "postgres"))("a dump on $name", (engine) => {
  test("every value of every type comes back as it was stored, whatever the session's formats are", async () => {
    const columns = POSTGRES_COLUMNS.map(([name, type]) => `"${name}" ${type}`).join(", ");
    const { database, connection, plugins } = await begin(engine, {
      1: {
        name: "Store",
        up: [
          "CREATE TYPE store_mood AS ENUM ('good', 'so so')",
          "CREATE TYPE store_pair AS (a integer, b text)",
          "CREATE DOMAIN store_name AS text CHECK (value <> '')",
          `CREATE TABLE store_any (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, twice integer GENERATED ALWAYS AS (num_of * 2) STORED, num_of integer, ${columns})`,
          "CREATE TABLE store_none ()",
          "CREATE TABLE store_parts (k integer, v text) PARTITION BY LIST (k)",
          "CREATE TABLE store_part_1 PARTITION OF store_parts FOR VALUES IN (1)",
          "CREATE TABLE store_part_2 PARTITION OF store_parts FOR VALUES IN (2)",
        ],
        down: [
          "DROP TABLE store_any",
          "DROP TABLE store_none",
          "DROP TABLE store_parts",
          "DROP TYPE store_pair",
          "DROP TYPE store_mood",
          "DROP DOMAIN store_name",
        ],
      },
    });
    for (const [name, type, ...values] of POSTGRES_COLUMNS) {
      for (const value of values)
        await connection.execute(`INSERT INTO store_any (num_of, "${name}") VALUES (7, (${value})::${type})`);
    }
    await connection.execute("INSERT INTO store_none DEFAULT VALUES");
    await connection.execute("INSERT INTO store_none DEFAULT VALUES");
    await connection.execute("INSERT INTO store_parts VALUES (1, 'one'), (2, 'two'), (2, NULL)");
    await connection.executeScript(
      "SET datestyle = 'German'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'escape'; SET extra_float_digits = 0; SET timezone = 'Pacific/Chatham'",
    );
    const read = async () => [
      await valuesOf(database, "store_any", [
        "id",
        "twice",
        ...POSTGRES_COLUMNS.map(([name]) => `"${name}"`),
      ]),
      await database.look("SELECT count(*) AS n FROM store_none"),
      await valuesOf(database, "store_parts", ["tableoid::regclass", "k", "v"]),
    ];
    const before = await read();

    const folder = await thereAndBack(plugins);

    expect(await read()).toEqual(before);
    expect(readFileSync(join(folder, "001-store_any.jsonl"), "utf8")).toContain(
      "2024-02-29 10:14:59.999999+00",
    );
    const [zone] = await connection.query(
      "SELECT current_setting('datestyle') || current_setting('timezone') AS now",
    );
    expect(String(zone?.["now"])).toContain("Pacific/Chatham");
    await connection.execute("INSERT INTO store_any (num_of) VALUES (1)");
    const [last] = await connection.query("SELECT max(id) AS id, count(*) AS n FROM store_any");
    expect(last?.["id"]).toBe(last?.["n"]);
  });

  test("triggers do not run again, keys in a circle are no obstacle, and sequences go on", async () => {
    const { database, connection, plugins } = await begin(engine, {
      1: {
        name: "Store",
        up: [
          "CREATE TABLE store_a (id serial PRIMARY KEY, b integer, up integer REFERENCES store_a (id) ON DELETE CASCADE)",
          "CREATE TABLE store_b (id integer PRIMARY KEY, a integer REFERENCES store_a (id) DEFERRABLE)",
          "ALTER TABLE store_a ADD CONSTRAINT store_a_b FOREIGN KEY (b) REFERENCES store_b (id)",
          "CREATE TABLE store_log (what text)",
          "CREATE SEQUENCE store_numbers START 100 INCREMENT 5",
          "CREATE FUNCTION store_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO store_log VALUES ('a' || new.id); RETURN new; END $$",
          "CREATE TRIGGER store_logs AFTER INSERT ON store_a FOR EACH ROW EXECUTE FUNCTION store_note()",
        ],
        down: [
          "DROP TABLE store_log",
          "ALTER TABLE store_a DROP CONSTRAINT store_a_b",
          "DROP TABLE store_b",
          "DROP TABLE store_a",
          "DROP FUNCTION store_note()",
          "DROP SEQUENCE store_numbers",
        ],
      },
    });
    await connection.execute("INSERT INTO store_a DEFAULT VALUES");
    await connection.execute("INSERT INTO store_a (up) VALUES (1)");
    await connection.execute("INSERT INTO store_b VALUES (1, 2), (2, 1)");
    await connection.execute("UPDATE store_a SET b = 1");
    await connection.query("SELECT nextval('store_numbers'), nextval('store_numbers')");
    const keys = () =>
      database.look(
        "SELECT conname, pg_get_constraintdef(oid) AS def, condeferrable FROM pg_constraint WHERE contype = 'f' ORDER BY 1",
      );
    const read = async () => [
      await valuesOf(database, "store_a", ["id", "b", "up"]),
      await valuesOf(database, "store_b", ["id", "a"]),
      await valuesOf(database, "store_log", ["what"]),
      await keys(),
    ];
    const before = await read();

    await thereAndBack(plugins);

    expect(await read()).toEqual(before);
    expect(await connection.query("SELECT nextval('store_numbers') AS n")).toEqual([{ n: 110 }]);
    await connection.execute("INSERT INTO store_a DEFAULT VALUES");
    expect(await valuesOf(database, "store_log", ["what"])).toEqual(["a1", "a2", "a3"]);
  });
});

describe.each(engines)("restoring on $name", (engine) => {
  const versions: SchemaVersions = {
    1: {
      name: "Store",
      up: "CREATE TABLE store_items (id INTEGER PRIMARY KEY, v TEXT)",
      down: "DROP TABLE store_items",
    },
  };

  async function dumped() {
    const begun = await begin(engine, versions);
    await begun.connection.execute("INSERT INTO store_items VALUES (1, 'one'), (2, 'two')");
    const folder = temporaryFolder();
    const { dumps } = await begun.plugins.removePlugin("store", { dumpTo: folder });
    await begun.plugins.activatePlugin("store");
    return { ...begun, folder: dumps[0]?.folder ?? "", parent: folder };
  }

  test("a dump that was changed, of another plugin's tables, or over rows, is refused and nothing is written", async () => {
    const { connection, plugins, folder, database, parent } = await dumped();
    expect(readdirSync(parent)).toHaveLength(1);
    await connection.execute("INSERT INTO store_items VALUES (5, 'since')");
    const refused = (what: string) => ({ code: "PLUGIN_DATA", message: expect.stringContaining(what) });

    await expect(plugins.restorePluginData(folder)).rejects.toMatchObject(refused("store_items (1)"));
    await connection.execute("DELETE FROM store_items");
    const file = join(folder, "001-store_items.jsonl");
    appendFileSync(file, '[3,"three"]\n');
    await expect(plugins.restorePluginData(folder)).rejects.toMatchObject(refused("checksum"));
    expect(await database.look("SELECT * FROM store_items")).toEqual([]);
    await expect(plugins.restorePluginData(parent)).rejects.toMatchObject({ code: "FILE_FAILED" });
    await plugins.removePlugin("store");
    await expect(plugins.restorePluginData(folder)).rejects.toMatchObject(refused("checksum"));
  });

  test("replacing rows takes none of another module's along", async () => {
    const { connection, plugins, folder, database } = await dumped();
    await connection.execute("INSERT INTO store_items VALUES (5, 'since')");
    await connection.execute(
      "CREATE TABLE mine (id INTEGER PRIMARY KEY, item INTEGER REFERENCES store_items (id) ON DELETE CASCADE)",
    );
    await connection.execute("INSERT INTO mine VALUES (1, 5)");

    await expect(plugins.restorePluginData(folder, { replace: true })).rejects.toMatchObject({
      code: "ROWS_LOST",
    });
    expect(await database.look("SELECT count(*) AS n FROM mine")).toEqual([{ n: 1 }]);
    await connection.execute("DROP TABLE mine");
    await plugins.restorePluginData(folder, { replace: true });
    expect(await valuesOf(database, "store_items", ["v"])).toHaveLength(2);
  });
});
