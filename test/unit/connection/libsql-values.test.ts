import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { connect, type SqlInput } from "../../../src/connection/index.js";
import { distinctNames } from "../../../src/connection/libsql-values.js";
import { useTemporaryFolder } from "./temporary-folder.js";

const folder = useTemporaryFolder();

describe("a value that is bound", () => {
  test.each<[string, SqlInput, string]>([
    ["null", null, "null"],
    ["a small integer", 1, "integer"],
    ["an integer at the edge of exactness", Number.MAX_SAFE_INTEGER, "integer"],
    ["an integer beyond exactness", 9007199254740993n, "integer"],
    ["the largest integer", 2n ** 63n - 1n, "integer"],
    ["the smallest integer", -(2n ** 63n), "integer"],
    ["a fraction", 0.1, "real"],
    ["infinity", Number.POSITIVE_INFINITY, "real"],
    ["minus infinity", Number.NEGATIVE_INFINITY, "real"],
    ["the largest number", Number.MAX_VALUE, "real"],
    ["empty text", "", "text"],
    ["text", "oak, é, \u{1f333}", "text"],
    ["text with a NUL inside", "a\0b", "text"],
    ["text that is only NULs", "\0\0", "text"],
    ["text with a byte order mark", "\uFEFFx", "text"],
    ["bytes", new Uint8Array([0, 1, 255]), "blob"],
    ["no bytes", new Uint8Array(), "blob"],
    ["a part of a larger buffer", new Uint8Array([9, 1, 2, 9]).subarray(1, 3), "blob"],
  ])("comes back as it was: %s", async (_, value, type) => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (v)");
    await connection.execute("INSERT INTO t VALUES (?)", [value]);
    expect(await connection.query("SELECT v, typeof(v) AS type FROM t")).toEqual([{ v: value, type }]);
    expect(await connection.query("SELECT ? AS v", [value])).toEqual([{ v: value }]);
  });

  test("comes back as it was: minus zero", async () => {
    const connection = await folder.open(":memory:");
    const [row] = await connection.query("SELECT ? AS v", [-0]);
    expect(Object.is(row?.["v"], -0)).toBe(true);
  });

  test("is stored as the number it is, not as a fraction", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (a TEXT, b)");
    await connection.execute("INSERT INTO t VALUES (?, ?)", [1, 2 ** 40]);
    expect(await connection.query("SELECT a, b, typeof(b) AS type FROM t")).toEqual([
      { a: "1", b: 2 ** 40, type: "integer" },
    ]);
  });

  test("is 1 or 0 for a boolean, and UTC in ISO 8601 for a date", async () => {
    const connection = await folder.open(":memory:");
    const date = new Date("2024-02-29T12:30:00.125Z");
    expect(await connection.query("SELECT ? AS yes, ? AS no, ? AS day", [true, false, date])).toEqual([
      { yes: 1, no: 0, day: "2024-02-29T12:30:00.125Z" },
    ]);
  });

  test.each<[string, unknown, string]>([
    ["undefined", undefined, "is undefined"],
    ["NaN", Number.NaN, "NaN"],
    ["an integer of 65 bits", 2n ** 63n, "beyond 64 bits"],
    ["a date that is none", new Date("no day"), "cannot be bound"],
    ["an object", { a: 1 }, "cannot be bound"],
    ["a list", [1], "cannot be bound"],
    ["half of a surrogate pair", "\ud800x", "surrogate"],
    ["a symbol", Symbol("x"), "cannot be bound"],
    ["a function", () => 1, "cannot be bound"],
  ])("is refused when it is %s", async (_, value, reason) => {
    const connection = await folder.open(":memory:");
    // The type forbids it; programs without types do it all the same.
    const attempt = connection.query("SELECT ?, ?", [1, value as SqlInput]);
    await expect(attempt).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining(reason) });
    await expect(attempt).rejects.toThrow("Parameter 2");
  });

  test("must be there for each placeholder, and not beyond", async () => {
    const connection = await folder.open(":memory:");
    const fits: [string, SqlInput[]][] = [
      ["SELECT ?, ?", [1, 2]],
      ["SELECT ?2, ?1", [1, 2]],
      ["SELECT :a, :b, :a", [1, 2]],
      ['SELECT \'?\', "?" FROM (SELECT 1 AS "?") -- ?', []],
      ["SELECT ?3", [1, 2, 3]],
    ];
    for (const [sql, values] of fits) {
      expect(await connection.query(sql, values)).toHaveLength(1);
      await expect(connection.query(sql, [...values, 9])).rejects.toMatchObject({ code: "USAGE" });
      if (values.length > 0)
        await expect(connection.query(sql, values.slice(1))).rejects.toMatchObject({ code: "USAGE" });
    }
    await connection.execute("CREATE TABLE t (a)");
    await expect(connection.execute("INSERT INTO t VALUES (?)")).rejects.toMatchObject({ code: "USAGE" });
    await expect(connection.executeScript("INSERT INTO t VALUES (?)")).rejects.toMatchObject({
      code: "USAGE",
    });
    expect(await connection.query("SELECT * FROM t")).toEqual([]);
  });

  test("comes back as it was, whatever it is", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom("\0", "a", "é") }),
      fc.double({ noNaN: true }),
      fc.integer(),
      fc
        .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
        .filter((big) => !Number.isSafeInteger(Number(big))),
      fc.uint8Array(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 5 }), async (values) => {
        await connection.execute("DELETE FROM t");
        for (const one of values) await connection.execute("INSERT INTO t (v) VALUES (?)", [one]);
        const expected = values.map((v) => ({ v }));
        expect(await connection.query("SELECT v FROM t ORDER BY id")).toEqual(expected);
        const streamed = [];
        for await (const row of connection.stream("SELECT v FROM t ORDER BY id DESC")) streamed.unshift(row);
        expect(streamed).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});

