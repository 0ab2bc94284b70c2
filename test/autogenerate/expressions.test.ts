import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { translateModel } from "../../src/dialects/translate/index.js";
import { type Connection, connect } from "../../src/index.js";
import { type DatabaseModel, emptyModel, tableOf, type View } from "../../src/schema/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { documentedNames, documentedRows } from "./types-document.js";

/** The columns that the expressions of docs/types.md name. */
const POSTGRES_COLUMNS = {
  i: "integer",
  j: "integer",
  r: "double precision",
  n: "numeric(10,2)",
  exact: "numeric(30,10)",
  t: "text",
  u: "text",
  f: "boolean",
  z: "timestamp with time zone",
  m: "timestamp without time zone",
  d: "date",
  js: "jsonb",
  a: "text[]",
  b: "bytea",
  mood: "public.mood",
} as const;

const columns = Object.entries(POSTGRES_COLUMNS).map(([name, type]) => ({ name, type }));
const postgres: DatabaseModel = {
  ...emptyModel("postgres"),
  schemas: [{ name: "public" }],
  types: [{ kind: "enum", schema: "public", name: "mood", values: ["sad", "ok"] }],
  tables: [tableOf({ schema: "public", name: "x", columns })],
};

/** A row in the words of PostgreSQL, and the values that SQLite keeps for it. */
const ROWS: readonly (readonly [string, readonly (string | number | null)[]])[] = [
  [
    `7, 2, 2.5, 5.00, 1.5, 'Abc', 'b', true, '2024-02-29T12:30:45.123Z', '2024-02-29 23:59:59.999', '2024-02-29',
     '{"a": "x", "n": 5, "f": true, "o": {"k": [1, "two", null]}, "z": null}', '{a,b}', '\\x00ff', 'sad'`,
    [
      7,
      2,
      2.5,
      5,
      "1.5",
      "Abc",
      "b",
      1,
      "2024-02-29T12:30:45.123Z",
      "2024-02-29 23:59:59.999",
      "2024-02-29",
      '{"a": "x", "n": 5, "f": true, "o": {"k": [1, "two", null]}, "z": null}',
      '["a","b"]',
      "00ff",
      "sad",
    ],
  ],
  [
    `-7, 3, -0.5, 0.10, -1, ' AB12 ', '', false, '1969-12-31T23:00:00Z', '2023-12-31 00:00:00', '2023-12-31', '[]', '{}', '\\x', 'ok'`,
    [
      -7,
      3,
      -0.5,
      0.1,
      "-1",
      " AB12 ",
      "",
      0,
      "1969-12-31T23:00:00.000Z",
      "2023-12-31 00:00:00.000",
      "2023-12-31",
      "[]",
      "[]",
      "",
      "ok",
    ],
  ],
  [
    `0, 1, 0, -12.34, 0, 'AB12', '100%', null, '2024-01-01T00:00:00Z', '2024-01-01 00:00:00', '2024-01-01', '"text"', '{c}', '\\x41', 'ok'`,
    [
      0,
      1,
      0,
      -12.34,
      "0",
      "AB12",
      "100%",
      null,
      "2024-01-01T00:00:00.000Z",
      "2024-01-01 00:00:00.000",
      "2024-01-01",
      '"text"',
      '["c"]',
      "41",
      "ok",
    ],
  ],
  [
    Object.keys(POSTGRES_COLUMNS)
      .map(() => "null")
      .join(", "),
    Object.keys(POSTGRES_COLUMNS).map(() => null),
  ],
];

const toSqlite = documentedRows("Expressions of PostgreSQL on SQLite");

function viewOf(schema: string, expression: string): View {
  return { schema, name: "v", definition: `SELECT ${expression} FROM x`, triggers: [], indexes: [] };
}

function onSqlite(expression: string): string {
  const { model, refused } = translateModel({ ...postgres, views: [viewOf("public", expression)] }, "sqlite");
  const text = model.views[0]?.definition ?? refused.map((each) => each.reason).join(" ");
  return text.replace(/^SELECT (.*) FROM "x"$/s, "$1");
}

let pglite: Connection;
let lite: Connection;
beforeAll(async () => {
  pglite = await sharedPglite();
  lite = await connect(":memory:");
  await pglite.executeScript(
    `SET TIME ZONE 'UTC';
     CREATE TYPE mood AS ENUM ('sad', 'ok');
     CREATE TABLE x (id integer, ${columns.map(({ name, type }) => `${name} ${type}`).join(", ")})`,
  );
  await lite.execute(`CREATE TABLE x (id integer, ${sqliteColumns().join(", ")})`);
  for (const [id, [values, kept]] of ROWS.entries()) {
    await pglite.execute(`INSERT INTO x VALUES (${id}, ${values})`);
    const places = kept.map((_, index) => (columns[index]?.name === "b" ? "unhex(?)" : "?"));
    await lite.query(`INSERT INTO x VALUES (?, ${places.join(", ")})`, [id, ...kept]);
  }
});
afterAll(() => lite.close());

