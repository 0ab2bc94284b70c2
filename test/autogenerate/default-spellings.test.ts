import { describe, expect, onTestFinished, test } from "vitest";
import { type Connection, connect, defineModule, SchemaManager } from "../../src/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { type Drizzle, drizzles } from "./drizzles.js";

// Defaults as people write them, each for a column of a type: once built, they and what the engine tells of them are the same.

const POSTGRES: Readonly<Record<string, readonly string[]>> = {
  integer: [
    "0",
    "-1",
    "+1",
    "1 + 1",
    "(3)",
    "2 * (3 + 4)",
    "'7'",
    "'7'::int",
    "CAST('7' AS integer)",
    "length('abc')",
    "NULL",
    "abs(-5)",
    "(SELECT 1) IS NULL",
    "extract(year from now())::int",
    "0x1F",
    "1_000",
    "floor(random() * 10)::int",
    "ascii('a')",
    "CASE WHEN true THEN 1 ELSE 2 END",
    "coalesce(NULL, 4)",
    "greatest(1, 2)",
    "('{\"a\": 3}'::jsonb ->> 'a')::int",
  ].filter((text) => !text.includes("SELECT")),
  bigint: [
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "(extract(epoch from now()) * 1000)::bigint",
    "txid_current()",
    "1::bigint << 40",
  ],
  smallint: ["0", "-32768", "'5'::smallint"],
  "numeric(10,2)": [
    "0",
    "0.00",
    "1.5",
    "'1.50'",
    "1e2",
    "-0.01",
    "round(1.005, 2)",
    "1::numeric / 3",
    "'NaN'::numeric",
  ],
  "double precision": ["0", "1.5", "'1.5'", "1e300", "'Infinity'", "-0.5", "pi()", "random()", "1.0 / 3"],
  real: ["0", "1.5", "'-Infinity'::real", "3.4e38"],
  text: [
    "''",
    "'a'",
    "'it''s'",
    "'a' || 'b'",
    "E'line\\nbreak'",
    "'back\\slash'",
    "$$dollar$$",
    "U&'\\0441'",
    "CURRENT_USER",
    "session_user",
    "current_schema()",
    "now()::text",
    "lower('A')",
    "upper(CURRENT_USER::text)",
    "md5(random()::text)",
    "left('abc', 2)",
    "'null'",
    "NULL::text",
    "gen_random_uuid()::text",
    "to_char(now(), 'YYYY-MM-DD')",
    "format('%s-%s', 'a', 1)",
    "concat('a', 1)",
    "replace('a-b', '-', '_')",
    "'a'::varchar(3)",
    "encode('a'::bytea, 'hex')",
    "'%_'",
    "('x')",
    "substring('abcdef' from 2 for 3)",
    "trim(both 'x' from 'xax')",
    "'ünïcode 🎻'",
    "current_setting('search_path')",
  ],
  "varchar(20)": ["'a'", "''", "'a'::text", "'a' || 'b'", "CURRENT_DATE::text", "'a'::character varying"],
  "char(3)": ["'ab'", "''", "'abc'::bpchar"],
  boolean: [
    "true",
    "false",
    "'t'",
    "'yes'::boolean",
    "NOT false",
    "1 = 1",
    "TRUE AND false",
    "NULL",
    "1 IS NULL",
    "'a' IN ('a', 'b')",
    "1 BETWEEN 0 AND 2",
  ],
  date: [
    "CURRENT_DATE",
    "now()",
    "'2024-02-29'",
    "DATE '2024-02-29'",
    "CURRENT_DATE + 7",
    "CURRENT_DATE - interval '1 month'",
    "'infinity'",
    "make_date(2024, 1, 1)",
  ],
  time: ["CURRENT_TIME", "LOCALTIME", "'12:30'", "'12:30:00.5'", "now()::time"],
  "time with time zone": ["CURRENT_TIME", "'12:30+02'"],
  timestamp: [
    "now()",
    "CURRENT_TIMESTAMP",
    "LOCALTIMESTAMP",
    "'2024-02-29'",
    "'2024-02-29 12:00:00.123'",
    "now() AT TIME ZONE 'utc'",
    "timezone('utc', now())",
    "date_trunc('day', now())",
    "'epoch'",
    "clock_timestamp()",
    "statement_timestamp()",
  ],
  "timestamp(3) with time zone": [
    "now()",
    "CURRENT_TIMESTAMP",
    "CURRENT_TIMESTAMP(3)",
    "transaction_timestamp()",
    "'2024-02-29 12:00:00+00'",
    "now() + interval '1 day'",
    "now() - '1 hour'::interval",
    "'infinity'",
    "to_timestamp(0)",
  ],
  interval: [
    "'1 day'",
    "interval '2 hours 30 minutes'",
    "'P1Y2M'",
    "make_interval(days => 3)",
    "'1 day'::interval * 2",
  ],
  uuid: [
    "gen_random_uuid()",
    "'00000000-0000-0000-0000-000000000000'",
    "'00000000-0000-0000-0000-000000000000'::uuid",
    "'{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'",
  ],
  json: ["'{}'", "'[]'", "'{\"a\": [1, 2]}'", "json_build_object('a', 1)", "'null'"],
  jsonb: [
    "'{}'",
    "'[]'::jsonb",
    "'{\"a\":  1}'",
    "jsonb_build_object('a', jsonb_build_array(1, 'x'))",
    "to_jsonb(now())",
    "'\"text\"'",
    "'{\"it\": \"it''s\"}'",
    "'{}'::jsonb || '{\"a\": 1}'::jsonb",
  ],
  "text[]": [
    "'{}'",
    "ARRAY[]::text[]",
    "ARRAY['a', 'b']",
    "'{a,\"b c\"}'::text[]",
    "array_append('{}', 'x'::text)",
    "string_to_array('a,b', ',')",
    "'{NULL,\"NULL\"}'",
  ],
  "integer[]": ["'{}'", "'{1,2}'", "ARRAY[1, 2]", "ARRAY[1, 2]::integer[] || 3", "'{{1},{2}}'"],
  bytea: [
    "'\\x'",
    "'\\xDEADbeef'",
    "E'\\\\xdead'",
    "decode('dead', 'hex')",
    "''",
    "'abc'::bytea",
    "sha256('a')",
  ],
  inet: ["'127.0.0.1'", "'10.0.0.0/8'", "inet_client_addr()"],
  cidr: ["'10.0.0.0/8'"],
  macaddr: ["'08:00:2b:01:02:03'"],
  point: ["'(1,2)'", "point(1, 2)"],
  "bit(3)": ["B'101'", "'101'"],
  "bit varying(5)": ["B''", "'101'"],
  money: ["'12.34'", "0"],
  xml: ["'<a/>'"],
  int4range: ["'[1,5)'", "int4range(1, 5, '[]')", "'empty'"],
  tstzrange: ["tstzrange(now(), NULL)"],
  tsvector: ["''", "to_tsvector('simple', 'a b')"],
  oid: ["0"],
  regclass: ["'pg_class'"],
};

