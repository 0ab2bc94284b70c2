import fc from "fast-check";

import type { SqlSyntax } from "../../../src/sql/index.js";

/** Whole statements that hold everything that could mislead a splitter. */
const STATEMENTS: Readonly<Record<SqlSyntax, readonly string[]>> = {
  sqlite: [
    "CREATE TABLE \"a;b\" (x TEXT DEFAULT ';', [y;] INT, `z``;` CHECK (x <> ')'))",
    "INSERT INTO t VALUES ('it''s; --', x'00', 1.5e3, :a, ?2, /* ; ' */ 2)",
    "SELECT 1 -- it's; \"\n + 2",
    "CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET b = CASE WHEN c THEN ';' END; SELECT end FROM begin; END",
    "CREATE TEMP TRIGGER IF NOT EXISTS begin DELETE ON end WHEN begin BEGIN /* END; */ DELETE FROM t; END",
    "CREATE VIRTUAL TABLE r USING rtree(a;b, c)",
    "PRAGMA foreign_keys = off",
    "SELECT 'größe 😀', '\t'",
  ],
  postgres: [
    "CREATE TABLE \"a;b\" (x text DEFAULT ';', y int[] CHECK (x <> ')'))",
    "INSERT INTO t VALUES (E'it\\'s; --', B'01', $1, 1.5e3, /* ; /* ' */ ; */ 2)",
    "SELECT 1 -- it's; \"\n + 2",
    "DO $body$ BEGIN PERFORM $$;$$; END; $body$",
    "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT t.end AS end FROM t; END",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; DELETE FROM u)",
    "SELECT a->>'b;' @> $$;'$$, U&\"d\\0061;\" FROM t",
    "SELECT E'a\\'' -- ;\n '\\';'",
  ],
};

/** What can stand between two statements. */
const GAPS = ["", " ", "\n", "\t\n ", " -- it's; here\n", "/* ; ' \" $$ */", ";", "\n\n"];

export interface Script {
  readonly text: string;
  readonly statements: readonly string[];
}

export function scripts(syntax: SqlSyntax): fc.Arbitrary<Script> {
  const gap = fc.array(fc.constantFrom(...GAPS), { maxLength: 3 }).map((gaps) => gaps.join(""));
  const part = fc.tuple(gap, fc.constantFrom(...STATEMENTS[syntax]), gap);
  return fc.tuple(fc.array(part, { maxLength: 6 }), gap).map(([parts, last]) => ({
    text: parts.map(([before, statement, after]) => `${before}${statement}${after};`).join("") + last,
    statements: parts.map(([, statement]) => statement),
  }));
}

/** Pieces of SQL in any order: mostly nonsense, which has to be read without harm all the same. */
export function fragments(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(
      ..."CREATE DROP ALTER TABLE TRIGGER FUNCTION OR REPLACE TEMP RULE BEGIN ATOMIC END CASE SELECT INSERT INTO UPDATE SET".split(
        " ",
      ),
      ..."DELETE FROM WITH AS RECURSIVE MERGE USING THEN TRUNCATE EXPLAIN ANALYZE COPY PRAGMA VACUUM REINDEX INDEX ON".split(
        " ",
      ),
      ..."CONCURRENTLY SUBSCRIPTION PUBLICATION SAVEPOINT RELEASE ROLLBACK TO COMMIT SEARCH CYCLE IF EXISTS CASCADE".split(
        " ",
      ),
      ..."VIRTUAL UESCAPE ONLY INTO SCHEMA RENAME COLUMN DETACH PARTITION VALUES ADD VALUE TYPE OF".split(
        " ",
      ),
      ..."( ) , ; . = * - + :: [ ] ' '' \" ` $ $$ $a$ E' U&\" x' -- /* */ \\ \n \r\n a \"b\" 'c' 1 .5 ?1 :p @( # ~ ! \u00e9".split(
        / /,
      ),
    ),
    fc.string({ maxLength: 3 }),
  );
  const space = fc.constantFrom("", " ", "\n");
  return fc.array(fc.tuple(piece, space), { maxLength: 30 }).map((pieces) => pieces.flat().join(""));
}

/** Whitespace and comments, at least one character where `least` asks for it. */
export function noise(least: 0 | 1): fc.Arbitrary<string> {
  const piece = fc.constantFrom(" ", "\n", "\t", "/* DELETE FROM x; */", "-- ' it's\n", "/**/");
  return fc.array(piece, { minLength: least, maxLength: 3 }).map((pieces) => pieces.join(""));
}

export function inAnyCase(word: string): fc.Arbitrary<string> {
  return fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((isUpper) =>
      [...word].map((letter, at) => (isUpper[at] ? letter.toUpperCase() : letter.toLowerCase())).join(""),
    );
}
