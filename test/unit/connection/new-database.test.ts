import { existsSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import Database from "libsql";
import { describe, expect, test } from "vitest";
import { firstPage, leaveWalMode, makeEmptyDatabase } from "../../../src/connection/new-database.js";
import { openElsewhere } from "./open-elsewhere.js";
import { useTemporaryFolder } from "./temporary-folder.js";

const folder = useTemporaryFolder();

describe("a new database", () => {
  test("is to the byte what the engine makes, but for the version of the library", () => {
    const database = new Database(folder.path("engine.db"));
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
    const made = readFileSync(folder.path("engine.db"));
    made.writeUInt32BE(
      firstPage()
        .slice(96, 100)
        .reduce((sum, byte) => sum * 256 + byte, 0),
      96,
    );
    expect(Buffer.from(firstPage()).equals(made)).toBe(true);
  });

  test("is one file, and is written, read and closed as any other", async () => {
    const connection = await folder.open("app.db");
    expect(folder.names()).toContain("app.db");
    expect(folder.names().filter((name) => name.includes("new"))).toEqual([]);
    await connection.executeScript("PRAGMA encoding; CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES ('é')");
    expect(await connection.query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    await connection.close();
    expect(folder.names()).toEqual(["app.db"]);
    expect(statSync(folder.path("app.db")).nlink).toBe(1);
    const again = new Database(folder.path("app.db"));
    expect(again.prepare("SELECT a FROM t").get()).toMatchObject({ a: "é" });
    expect(again.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
  });

  test.each(["-wal", "-shm", "-journal"])(
    "is left to the engine where a %s of a database that is gone lies there",
    async (ending) => {
      const lost = await folder.open("lost.db");
      await lost.executeScript("CREATE TABLE ghost (a)");
      linkSync(folder.path("lost.db-wal"), folder.path(`app.db${ending}`));
      expect(makeEmptyDatabase(folder.path("app.db"))).toBe(false);
      expect(existsSync(folder.path("app.db"))).toBe(false);
    },
  );

  test("does not take in the log of a database that was deleted", async () => {
    const lost = await folder.open("lost.db");
    await lost.executeScript("CREATE TABLE ghost (a)");
    writeFileSync(folder.path("app.db-wal"), readFileSync(folder.path("lost.db-wal")));
    const connection = await folder.open("app.db");
    expect(await connection.tableExists("ghost")).toBe(false);
  });

  test("is not put in the place of a file that somebody else has made meanwhile", () => {
    writeFileSync(folder.path("app.db"), "mine");
    expect(makeEmptyDatabase(folder.path("app.db"))).toBe(false);
    expect(readFileSync(folder.path("app.db"), "utf8")).toBe("mine");
    expect(folder.names()).toEqual(["app.db"]);
  });

  test("is made where a symbolic link leads", async () => {
    mkdirSync(folder.path("data"));
    symlinkSync(folder.path("data/app.db"), folder.path("app.db"));
    const connection = await folder.open("app.db");
    await connection.execute("CREATE TABLE t (a)");
    await connection.close();
    expect(statSync(folder.path("data/app.db")).size).toBeGreaterThan(4096);
  });

  test("can be put back into rollback mode by who is alone with it, and only then", async () => {
    expect(makeEmptyDatabase(folder.path("app.db"))).toBe(true);
    // What stands here in the place of its shared memory makes WAL impossible.
    mkdirSync(folder.path("app.db-shm"));
    leaveWalMode(new Database(folder.path("app.db")) as unknown as Parameters<typeof leaveWalMode>[0]);
    expect([...readFileSync(folder.path("app.db")).subarray(18, 20)]).toEqual([1, 1]);
    const other = await folder.open("other.db");
    await other.executeScript("CREATE TABLE t (a)");
    leaveWalMode(new Database(folder.path("other.db")) as unknown as Parameters<typeof leaveWalMode>[0]);
    expect(await other.query("PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }]);
  });

  test("is made once by many processes that start together, and keeps what each of them writes", async () => {
    const url = `file:${folder.path("app.db")}`;
    const names = ["a", "b", "c", "d"];
    const answers = await Promise.all(
      names.map((name) => openElsewhere({ url, script: `CREATE TABLE ${name} (x)` })),
    );
    expect(answers).toEqual(names.map(() => ({ rows: [] })));
    const connection = await folder.open("app.db");
    const tables = await connection.query("SELECT name FROM sqlite_schema ORDER BY name");
    expect(tables.map((row) => row["name"])).toEqual(names);
  });

  test("is known to hold nothing until there is something, whoever has made it", async () => {
    const connection = await folder.open("app.db");
    expect(await connection.holdsNothing?.()).toBe(true);
    const other = await folder.open("app.db");
    expect(await other.holdsNothing?.()).toBe(false);
    await other.execute("CREATE TABLE t (a)");
    expect(await connection.holdsNothing?.()).toBe(false);
    const memory = await folder.open(":memory:");
    expect(await memory.holdsNothing?.()).toBe(true);
    await memory.execute("CREATE VIEW v AS SELECT 1");
    expect(await memory.holdsNothing?.()).toBe(false);
  });
});
