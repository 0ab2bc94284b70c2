import { statSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Connection } from "../../../src/connection/index.js";
import { TenonError } from "../../../src/errors.js";
import { openElsewhere } from "./open-elsewhere.js";
import { useTemporaryFolder } from "./temporary-folder.js";

const folder = useTemporaryFolder();

/** What is committed, as the bare driver sees it. */
async function committed(): Promise<unknown[]> {
  const { default: Driver } = await import("libsql");
  const elsewhere = new Driver(folder.path("app.db"));
  const rows = elsewhere.prepare("SELECT a FROM t ORDER BY a").raw().all([]);
  elsewhere.close();
  return rows.flat();
}

async function openTwo(): Promise<[Connection, Connection]> {
  const one = await folder.open("app.db", { busyTimeoutMs: 0 });
  await one.execute("CREATE TABLE t (a)");
  return [one, await folder.open("app.db", { busyTimeoutMs: 0 })];
}

// A statement that was prepared and found the database held stays in the middle of its first step in this driver.
// While it stands there, SQLite commits nothing on its connection, and reports success.
describe("behind a statement that found the database held, everything is committed:", () => {
  test.each<[string, (connection: Connection) => Promise<unknown>]>([
    ["an INSERT with values", (held) => held.execute("INSERT INTO t VALUES (?)", [0])],
    ["an INSERT that gives rows", (held) => held.query("INSERT INTO t VALUES (0) RETURNING a")],
    [
      "a WITH that changes rows",
      (held) => held.execute("WITH x AS (SELECT ? AS a) INSERT INTO t SELECT a FROM x", [0]),
    ],
    [
      "an INSERT in a transaction",
      async (held) => {
        await held.execute("BEGIN");
        await held.query("SELECT a FROM t");
        await held.execute("INSERT INTO t VALUES (?)", [0]).finally(() => held.execute("ROLLBACK"));
      },
    ],
    [
      "a pragma",
      async (held) => {
        await held.query("PRAGMA user_version = 5");
      },
    ],
  ])("%s", async (_, attempt) => {
    const [holder, held] = await openTwo();
    await holder.execute("BEGIN IMMEDIATE");
    await holder.execute("INSERT INTO t VALUES (1)");
    await expect(attempt(held)).rejects.toMatchObject({ code: "DATABASE_BUSY" });
    await holder.execute("COMMIT");

    await held.execute("INSERT INTO t VALUES (2)");
    expect(await committed()).toEqual([1, 2]);
    await held.execute("INSERT INTO t VALUES (?)", [3]);
    expect(await committed()).toEqual([1, 2, 3]);
    expect(await holder.query("PRAGMA wal_checkpoint(TRUNCATE)")).toEqual([
      { busy: 0, log: 0, checkpointed: 0 },
    ]);
  });

  test("a transaction that was overtaken", async () => {
    const [writer, held] = await openTwo();
    await held.execute("BEGIN");
    await held.query("SELECT a FROM t");
    await writer.execute("INSERT INTO t VALUES (1)");
    await expect(held.execute("INSERT INTO t VALUES (?)", [0])).rejects.toMatchObject({
      code: "DATABASE_BUSY",
    });
    await held.execute("ROLLBACK");
    await held.execute("INSERT INTO t VALUES (2)");
    expect(await committed()).toEqual([1, 2]);
  });

  test("a switch to WAL that was tried while another session wrote", async () => {
    const [holder, held] = await openTwo();
    await held.close();
    await holder.query("PRAGMA journal_mode = DELETE");
    await holder.execute("BEGIN IMMEDIATE");
    await holder.execute("INSERT INTO t VALUES (1)");
    const late = await folder.open("app.db", { busyTimeoutMs: 0 });
    await expect(late.query("PRAGMA journal_mode = WAL")).rejects.toMatchObject({ code: "DATABASE_BUSY" });
    await holder.execute("COMMIT");
    await late.execute("INSERT INTO t VALUES (2)");
    expect(await committed()).toEqual([1, 2]);
    expect(await late.query("PRAGMA journal_mode = WAL")).toEqual([{ journal_mode: "wal" }]);
  });
});

