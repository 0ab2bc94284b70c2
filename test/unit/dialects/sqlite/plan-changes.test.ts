import { expect, describe as suite, test } from "vitest";
import { TenonError } from "../../../../src/errors.js";
import { changeDatabase, differencesFrom } from "./change-database.js";

suite("what is altered in place", () => {
  test("a new column is added without a rebuild, with its foreign key and check", async () => {
    const { statements, plan } = await changeDatabase(
      "CREATE TABLE users (id INTEGER PRIMARY KEY)",
      "CREATE TABLE users (id INTEGER PRIMARY KEY, boss INTEGER REFERENCES users (id) ON DELETE SET NULL, age INTEGER NOT NULL DEFAULT 0 CONSTRAINT adult CHECK (age >= 0))",
    );

    expect(statements).toEqual([
      'ALTER TABLE "users"\nADD COLUMN "boss" INTEGER REFERENCES "users" ("id") ON DELETE SET NULL',
      'ALTER TABLE "users"\nADD COLUMN "age" INTEGER NOT NULL DEFAULT 0 CONSTRAINT "adult" CHECK (age >= 0)',
    ]);
    expect(plan.settings).toEqual({});
  });

  test("a column that nothing names is dropped without a rebuild, after its index", async () => {
    const { statements } = await changeDatabase(
      "CREATE TABLE t (a, b); CREATE INDEX t_b ON t (b)",
      "CREATE TABLE t (a)",
    );

    expect(statements).toEqual(['DROP INDEX "t_b"', 'ALTER TABLE "t"\nDROP COLUMN "b"']);
  });

  test("columns in another order are no difference unless order counts", async () => {
    const from = "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2)";
    const to = "CREATE TABLE t (b, a)";

    expect((await changeDatabase(from, to)).statements).toEqual([]);
    const { database } = await changeDatabase(from, to, { columnOrder: "exact" });
    expect(await database.query("SELECT * FROM t")).toEqual([{ b: 2, a: 1 }]);
    expect(Object.keys((await database.query("SELECT * FROM t"))[0] ?? {})).toEqual(["b", "a"]);
  });
});

suite("a rebuild", () => {
  test("several changes of one table make one", async () => {
    const { statements, plan } = await changeDatabase(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); CREATE INDEX t_a ON t (a)",
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INTEGER, c TEXT DEFAULT (upper('x')), CHECK (c <> '')); CREATE INDEX t_a ON t (a)",
    );

    expect(statements).toEqual([
      "PRAGMA legacy_alter_table = ON",
      `CREATE TABLE "tenon_new_t" (
  "id" INTEGER PRIMARY KEY,
  "a" TEXT NOT NULL,
  "b" INTEGER,
  "c" TEXT DEFAULT (upper('x')),
  CHECK (c <> '')
)`,
      'INSERT OR ABORT INTO "tenon_new_t" ("id", "a", "b")\nSELECT "id", "a", "b"\nFROM "t"',
      'DROP TABLE "t"',
      'ALTER TABLE "tenon_new_t"\nRENAME TO "t"',
      "PRAGMA legacy_alter_table = OFF",
      'CREATE INDEX "t_a"\nON "t" ("a")',
    ]);
    expect(plan.settings).toEqual({ foreignKeys: "off", restore: ["legacy_alter_table"] });
    expect(plan.hazards.map((hazard) => hazard.kind)).toContain("rewrites-table");
  });

  test("keeps the child rows of a cascading key", async () => {
    const { database } = await changeDatabase(
      `CREATE TABLE parent (id INTEGER PRIMARY KEY, a TEXT);
       CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE CASCADE);
       INSERT INTO parent VALUES (1, 'a'); INSERT INTO child VALUES (1)`,
      `CREATE TABLE parent (id INTEGER PRIMARY KEY, a TEXT CHECK (a <> ''));
       CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE CASCADE)`,
    );

    expect(await database.query("SELECT * FROM child")).toEqual([{ parent: 1 }]);
  });

  test("keeps rows that a conflict clause of the new table would leave out", async () => {
    const { outcome, database } = await changeDatabase(
      "CREATE TABLE t (a); INSERT INTO t VALUES (1), (1), (NULL)",
      "CREATE TABLE t (a NOT NULL ON CONFLICT IGNORE UNIQUE ON CONFLICT REPLACE)",
    );

    expect(outcome).not.toBe("applied");
    expect(await database.query("SELECT count(*) AS n FROM t")).toEqual([{ n: 3 }]);
  });

  test("keeps the rowid, by which an FTS table finds its content", async () => {
    const fts = "CREATE VIRTUAL TABLE search USING fts5(body, content='notes')";
    const { database } = await changeDatabase(
      `CREATE TABLE notes (body TEXT); ${fts};
       INSERT INTO notes (rowid, body) VALUES (5, 'five'), (40, 'forty');
       INSERT INTO search (search) VALUES ('rebuild')`,
      `CREATE TABLE notes (body TEXT NOT NULL); ${fts}`,
    );

    expect(await database.query("SELECT rowid, body FROM search WHERE search MATCH 'forty'")).toEqual([
      { rowid: 40, body: "forty" },
    ]);
  });

  test("keeps AUTOINCREMENT from giving a number twice", async () => {
    const { database } = await changeDatabase(
      `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a);
       INSERT INTO t VALUES (1, 'x'), (99, 'y'); DELETE FROM t`,
      "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a CHECK (a <> ''))",
    );

    await database.execute("INSERT INTO t (a) VALUES ('z')");

    expect(await database.query("SELECT id FROM t")).toEqual([{ id: 100 }]);
    expect(await database.query("SELECT name FROM sqlite_sequence")).toEqual([{ name: "t" }]);
  });

  test.each([
    ["a rebuild", "CREATE TABLE t (a NOT NULL, b)", []],
    ["a rename", "CREATE TABLE u (a, b)", ["t:u"]],
    ["a dropped column", "CREATE TABLE t (a)", []],
  ])("%s works beside views and triggers that are broken already", async (_what, to, renames) => {
    const broken = `CREATE VIEW broken AS SELECT * FROM main.gone JOIN json_each('[]');
      CREATE VIEW on_top AS WITH c AS (SELECT 1) SELECT * FROM c, broken;
      CREATE TABLE other (x); CREATE TRIGGER lost AFTER INSERT ON other BEGIN INSERT INTO gone VALUES (1); END`;
    const { outcome, database } = await changeDatabase(
      `CREATE TABLE t (a, b); ${broken}`,
      `${to}; ${broken}`,
      { renames },
    );

    expect(outcome).toBe("applied");
    expect(await differencesFrom(database, `${to}; ${broken}`)).toEqual([]);
  });

  test("gives a table without a key the rowids as its new key", async () => {
    const { database } = await changeDatabase(
      "CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (7, 'x')",
      "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a)",
    );

    expect(await database.query("SELECT * FROM t")).toEqual([{ id: 7, a: "x" }]);
  });

  test("does not touch a column that is named in double quotes like a string", async () => {
    const { database, outcome } = await changeDatabase(
      `CREATE TABLE t (state TEXT CHECK (state <> 'new'));
       INSERT INTO t VALUES ('old');
       PRAGMA writable_schema = 1;
       UPDATE sqlite_schema SET sql = 'CREATE TABLE t (state TEXT CHECK (state <> "new"))';
       PRAGMA writable_schema = RESET`,
      `CREATE TABLE t (state TEXT CHECK (state <> 'new'), "new" TEXT UNIQUE)`,
    );

    expect(outcome).toBe("applied");
    await expect(database.execute("INSERT INTO t VALUES ('new', 'x')")).rejects.toThrow("CHECK");
  });
});

