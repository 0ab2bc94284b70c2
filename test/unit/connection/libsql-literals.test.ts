import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SqlInput } from "../../../src/connection/index.js";
import { useTemporaryFolder } from "./temporary-folder.js";

const folder = useTemporaryFolder();

describe("values that may be written into the text", () => {
  test("arrive as bound ones do, of whatever kind and with whatever characters", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b TEXT, c BIGINT)");
    const value = fc.oneof(
      fc.constantFrom<SqlInput>(
        null,
        0,
        -0,
        1.5,
        2 ** 53,
        -(2 ** 53) + 1,
        1e300,
        true,
        7n,
        "",
        "'",
        "''",
        "?",
        ";",
        "\0",
        "a\0b",
        "--",
        "\uFEFF",
        "é😀",
        "\u0001tenon",
      ),
      fc.constantFrom<SqlInput>(new Uint8Array([1, 0, 2]), new Date(0)),
      fc.string({ unit: "grapheme" }),
      fc.double({ noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.tuple(value, value, value), async (values) => {
        const sql = "INSERT INTO t (a, b, c) VALUES (?, ?, ?)";
        await connection.execute(sql, values);
        await connection.execute(sql, values, { values: "in-text" });
        const [bound, written] = await connection.query(
          "SELECT typeof(a) AS ta, typeof(b) AS tb, typeof(c) AS tc, a, b, c FROM t ORDER BY id DESC LIMIT 2",
        );
        expect(written).toEqual(bound);
      }),
      { numRuns: 300 },
    );
  });

  test("are refused as bound ones are", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (a)");
    for (const values of [["\ud800"], [Number.NaN], [], ["a", "b"]]) {
      await expect(
        connection.execute("INSERT INTO t VALUES (?)", values, { values: "in-text" }),
      ).rejects.toMatchObject({ code: "USAGE" });
    }
    await expect(
      connection.execute("INSERT INTO nowhere VALUES (?)", ["a"], { values: "in-text" }),
    ).rejects.toMatchObject({ code: "SQL_FAILED" });
  });

  test("may be long", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (a)");
    const long = "x'".repeat(1_000_000);
    await connection.execute("INSERT INTO t VALUES (?)", [long], { values: "in-text" });
    expect(await connection.query("SELECT a FROM t")).toEqual([{ a: long }]);
  });
});

describe("whether a query gives a text", () => {
  test("is known to a session that made its database, and to no other", async () => {
    const connection = await folder.open("app.db");
    await connection.execute("CREATE TABLE t (a)");
    await connection.execute("INSERT INTO t VALUES (?)", ["it's é"]);
    expect(await connection.gives?.("SELECT a FROM t", "it's é")).toBe(true);
    for (const other of ["it's e", "IT'S É", "", "it's é\0"]) {
      expect(await connection.gives?.("SELECT a FROM t", other)).toBe(false);
    }
    expect(await connection.gives?.("SELECT a FROM nowhere", "a")).toBe(false);
    const later = await folder.open("app.db");
    expect(await later.gives?.("SELECT a FROM t", "it's é")).toBe(false);
  });
});