function sqliteColumns(): readonly string[] {
  const [table] = translateModel(postgres, "sqlite").model.tables;
  return (table?.columns ?? []).map(({ name, type }) => `${name} ${type}`);
}

describe.each(toSqlite)("%s of PostgreSQL on SQLite", (expression, expected) => {
  test("is said as the document says", () => {
    expect(onSqlite(expression)).toBe(expected);
  });

  test("gives the same for every row", async () => {
    const order = AGGREGATE.test(expression) ? "" : "ORDER BY id";
    const there = await pglite.query(`SELECT ${expression} AS v FROM x ${order}`);
    const here = await lite.query(`SELECT ${expected} AS v FROM x ${order}`);
    const isTruth = there.some((row) => typeof row["v"] === "boolean");
    expect(here.map((row) => canonical(row["v"], isTruth))).toEqual(
      there.map((row) => canonical(row["v"], isTruth)),
    );
  });
});

test.each(documentedNames("Expressions of PostgreSQL on SQLite", "Refused by name:"))(
  "%s is refused by name, as the document says",
  (expression) => {
    expect(onSqlite(expression)).toMatch(/^The query of v uses .+, which does not translate to SQLite\.$/);
  },
);

/** The same columns in the words of SQLite. */
const SQLITE_COLUMNS = {
  i: "INTEGER",
  j: "INTEGER",
  r: "REAL",
  n: "NUMERIC",
  t: "TEXT",
  u: "TEXT",
  f: "BOOLEAN",
  z: "TIMESTAMPTZ",
  m: "TIMESTAMP",
  d: "DATE",
  js: "JSON",
  b: "BLOB",
} as const;

const toPostgres = documentedRows("Expressions of SQLite on PostgreSQL");

function onPostgres(expression: string): string {
  const own = Object.entries(SQLITE_COLUMNS).map(([name, type]) => ({ name, type }));
  const { model, refused } = translateModel(
    {
      ...emptyModel("sqlite"),
      schemas: [{ name: "main" }],
      tables: [tableOf({ schema: "main", name: "x", columns: own })],
      views: [viewOf("main", expression)],
    },
    "postgres",
  );
  const text = model.views[0]?.definition ?? refused.map((each) => each.reason).join(" ");
  return text.replace(/^SELECT (.*) FROM "x"$/s, "$1");
}

describe.each(toPostgres)("%s of SQLite on PostgreSQL", (expression, expected) => {
  test("is said as the document says", () => {
    expect(onPostgres(expression)).toBe(expected);
  });

  test("gives the same for every row", async () => {
    const order = AGGREGATE.test(expression) ? "" : "ORDER BY id";
    const here = await lite.query(`SELECT ${expression} AS v FROM x ${order}`);
    const there = await pglite.query(`SELECT ${expected} AS v FROM x ${order}`);
    const isTruth = there.some((row) => typeof row["v"] === "boolean");
    expect(there.map((row) => canonical(row["v"], isTruth))).toEqual(
      here.map((row) => canonical(row["v"], isTruth)),
    );
  });
});

test.each(documentedNames("Expressions of SQLite on PostgreSQL", "Refused by name:"))(
  "%s of SQLite is refused by name, as the document says",
  (expression) => {
    expect(onPostgres(expression)).toMatch(
      /^The query of v uses .+, which does not translate to PostgreSQL\.$/,
    );
  },
);

const AGGREGATE =
  /\b(?:count|sum|avg|total|bool_and|bool_or|string_agg|jsonb_agg|group_concat)\(|^(?:min|max)\(\w+\)$/;

/** A value in the form in which those of the two engines are compared. */
function canonical(value: unknown, isTruth: boolean): unknown {
  if (value === null || value === undefined) return null;
  if (isTruth) return value === true || value === 1;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  const text = String(value);
  if (/^-?\d+(?:\.\d+)?(?:e-?\d+)?$/.test(text)) return Number(Number(text).toPrecision(14));
  if (/^[[{"]/.test(text)) return text.replaceAll(/(?<=[:,]) /g, "");
  return text.replace(
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(?:\+00|Z)?$/,
    (_, day, time, fraction = "") => `${day} ${time}${fraction}`.replace(/\.0+$/, ""),
  );
}
