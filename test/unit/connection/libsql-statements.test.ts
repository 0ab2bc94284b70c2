import { describe, expect, test } from "vitest";
import { useTemporaryFolder } from "./temporary-folder.js";

const folder = useTemporaryFolder();

describe("a text of several statements", () => {
  test.each(["query", "execute", "stream"] as const)(
    "is refused by %s before the first of them runs",
    async (method) => {
      const connection = await folder.open(":memory:");
      const sql = "CREATE TABLE a (x);\n  CREATE TABLE b (x)";
      const attempt = async () => {
        if (method !== "stream") await connection[method](sql);
        else for await (const _ of connection.stream(sql));
      };
      await expect(attempt()).rejects.toMatchObject({
        code: "MULTIPLE_STATEMENTS",
        where: { line: 2, column: 3 },
      });
      expect(await connection.tableExists("a")).toBe(false);
    },
  );

  test.each([
    "SELECT 1 AS n;",
    "SELECT 1 AS n ;\n\n ",
    "SELECT 1 AS n; -- and no more",
    "; SELECT 1 AS n",
    "SELECT 1 /* ; */ AS n",
    "-- first; second\nSELECT 1 AS n",
    "/* a; b */ SELECT 1 AS n;;",
  ])("is one when only one of them says something: %j", async (sql) => {
    const connection = await folder.open(":memory:");
    expect(await connection.query(sql)).toEqual([{ n: 1 }]);
  });

  test("may be one trigger", async () => {
    const connection = await folder.open(":memory:");
    await connection.executeScript("CREATE TABLE t (a); CREATE TABLE log (a)");
    await connection.execute(
      "CREATE TRIGGER note AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.a); INSERT INTO log VALUES ('; END'); END;",
    );
    await connection.execute("INSERT INTO t VALUES (1)");
    expect(await connection.query("SELECT a FROM log")).toEqual([{ a: 1 }, { a: "; END" }]);
  });

  test.each(["", "  \n", "-- nothing", "/* nothing */ ;", ";;"])(
    "is refused when it has none: %j",
    async (sql) => {
      const connection = await folder.open(":memory:");
      for (const attempt of [connection.query(sql), connection.execute(sql)]) {
        await expect(attempt).rejects.toMatchObject({
          code: "SQL_FAILED",
          message: "The text holds no statement, only comments or nothing at all.",
        });
      }
      await connection.executeScript(sql);
    },
  );
});

describe("executing", () => {
  test("counts the rows that the statement itself changed", async () => {
    const connection = await folder.open(":memory:");
    const count = async (sql: string, values: number[] = []) =>
      (await connection.execute(sql, values)).rowsAffected;
    expect(await count("CREATE TABLE p (id INTEGER PRIMARY KEY)")).toBe(0);
    expect(await count("CREATE TABLE c (p REFERENCES p ON DELETE CASCADE)")).toBe(0);
    expect(await count("INSERT INTO p VALUES (1), (2), (3)")).toBe(3);
    expect(await count("INSERT INTO p VALUES (?), (?)", [4, 5])).toBe(2);
    expect(await count("INSERT INTO c VALUES (1), (1)")).toBe(2);
    expect(await count("CREATE INDEX i ON c (p)")).toBe(0);
    expect(await count("PRAGMA user_version = 3")).toBe(0);
    expect(await count("SELECT * FROM p")).toBe(0);
    expect(await count("UPDATE p SET id = id WHERE id > 9")).toBe(0);
    expect(await count("DELETE FROM p WHERE id = ?", [1])).toBe(1);
    expect(await count("WITH x AS (SELECT 2 AS id) DELETE FROM p WHERE id IN (SELECT id FROM x)")).toBe(1);
    expect(await count("INSERT INTO p VALUES (7), (8) RETURNING id")).toBe(2);
    expect(await count("DELETE FROM p WHERE id > ? RETURNING id", [6])).toBe(2);
    expect(await count("REPLACE INTO p VALUES (3)")).toBe(1);
    expect(await count("DELETE FROM p")).toBe(3);
    expect(await connection.query("SELECT count(*) AS n FROM c")).toEqual([{ n: 0 }]);
  });

  test("runs a statement that gives rows to its end, and leaves nothing locked", async () => {
    const connection = await folder.open("app.db");
    await connection.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)");
    await connection.execute("SELECT a FROM t");
    await connection.execute("UPDATE t SET a = a + 1 RETURNING a");
    await connection.query("INSERT INTO t SELECT a FROM t RETURNING a");
    expect(await connection.query("SELECT a FROM t")).toHaveLength(6);
    await connection.execute("DROP TABLE t");
  });

  test("carries a pragma out each time that it is said", async () => {
    const connection = await folder.open(":memory:");
    for (const wanted of [0, 1, 0, 1]) {
      await connection.query(`PRAGMA foreign_keys = ${wanted}`);
      expect(await connection.query("PRAGMA foreign_keys")).toEqual([{ foreign_keys: wanted }]);
    }
  });

  test("tells what the engine refused, the statement, and none of its values", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (a UNIQUE)");
    await connection.execute("INSERT INTO t VALUES (?)", ["hidden"]);
    const error = await connection.execute("INSERT INTO t\nVALUES (?)", ["hidden"]).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: "SQL_FAILED",
      message: "UNIQUE constraint failed: t.a, in: INSERT INTO t VALUES (?)",
      details: { engineCode: "SQLITE_CONSTRAINT_UNIQUE", statement: "INSERT INTO t VALUES (?)" },
    });
    expect(JSON.stringify(error)).not.toContain("hidden");
    await expect(connection.query("SELEC 1")).rejects.toThrow('near "SELEC": syntax error, in: SELEC 1');
  });

  test("never shows a statement that holds a key", async () => {
    const connection = await folder.open(":memory:");
    const sentences = [
      "ATTACH 'nowhere/x.db' AS x KEY 'sesame'",
      "PRAGMA nothing.rekey = 'sesame'",
      "/* */ attach 'nowhere/x' as x key 'sesame'",
    ];
    for (const sql of sentences) {
      const error = await connection.execute(sql).catch((thrown) => thrown);
      expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain("sesame");
    }
  });
});

