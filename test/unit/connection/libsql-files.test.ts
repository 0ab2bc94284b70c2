import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { performance } from "node:perf_hooks";
import { describe, expect, test } from "vitest";
import { connect, connectToLockFile } from "../../../src/connection/index.js";
import type { TenonError } from "../../../src/errors.js";
import { openElsewhere, SOMEBODY_PLAIN } from "./open-elsewhere.js";
import { useTemporaryFolder } from "./temporary-folder.js";

const folder = useTemporaryFolder();

async function createDatabase(name = "app.db"): Promise<void> {
  const connection = await folder.open(name);
  await connection.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)");
  await connection.close();
}

async function refusal(attempt: () => Promise<unknown>): Promise<TenonError> {
  const before = folder.content();
  const error = await attempt().then(
    () => undefined,
    (thrown: TenonError) => thrown,
  );
  expect(folder.content()).toEqual(before);
  if (error === undefined) throw new Error("it was not refused");
  return error;
}

describe("opening a file", () => {
  test("creates it, in WAL mode, with foreign keys on", async () => {
    const connection = await folder.open("app.db");
    expect(await connection.query("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
    expect(await connection.query("PRAGMA foreign_keys")).toEqual([{ foreign_keys: 1 }]);
    expect(connection).toMatchObject({
      engine: "sqlite",
      description: folder.path("app.db"),
      inTransaction: false,
    });
  });

  test("makes a database of an empty file, and leaves what is there as it is", async () => {
    writeFileSync(folder.path("app.db"), "");
    await createDatabase();
    const again = await folder.open("app.db");
    expect(await again.query("SELECT a FROM t")).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test("takes a path with every character that a URL cannot hold", async () => {
    const name = "100% a?b#c &d é.db";
    const connection = await connect(`file:${encodeURIComponent(folder.path(name))}`);
    await connection.execute("CREATE TABLE t (a)");
    await connection.close();
    expect(folder.names()).toEqual([name]);
    const readOnly = await connect(`file:${encodeURIComponent(folder.path(name))}?mode=ro`);
    expect(await readOnly.tableExists("t")).toBe(true);
    await readOnly.close();
    expect(folder.names()).toEqual([name]);
  });

  test("follows a symbolic link, also to a file that is still to be made", async () => {
    symlinkSync(folder.path("real.db"), folder.path("link.db"));
    await createDatabase("link.db");
    expect(folder.names()).toEqual(["link.db", "real.db"]);
    expect(await (await folder.open("real.db")).tableExists("t")).toBe(true);
  });

  test.each([["readOnly"], ["mustExist"]])("creates nothing with %s", async (option) => {
    const error = await refusal(() => folder.open("none.db", { [option]: true }));
    expect(error).toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringContaining("does not exist"),
    });
    writeFileSync(folder.path("empty.db"), "");
    expect(await refusal(() => folder.open("empty.db", { [option]: true }))).toMatchObject({
      code: "NOT_A_DATABASE",
      message: expect.stringContaining("is empty"),
    });
  });

  test("creates nothing with mode=rw or mode=ro in the URL", async () => {
    for (const mode of ["rw", "ro"]) {
      expect((await refusal(() => connect(`file:${folder.path("none.db")}?mode=${mode}`))).code).toBe(
        "CONNECTION_FAILED",
      );
    }
  });
});

describe("refused, and untouched:", () => {
  test("a file in a folder that is not there", async () => {
    const error = await refusal(() => folder.open("no/such/app.db"));
    expect(error.code).toBe("CONNECTION_FAILED");
    expect(error.message).toContain(`the folder ${folder.path("no/such")} does not exist`);
  });

  test("a folder", async () => {
    mkdirSync(folder.path("app.db"));
    const error = await connect(`file:${folder.path("app.db")}`).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringContaining("is a folder"),
    });
  });

  test("a path that leads through a file, and a link that leads to itself", async () => {
    writeFileSync(folder.path("file"), "x");
    expect((await refusal(() => folder.open("file/app.db"))).message).toContain("part of its path is a file");
    const loop = `${folder.path("loop.db")}`;
    symlinkSync(loop, loop);
    const error = await connect(`file:${loop}`).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringContaining("leads back to itself"),
    });
  });

  test.each([
    ["a few bytes", "short"],
    ["a text", "This is no database, and has never been one. ".repeat(100)],
    ["zeros", "\0".repeat(8192)],
  ])("%s", async (_, content) => {
    writeFileSync(folder.path("app.db"), content);
    expect((await refusal(() => folder.open("app.db"))).code).toBe("NOT_A_DATABASE");
    expect((await refusal(() => folder.open("app.db", { readOnly: true }))).code).toBe("NOT_A_DATABASE");
  });

  test.each([50, 100, 3000, 4096, 6000])("a database that was cut to %i bytes", async (size) => {
    await createDatabase();
    truncateSync(folder.path("app.db"), size);
    const error = await refusal(() => folder.open("app.db"));
    expect(["DATABASE_CORRUPT", "NOT_A_DATABASE"]).toContain(error.code);
  });

  test("a database whose pages are overwritten is told to be damaged when they are read", async () => {
    await createDatabase();
    const bytes = readFileSync(folder.path("app.db"));
    writeFileSync(
      folder.path("app.db"),
      Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 7)]),
    );
    const connection = await folder.open("app.db");
    await expect(connection.query("SELECT a FROM t")).rejects.toMatchObject({ code: "DATABASE_CORRUPT" });
  });
});

