import { sql } from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Connection, connect, SchemaManager } from "../../src/index.js";
import { postgresDatabase } from "../servers/postgres.js";
import { documentedRows } from "./types-document.js";

/** Values at the edges of each type of PostgreSQL, as its literals: they are the defaults of columns, so the translation carries them. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647", "0"],
  bigint: ["-9223372036854775808", "9223372036854775807", "9007199254740993"],
  oid: ["0", "4294967295"],
  real: ["1.5", "-0.25", "Infinity"],
  "double precision": ["1e300", "-1e-300", "0.1", "-Infinity"],
  "numeric(10,2)": ["12345678.90", "-0.01"],
  "numeric(15)": ["999999999999999", "-1"],
  "numeric(30,10)": ["12345678901234567890.0123456789", "-0.0000000001"],
  numeric: ["123456789012345678901234567890.5", "0.1"],
  boolean: ["t", "false"],
  text: ["", 'it\'s "so" \\ ünïcode 🙂\n', "NULL"],
  "varchar(20)": ["ünïcodeünïcodeünïcod", ""],
  varchar: ["x", " spaced "],
  "char(3)": ["abc", "ä"],
  char: ["x"],
  name: ["a name"],
  citext: ["MiXed"],
  uuid: ["00000000-0000-0000-0000-000000000000", "{FFFFFFFF-ffff-4fff-bfff-FFFFFFFFFFFF}"],
  bytea: ["\\x", "\\x00ff10", "plain"],
  json: ['{"a":[1,null,"ü"]}', "null", "[]"],
  jsonb: ['{"a":[1,null,"ü"]}', '"text"', "12345678901234567890.5"],
  date: ["2024-02-29", "0001-01-01", "9999-12-31"],
  timestamp: ["2024-02-29 23:59:59.999999", "1970-01-01T00:00:00"],
  "timestamp(3)": ["2024-02-29 23:59:59.123"],
  "timestamp with time zone": [
    "2024-02-29T12:00:00.123Z",
    "2024-02-29 12:00:00.123456+02",
    "1969-12-31 23:00-05:30",
  ],
  time: ["00:00:00", "23:59:59.999999"],
  "time with time zone": ["12:30:00+02"],
  interval: ["1 day", "-10 mons +3 days 04:05:06.789", "00:00:00"],
  inet: ["10.0.0.1", "2001:db8::1"],
  cidr: ["10.0.0.0/8"],
  macaddr: ["08:00:2b:01:02:03"],
  macaddr8: ["08:00:2b:01:02:03:04:05"],
  xml: ["<a>1</a>"],
  "bit(3)": ["101"],
  "bit varying(5)": ["", "10101"],
  "vector(3)": ["[1,2.5,-3]"],
  "halfvec(3)": ["[1,2.5,-3]"],
  "text[]": ["{}", '{a,"b c","it\'s \\"q\\" \\\\",NULL,"NULL",""}', "{{a,b},{c,d}}"],
  "integer[]": ["{1,-2,NULL}", "{{1},{2}}"],
  "boolean[]": ["{t,f,NULL}"],
  "numeric[]": ["{12345678901234567890.5,-1}"],
};

/** What a column of SQLite must not take, by the type of PostgreSQL that it stands for. */
const REFUSED: Readonly<Record<string, string>> = {
  oid: "-1",
  boolean: "2",
  "varchar(20)": `'${"x".repeat(21)}'`,
  "char(3)": "'abcd'",
  char: "'ab'",
  json: "'{'",
  jsonb: "'{'",
  "bit(3)": "'1010'",
  "bit varying(5)": "'101010'",
  "vector(3)": "'[1,2]'",
  "halfvec(3)": "'[1,2]'",
  "text[]": "'{}'",
  "integer[]": "'1'",
  "boolean[]": "'true'",
  "numeric[]": "'nothing'",
};

interface Case {
  readonly column: string;
  readonly type: string;
  readonly edge: string;
}

const rows = documentedRows("Types of PostgreSQL on SQLite");
const cases: Case[] = rows.flatMap(([type], row) =>
  (EDGES[type] ?? []).map((edge, index) => ({ column: `c${row}_${index}`, type, edge })),
);
const needsVector = ({ type }: Case) => type.includes("vec");