describe("a script", () => {
  test("runs statement by statement, and stops at the first that fails with its place", async () => {
    const connection = await folder.open(":memory:");
    const script = "CREATE TABLE a (x);\n\n  INSERT INTO missing VALUES (1);\nCREATE TABLE b (x);";
    await expect(connection.executeScript(script)).rejects.toMatchObject({
      code: "SQL_FAILED",
      message: expect.stringContaining("no such table: missing"),
      where: { line: 3, column: 3 },
    });
    expect(await connection.tableExists("a")).toBe(true);
    expect(await connection.tableExists("b")).toBe(false);
    expect(connection.inTransaction).toBe(false);
  });

  test("may begin and end a transaction itself", async () => {
    const connection = await folder.open(":memory:");
    await connection.executeScript(
      "BEGIN; CREATE TABLE a (x); SAVEPOINT s; DROP TABLE a; ROLLBACK TO s; COMMIT;",
    );
    expect(await connection.tableExists("a")).toBe(true);
  });

  test("that is not closed somewhere runs not even in part", async () => {
    const connection = await folder.open(":memory:");
    await expect(
      connection.executeScript("CREATE TABLE a (x); INSERT INTO a VALUES ('oak);"),
    ).rejects.toMatchObject({
      code: "SQL_UNTERMINATED",
    });
    expect(await connection.tableExists("a")).toBe(false);
  });
});