describe("read only", () => {
  test("reads, refuses to write, and leaves every byte and no file more", async () => {
    await createDatabase();
    const before = folder.content();
    const connection = await folder.open("app.db", { readOnly: true });
    expect(await connection.transaction(() => connection.query("SELECT a FROM t"))).toHaveLength(2);
    await expect(connection.execute("INSERT INTO t VALUES (3)")).rejects.toMatchObject({
      code: "DATABASE_READ_ONLY",
    });
    await expect(connection.execute("CREATE TABLE u (a)")).rejects.toMatchObject({
      code: "DATABASE_READ_ONLY",
    });
    await connection.close();
    expect(folder.content()).toEqual(before);
  });

  test("sees what a session that writes has committed, and does not disturb it", async () => {
    const writer = await folder.open("app.db");
    await writer.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    const reader = await folder.open("app.db", { readOnly: true });
    expect(await reader.query("SELECT a FROM t")).toEqual([{ a: 1 }]);
    await writer.execute("INSERT INTO t VALUES (2)");
    expect(await reader.query("SELECT a FROM t")).toEqual([{ a: 1 }, { a: 2 }]);
    await reader.close();
    await writer.execute("INSERT INTO t VALUES (3)");
    expect(await writer.query("SELECT count(*) AS n FROM t")).toEqual([{ n: 3 }]);
  });

  test("reads a file in a folder where nothing can be created", async () => {
    await createDatabase();
    chmodSync(folder.path("."), 0o555);
    chmodSync(folder.path("app.db"), 0o444);
    const request = { url: `file:${folder.path("app.db")}`, read: "SELECT a FROM t" };
    expect(await openElsewhere({ ...request, options: { readOnly: true } }, SOMEBODY_PLAIN)).toEqual({
      rows: [{ a: 1 }, { a: 2 }],
    });
    chmodSync(folder.path("."), 0o755);
    expect(folder.names()).toEqual(["app.db"]);
  });

  test("does not read past the journal of a crash, which only a session that writes can undo", async () => {
    const connection = await folder.open("app.db");
    await connection.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    await connection.query("PRAGMA journal_mode = DELETE");
    await connection.executeScript(
      "PRAGMA cache_size = 1; BEGIN; UPDATE t SET a = 2; PRAGMA cache_spill = 1",
    );
    await connection.executeScript(
      "CREATE TABLE filler AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT hex(randomblob(500)) FROM n",
    );
    for (const ending of ["", "-journal"])
      copyFileSync(folder.path(`app.db${ending}`), folder.path(`copy.db${ending}`));
    await connection.close();

    await expect(folder.open("copy.db", { readOnly: true })).rejects.toMatchObject({
      code: "DATABASE_READ_ONLY",
    });
    const recovered = await folder.open("copy.db");
    expect(await recovered.query("SELECT a FROM t")).toEqual([{ a: 1 }]);
  });

  test("is what a file is that may not be written, and the refusal comes with the first write", async () => {
    await createDatabase();
    chmodSync(folder.path("."), 0o755);
    chmodSync(folder.path("app.db"), 0o444);
    const request = { url: `file:${folder.path("app.db")}`, read: "SELECT a FROM t" };
    const before = folder.content();
    expect(
      await openElsewhere({ ...request, script: "INSERT INTO t VALUES (3)" }, SOMEBODY_PLAIN),
    ).toMatchObject({
      code: "DATABASE_READ_ONLY",
    });
    expect(folder.content()).toEqual(before);
  });

  test("tells that a file may not be read, and that a folder may not be written", async () => {
    await createDatabase();
    chmodSync(folder.path("."), 0o755);
    chmodSync(folder.path("app.db"), 0o000);
    const url = (name: string) => ({ url: `file:${folder.path(name)}` });
    expect(await openElsewhere(url("app.db"), SOMEBODY_PLAIN)).toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringContaining("may not read it"),
    });
    chmodSync(folder.path("."), 0o555);
    expect(await openElsewhere(url("new.db"), SOMEBODY_PLAIN)).toMatchObject({
      code: "CONNECTION_FAILED",
      message: expect.stringContaining("may not write in"),
    });
    chmodSync(folder.path("."), 0o755);
  });
});

