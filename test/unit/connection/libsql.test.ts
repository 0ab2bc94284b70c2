import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Connection, connect } from "../../../src/connection/index.js";

let folder: string;
const opened: Connection[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenon-libsql-"));
});

afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close();
  rmSync(folder, { recursive: true });
});

async function open(url = `file:${join(folder, "app.db")}`, options = {}): Promise<Connection> {
  const connection = await connect(url, options);
  opened.push(connection);
  return connection;
}

describe("a file", () => {
  test("is created, takes rows, and leaves no side files behind", async () => {
    const connection = await open();
    await connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT)");
    expect(await connection.execute("INSERT INTO note (body) VALUES (?), (?)", ["one", "two"])).toEqual({
      rowsAffected: 2,
    });
    expect(await connection.query("SELECT * FROM note ORDER BY id")).toEqual([
      { id: 1, body: "one" },
      { id: 2, body: "two" },
    ]);
    expect(await connection.query("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(await connection.query("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1 }]);

    await connection.close();

    expect(readdirSync(folder)).toEqual(["app.db"]);
  });
});

describe("values", () => {
  test("come back as they were bound", async () => {
    const connection = await open(":memory:");
    const values = [
      null,
      1,
      -0.5,
      2 ** 53 + 2,
      9007199254740993n,
      "text",
      new Uint8Array([1, 0, 2]),
    ] as const;
    const [row] = await connection.query("SELECT ? a, ? b, ? c, ? d, ? e, ? f, ? g", values);
    expect(Object.values(row ?? {})).toEqual(values);
  });
});

describe("transactions", () => {
  test("an inner one is a savepoint", async () => {
    const connection = await open(":memory:");
    await connection.execute("CREATE TABLE t (a)");
    await connection.transaction(async (outer) => {
      await outer.execute("INSERT INTO t VALUES (1)");
      const inner = outer.transaction(async (nested) => {
        await nested.execute("INSERT INTO t VALUES (2)");
        throw new Error("no");
      });
      await expect(inner).rejects.toThrow("no");
    });
    expect(await connection.query("SELECT a FROM t")).toEqual([{ a: 1 }]);
  });
});