const SQLITE: Readonly<Record<string, readonly string[]>> = {
  INTEGER: [
    "0",
    "-1",
    "+1",
    "(1 + 1)",
    "(-(-1))",
    "'7'",
    "TRUE",
    "FALSE",
    "true",
    "NULL",
    "0x1F",
    "9223372036854775807",
    "-9223372036854775808",
    "(unixepoch())",
    "(unixepoch('now', '+1 day') * 1000)",
    "(abs(-5))",
    "(CASE WHEN 1 THEN 2 ELSE 3 END)",
    "(coalesce(NULL, 4))",
    "(cast(strftime('%s', 'now') as integer))",
    "(random())",
    "(random() & 3)",
    "1e3",
    "(((5)))",
  ],
  REAL: ["0", "1.5", "-0.5", "1e300", "'1.5'", "(1.0 / 3)", "(julianday('now'))", ".5", "5."],
  TEXT: [
    "''",
    "'a'",
    "'it''s'",
    "CURRENT_TIMESTAMP",
    "current_date",
    "CURRENT_TIME",
    "(CURRENT_TIMESTAMP)",
    "(datetime('now'))",
    "(datetime('now', 'localtime'))",
    "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
    "(lower(hex(randomblob(16))))",
    "('a' || 'b')",
    "(json_object('a', 1))",
    "'{\"a\": 1}'",
    "'null'",
    "NULL",
    "(NULL)",
    "'ünïcode 🎻'",
    "'line\nbreak'",
    "'-- no comment'",
    "'/* none */'",
    "(printf('%04d', 7))",
    "(substr('abc', 2))",
    "(replace('a-b', '-', '_'))",
    "( 'spaced' )",
    "('a'/* why */)",
    "(date('now')) ",
  ],
  BLOB: ["X''", "x'DEADbeef'", "(randomblob(4))", "(zeroblob(2))", "NULL", "'text'"],
  NUMERIC: ["0", "10.50", "'10.50'", "1e2", "(10 / 4)", "123456789012345678901234567890"],
  BOOLEAN: ["0", "1", "TRUE", "(1 = 1)", "(NOT 0)"],
  "VARCHAR(20)": ["'a'", "('a')"],
  "DECIMAL(10, 2)": ["0", "0.00", "(round(1.005, 2))"],
  DATETIME: ["CURRENT_TIMESTAMP", "(datetime('now'))"],
};

/** Columns `c0`, `c1`, … one for each default. */
function columnsOf(
  defaults: Readonly<Record<string, readonly string[]>>,
  build: (type: string, text: string) => unknown,
) {
  const all = Object.entries(defaults).flatMap(([type, texts]) => texts.map((text) => [type, text] as const));
  return {
    all,
    columns: Object.fromEntries(all.map(([type, text], index) => [`c${index}`, build(type, text)])),
  };
}

function postgresTable({ pg, sql }: Drizzle) {
  const { all, columns } = columnsOf(POSTGRES, (type, text) =>
    pg
      .customType<{ data: unknown }>({ dataType: () => type })()
      .default(sql.raw(text)),
  );
  return { all, table: pg.pgTable("defaults", columns as never) };
}

function sqliteTable({ lite, sql }: Drizzle) {
  const { all, columns } = columnsOf(SQLITE, (type, text) =>
    lite
      .customType<{ data: unknown }>({ dataType: () => type })()
      .default(sql.raw(text)),
  );
  return { all, table: lite.sqliteTable("defaults", columns as never) };
}

describe.each(drizzles)("defaults of Drizzle $version", (drizzle) => {
  test.each([
    ["SQLite", sqliteTable, () => connect(":memory:")],
    ["PostgreSQL", postgresTable, sharedPglite],
  ] as const)("of every kind are the same when they are compared again on %s", async (_, build, open) => {
    const connection: Connection = await open();
    onTestFinished(() => connection.close());
    const { all, table } = build(drizzle);
    const manager = new SchemaManager(
      connection,
      defineModule("defaults", "core", {}, { tables: { table } }),
    );

    await manager.migrateToLatest();

    const { steps } = await manager.plan();
    const changed = steps.flatMap((step) => step.statements ?? []);
    const named = changed.join("\n").matchAll(/"c(\d+)"/g);
    expect([...named].map(([, index]) => all[Number(index)])).toEqual([]);
    expect(changed).toEqual([]);
    expect(await connection.getTableInfo("defaults")).toHaveLength(all.length);
  });
});