describe("a stream", () => {
  const thousand =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n";

  test("gives every row in order, whatever the number", async () => {
    const connection = await folder.open(":memory:");
    for (const rows of [0, 1, 99, 100, 101, 200, 1000]) {
      const seen: unknown[] = [];
      for await (const row of connection.stream(`${thousand} LIMIT ?`, [rows])) seen.push(row["i"]);
      expect(seen).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
    }
  });

  test.each([1, 50, 99, 100, 101, 150])(
    "that is left after %i rows locks nothing any more",
    async (count) => {
      const connection = await folder.open("app.db");
      await connection.executeScript(`CREATE TABLE t (a); INSERT INTO t ${thousand}`);
      const seen: unknown[] = [];
      for await (const row of connection.stream("SELECT a FROM t")) {
        seen.push(row["a"]);
        if (seen.length === count) break;
      }
      expect(seen.at(-1)).toBe(count);
      expect(await connection.query("PRAGMA wal_checkpoint(TRUNCATE)")).toEqual([
        { busy: 0, log: 0, checkpointed: 0 },
      ]);
      await connection.execute("DROP TABLE t");
    },
  );

  test("keeps a table from being dropped while it is read, and says so", async () => {
    const connection = await folder.open(":memory:");
    await connection.executeScript(`CREATE TABLE t (a); INSERT INTO t ${thousand}`);
    for await (const _ of connection.stream("SELECT a FROM t")) {
      await expect(connection.execute("DROP TABLE t")).rejects.toMatchObject({
        code: "DATABASE_BUSY",
        message: expect.stringContaining("still being read on this connection"),
      });
      break;
    }
    await connection.execute("DROP TABLE t");
  });

  test("does not hold all its rows", async () => {
    const connection = await folder.open(":memory:");
    const sql = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
      SELECT i, hex(zeroblob(500)) AS filler FROM n`;
    let rows = 0;
    let most = 0;
    const before = process.memoryUsage().rss;
    for await (const _ of connection.stream(sql)) {
      rows++;
      if (rows % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(rows).toBe(300_000);
    // All the rows together are above 300 MB.
    expect(most).toBeLessThan(150 * 2 ** 20);
  });

  test("runs a changing statement once, even when it is left early", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (a)");
    for await (const _ of connection.stream("INSERT INTO t VALUES (1), (2), (3) RETURNING a")) break;
    for await (const _ of connection.stream("WITH x AS (SELECT 9) INSERT INTO t SELECT * FROM x RETURNING a"))
      break;
    expect(await connection.query("SELECT a FROM t")).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }, { a: 9 }]);
  });

  test("may run beside another of the same text", async () => {
    const connection = await folder.open(":memory:");
    const first = connection.stream(thousand)[Symbol.asyncIterator]();
    const second = connection.stream(thousand)[Symbol.asyncIterator]();
    for (let i = 1; i <= 250; i++) {
      expect((await first.next()).value).toEqual({ i });
      if (i % 2 === 0) expect((await second.next()).value).toEqual({ i: i / 2 });
    }
    await first.return?.();
    expect((await second.next()).value).toEqual({ i: 126 });
    await second.return?.();
  });

  test("fails where the engine fails", async () => {
    const connection = await folder.open(":memory:");
    await connection.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (1), (-9223372036854775808)");
    const read = async () => {
      for await (const _ of connection.stream("SELECT abs(a) FROM t"));
    };
    await expect(read()).rejects.toMatchObject({
      code: "SQL_FAILED",
      message: expect.stringContaining("overflow"),
    });
    await connection.execute("DROP TABLE t");
  });

  test("of a pragma gives its rows", async () => {
    const connection = await folder.open(":memory:");
    const seen: unknown[] = [];
    for await (const row of connection.stream("PRAGMA foreign_keys")) seen.push(row);
    expect(seen).toEqual([{ foreign_keys: 1 }]);
  });
});

describe("looking at tables", () => {
  test("finds tables and views, also temporary ones, whatever the case", async () => {
    const connection = await folder.open(":memory:");
    await connection.executeScript(
      `CREATE TABLE "Odd ""Name" (a); CREATE VIEW v AS SELECT 1; CREATE TEMP TABLE t (a); CREATE INDEX i ON "Odd ""Name" (a)`,
    );
    const found = await Promise.all(
      ['Odd "Name', 'odd "NAME', "v", "t", "i", "none"].map((name) => connection.tableExists(name)),
    );
    expect(found).toEqual([true, true, true, true, false, false]);
  });

  test("tells the columns with type, NULL, default and place in the key", async () => {
    const connection = await folder.open(":memory:");
    await connection.executeScript(`
      CREATE TABLE one (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x''y', size NUMERIC(5, 2) DEFAULT (1 + 1), any);
      CREATE TABLE two (b TEXT, a TEXT, both TEXT GENERATED ALWAYS AS (a || b) STORED, up TEXT AS (upper(a)), PRIMARY KEY (a, b));
      CREATE TABLE three (a TEXT PRIMARY KEY) WITHOUT ROWID;
      CREATE VIRTUAL TABLE words USING fts5(body)`);
    expect(await connection.getTableInfo("one")).toEqual([
      { name: "id", type: "INTEGER", nullable: false, defaultValue: null, primaryKey: 1 },
      { name: "name", type: "TEXT", nullable: false, defaultValue: "'x''y'", primaryKey: 0 },
      { name: "size", type: "NUMERIC(5, 2)", nullable: true, defaultValue: "1 + 1", primaryKey: 0 },
      { name: "any", type: "", nullable: true, defaultValue: null, primaryKey: 0 },
    ]);
    expect(
      (await connection.getTableInfo("two")).map((column) => [
        column.name,
        column.primaryKey,
        column.nullable,
      ]),
    ).toEqual([
      ["b", 2, true],
      ["a", 1, true],
      ["both", 0, true],
      ["up", 0, true],
    ]);
    expect((await connection.getTableInfo("three")).map((column) => column.nullable)).toEqual([false]);
    expect((await connection.getTableInfo("words")).map((column) => column.name)).toEqual(["body"]);
    expect(await connection.getTableInfo("none")).toEqual([]);
  });
});

describe("a batch", () => {
  test("runs its statements in order, and tells which of them failed and keeps those before it", async () => {
    const connection = await folder.open(":memory:");
    const batch = [
      "CREATE TABLE a (x UNIQUE)",
      "INSERT INTO a VALUES (1)",
      "INSERT INTO a VALUES (1)",
      "DROP TABLE a",
    ];
    await expect(connection.executeBatch?.(batch)).rejects.toMatchObject({
      code: "SQL_FAILED",
      details: { statement: 2, engineCode: "SQLITE_CONSTRAINT_UNIQUE" },
    });
    expect(await connection.query("SELECT x FROM a")).toEqual([{ x: 1 }]);
  });

  test("takes statements that give rows to their end", async () => {
    const connection = await folder.open(":memory:");
    await connection.executeBatch?.([
      "CREATE TABLE a (x)",
      "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 300) INSERT INTO a SELECT x FROM n",
      "SELECT x FROM a",
    ]);
    expect(await connection.query("SELECT count(*) AS n FROM a")).toEqual([{ n: 300 }]);
  });

  test("refuses a text of several statements, and one that has values to be given", async () => {
    const connection = await folder.open(":memory:");
    await expect(connection.executeBatch?.(["SELECT 1; SELECT 2"])).rejects.toMatchObject({
      code: "MULTIPLE_STATEMENTS",
    });
    await expect(
      connection.executeBatch?.(["CREATE TABLE a (x)", "INSERT INTO a VALUES (?)"]),
    ).rejects.toMatchObject({
      code: "USAGE",
      details: { statement: 1 },
    });
  });

  test("knows a transaction that ends in its midst", async () => {
    const connection = await folder.open(":memory:");
    await connection.executeBatch?.(["BEGIN", "CREATE TABLE a (x)"]);
    expect(connection.inTransaction).toBe(true);
    await expect(connection.executeBatch?.(["COMMIT", "DROP TABLE nowhere"])).rejects.toMatchObject({
      code: "SQL_FAILED",
    });
    expect(await connection.tableExists("a")).toBe(true);
  });

  test("lets the event loop have its turn", async () => {
    const connection = await folder.open(":memory:");
    const heard: string[] = [];
    setImmediate(() => heard.push("turn"));
    const slow =
      "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000) SELECT count(*) FROM n";
    await connection.executeBatch?.(Array.from({ length: 12 }, () => slow));
    expect(heard).toEqual(["turn"]);
  });
});

describe("a question", () => {
  test.each([
    ["1", true],
    ["2 > 1 -- indeed", true],
    ["(SELECT count(*) FROM t) = 1", true],
    ["EXISTS (SELECT 1 FROM t WHERE a = 'x')", true],
    ["0", false],
    ["NULL", false],
    ["(SELECT a FROM t WHERE a = 'y')", false],
    ["(SELECT count(*) FROM missing) = 0", false],
    ["this is no SQL", false],
    ["1; DELETE FROM t", false],
  ])("%s is answered with %s", async (condition, answer) => {
    const connection = await folder.open(":memory:");
    await connection.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES ('x')");
    const holds = connection
      .holds?.(condition)
      .catch((error) => error.code === "MULTIPLE_STATEMENTS" && false);
    expect(await holds).toBe(answer);
    expect(await connection.query("SELECT a FROM t")).toEqual([{ a: "x" }]);
  });

  test("leaves a transaction as it is, whatever the answer", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (a)");
    await connection.transaction(async () => {
      await connection.execute("INSERT INTO t VALUES (1)");
      expect(await connection.holds?.("0")).toBe(false);
      expect(await connection.holds?.("nonsense")).toBe(false);
      expect(await connection.holds?.("(SELECT count(*) FROM t) = 1")).toBe(true);
    });
    expect(await connection.query("SELECT a FROM t")).toEqual([{ a: 1 }]);
  });
});
