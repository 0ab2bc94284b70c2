import { describe, expect, test } from "vitest";
import type { Connection } from "../../../src/connection/index.js";
import { useTemporaryFolder } from "./temporary-folder.js";

const folder = useTemporaryFolder();

async function openWithTable(): Promise<Connection> {
  const connection = await folder.open("app.db");
  await connection.execute("CREATE TABLE t (a UNIQUE)");
  return connection;
}

/** What is committed, as another session sees it. */
async function committed(): Promise<unknown[]> {
  const elsewhere = await folder.open("app.db");
  const rows = await elsewhere.query("SELECT a FROM t ORDER BY a");
  await elsewhere.close();
  return rows.map((row) => row["a"]);
}

const insert = (connection: Connection, value: number) =>
  connection.execute("INSERT INTO t VALUES (?)", [value]);

describe("a transaction", () => {
  test("is committed when its work returns, and gives what the work gives", async () => {
    const connection = await openWithTable();
    const result = await connection.transaction(async (inside) => {
      await insert(inside, 1);
      expect(inside.inTransaction).toBe(true);
      expect(await committed()).toEqual([]);
      return "done";
    });
    expect(result).toBe("done");
    expect(connection.inTransaction).toBe(false);
    expect(await committed()).toEqual([1]);
  });

  test("is rolled back when its work throws, and the error is the work's own", async () => {
    const connection = await openWithTable();
    const oops = new Error("oops");
    const attempt = connection.transaction(async () => {
      await insert(connection, 1);
      throw oops;
    });
    await expect(attempt).rejects.toBe(oops);
    expect(connection.inTransaction).toBe(false);
    expect(await committed()).toEqual([]);
  });

  test("within another undoes only its own part", async () => {
    const connection = await openWithTable();
    await connection.transaction(async () => {
      await insert(connection, 1);
      await connection.transaction(async () => insert(connection, 2));
      const inner = connection.transaction(async () => {
        await insert(connection, 3);
        await connection.transaction(async () => insert(connection, 4));
        throw new Error("not these");
      });
      await expect(inner).rejects.toThrow("not these");
      await insert(connection, 5);
    });
    expect(await committed()).toEqual([1, 2, 5]);
  });

  test("within one that was begun by hand is a savepoint too", async () => {
    const connection = await openWithTable();
    await connection.execute("BEGIN");
    await connection.transaction(async () => insert(connection, 1));
    expect(connection.inTransaction).toBe(true);
    await connection.execute("ROLLBACK");
    expect(await committed()).toEqual([]);
  });

  test("is rolled back when its constraints do not let it be committed", async () => {
    const connection = await openWithTable();
    await connection.execute("CREATE TABLE c (t REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED)");
    const attempt = connection.transaction(async () => {
      await insert(connection, 1);
      await connection.execute("INSERT INTO c VALUES (99)");
    });
    await expect(attempt).rejects.toThrow("FOREIGN KEY constraint failed");
    expect(connection.inTransaction).toBe(false);
    expect(await committed()).toEqual([]);
  });

  test("that its work has ended itself is told", async () => {
    const connection = await openWithTable();
    const attempt = connection.transaction(async () => {
      await insert(connection, 1);
      await connection.execute("COMMIT");
    });
    await expect(attempt).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("ended the transaction"),
    });
  });

  test("beside another on the same connection is refused, and neither is kept", async () => {
    const connection = await openWithTable();
    let letFirstEnd = () => {};
    const firstMayEnd = new Promise<void>((resolve) => {
      letFirstEnd = resolve;
    });
    const first = connection.transaction(async () => {
      await insert(connection, 1);
      await firstMayEnd;
    });
    const second = connection.transaction(async () => {
      await insert(connection, 2);
      letFirstEnd();
      await first.catch(() => undefined);
      await insert(connection, 3);
    });
    await expect(first).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining("overlap") });
    await expect(second).rejects.toMatchObject({ code: "USAGE" });
    expect(connection.inTransaction).toBe(false);
    expect(await committed()).toEqual([]);
    await connection.transaction(async () => insert(connection, 4));
    expect(await committed()).toEqual([4]);
  });
});

describe("a transaction that the engine rolls back by itself", () => {
  const fillUp = async (connection: Connection) => {
    const [row] = await connection.query("PRAGMA page_count");
    await connection.query(`PRAGMA max_page_count = ${Number(row?.["page_count"])}`);
    return () => connection.execute("INSERT INTO t VALUES (zeroblob(100000))");
  };

  test("fails with the first cause: a full database", async () => {
    const connection = await openWithTable();
    const insertTooMuch = await fillUp(connection);
    const attempt = connection.transaction(async () => {
      await insert(connection, 1);
      await insertTooMuch();
    });
    await expect(attempt).rejects.toMatchObject({
      code: "DATABASE_FULL",
      details: { engineCode: "SQLITE_FULL" },
    });
    expect(connection.inTransaction).toBe(false);
    expect(await committed()).toEqual([]);
  });

  test("fails even when the work has caught the error, and lets nothing through behind it", async () => {
    const connection = await openWithTable();
    const attempt = connection.transaction(async () => {
      await insert(connection, 1);
      await connection.execute("INSERT OR ROLLBACK INTO t VALUES (1)").catch(() => undefined);
      expect(connection.inTransaction).toBe(true);
      await insert(connection, 2).catch(() => undefined);
      await connection.transaction(async () => insert(connection, 3)).catch(() => undefined);
    });
    await expect(attempt).rejects.toMatchObject({
      code: "SQL_FAILED",
      message: expect.stringMatching(
        /rolled the transaction back by itself.*UNIQUE constraint failed: t\.a/s,
      ),
    });
    expect(connection.inTransaction).toBe(false);
    expect(await committed()).toEqual([]);
    await insert(connection, 4);
    expect(await committed()).toEqual([4]);
  });

  test("is answered by ROLLBACK when it was begun by hand, and tells its cause until then", async () => {
    const connection = await openWithTable();
    await connection.execute("BEGIN IMMEDIATE");
    await connection.execute("SAVEPOINT s");
    await insert(connection, 1);
    await expect(connection.execute("INSERT OR ROLLBACK INTO t VALUES (1)")).rejects.toThrow("UNIQUE");
    await expect(insert(connection, 2)).rejects.toThrow("rolled the transaction back by itself");
    await expect(connection.execute("ROLLBACK TO s")).rejects.toThrow("UNIQUE constraint failed");
    expect(connection.inTransaction).toBe(true);
    await connection.execute("ROLLBACK");
    expect(connection.inTransaction).toBe(false);
    await insert(connection, 3);
    expect(await committed()).toEqual([3]);
  });

  test("is over after COMMIT too, which fails", async () => {
    const connection = await openWithTable();
    await connection.execute("BEGIN");
    await insert(connection, 1);
    await connection.execute("INSERT OR ROLLBACK INTO t VALUES (1)").catch(() => undefined);
    await expect(connection.execute("COMMIT")).rejects.toThrow("rolled the transaction back by itself");
    expect(connection.inTransaction).toBe(false);
    await insert(connection, 2);
    expect(await committed()).toEqual([2]);
  });
});
