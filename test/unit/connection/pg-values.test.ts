import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SqlOutput } from "../../../src/connection/index.js";
import { pgEngines } from "./pg-engines.js";

describe.each(pgEngines)("values on $name", ({ open }) => {
  test("a text keeps the U+FEFF that it starts with", async () => {
    const connection = await open();
    expect(
      await connection.query("SELECT $1::text AS t, NULL::text AS n, '' AS e", ["\ufeffa\ufeff"]),
    ).toEqual([{ t: "\ufeffa\ufeff", n: null, e: "" }]);
  });

  test("each type comes back as its nearest exact JavaScript value, and else as the server's text", async () => {
    const connection = await open();
    const [row] = await connection.query(`
      SELECT true AS yes, false AS no, NULL::int AS nothing,
             2::int2 AS two, 4::int4 AS four, 8::int8 AS eight,
             9007199254740991::int8 AS safe, 9007199254740993::int8 AS beyond, (-9223372036854775808)::int8 AS least,
             0.1::float8 AS tenth, 1.5::float4 AS half, 'NaN'::float8 AS nan, '-Infinity'::float8 AS least_float,
             123456789012345678901234567890.123::numeric AS exact,
             '\\x00ff10'::bytea AS bytes, ''::bytea AS no_bytes,
             'text ü 🙂' AS text, 'x'::char(3) AS padded,
             '2026-01-02'::date AS day, '2026-01-02 03:04:05.678901'::timestamp AS moment,
             '{"b": 1, "a": [2]}'::json AS json, '{"b": 1, "a": [2]}'::jsonb AS jsonb,
             ARRAY[1, 2] AS list, '1 day 02:00'::interval AS span,
             'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS uuid`);
    expect(row).toEqual({
      yes: true,
      no: false,
      nothing: null,
      two: 2,
      four: 4,
      eight: 8,
      safe: 9007199254740991,
      beyond: 9007199254740993n,
      least: -9223372036854775808n,
      tenth: 0.1,
      half: 1.5,
      nan: Number.NaN,
      least_float: Number.NEGATIVE_INFINITY,
      exact: "123456789012345678901234567890.123",
      bytes: new Uint8Array([0, 255, 16]),
      no_bytes: new Uint8Array([]),
      text: "text ü 🙂",
      padded: "x  ",
      day: "2026-01-02",
      moment: "2026-01-02 03:04:05.678901",
      json: '{"b": 1, "a": [2]}',
      jsonb: '{"a": [2], "b": 1}',
      list: "{1,2}",
      span: "1 day 02:00:00",
      uuid: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    });
  });

  test("bytes come back also when the session writes them in the escape format", async () => {
    const connection = await open();
    await connection.execute("SET bytea_output = 'escape'");
    const rows = await connection.query("SELECT '\\x005c41ff27'::bytea AS bytes");
    expect(rows).toEqual([{ bytes: new Uint8Array([0, 0x5c, 0x41, 0xff, 0x27]) }]);
  });

  test("parameters of every kind arrive as they are", async () => {
    const connection = await open();
    const rows = await connection.query(
      `SELECT $1::text AS nothing, $2::bool AS yes, $3::int8 AS large, $4::float8 AS tenth, $5::text AS text,
              $6::bytea AS bytes, $7::float8 AS minus_zero, $8::float8 AS endless`,
      [null, true, 9007199254740993n, 0.1, "it's ü 🙂", new Uint8Array([0, 255]).subarray(1), -0, Infinity],
    );
    expect(rows).toEqual([
      {
        nothing: null,
        yes: true,
        large: 9007199254740993n,
        tenth: 0.1,
        text: "it's ü 🙂",
        bytes: new Uint8Array([255]),
        minus_zero: -0,
        endless: Infinity,
      },
    ]);
  });

  test.each([
    ["2026-01-02T03:04:05.678Z", "2026-01-02 03:04:05.678"],
    ["0001-01-01T00:00:00.000Z", "0001-01-01 00:00:00"],
    ["0000-12-31T00:00:00.000Z", "0001-12-31 00:00:00 BC"],
    ["-000099-06-01T00:00:00.000Z", "0100-06-01 00:00:00 BC"],
    ["+012026-01-02T03:04:05.000Z", "12026-01-02 03:04:05"],
  ])("the Date %s is the UTC clock %s, in a session of any time zone", async (date, clock) => {
    const connection = await open();
    await connection.execute("SET TIME ZONE 'America/New_York'");
    const rows = await connection.query(
      "SELECT $1::timestamp::text AS clock, ($2::timestamptz AT TIME ZONE 'UTC')::text AS zoned",
      [new Date(date), new Date(date)],
    );
    expect(rows).toEqual([{ clock, zoned: clock }]);
  });

  test("any text, number and bytes survive the way there and back", async () => {
    const connection = await open();
    const text = fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0"));
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.double(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.uint8Array(),
        async (string, double, integer, bytes) => {
          const [row] = await connection.query<Record<string, SqlOutput>>(
            "SELECT $1::text AS string, $2::float8 AS double, $3::int8 AS integer, $4::bytea AS bytes",
            [string, double, integer, bytes],
          );
          expect(row?.["string"]).toBe(string);
          expect(row?.["double"]).toBe(double);
          expect(BigInt(Number(row?.["integer"]) === 0 ? 0 : String(row?.["integer"]))).toBe(integer);
          expect(row?.["bytes"]).toEqual(new Uint8Array(bytes));
        },
      ),
      { numRuns: 100 },
    );
  });
});
