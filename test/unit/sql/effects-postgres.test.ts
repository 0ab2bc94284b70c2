import { describe, expect, it } from "vitest";
import { type Effect, readEffects, readTriggerBody } from "../../../src/sql/index.js";

const effects = (text: string) => readEffects({ text }, "postgres").map(withoutBlanks);

describe("what a PostgreSQL statement does", () => {
  it.each<[string, Effect[]]>([
    ["SELECT * FROM t", [{ kind: "select" }]],
    ["((SELECT 1) UNION SELECT 2)", [{ kind: "select" }]],
    ["TABLE t", [{ kind: "select" }]],
    ["SELECT a AS into, t.into FROM t", [{ kind: "select" }]],
    [
      "SELECT a INTO TEMP TABLE s.U FROM t",
      [{ kind: "select" }, { kind: "create-table", schema: "s", table: "u", temporary: true }],
    ],
    ["INSERT INTO T VALUES (1)", [{ kind: "insert", table: "t" }]],
    ["UPDATE ONLY s.t * AS x SET a = 1", [{ kind: "update", schema: "s", table: "t" }]],
    ['DELETE FROM ONLY ("T") USING u', [{ kind: "delete", table: "T" }]],
    ['delete/* /* FROM */ u */from U&"\\0074"', [{ kind: "delete", table: "t" }]],
    ["DELETE FROM U&\"!0074!!\" UESCAPE '!' WHERE true", [{ kind: "delete", table: "t!" }]],
    ["DELETE FROM app.public.t", [{ kind: "delete", schema: "public", table: "t" }]],
    ["MERGE INTO t USING u ON a = b WHEN MATCHED THEN UPDATE SET a = (1)", [{ kind: "merge", table: "t" }]],
    [
      "MERGE INTO ONLY t USING u ON a = b WHEN MATCHED AND (a > 1) THEN DELETE",
      [
        { kind: "merge", table: "t" },
        { kind: "delete", table: "t" },
      ],
    ],
    ["TRUNCATE t", [{ kind: "truncate", table: "t" }]],
    [
      "TRUNCATE TABLE ONLY s.a *, b RESTART IDENTITY CASCADE",
      [
        { kind: "truncate", schema: "s", table: "a", cascade: true },
        { kind: "truncate", table: "b", cascade: true },
      ],
    ],
    ["TRUNCATE cascade", [{ kind: "truncate", table: "cascade" }]],
    [
      "WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d",
      [{ kind: "delete", table: "a" }, { kind: "select" }],
    ],
    [
      "((WITH d AS MATERIALIZED (DELETE FROM a RETURNING *) SELECT * FROM d))",
      [{ kind: "delete", table: "a" }, { kind: "select" }],
    ],
    [
      "WITH RECURSIVE d (x) AS NOT MATERIALIZED (WITH q AS (SELECT 1) DELETE FROM a RETURNING 1), u AS (UPDATE b SET c = 1) INSERT INTO t SELECT 1",
      [
        { kind: "delete", table: "a" },
        { kind: "update", table: "b" },
        { kind: "insert", table: "t" },
      ],
    ],
    [
      "WITH m AS (MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE RETURNING *) SELECT 1",
      [{ kind: "merge", table: "t" }, { kind: "delete", table: "t" }, { kind: "select" }],
    ],
    [
      "WITH RECURSIVE s(a, set) AS (SELECT 1) SEARCH DEPTH FIRST BY a, set SET o CYCLE a SET c TO true DEFAULT false USING p DELETE FROM t",
      [{ kind: "delete", table: "t" }],
    ],
    ["WITH delete AS (SELECT 1) SELECT * FROM delete", [{ kind: "select" }]],
    ["WITH recursive AS (SELECT 1) DELETE FROM t", [{ kind: "delete", table: "t" }]],
    ["WITH recursive (x) AS (SELECT 1) DELETE FROM t", [{ kind: "delete", table: "t" }]],
    ["SELECT * FROM f() AS (delete int, update text, set int)", [{ kind: "select" }]],
    ["SELECT * FROM f() WITH ORDINALITY AS (update text, set int)", [{ kind: "select" }]],
    ["WITH a AS (SELECT 'DELETE FROM t', $$ (DELETE FROM t) $$) SELECT 1", [{ kind: "select" }]],
    [
      "CREATE TABLE x AS WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
      [
        { kind: "create-table", table: "x" },
        { kind: "delete", table: "t" },
      ],
    ],
    ["COPY (DELETE FROM t RETURNING *) TO '/tmp/x'", [{ kind: "delete", table: "t" }]],
    [
      "COPY ((WITH d AS (DELETE FROM t RETURNING 1) SELECT 1)) TO '/tmp/x'",
      [{ kind: "delete", table: "t" }, { kind: "select" }],
    ],
    ["COPY s.t (a, b) FROM '/tmp/x'", [{ kind: "insert", schema: "s", table: "t" }]],
    ["COPY t TO '/tmp/x'", [{ kind: "select" }]],
    ["CREATE UNLOGGED TABLE IF NOT EXISTS t (a int)", [{ kind: "create-table", table: "t" }]],
    ["CREATE FOREIGN TABLE t (a int) SERVER s", [{ kind: "create-table", table: "t" }]],
    [
      "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC WITH d AS (DELETE FROM t RETURNING 1) SELECT 1; END",
      [{ kind: "create-other", objectType: "function", object: "f" }],
    ],
    ["CREATE INDEX ON t (a)", [{ kind: "create-other", objectType: "index" }]],
    [
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS "I" ON t (a)',
      [{ kind: "create-other", objectType: "index", object: "I" }],
    ],
    ["CREATE SCHEMA AUTHORIZATION u", [{ kind: "create-other", objectType: "schema" }]],
    [
      "CREATE TYPE s.mood AS ENUM ('ok')",
      [{ kind: "create-other", objectType: "type", schema: "s", object: "mood" }],
    ],
    [
      "CREATE MATERIALIZED VIEW IF NOT EXISTS v AS SELECT 1",
      [{ kind: "create-other", objectType: "materialized view", object: "v" }],
    ],
    [
      'DROP TABLE IF EXISTS a, s."B" CASCADE',
      [
        { kind: "drop-table", table: "a", cascade: true },
        { kind: "drop-table", schema: "s", table: "B", cascade: true },
      ],
    ],
    ["DROP TABLE cascade", [{ kind: "drop-table", table: "cascade" }]],
    ["DROP FOREIGN TABLE a RESTRICT", [{ kind: "drop-table", table: "a" }]],
    ["DROP SCHEMA a CASCADE", [{ kind: "drop-schema", object: "a", cascade: true }]],
    ["DROP INDEX CONCURRENTLY IF EXISTS a", [{ kind: "drop-index", object: "a" }]],
    ["DROP TRIGGER a ON s.t CASCADE", [{ kind: "drop-trigger", object: "a", cascade: true }]],
    ["DROP MATERIALIZED VIEW v", [{ kind: "drop-other", objectType: "materialized view", object: "v" }]],
    ["DROP TYPE a CASCADE", [{ kind: "drop-other", objectType: "type", object: "a", cascade: true }]],
    [
      "DROP FUNCTION f(a int, b numeric(1, 2)), g CASCADE",
      [
        { kind: "drop-other", objectType: "function", object: "f", cascade: true },
        { kind: "drop-other", objectType: "function", object: "g", cascade: true },
      ],
    ],
    ["DROP OPERATOR + (int, int) CASCADE", [{ kind: "drop-other", objectType: "operator", cascade: true }]],
    ["DROP OWNED BY me CASCADE", [{ kind: "other" }]],
    [
      "ALTER TABLE IF EXISTS ONLY s.t * DROP a CASCADE, ADD COLUMN b numeric(1, 2), DROP COLUMN IF EXISTS c",
      [
        { kind: "alter-table", schema: "s", table: "t", droppedColumn: "a", cascade: true },
        { kind: "alter-table", schema: "s", table: "t" },
        { kind: "alter-table", schema: "s", table: "t", droppedColumn: "c" },
      ],
    ],
    ["ALTER TABLE t RENAME TO U", [{ kind: "alter-table", table: "t", renamedTo: "u" }]],
    ["ALTER TABLE t RENAME CONSTRAINT a TO b", [{ kind: "alter-table", table: "t" }]],
    ["ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b", [{ kind: "other" }]],
    ["ALTER TYPE a ADD VALUE 'b'", [{ kind: "other" }]],
    ["EXPLAIN DELETE FROM t", [{ kind: "select" }]],
    ["EXPLAIN ANALYZE VERBOSE DELETE FROM t", [{ kind: "delete", table: "t" }]],
    ['EXPLAIN (VERBOSE, ANALYZE off, "analyze") DELETE FROM t', [{ kind: "delete", table: "t" }]],
    ["EXPLAIN (ANALYZE 'false') DELETE FROM t", [{ kind: "select" }]],
    ["START TRANSACTION", [{ kind: "transaction" }]],
    ["DO $$ BEGIN DELETE FROM t; END $$", [{ kind: "other" }]],
    ["REPLACE INTO t VALUES (1)", [{ kind: "other" }]],
    ["PRAGMA foreign_keys = off", [{ kind: "other" }]],
  ])("%s", (text, expected) => {
    expect(effects(text)).toEqual(expected);
  });

  it("cuts names to 63 bytes, as the server does", () => {
    expect(effects(`DROP TABLE ${"a".repeat(70)}, "${"ä".repeat(40)}"`)).toEqual([
      { kind: "drop-table", table: "a".repeat(63) },
      { kind: "drop-table", table: "ä".repeat(31) },
    ]);
  });

  it("tells a trigger's events, and has no body for it", () => {
    const sql =
      "CREATE CONSTRAINT TRIGGER x AFTER INSERT OR UPDATE OF a, b OR DELETE ON t EXECUTE FUNCTION f()";
    expect(readTriggerBody(sql, "postgres")).toEqual({
      events: ["insert", "update", "delete"],
      statements: [],
    });
  });
});

function withoutBlanks(effect: Effect) {
  return Object.fromEntries(
    Object.entries(effect).filter(([, value]) => value !== undefined && value !== false),
  );
}