suite("renames", () => {
  test("a table is renamed with everything that names it", async () => {
    const to = `CREATE TABLE users (id INTEGER PRIMARY KEY, up INTEGER REFERENCES users);
      CREATE TABLE logs (by_user INTEGER REFERENCES users (id));
      CREATE VIEW all_users AS SELECT id FROM users;
      CREATE TRIGGER logged AFTER INSERT ON logs BEGIN UPDATE users SET up = id; END`;
    const { database, statements } = await changeDatabase(to.replaceAll(/\busers\b/g, "people"), to, {
      renames: ["people:users"],
    });

    expect(await differencesFrom(database, to)).toEqual([]);
    expect(statements.filter((text) => text.startsWith("CREATE TABLE"))).toEqual([]);
  });

  test("renaming a column leaves the indexes, checks and keys that name it in place", async () => {
    const to = `CREATE TABLE t (mail TEXT UNIQUE CHECK (mail <> ''), size AS (length(mail)));
      CREATE INDEX i ON t (lower(mail), mail DESC) WHERE mail IS NOT NULL;
      CREATE TABLE child (mail REFERENCES t (mail))`;
    const from = to.replaceAll("mail", "email").replace("child (email", "child (mail");

    const { statements, database } = await changeDatabase(from, to, { renames: ["t.email:mail"] });

    expect(statements).toEqual([
      "PRAGMA legacy_alter_table = OFF",
      'ALTER TABLE "t"\nRENAME COLUMN "email" TO "mail"',
    ]);
    expect(await differencesFrom(database, to)).toEqual([]);
  });

  test("two tables can change names, and two columns", async () => {
    const { database } = await changeDatabase(
      "CREATE TABLE a (x, y); CREATE TABLE b (z); INSERT INTO a VALUES (1, 2); INSERT INTO b VALUES (3)",
      "CREATE TABLE b (y, x); CREATE TABLE a (z)",
      { renames: ["a:b", "b:a", "b.x:y", "b.y:x"] },
    );

    expect(await database.query("SELECT x, y FROM b")).toEqual([{ x: 2, y: 1 }]);
    expect(await database.query("SELECT z FROM a")).toEqual([{ z: 3 }]);
  });

  test("a name can be taken over from what is dropped", async () => {
    const { database, statements, plan } = await changeDatabase(
      "CREATE TABLE t (a TEXT, b TEXT); INSERT INTO t VALUES ('a', 'b')",
      "CREATE TABLE t (a TEXT)",
      { renames: ["t.b:a", "t.a:"] },
    );

    expect(await database.query("SELECT * FROM t")).toEqual([{ a: "b" }]);
    expect(statements).toContain('ALTER TABLE "t"\nRENAME COLUMN "a" TO "tenon_old_a"');
    expect(plan.hazards.map((hazard) => hazard.description)).toEqual(
      expect.arrayContaining(["The values of t.a are lost.", "Programs that use t.b must use a."]),
    );
    expect(JSON.stringify(plan.hazards)).not.toContain("tenon_old");
  });

  test("a table takes the name of a view that goes", async () => {
    const { database } = await changeDatabase(
      "CREATE TABLE a (x); INSERT INTO a VALUES (1); CREATE VIEW b AS SELECT x FROM a",
      "CREATE TABLE b (x)",
      { renames: ["a:b"] },
    );

    expect(await database.query("SELECT x FROM b")).toEqual([{ x: 1 }]);
  });

  test("an unanswered question changes nothing", async () => {
    await expect(
      changeDatabase("CREATE TABLE t (name TEXT)", "CREATE TABLE t (full_name TEXT)"),
    ).rejects.toMatchObject({ code: "RENAME_AMBIGUOUS" });
  });
});

