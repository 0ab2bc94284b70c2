import { describe, expect, onTestFinished, test } from "vitest";
import { pgEngines } from "./pg-engines.js";
import { errorOf } from "./pg-opened.js";

describe.each(pgEngines)("a connection on $name", ({ open }) => {
  test("runs exactly one statement and refuses several, none of which ran", async () => {
    const connection = await open();
    await connection.execute("CREATE TABLE notes (id int)");
    const two = "INSERT INTO notes VALUES (1); INSERT INTO notes VALUES (2)";
    expect((await errorOf(connection.query(two))).code).toBe("MULTIPLE_STATEMENTS");
    expect((await errorOf(connection.execute(two))).code).toBe("MULTIPLE_STATEMENTS");
    expect(await connection.query("SELECT * FROM notes")).toEqual([]);
  });

  test("counts the rows that a statement changes, and none for one that only reads", async () => {
    const connection = await open();
    const counts: number[] = [];
    for (const sql of [
      "CREATE TABLE notes (id int)",
      "INSERT INTO notes SELECT generate_series(1, 5)",
      "UPDATE notes SET id = id + 1 WHERE id > 2",
      "DELETE FROM notes WHERE id = 1",
      "SELECT * FROM notes",
    ]) {
      counts.push((await connection.execute(sql)).rowsAffected);
    }
    expect(counts).toEqual([0, 5, 3, 1, 0]);
  });

  test("keeps nothing of the errors that it was told, however many", async () => {
    const connection = await open();
    const warnings: string[] = [];
    const note = ({ message }: Error) => warnings.push(message);
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));

    for (let index = 0; index < 15; index++) await errorOf(connection.query("SELECT nope"));
    // Node tells of a leak in the next round of its loop.
    await new Promise((resolve) => setImmediate(resolve));

    expect(warnings).toEqual([]);
  });

  test("runs a script of many statements and stops at the first that fails", async () => {
    const connection = await open();
    await connection.executeScript(
      "CREATE TABLE a (id int); INSERT INTO a VALUES (1); INSERT INTO a VALUES (2);",
    );
    expect(await connection.query("SELECT count(*) AS rows FROM a")).toEqual([{ rows: 2 }]);

    const error = await errorOf(
      connection.executeScript(
        "INSERT INTO a VALUES (3);\nINSERT INTO nowhere VALUES (1);\nINSERT INTO a VALUES (4);",
      ),
    );
    expect(error).toMatchObject({
      code: "SQL_FAILED",
      message: 'relation "nowhere" does not exist',
      where: { line: 2, column: 13 },
      details: { sqlState: "42P01", finishedStatements: 1 },
    });
  });

  test("runs a batch in one round trip, and tells which statement failed and where in it", async () => {
    const connection = await open();
    await connection.executeBatch?.(["CREATE TABLE a (id int PRIMARY KEY)", "INSERT INTO a VALUES (1)"]);
    const batches = [
      // Found when all is read, before anything runs; when the statement is planned; and when it runs.
      ["SELECT '🙂'", "SELECT\n  FROM FROM"],
      ["INSERT INTO a VALUES (2)", "SELECT '🙂', nope"],
      ["INSERT INTO a VALUES (3)", "INSERT INTO a VALUES (1)", "SELECT nope"],
    ];
    const errors = [];
    for (const batch of batches) {
      const failing = connection.executeBatch?.(batch) ?? Promise.resolve();
      const { where, details } = await errorOf(failing);
      errors.push([details["sqlState"], details["statement"], where.line, where.column]);
    }
    expect(errors).toEqual([
      ["42601", 1, 2, 8],
      ["42703", 1, 1, 13],
      ["23505", 1, undefined, undefined],
    ]);
    expect(await connection.query("SELECT * FROM a")).toEqual([{ id: 1 }]);
  });

  test("a batch that the server reads as another number of statements is refused", async () => {
    const connection = await open();
    await connection.execute("BEGIN");
    const error = await errorOf(
      connection.executeBatch?.(["SELECT 1", "SELECT 2; SELECT 3"]) ?? Promise.resolve(),
    );
    expect(error.message).toContain("read 3 statements where 2 were sent");
  });

  test("tells where in a statement the error is, counting characters as people do", async () => {
    const connection = await open();
    const error = await errorOf(connection.query("SELECT '🙂ü',\n  '🙂', nope"));
    expect(error).toMatchObject({
      code: "SQL_FAILED",
      where: { line: 2, column: 8 },
      details: { sqlState: "42703" },
    });
  });

  test("names table and constraint of a violated constraint, and keeps the values of a refused row to itself", async () => {
    const connection = await open();
    await connection.executeScript(
      "CREATE TABLE people (id int PRIMARY KEY, secret text CONSTRAINT long CHECK (length(secret) > 20))",
    );
    const check = await errorOf(connection.execute("INSERT INTO people VALUES (1, 'hunter2')"));
    expect(check).toMatchObject({
      code: "SQL_FAILED",
      where: { object: "public.people" },
      details: { sqlState: "23514", table: "people", constraint: "long" },
    });
    expect(JSON.stringify(check) + String(check)).not.toContain("hunter2");

    await connection.execute("INSERT INTO people VALUES (1, NULL)");
    const key = await errorOf(connection.execute("INSERT INTO people VALUES (1, NULL)"));
    expect(key.message).toBe(
      'duplicate key value violates unique constraint "people_pkey" (Key (id)=(1) already exists.)',
    );
  });

  test("refuses SQL with a NUL character, which the protocol would cut", async () => {
    const connection = await open();
    const error = await errorOf(connection.executeScript("SELECT 1; -- \0 DROP TABLE notes"));
    expect(error.code).toBe("SQL_UNSUPPORTED");
  });

  test("tells whether it is in a transaction, also in one that has failed", async () => {
    const connection = await open();
    const seen = [connection.inTransaction];
    await connection.execute("BEGIN");
    seen.push(connection.inTransaction);
    await errorOf(connection.query("SELECT nope"));
    seen.push(connection.inTransaction);
    await connection.execute("ROLLBACK");
    seen.push(connection.inTransaction);
    await connection.executeScript("BEGIN; SELECT 1");
    seen.push(connection.inTransaction);
    expect(seen).toEqual([false, true, true, false, true]);
  });

  test("commits what work did, and rolls back what failing work did", async () => {
    const connection = await open();
    await connection.execute("CREATE TABLE notes (id int)");
    await connection.transaction((inside) => inside.execute("INSERT INTO notes VALUES (1)"));
    const failing = connection.transaction(async (inside) => {
      await inside.execute("INSERT INTO notes VALUES (2)");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await connection.query("SELECT id FROM notes")).toEqual([{ id: 1 }]);
    expect(connection.inTransaction).toBe(false);
  });

  test("a transaction inside another is a savepoint: its failure takes back only its own work", async () => {
    const connection = await open();
    await connection.execute("CREATE TABLE notes (id int)");
    await connection.transaction(async (outer) => {
      await outer.execute("INSERT INTO notes VALUES (1)");
      await errorOf(
        outer.transaction((inner) => inner.executeScript("INSERT INTO notes VALUES (2); SELECT nope")),
      );
      await outer.transaction((inner) => inner.execute("INSERT INTO notes VALUES (3)"));
    });
    expect(await connection.query("SELECT id FROM notes ORDER BY id")).toEqual([{ id: 1 }, { id: 3 }]);
  });

  test("never takes the rollback of a failed transaction for its commit", async () => {
    const connection = await open();
    await connection.execute("CREATE TABLE notes (id int)");
    const swallowing = connection.transaction(async (inside) => {
      await inside.execute("INSERT INTO notes VALUES (1)");
      await errorOf(inside.query("SELECT nope"));
    });
    expect((await errorOf(swallowing)).message).toContain("rolled back instead of committed");

    await connection.execute("BEGIN");
    await errorOf(connection.query("SELECT nope"));
    expect((await errorOf(connection.execute("-- done\nCOMMIT"))).code).toBe("SQL_FAILED");
    expect(connection.inTransaction).toBe(false);
  });

  test("a failing deferred constraint fails the transaction at its commit", async () => {
    const connection = await open();
    await connection.executeScript(
      "CREATE TABLE parent (id int PRIMARY KEY);" +
        "CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
    );
    const error = await errorOf(
      connection.transaction((inside) => inside.execute("INSERT INTO child VALUES (1)")),
    );
    expect(error.details).toMatchObject({ sqlState: "23503", table: "child" });
    expect(connection.inTransaction).toBe(false);
  });

  test("two transactions at once on one connection are refused, and neither leaves anything", async () => {
    const connection = await open();
    await connection.execute("CREATE TABLE notes (id int)");
    const outcomes = await Promise.allSettled(
      [1, 2].map((id) =>
        connection.transaction(async (inside) => {
          for (let round = 0; round < id * 3; round++)
            await inside.execute("INSERT INTO notes VALUES ($1)", [id]);
        }),
      ),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await connection.query("SELECT * FROM notes")).toEqual([]);
  });

  test("calls that do not wait for each other run in the order in which they were made", async () => {
    const connection = await open();
    const results = await Promise.all([
      connection.execute("CREATE TABLE notes (id int)"),
      connection.execute("INSERT INTO notes VALUES (1)"),
      connection.query("SELECT id FROM notes"),
    ]);
    expect(results[2]).toEqual([{ id: 1 }]);
  });

  test.each(["outside a transaction", "in a transaction"])(
    "streams many rows and runs others between them, %s",
    async (where) => {
      const connection = await open();
      await connection.executeScript("CREATE TABLE seen (id int)");
      if (where === "in a transaction") await connection.execute("BEGIN");
      let rows = 0;
      for await (const row of connection.stream(
        "SELECT g AS id FROM generate_series($1::int, 1200) AS g",
        [1],
      )) {
        rows++;
        if (rows % 400 === 0) await connection.execute("INSERT INTO seen VALUES ($1)", [Number(row["id"])]);
      }
      expect(rows).toBe(1200);
      expect(await connection.query("SELECT id FROM seen ORDER BY id")).toEqual([
        { id: 400 },
        { id: 800 },
        { id: 1200 },
      ]);
      expect(await connection.query("SELECT name FROM pg_cursors WHERE name <> ''")).toEqual([]);
    },
  );

  test("a stream that is left early leaves no cursor", async () => {
    const connection = await open();
    for await (const row of connection.stream("VALUES (1), (2), (3)")) {
      expect(row).toEqual({ column1: 1 });
      break;
    }
    expect(await connection.query("SELECT name FROM pg_cursors WHERE name <> ''")).toEqual([]);
  });

  test.each([
    "WITH gone AS (DELETE FROM notes RETURNING id) SELECT id FROM gone",
    "DELETE FROM notes RETURNING id",
    "-- all\nSELECT id FROM notes FOR UPDATE",
    "(SELECT id FROM notes)",
  ])("streams also what can have no cursor: %s", async (sql) => {
    const connection = await open();
    await connection.executeScript("CREATE TABLE notes (id int); INSERT INTO notes VALUES (7)");
    const rows: unknown[] = [];
    for await (const row of connection.stream(sql)) rows.push(row);
    expect(rows).toEqual([{ id: 7 }]);
  });

  test("an error in a streamed statement is placed in that statement", async () => {
    const connection = await open();
    const reading = (async () => {
      for await (const _row of connection.stream("SELECT\n  nope")) break;
    })();
    expect(await errorOf(reading)).toMatchObject({ where: { line: 2, column: 3 } });
  });

  test("finds tables and views by the search path, or by schema and name", async () => {
    const connection = await open();
    await connection.executeScript(
      'CREATE SCHEMA app; CREATE TABLE app.notes (id int); CREATE VIEW "My View" AS SELECT 1 AS one; CREATE TABLE "a.b" (id int)',
    );
    const names = ["notes", "app.notes", "My View", "my view", "a.b", "nowhere.notes", "pg_class"];
    const found = await Promise.all(names.map((name) => connection.tableExists(name)));
    expect(found).toEqual([false, true, true, false, true, false, true]);
  });

  test("tells the columns of a table", async () => {
    const connection = await open();
    await connection.executeScript(`CREATE TABLE notes (
      b text NOT NULL DEFAULT 'x', a varchar(10), gone int, id bigint GENERATED ALWAYS AS IDENTITY,
      twice int GENERATED ALWAYS AS (gone_not * 2) STORED, gone_not int, PRIMARY KEY (id, b)
    ); ALTER TABLE notes DROP COLUMN gone`);
    expect(await connection.getTableInfo("notes")).toEqual([
      { name: "b", type: "text", nullable: false, defaultValue: "'x'::text", primaryKey: 2 },
      { name: "a", type: "character varying(10)", nullable: true, defaultValue: null, primaryKey: 0 },
      { name: "id", type: "bigint", nullable: false, defaultValue: null, primaryKey: 1 },
      { name: "twice", type: "integer", nullable: true, defaultValue: null, primaryKey: 0 },
      { name: "gone_not", type: "integer", nullable: true, defaultValue: null, primaryKey: 0 },
    ]);
    expect(await connection.getTableInfo("nowhere")).toEqual([]);
  });

  test("has no data for COPY FROM stdin and says so", async () => {
    const connection = await open();
    await connection.execute("CREATE TABLE notes (id int)");
    expect((await errorOf(connection.execute("COPY notes FROM stdin"))).code).toBe("SQL_FAILED");
    expect(await connection.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});