function tableFor(wanted: readonly Case[]) {
  const columns = wanted.map(({ column, type, edge }) => {
    const quoted = sql.raw(`E'${edge.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`);
    return [
      column,
      pg
        .customType({ dataType: () => type })()
        .default(quoted),
    ] as const;
  });
  return pg.pgTable("types", { id: pg.integer().primaryKey(), ...Object.fromEntries(columns) });
}

/** One for all tests here: opening it takes longer than they do. */
let pglite: Connection;
beforeAll(async () => {
  pglite = await connect("pglite:", { extensions: ["citext"] });
});
afterAll(() => pglite.close());

let sqliteRow: Readonly<Record<string, unknown>>;
beforeAll(async () => {
  const connection = await connect(":memory:");
  await apply(connection, { types: tableFor(cases) });
  await connection.execute("INSERT INTO types (id) VALUES (1)");
  const parts = cases.map(
    ({ column, type }) => `CASE WHEN '${type}' = 'bytea' THEN hex(${column}) ELSE ${column} END AS ${column}`,
  );
  [sqliteRow = {}] = await connection.query(`SELECT ${parts.join(", ")} FROM types`);
  await connection.close();
});

async function emptied(connection: Connection): Promise<Connection> {
  await connection.executeScript("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  return connection;
}

function closing(connection: Connection): Connection {
  onTestFinished(() => connection.close());
  return connection;
}

/** Brings tables to a database, and holds that a second look finds nothing to change. */
async function apply(connection: Connection, tables: Record<string, unknown>): Promise<void> {
  const manager = new SchemaManager(connection, { tables });
  await manager.migrateToLatest();
  expect((await manager.plan()).toSql()).toBe("");
}

test("every documented type has values at its edges, and one that is refused where a check holds it", () => {
  expect(rows.map(([type]) => type).filter((type) => EDGES[type] === undefined)).toEqual([]);
  expect(rows.flatMap(([type, , check]) => (check === "" ? [] : [type]))).toEqual(Object.keys(REFUSED));
});

describe.each([
  { name: "PGlite", open: () => emptied(pglite) },
  { name: "PostgreSQL", open: async () => closing(await connect(await postgresDatabase())) },
])("every documented type of PostgreSQL, on SQLite and on $name", ({ open }) => {
  test("keeps the values at its edges, the same on both", async () => {
    const connection = await open();
    const there = cases.filter((each) => !needsVector(each));
    await apply(connection, { types: tableFor(there) });
    await connection.execute("SET TIME ZONE 'UTC'");
    await connection.execute("INSERT INTO types (id) VALUES (1)");
    const parts = there.map(({ column }) => `to_json(${column})::text AS ${column}`);
    const [row = {}] = await connection.query(`SELECT ${parts.join(", ")} FROM types`);

    for (const { column, type, edge } of there) {
      const expected = canonical(type, fromJson(type, String(row[column])));
      expect({ type, edge, value: canonical(type, sqliteRow[column]) }).toEqual({
        type,
        edge,
        value: expected,
      });
    }
  });
});

test("a vector keeps its numbers on SQLite", () => {
  for (const { column, edge } of cases.filter(needsVector)) expect(sqliteRow[column]).toBe(edge);
});

test("what is no value of the type is refused on SQLite too", async () => {
  const connection = await connect(":memory:");
  onTestFinished(() => connection.close());
  const wanted = Object.keys(REFUSED).map((type, index) => ({ column: `c${index}`, type, edge: "" }));
  const columns = wanted.map(
    ({ column, type }) => [column, pg.customType({ dataType: () => type })()] as const,
  );
  await apply(connection, { types: pg.pgTable("types", Object.fromEntries(columns)) });

  for (const { column, type } of wanted) {
    const insert = connection.execute(`INSERT INTO types (${column}) VALUES (${REFUSED[type] ?? ""})`);
    await expect(insert, type).rejects.toMatchObject({ code: "SQL_FAILED" });
  }
});

/** Values at the edges of the declared types of SQLite, as its literals. */
const LITE_EDGES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:smallint)/, ["-32768", "32767"]],
  [/^bigint/, ["-9223372036854775808", "9223372036854775807", "0"]],
  [/^double/, ["1e300", "-0.1"]],
  [/^numeric/, ["12345678.9", "-1"]],
  [/^boolean/, ["0", "1"]],
  [/^(?:text|character|citext)/, ["''", "'ü'''"]],
  [/^bytea/, ["X''", "X'00ff'"]],
  [/^date/, ["'2024-02-29'"]],
  [/^timestamp.*with time/, ["'2024-02-29T12:00:00.123Z'"]],
  [/^timestamp/, ["'2024-02-29 12:00:00'", "'2024-02-29T12:00:00.5'"]],
  [/^time.*with time/, ["'12:30:00+00'"]],
  [/^time/, ["'12:30:00'"]],
  [/^uuid/, ["'00000000-0000-0000-0000-000000000000'"]],
  [/^json/, [`'{"a":1}'`, "'[]'"]],
];

