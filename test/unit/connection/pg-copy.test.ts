import { describe, expect, test } from "vitest";
import { type PgSession, pgSessionOf } from "../../../src/connection/index.js";
import { pgEngines } from "./pg-engines.js";

const text = new TextEncoder();

async function* pieces(...rows: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const row of rows) yield text.encode(row);
}

async function opened(open: () => Promise<import("../../../src/connection/index.js").Connection>) {
  const connection = await open();
  const session: PgSession | undefined = pgSessionOf(connection);
  if (session === undefined) throw new Error("not a session of PostgreSQL");
  await connection.execute("CREATE TABLE board (id integer PRIMARY KEY, wood text)");
  return { connection, session };
}

describe.each(pgEngines)("COPY on $name", ({ open }) => {
  const into = { of: "board (id, wood)", options: "FORMAT csv" };

  test("loads pieces of rows in their order and gives the number of rows", async () => {
    const { connection, session } = await opened(open);
    expect(await session.copyIn(into, pieces('1,"oak"\n2,\n', '3,"a ""b"""\n'))).toBe(3);
    expect(await connection.query("SELECT * FROM board ORDER BY id")).toEqual([
      { id: 1, wood: "oak" },
      { id: 2, wood: null },
      { id: 3, wood: 'a "b"' },
    ]);
  });

  test("loads more than a socket holds, and leaves no listeners behind", async () => {
    const { connection, session } = await opened(open);
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on("warning", note);
    const many = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 60; at++)
        yield text.encode(
          Array.from({ length: 2000 }, (_, n) => `${at * 2000 + n},${"x".repeat(100)}\n`).join(""),
        );
    };
    expect(await session.copyIn(into, many())).toBe(120_000);
    process.off("warning", note);
    expect(warnings).toEqual([]);
    expect(await connection.query("SELECT count(*)::int AS n FROM board")).toEqual([{ n: 120_000 }]);
  });

  test("a row that the server refuses fails, and the session goes on", async () => {
    const { connection, session } = await opened(open);
    await expect(session.copyIn(into, pieces("1,oak\n", "1,ash\n"))).rejects.toMatchObject({
      code: "SQL_FAILED",
    });
    expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("what the source of the rows throws comes out, and nothing of the transaction is kept", async () => {
    const { connection, session } = await opened(open);
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield text.encode("1,oak\n");
      throw new Error("the source is gone");
    };
    await expect(
      connection.transaction(async () => {
        await session.copyIn(into, failing());
      }),
    ).rejects.toThrow("the source is gone");
    expect(await connection.query("SELECT * FROM board")).toEqual([]);
  });

  test("gives the rows of a query", async () => {
    const { connection, session } = await opened(open);
    await connection.execute("INSERT INTO board SELECT n, 'wood ' || n FROM generate_series(1, 20000) AS n");
    const read: Uint8Array[] = [];
    const count = await session.copyOut(
      { of: "(SELECT id, wood FROM board ORDER BY id)", options: "FORMAT csv" },
      async (piece) => {
        await new Promise((resolve) => setImmediate(resolve));
        read.push(piece);
      },
    );
    const lines = Buffer.concat(read).toString().trimEnd().split("\n");
    expect([count, lines.length, lines[0], lines.at(-1)]).toEqual([
      20000,
      20000,
      "1,wood 1",
      "20000,wood 20000",
    ]);
    expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("what takes the rows may fail: that comes out, and the session goes on", async () => {
    const { connection, session } = await opened(open);
    await connection.execute("INSERT INTO board SELECT n, 'wood' FROM generate_series(1, 50000) AS n");
    const out = session.copyOut({ of: "board", options: "FORMAT csv" }, () => {
      throw new Error("the target is full");
    });
    await expect(out).rejects.toThrow("the target is full");
    expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});