describe("a database that another session holds", () => {
  test("is waited for without stopping the program, and then written", async () => {
    await createDatabase();
    const holder = await folder.open("app.db");
    const waiter = await folder.open("app.db");
    await holder.execute("BEGIN IMMEDIATE");
    await holder.execute("INSERT INTO t VALUES (3)");

    const order: string[] = [];
    const first = waiter.execute("INSERT INTO t SELECT max(a) + 1 FROM t").then(() => order.push("first"));
    const second = waiter
      .query("SELECT max(a) AS a FROM t")
      .then((rows) => order.push(`second ${rows[0]?.["a"]}`));
    // The program goes on: this would not be reached before the first is through if the wait were the driver's.
    await holder.execute("INSERT INTO t VALUES (9)");
    order.push("holder");
    await holder.execute("COMMIT");
    await Promise.all([first, second]);

    expect(order).toEqual(["holder", "first", "second 10"]);
  });

  test("is given up after the time that was set, or at once", async () => {
    await createDatabase();
    const holder = await folder.open("app.db");
    await holder.execute("BEGIN IMMEDIATE");
    const waiter = await folder.open("app.db", { busyTimeoutMs: 150 });
    const wait = async (options = {}) => {
      const start = performance.now();
      await expect(waiter.execute("INSERT INTO t VALUES (3)", [], options)).rejects.toMatchObject({
        code: "DATABASE_BUSY",
        details: { engineCode: "SQLITE_BUSY" },
      });
      return performance.now() - start;
    };
    expect(await wait()).toBeGreaterThanOrEqual(149);
    expect(await wait({ busyTimeoutMs: 0 })).toBeLessThan(100);
    await holder.execute("ROLLBACK");
    await waiter.execute("INSERT INTO t VALUES (3)");
  });

  test("is not waited for when waiting cannot help", async () => {
    await createDatabase();
    const reader = await folder.open("app.db");
    const writer = await folder.open("app.db");
    await reader.execute("BEGIN");
    await reader.query("SELECT a FROM t");
    await writer.execute("INSERT INTO t VALUES (3)");
    const start = performance.now();
    await expect(reader.execute("INSERT INTO t VALUES (4)")).rejects.toMatchObject({
      code: "DATABASE_BUSY",
      hint: expect.stringContaining("BEGIN IMMEDIATE"),
    });
    expect(performance.now() - start).toBeLessThan(1000);
    await reader.execute("ROLLBACK");
  });

  test("can be opened and read while a migration writes, and refuses nobody who only reads", async () => {
    await createDatabase();
    const holder = await folder.open("app.db");
    await holder.execute("BEGIN EXCLUSIVE");
    await holder.execute("DELETE FROM t");
    const reader = await folder.open("app.db");
    expect(await reader.query("SELECT a FROM t")).toEqual([{ a: 1 }, { a: 2 }]);
    await holder.execute("ROLLBACK");
  });

  test("is not needed to be in WAL mode", async () => {
    await createDatabase();
    const holder = await folder.open("app.db");
    await holder.query("PRAGMA journal_mode = DELETE");
    await holder.execute("BEGIN IMMEDIATE");
    const second = await folder.open("app.db", { busyTimeoutMs: 50 });
    expect(await second.query("SELECT count(*) AS n FROM t")).toEqual([{ n: 2 }]);
    await holder.execute("ROLLBACK");
  });
});

