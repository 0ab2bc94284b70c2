import { describe, expect, it } from "vitest";
import { splitStatements } from "../../../src/sql/index.js";
import { refusalOf } from "./refusal.js";

const split = (text: string) => splitStatements(text, "sqlite").map((statement) => statement.text);

describe("splitting SQLite scripts", () => {
  it("gives the statements in order, without semicolons, with their place", () => {
    const text = "CREATE TABLE a (x);\n\n  INSERT INTO a\n  VALUES (1);\nSELECT 1";
    expect(splitStatements(text, "sqlite")).toEqual([
      { text: "CREATE TABLE a (x)", start: 0, line: 1, column: 1 },
      { text: "INSERT INTO a\n  VALUES (1)", start: 23, line: 3, column: 3 },
      { text: "SELECT 1", start: 51, line: 5, column: 1 },
    ]);
  });

  it("drops empty statements and comments around statements, and keeps comments within", () => {
    expect(split(";;-- first\n; /* a; */ SELECT /* b; */ 1 -- c;\n;;\n-- last")).toEqual([
      "SELECT /* b; */ 1",
    ]);
    expect(split("")).toEqual([]);
    expect(split("-- nothing here")).toEqual([]);
    expect(split(" \r\n\t")).toEqual([]);
  });

  it("does not split in strings, quoted names, blobs and comments", () => {
    const whole = "SELECT ';', 'it''s; ', \"a;\"\"b\", `c;``d`, [e;f], x'00', 1 -- ;\n, 2 /* ; /* ; */";
    expect(split(`${whole};SELECT 2`)).toEqual([whole.replace(/ \/\* ; \/\* ; \*\/$/, ""), "SELECT 2"]);
  });

  it("takes a backslash in a string for itself", () => {
    expect(split("SELECT 'a\\'; SELECT 'b'")).toEqual(["SELECT 'a\\'", "SELECT 'b'"]);
  });

  it("keeps a trigger whole, with CASE … END and words in its body", () => {
    const trigger = `CREATE TRIGGER note AFTER UPDATE OF a ON t FOR EACH ROW WHEN new.a > 1 BEGIN
      UPDATE t SET b = CASE WHEN new.a = 1 THEN CASE b WHEN 2 THEN 3 END ELSE 4 END; -- END;
      INSERT INTO log SELECT 'END;'; /* ; END; */
    END`;
    expect(split(`${trigger};\nSELECT 1;`)).toEqual([trigger, "SELECT 1"]);
  });

  it.each([
    "CREATE TEMP TRIGGER x INSERT ON t BEGIN SELECT 1; END",
    "create temporary trigger if not exists x insert on t begin select 1; end",
    "CREATE /* a */ TRIGGER -- b\n x INSERT ON t BEGIN /* c */ SELECT 1 /* d */; /* e */ END",
    "EXPLAIN CREATE TRIGGER x INSERT ON t BEGIN SELECT 1; END",
    "EXPLAIN QUERY PLAN CREATE TEMP TRIGGER x INSERT ON t BEGIN SELECT 1; END",
    "CREATE TRIGGER x INSTEAD OF DELETE ON v BEGIN DELETE FROM a; DELETE FROM b; END",
    "CREATE TRIGGER x INSERT ON t BEGIN VALUES (1); WITH a AS (SELECT 1) SELECT * FROM a; REPLACE INTO t VALUES (1); END",
    "CREATE TRIGGER begin AFTER INSERT ON begin WHEN new.begin = 1 AND begin BEGIN SELECT end AS begin FROM begin; END",
    "CREATE TRIGGER end AFTER INSERT ON end WHEN end BEGIN SELECT end end FROM end; SELECT 'END'; END",
    'CREATE TRIGGER "case" AFTER INSERT ON "end" BEGIN UPDATE "end" SET "case" = "end"; END',
    "CREATE TRIGGER [end] AFTER INSERT ON `begin` BEGIN SELECT [end;] FROM `begin;`; END",
    "CREATE TRIGGER case_end AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN end END; END",
  ])("keeps together: %s", (trigger) => {
    expect(split(`SELECT 0; ${trigger} ; SELECT 1`)).toEqual(["SELECT 0", trigger, "SELECT 1"]);
  });

  it("leaves a trigger without a body to the database, and goes on behind it", () => {
    expect(
      split("CREATE TRIGGER x AFTER INSERT ON t; CREATE TRIGGER y INSERT ON t BEGIN SELECT 1; END;"),
    ).toEqual(["CREATE TRIGGER x AFTER INSERT ON t", "CREATE TRIGGER y INSERT ON t BEGIN SELECT 1; END"]);
  });

  it("lets a virtual table have semicolons among its arguments, as SQLite does", () => {
    expect(split("CREATE VIRTUAL TABLE r USING rtree(a;b, c, d); SELECT 1")).toEqual([
      "CREATE VIRTUAL TABLE r USING rtree(a;b, c, d)",
      "SELECT 1",
    ]);
  });

  it("skips a byte order mark and counts columns without it", () => {
    expect(splitStatements("\uFEFFSELECT 1;\uFEFF SELECT 2", "sqlite")).toEqual([
      { text: "SELECT 1", start: 1, line: 1, column: 1 },
      { text: "SELECT 2", start: 12, line: 1, column: 12 },
    ]);
  });

  it("counts LF, CRLF and CR as one line end each", () => {
    const lines = splitStatements("SELECT 1;\r\nSELECT 2;\nSELECT 3;\rSELECT 4", "sqlite").map(
      ({ line }) => line,
    );
    expect(lines).toEqual([1, 2, 3, 4]);
  });

  it("takes letters of all scripts for parts of names", () => {
    expect(split("CREATE TABLE größe (naïve, 名前, 😀); SELECT '😀;'")).toEqual([
      "CREATE TABLE größe (naïve, 名前, 😀)",
      "SELECT '😀;'",
    ]);
  });

  it.each([
    ["SELECT 1;\n  SELECT 'abc", 2, 10],
    ["SELECT 1;\nSELECT 'it''s", 2, 8],
    ['SELECT "a', 1, 8],
    ["SELECT `a", 1, 8],
    ["SELECT [a", 1, 8],
    ["SELECT x'00", 1, 8],
    ["SELECT 1;\r\n/* open\nand on", 2, 1],
    ["CREATE TABLE t (\n  a INT DEFAULT (1)\n; SELECT 1;", 1, 16],
    ["CREATE TABLE t (a, CHECK (a > 0)", 1, 16],
    ["CREATE TRIGGER x INSERT ON t\nBEGIN\n  SELECT 1;\n", 2, 1],
    ["CREATE TRIGGER x INSERT ON t\nBEGIN\n  SELECT 1;\nEND_OF; SELECT 1;", 2, 1],
  ])("refuses what is not closed, where it opens: %j", (text, line, column) => {
    const error = refusalOf(() => splitStatements(text, "sqlite", { file: "001_a.sql" }));
    expect(error.code).toBe("SQL_UNTERMINATED");
    expect(error.where).toEqual({ file: "001_a.sql", line, column });
    expect(error.hint).toMatch(/^Close it with /);
  });

  it.each([
    [".read other.sql", 1],
    ["SELECT 1;\n.import data.csv t", 2],
    ["-- first\n  .tables\nSELECT 'x';", 2],
    [".print it's not closed", 1],
  ])("refuses a command of the sqlite3 shell: %j", (text, line) => {
    const error = refusalOf(() => splitStatements(text, "sqlite", { file: "a.sql" }));
    expect(error.code).toBe("SQL_UNSUPPORTED");
    expect(error.where).toMatchObject({ file: "a.sql", line });
    expect(error.hint).toBeTruthy();
  });

  it("leaves a number with a point in front, and a point within a statement, alone", () => {
    expect(split("SELECT .5;\nSELECT a\n.b FROM a")).toEqual(["SELECT .5", "SELECT a\n.b FROM a"]);
  });

  it("refuses a NUL character, wherever it is", () => {
    const error = refusalOf(() => splitStatements("SELECT 1;\nSELECT 'a\0b'", "sqlite", { file: "a.sql" }));
    expect(error.code).toBe("SQL_UNSUPPORTED");
    expect(error.where).toEqual({ file: "a.sql", line: 2, column: 10 });
  });
});