suite("rows that stand in the way", () => {
  test.each([
    [
      "NULL in a column that allows none",
      "CREATE TABLE t (a); INSERT INTO t VALUES (NULL)",
      "CREATE TABLE t (a NOT NULL)",
      "t.a allows no NULL",
    ],
    [
      "the same value twice",
      "CREATE TABLE t (a); INSERT INTO t VALUES (1), (1)",
      "CREATE TABLE t (a UNIQUE)",
      "is unique, and rows have the same values",
    ],
    [
      "the same value in another case",
      "CREATE TABLE t (a); INSERT INTO t VALUES ('x'), ('X')",
      "CREATE TABLE t (a); CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE)",
      "t.i is unique",
    ],
    [
      "a value that a check refuses",
      "CREATE TABLE t (a); INSERT INTO t VALUES (-1)",
      "CREATE TABLE t (a CHECK (a > 0))",
      "rows do not satisfy",
    ],
    [
      "a check under the new name of a column",
      "CREATE TABLE t (a); INSERT INTO t VALUES (-1)",
      "CREATE TABLE t (b CHECK (b > 0))",
      "rows do not satisfy",
    ],
    [
      "a value that STRICT refuses",
      "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES ('x')",
      "CREATE TABLE t (a INTEGER) STRICT",
      "of a STRICT table must be INTEGER",
    ],
    [
      "a new column without a value",
      "CREATE TABLE t (a); INSERT INTO t VALUES (1)",
      "CREATE TABLE t (a, b NOT NULL)",
      "has no default, and there are rows",
    ],
    [
      "one default for many rows of a unique column",
      "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)",
      "CREATE TABLE t (a, b DEFAULT 1 UNIQUE)",
      "is unique",
    ],
    [
      "a child without its parent",
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a); INSERT INTO t VALUES (9)",
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES p)",
      "foreign keys",
    ],
  ])("%s", async (_what, from, to, reason) => {
    const renames = to.includes("(b CHECK") ? ["t.a:b"] : [];

    const { outcome, database } = await changeDatabase(from, to, { renames });

    expect(outcome).toMatchObject({ refused: expect.stringContaining(reason) });
    expect(await differencesFrom(database, from)).toEqual([]);
  });

  test("values that another type would change are asked about", async () => {
    const { plan } = await changeDatabase(
      "CREATE TABLE t (code TEXT); INSERT INTO t VALUES ('007'), ('8'), ('x')",
      "CREATE TABLE t (code INTEGER)",
    );

    expect(plan.checks).toMatchObject([{ loses: "values", object: { table: "t", name: "code" } }]);
    expect(plan.hazards.map((hazard) => hazard.kind)).toContain("can-fail");
  });
});

suite("what is refused", () => {
  test("a contentless FTS table cannot be made anew", async () => {
    const fts = (options: string) => `CREATE VIRTUAL TABLE f USING fts5(a, content=''${options})`;

    const failure = await changeDatabase(fts(""), fts(", tokenize='porter'")).catch(
      (error: unknown) => error,
    );

    expect(failure).toBeInstanceOf(TenonError);
    expect(failure).toMatchObject({ code: "CHANGE_UNSUPPORTED", where: { object: "f" } });
  });
});

test("what is not selected stays as it is, also where it hangs on what changes", async () => {
  const kept = "CREATE VIEW kept AS SELECT a FROM t; CREATE TABLE other (x)";
  const { database } = await changeDatabase(
    `CREATE TABLE t (a); ${kept}`,
    "CREATE TABLE t (a NOT NULL); CREATE TABLE fresh (y)",
    { selection: { include: ["t"] } },
  );

  expect(await differencesFrom(database, `CREATE TABLE t (a NOT NULL); ${kept}`)).toEqual([]);
});