describe("text with NUL characters", () => {
  test.each(["UTF-8", "UTF-16le", "UTF-16be"])(
    "comes back whole from a database that stores text as %s",
    async (encoding) => {
      const connection = await connect(":memory:");
      await connection.execute(`PRAGMA encoding = '${encoding}'`);
      await connection.execute("CREATE TABLE wood (name TEXT)");
      await connection.execute("INSERT INTO wood VALUES ('ß🪵' || char(0) || 'b')");
      expect(await connection.query("SELECT name FROM wood")).toEqual([{ name: "ß🪵\0b" }]);
      await connection.close();
    },
  );

  test.each([
    ["a column", "SELECT v FROM t ORDER BY id"],
    ["every column", "SELECT * FROM t ORDER BY id"],
    ["an expression", "SELECT '' || v AS v FROM t ORDER BY id"],
    ["an aggregate", "SELECT max(v) AS v FROM t GROUP BY id ORDER BY id"],
    ["a common table", "WITH x AS (SELECT * FROM t) SELECT v FROM x ORDER BY id; "],
    [
      "a union",
      "SELECT id, v FROM t WHERE id = 1 UNION ALL SELECT id, v FROM t WHERE id = 2 ORDER BY id -- end",
    ],
  ])("is whole when it is read through %s", async (_, sql) => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
    await connection.execute("INSERT INTO t (v) VALUES (?), (?)", ["one\0two", "é\0"]);
    expect((await connection.query(sql)).map((row) => row["v"])).toEqual(["one\0two", "é\0"]);
  });

  test("that is not UTF-8 either is refused, not guessed", async () => {
    const connection = await folder.open(":memory:");
    await expect(connection.query("SELECT CAST(x'00ff' AS TEXT) AS v")).rejects.toMatchObject({
      code: "SQL_FAILED",
    });
  });

  test("is refused in the statement itself, where the engine would stop reading", async () => {
    const connection = await folder.open(":memory:");
    await expect(connection.execute("CREATE TABLE a (x);\0 CREATE TABLE b (x)")).rejects.toMatchObject({
      code: "SQL_UNSUPPORTED",
    });
    await expect(connection.query("SELECT 1\0 FROM nothing")).rejects.toMatchObject({
      code: "SQL_UNSUPPORTED",
    });
    expect(await connection.tableExists("a")).toBe(false);
  });
});