const liteCases = documentedRows("Types of SQLite on PostgreSQL").flatMap(([type, onPostgres], row) =>
  (LITE_EDGES.find(([name]) => name.test(onPostgres))?.[1] ?? []).map((edge, index) => ({
    column: `c${row}_${index}`,
    type,
    onPostgres,
    edge,
  })),
);

test("every documented type of SQLite keeps the values at its edges on PostgreSQL", async () => {
  // Drizzle has no collations; a type that ends in one is none.
  const wanted = liteCases.filter(({ type }) => !type.includes("COLLATE"));
  const columns = wanted.map(
    ({ column, type, edge }) =>
      [
        column,
        lite
          .customType({ dataType: () => type })()
          .default(sql.raw(edge)),
      ] as const,
  );
  const table = lite.sqliteTable("types", {
    id: lite.integer().primaryKey(),
    ...Object.fromEntries(columns),
  });
  const memory = closing(await connect(":memory:"));
  for (const connection of [memory, await emptied(pglite)]) {
    await apply(connection, { types: table });
    await connection.execute("INSERT INTO types (id) VALUES (1)");
  }
  await pglite.execute("SET TIME ZONE 'UTC'");

  const names = columns.map(([column]) => column);
  const [line = {}] = await memory.query(`SELECT ${names.map(quoteValue).join(", ")} FROM types`);
  const [row = {}] = await pglite.query(
    `SELECT ${names.map((column) => `to_json(${column})::text AS ${column}`).join(", ")} FROM types`,
  );

  expect(wanted.length).toBeGreaterThan(60);
  for (const { column, onPostgres, edge, type } of wanted) {
    const expected = canonical(onPostgres, fromJson(onPostgres, String(row[column])));
    expect({ type, edge, value: canonical(onPostgres, line[column]) }).toEqual({
      type,
      edge,
      value: expected,
    });
  }
});

/** Bytes as their digits; everything else as it is. */
function quoteValue(column: string): string {
  return `CASE typeof(${column}) WHEN 'blob' THEN hex(${column}) ELSE ${column} END AS ${column}`;
}

/** What PostgreSQL says as JSON, as text: numbers keep all their digits. */
function fromJson(type: string, json: string): unknown {
  if (/^json/.test(type) || type.endsWith("[]")) return json;
  return json.startsWith('"') ? JSON.parse(json) : json;
}

/** The form in which the values of both engines are compared. */
function canonical(type: string, value: unknown): string {
  const text = String(value);
  if (type.endsWith("[]") || /^json/.test(type)) return text.replaceAll(/(?<=[[{,:]) | (?=[,:}\]])/g, "");
  if (/^boolean/.test(type)) return text === "1" || text === "true" ? "true" : "false";
  if (/^numeric/.test(type)) return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  if (/^(?:real|double)/.test(type)) return String(Number(text));
  if (/^bytea/.test(type)) return text.replace("\\x", "").toUpperCase();
  if (/^char/.test(type)) return text.trimEnd();
  if (/^time/.test(type))
    return text
      .replace("T", " ")
      .replace(/Z$/, "+00:00")
      .replace(/([+-]\d\d)$/, "$1:00")
      .replace(/(\.\d*?)0+(?=\D|$)/, "$1")
      .replace(/\.(?=\D|$)/, "");
  return text;
}