describe("the locks of an open database", () => {
  test("outlive every look at its file from the same process", async () => {
    const connection = await folder.open("app.db");
    await connection.execute("CREATE TABLE t (a)");
    const wal = statSync(folder.path("app.db-wal")).ino;
    const second = await folder.open("app.db");
    await second.close();
    await folder.open("app.db", { readOnly: true });
    await expect(folder.open("app.db", { encryption: { password: "sesame" } })).rejects.toThrow();

    // The last to close removes the WAL; with the locks gone, the other process would take itself for the last.
    const url = `file:${folder.path("app.db")}`;
    expect(await openElsewhere({ url, script: "INSERT INTO t VALUES (1)" })).toEqual({ rows: [] });

    expect(statSync(folder.path("app.db-wal")).ino).toBe(wal);
    await connection.execute("INSERT INTO t VALUES (2)");
    expect(await openElsewhere({ url, read: "SELECT a FROM t" })).toEqual({ rows: [{ a: 1 }, { a: 2 }] });
  });

  test("keep what six processes write that create the same database at once", async () => {
    const processes = [0, 1, 2, 3, 4, 5].map((value) =>
      openElsewhere({
        url: `file:${folder.path("app.db")}`,
        script: `CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (${value})`,
      }),
    );
    for (const answer of await Promise.all(processes)) expect(answer).toEqual({ rows: [] });
    expect(await committed()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe("several sessions that get into each other's way", () => {
  type Step =
    | "begin"
    | "begin immediate"
    | "insert"
    | "insert with value"
    | "insert returning"
    | "read"
    | "commit"
    | "rollback";
  const steps: Step[] = [
    "begin",
    "begin immediate",
    "insert",
    "insert with value",
    "insert returning",
    "read",
    "commit",
    "rollback",
  ];

  /** Says one thing on a connection; false when the database was held. */
  async function say(connection: Connection, step: Step, value: number): Promise<boolean> {
    const sentence: Record<Step, () => Promise<unknown>> = {
      begin: () => connection.execute("BEGIN"),
      "begin immediate": () => connection.execute("BEGIN IMMEDIATE"),
      insert: () => connection.execute(`INSERT INTO t VALUES (${value})`),
      "insert with value": () => connection.execute("INSERT INTO t VALUES (?)", [value]),
      "insert returning": () => connection.query("INSERT INTO t VALUES (?) RETURNING a", [value]),
      read: () => connection.query("SELECT * FROM t"),
      commit: () => connection.execute("COMMIT"),
      rollback: () => connection.execute("ROLLBACK"),
    };
    try {
      await sentence[step]();
      return true;
    } catch (error) {
      if (error instanceof TenonError && error.code === "DATABASE_BUSY") return false;
      throw error;
    }
  }

  test.each(["WAL", "DELETE"])("keep what was acknowledged and nothing else, in %s mode", async (mode) => {
    const sessions = await openTwo();
    const [one, two] = sessions;
    await two.close();
    await one.query(`PRAGMA journal_mode = ${mode}`);
    sessions[1] = await folder.open("app.db", { busyTimeoutMs: 0 });
    await sessions[1].query(`PRAGMA journal_mode = ${mode}`);
    const sequence = fc.array(fc.tuple(fc.nat(1), fc.constantFrom(...steps)), {
      minLength: 4,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(sequence, async (script) => {
        await one.execute("DELETE FROM t");
        const kept: number[] = [];
        const open: (number[] | undefined)[] = [undefined, undefined];
        for (const [index, [who, step]] of script.entries()) {
          const session = sessions[who] ?? one;
          const pending = open[who];
          const isSense = step.startsWith("begin")
            ? pending === undefined
            : step === "commit" || step === "rollback"
              ? pending !== undefined
              : true;
          if (!isSense || !(await say(session, step, index))) continue;
          if (step.startsWith("begin")) open[who] = [];
          else if (step.startsWith("insert")) (pending ?? kept).push(index);
          else if (step === "commit") kept.push(...(pending ?? []));
          if (step === "commit" || step === "rollback") open[who] = undefined;
          expect(session.inTransaction).toBe(open[who] !== undefined);
          if (mode === "WAL") expect(await committed()).toEqual([...kept].sort((a, b) => a - b));
        }
        for (const session of sessions) if (session.inTransaction) await session.execute("ROLLBACK");
        expect(await committed()).toEqual(kept.sort((a, b) => a - b));
      }),
      { numRuns: 40 },
    );
  });
});