describe("a full database", () => {
  test("is told as full, and what was there stays", async () => {
    await createDatabase();
    const connection = await folder.open("app.db");
    const [row] = await connection.query("PRAGMA page_count");
    await connection.query(`PRAGMA max_page_count = ${Number(row?.["page_count"])}`);
    await expect(connection.execute("INSERT INTO t VALUES (zeroblob(50000))")).rejects.toMatchObject({
      code: "DATABASE_FULL",
    });
    expect(await connection.query("SELECT a FROM t")).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe("closing", () => {
  test("may be done twice, rolls back what is open, and leaves the database file alone", async () => {
    await createDatabase();
    const connection = await folder.open("app.db");
    await connection.execute("BEGIN");
    await connection.execute("DELETE FROM t");
    await Promise.all([connection.close(), connection.close()]);
    await connection.close();
    expect(folder.names()).toEqual(["app.db"]);
    const again = await folder.open("app.db");
    expect(await again.query("SELECT count(*) AS n FROM t")).toEqual([{ n: 2 }]);
  });

  test("leaves nothing beside the file, also where its statements have outlived many collections", async () => {
    await createDatabase();
    const connection = await folder.open("app.db");
    const kept: unknown[] = [];
    for (let round = 0; round < 50; round++) {
      await connection.query(`SELECT a, ${round} AS round FROM t`);
      kept.push(Array.from({ length: 20_000 }, (_, index) => ({ round, index })));
    }
    await connection.close();
    expect(folder.names()).toEqual(["app.db"]);
    expect(kept).toHaveLength(50);
  });

  test("makes every call fail with the same error", async () => {
    const connection = await folder.open("app.db");
    await connection.close();
    const calls = [
      () => connection.query("SELECT 1"),
      () => connection.execute("SELECT 1"),
      () => connection.executeScript("SELECT 1"),
      () => connection.transaction(async () => 1),
      () => connection.tableExists("t"),
      () => connection.getTableInfo("t"),
      async () => {
        for await (const _ of connection.stream("SELECT 1"));
      },
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    expect(connection.inTransaction).toBe(false);
  });

  test("ends a stream that is being read, a transaction that is open and a statement that waits", async () => {
    await createDatabase();
    const holder = await folder.open("app.db");
    await holder.execute("BEGIN IMMEDIATE");
    const connection = await folder.open("app.db");
    await connection.query("SELECT a FROM t WHERE a = ?", [1]);
    const rows = connection.stream(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n, t",
    );
    const iterator = rows[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = expect(connection.execute("DELETE FROM t")).rejects.toMatchObject({
      code: "CONNECTION_CLOSED",
    });
    await connection.close();
    await waiting;
    const rest = async () => {
      while (!(await iterator.next()).done);
    };
    await expect(rest()).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    await holder.execute("ROLLBACK");
    await holder.close();
    expect(folder.names()).toEqual(["app.db"]);
  });

  test("inside of a transaction's work lets the work end with its own error", async () => {
    await createDatabase();
    const connection = await folder.open("app.db");
    const attempt = connection.transaction(async () => {
      await connection.execute("DELETE FROM t");
      await connection.close();
    });
    await expect(attempt).rejects.toMatchObject({ code: "USAGE" });
    const again = await folder.open("app.db");
    expect(await again.query("SELECT count(*) AS n FROM t")).toEqual([{ n: 2 }]);
  });
});

describe("the lock file of a database", () => {
  test("lets one in, keeps nothing, and is the same through a link", async () => {
    await createDatabase();
    symlinkSync(folder.path("app.db"), folder.path("link.db"));
    const one = await connectToLockFile(await folder.open("app.db"));
    const two = await connectToLockFile(await folder.open("link.db"));
    await one?.execute("BEGIN EXCLUSIVE");
    await expect(two?.execute("BEGIN EXCLUSIVE")).rejects.toMatchObject({ code: "DATABASE_BUSY" });
    await one?.close();
    await two?.execute("BEGIN EXCLUSIVE");
    await two?.close();
    expect(readFileSync(folder.path("app.db.lock"))).toHaveLength(0);
    expect(existsSync(folder.path("link.db.lock"))).toBe(false);
  });

  test("is not there for a database in memory or one that is only read", async () => {
    await createDatabase();
    expect(await connectToLockFile(await folder.open(":memory:"))).toBeUndefined();
    expect(await connectToLockFile(await folder.open("app.db", { readOnly: true }))).toBeUndefined();
  });
});