describe("a result", () => {
  test("keeps the order of its rows, and works out an expression once for each", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
    await connection.execute("INSERT INTO t (v) VALUES ('b'), ('a'), ('d'), ('c')");
    const ids = async (sql: string) => (await connection.query(sql)).map((row) => row["id"]);
    expect(await ids("SELECT id, v FROM t ORDER BY v")).toEqual([2, 1, 4, 3]);
    expect(await ids("SELECT id, upper(v) FROM t ORDER BY v DESC LIMIT 3")).toEqual([3, 4, 1]);
    expect(await ids("SELECT id, v FROM t UNION SELECT 0, 'bb' ORDER BY v")).toEqual([2, 1, 0, 4, 3]);
    expect(await ids("SELECT id, row_number() OVER (ORDER BY v DESC) FROM t ORDER BY 2")).toEqual([
      3, 4, 1, 2,
    ]);
    const plan = await connection.query("EXPLAIN QUERY PLAN SELECT v FROM t WHERE id = 1");
    expect(plan.map((row) => row["detail"])).toEqual(["SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"]);
  });

  test("is what the bare driver gives, for every kind of query", async () => {
    const setup = `
      CREATE TABLE wood (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, price REAL, tags TEXT, photo BLOB);
      INSERT INTO wood (name, price, tags, photo) VALUES
        ('oak', 9.5, '["hard","brown"]', x'00ff'), ('Ash', 7, '["light"]', NULL), ('OAK', 8, '[]', x''), (NULL, NULL, NULL, NULL);
      CREATE VIEW dear AS SELECT name AS label, price * 2 AS double FROM wood WHERE price > 7;
      CREATE VIRTUAL TABLE notes USING fts5(body);
      INSERT INTO notes VALUES ('the oak board is long'), ('an ash board, and an oak one'), ('nothing here');
      CREATE TABLE joint (wood INTEGER REFERENCES wood, kind TEXT, PRIMARY KEY (wood, kind)) WITHOUT ROWID;
      INSERT INTO joint VALUES (1, 'tenon'), (1, 'mortise'), (2, 'tenon');`;
    const queries = [
      "SELECT * FROM wood",
      "SELECT rowid, * FROM wood ORDER BY name DESC, id",
      "SELECT DISTINCT name FROM wood ORDER BY 1",
      "SELECT name, count(*), sum(price), group_concat(id) FROM wood GROUP BY name HAVING count(*) > 0 ORDER BY 2 DESC, 1",
      "SELECT w.name, j.kind FROM wood w LEFT JOIN joint j ON j.wood = w.id ORDER BY w.id, j.kind",
      "SELECT * FROM wood NATURAL JOIN (SELECT 1 AS id)",
      "SELECT name FROM wood UNION SELECT kind FROM joint ORDER BY 1 LIMIT 3 OFFSET 1",
      "SELECT id FROM wood EXCEPT SELECT wood FROM joint",
      "SELECT id, row_number() OVER (ORDER BY price DESC) AS place, lag(name) OVER w FROM wood WINDOW w AS (ORDER BY id) ORDER BY place",
      "SELECT wood.id, tag.value FROM wood, json_each(wood.tags) AS tag ORDER BY 1, 2",
      "SELECT json_extract(tags, '$[0]') AS first, tags ->> 0, json(tags) FROM wood",
      "SELECT * FROM dear ORDER BY double",
      "SELECT rowid, highlight(notes, 0, '[', ']') AS body, bm25(notes) < 0 FROM notes WHERE notes MATCH 'oak' ORDER BY rank",
      "SELECT body FROM notes WHERE notes MATCH 'board' ORDER BY rank, rowid",
      "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, i * i FROM n WHERE i IN (SELECT id FROM wood)",
      "WITH a AS MATERIALIZED (SELECT * FROM wood), b AS (SELECT * FROM a WHERE id > 1) SELECT b.name, a.id FROM a JOIN b ON b.id = a.id + 1",
      "VALUES (1, 'a', NULL), (2, x'00', 1.5)",
      "SELECT CASE WHEN price > 7 THEN name ELSE photo END AS either, typeof(price), price IS NULL FROM wood",
      "SELECT name = 'OAK', name || '!', -price, photo FROM wood WHERE name = 'oak' ORDER BY id",
      "SELECT max(price), name FROM wood",
      "SELECT (SELECT kind FROM joint WHERE wood = wood.id LIMIT 1), EXISTS (SELECT 1 FROM joint) FROM wood",
      "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name",
      "SELECT name, type FROM pragma_table_xinfo('wood')",
      "SELECT * FROM wood WHERE id = -1",
      "SELECT abs(-9223372036854775807), 1e400, -1e400, 0.1 + 0.2, 9007199254740993",
      "SELECT name FROM wood ORDER BY price IS NULL, price LIMIT 2 /* cheapest */ -- two",
    ];
    const connection = await folder.open("app.db");
    await connection.executeScript(setup);
    const { default: Driver } = await import("libsql");
    const bare = new Driver(folder.path("app.db"));
    for (const sql of queries) {
      const expected = bare.prepare(sql).raw().safeIntegers().all([]) as unknown[][];
      const plain = expected.map((row) =>
        row.map((value) => {
          if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
          return value instanceof Uint8Array ? new Uint8Array(value) : value;
        }),
      );
      const rows = await connection.query(sql);
      expect(
        rows.map((row) => Object.values(row)),
        sql,
      ).toEqual(plain);
      const streamed: unknown[] = [];
      for await (const row of connection.stream(sql)) streamed.push(row);
      expect(streamed, sql).toEqual(rows);
    }
    bare.close();
  });

  test("loses no value to a second column of the same name", async () => {
    const connection = await folder.open(":memory:");
    expect(await connection.query('SELECT 1 AS id, 2 AS id, 3 AS "id:1", 4 AS id')).toEqual([
      { id: 1, "id:2": 2, "id:1": 3, "id:3": 4 },
    ]);
    expect(distinctNames(["a", "b"])).toEqual(["a", "b"]);
  });

  test("keeps a column with the name of a prototype", async () => {
    const connection = await folder.open(":memory:");
    const [row] = await connection.query("SELECT 5 AS __proto__, 6 AS constructor");
    expect(Object.entries(row ?? {})).toEqual([
      ["__proto__", 5],
      ["constructor", 6],
    ]);
  });

  test("gives bytes that nobody else writes to", async () => {
    const connection = await folder.open(":memory:");
    await connection.execute("CREATE TABLE t (b)");
    await connection.execute("INSERT INTO t VALUES (x'0102')");
    const [first] = await connection.query("SELECT b FROM t");
    const bytes = first?.["b"];
    if (!(bytes instanceof Uint8Array)) throw new Error("no bytes");
    expect(bytes.constructor).toBe(Uint8Array);
    bytes.fill(9);
    expect(await connection.query("SELECT b FROM t")).toEqual([{ b: new Uint8Array([1, 2]) }]);
  });

  test("has the names of today after the schema has changed", async () => {
    const connection = await folder.open("app.db");
    const elsewhere = await folder.open("app.db");
    await connection.execute("CREATE TABLE t (a)");
    await connection.execute("INSERT INTO t VALUES ('x')");
    const select = "SELECT * FROM t";
    expect(await connection.query(select)).toEqual([{ a: "x" }]);
    await elsewhere.execute("ALTER TABLE t RENAME COLUMN a TO b");
    expect(await connection.query(select)).toEqual([{ b: "x" }]);
    await connection.execute("ALTER TABLE t ADD COLUMN c DEFAULT 7");
    expect(await connection.query(select)).toEqual([{ b: "x", c: 7 }]);
    expect(await connection.query("DELETE FROM t RETURNING *")).toEqual([{ b: "x", c: 7 }]);
    await connection.execute("ALTER TABLE t RENAME COLUMN c TO d");
    await connection.execute("INSERT INTO t VALUES ('y', 8)");
    expect(await connection.query("DELETE FROM t RETURNING *")).toEqual([{ b: "y", d: 8 }]);
  });
});
