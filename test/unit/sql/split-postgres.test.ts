import { describe, expect, it } from "vitest";
import { splitStatements } from "../../../src/sql/index.js";
import { refusalOf } from "./refusal.js";

const split = (text: string) => splitStatements(text, "postgres").map((statement) => statement.text);

describe("splitting PostgreSQL scripts", () => {
  it.each([
    "DO $$ BEGIN PERFORM 1; END; $$",
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN $$;$$ || $1; END; $body$",
    "SELECT $größe$ ; $other$ ; $größe$",
    "SELECT a$b$c, d$e$f FROM t",
    "SELECT $1, $2 -- ;\n, 3",
    "SELECT 'a\\', 'b''; ', U&'\\0041;', N'x;', B'01', X'0f;'",
    "SELECT E'it\\'s;', e'\\\\', E'a''b;', E'\\\\\\';'",
    "SELECT E'a\\';' -- joined\n  'b\\';' , 1",
    'SELECT "a;""b", U&"d\\0061;""t"',
    "SELECT 1 /* a; /* b; */ c; */ + 2",
    "SELECT 1 /*/* ; */ ; **/ + 2",
    "SELECT a @-- ;\n 1, b <-/* ; */ 2, c ::int, d[1:2], e := 3",
    "SELECT a->>'x;' #>> '{;}', b ? ';', c @> ';'",
    "CREATE RULE r AS ON INSERT TO t DO INSTEAD (INSERT INTO a VALUES (1); DELETE FROM b; SELECT (1))",
    "CREATE OR REPLACE RULE r AS ON UPDATE TO t DO ALSO (SELECT 1; SELECT 2;)",
    "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a = 1 THEN CASE a WHEN 2 THEN 3 END END; END",
    "create or replace procedure p() language sql begin /* ; */ atomic insert into t values (1); delete from t; end",
    "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC END",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC ; SELECT t.end AS end, 1 AS case FROM t; RETURN 1; END",
    "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1;'",
    "CREATE TABLE begin (atomic int, begin int)",
    "COPY t FROM '/tmp/stdin'",
    "COPY stdin TO '/tmp/out'",
    "COPY (SELECT * FROM stdin) TO '/tmp/out'",
    "SET standard_conforming_strings = on",
    "SELECT 1_000, 0xFF, 0b1, 1.5e-3, .5, 1..2",
  ])("keeps together: %s", (statement) => {
    expect(split(`SELECT 0; ${statement} ; SELECT 1;`)).toEqual(["SELECT 0", statement, "SELECT 1"]);
  });

  it("ends a routine without an SQL body at its semicolon", () => {
    expect(split("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'x'; BEGIN; SELECT 1; END;")).toEqual([
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'x'",
      "BEGIN",
      "SELECT 1",
      "END",
    ]);
  });

  it("does not take CREATE TRIGGER for a block", () => {
    expect(split("CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION begin(); SELECT 1")).toHaveLength(2);
  });

  it("ends a line comment at CR as well as at LF", () => {
    expect(split("-- a\rSELECT 1; -- b\r\nSELECT 2")).toEqual(["SELECT 1", "SELECT 2"]);
  });

  it.each([
    ["SELECT 1;\nSELECT 'a", 2, 8],
    ["SELECT E'a\\'", 1, 8],
    ["SELECT E'a'\n'b", 1, 8],
    ['SELECT "a', 1, 8],
    ['SELECT U&"a', 1, 8],
    ["SELECT B'01", 1, 8],
    ["DO $$ BEGIN END $ $", 1, 4],
    ["DO $a$ $$ $A$", 1, 4],
    ["/* a /* b */\nSELECT 1;", 1, 1],
    ["SELECT (1, (2);\nSELECT 2;", 1, 8],
    ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2;", 1, 36],
    ["CREATE FUNCTION f() RETURNS int\nBEGIN ATOMIC SELECT 1;\nSELECT 2;", 2, 1],
  ])("refuses what is not closed, where it opens: %j", (text, line, column) => {
    const error = refusalOf(() => splitStatements(text, "postgres", { file: "a.sql" }));
    expect(error.code).toBe("SQL_UNTERMINATED");
    expect(error.where).toEqual({ file: "a.sql", line, column });
    expect(error.hint).toMatch(/^Close it with /);
  });

  it.each([
    ["\\i other.sql", 1, "\\i"],
    ["SELECT 1;\n\\d users", 2, "\\d"],
    ["SELECT 1;\n\\copy t from 'it''s.csv'", 2, "\\copy"],
    ["\\restrict abc'def", 1, "\\restrict"],
    ["SELECT 1 AS a\n\\gset", 2, "\\gset"],
    ["\\connect app", 1, "\\connect"],
    ["\\! rm file", 1, "\\!"],
    ["\\.", 1, "\\."],
    ["\\ ;#", 1, "\\"],
    ["\\dt+", 1, "\\dt+"],
  ])("refuses a command of the psql shell: %j", (text, line, command) => {
    const error = refusalOf(() => splitStatements(text, "postgres", { file: "a.sql" }));
    expect(error.code).toBe("SQL_UNSUPPORTED");
    expect(error.message).toContain(`\`${command}\``);
    expect(error.where).toMatchObject({ file: "a.sql", line });
    expect(error.hint).toBeTruthy();
  });

  it.each([
    "SELECT 1;\nCOPY t (a, b) FROM stdin;\n1\tit's\n\\.\n",
    "SELECT 1;\ncopy public.t from /* x */ STDIN WITH (FORMAT csv);\n",
    "SELECT 1;\nCOPY t TO STDOUT;",
  ])("refuses COPY that needs a shell: %j", (text) => {
    const error = refusalOf(() => splitStatements(text, "postgres", { file: "a.sql" }));
    expect(error.code).toBe("SQL_UNSUPPORTED");
    expect(error.where).toEqual({ file: "a.sql", line: 2, column: 1 });
    expect(error.hint).toBeTruthy();
  });

  it.each(["SET standard_conforming_strings = off", "SET LOCAL standard_conforming_strings TO 'off'"])(
    "refuses a script that changes how its quotes are read: %s",
    (text) => {
      const error = refusalOf(() => splitStatements(`${text}; SELECT 'a\\'';'`, "postgres"));
      expect(error.code).toBe("SQL_UNSUPPORTED");
    },
  );
});
