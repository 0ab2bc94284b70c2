import { describe, expect, it } from "vitest";
import { type Effect, readEffects, readTriggerBody } from "../../../src/sql/index.js";

const effects = (text: string) => readEffects({ text }, "sqlite");

describe("what a SQLite statement does", () => {
  it.each<[string, Effect]>([
    ["SELECT * FROM t", { kind: "select" }],
    ["VALUES (1)", { kind: "select" }],
    ["WITH a AS (SELECT 1), b (x) AS NOT MATERIALIZED (SELECT 2) SELECT * FROM a, b", { kind: "select" }],
    ["INSERT INTO t VALUES (1)", { kind: "insert", table: "t" }],
    ["insert into main.t default values", { kind: "insert", schema: "main", table: "t" }],
    ["INSERT OR IGNORE INTO t SELECT * FROM u", { kind: "insert", table: "t", conflict: "ignore" }],
    ["INSERT OR ROLLBACK INTO t SELECT 1", { kind: "insert", table: "t", conflict: "rollback" }],
    ["INSERT OR REPLACE INTO t VALUES (1)", { kind: "insert", table: "t", conflict: "replace" }],
    ["insert/**/or--\nreplace/**/into[a b]values(1)", { kind: "insert", table: "a b", conflict: "replace" }],
    ["REPLACE INTO t VALUES (1)", { kind: "insert", table: "t", conflict: "replace" }],
    [
      "WITH a AS (SELECT 1) REPLACE INTO t SELECT * FROM a",
      { kind: "insert", table: "t", conflict: "replace" },
    ],
    ["INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1", { kind: "insert", table: "t" }],
    ["UPDATE t SET a = 1", { kind: "update", table: "t" }],
    [
      "UPDATE OR REPLACE s.t AS x SET a = 1",
      { kind: "update", schema: "s", table: "t", conflict: "replace" },
    ],
    ["UPDATE t AS x INDEXED BY i SET a = 1", { kind: "update", table: "t" }],
    ["UPDATE t NOT INDEXED SET a = 1", { kind: "update", table: "t" }],
    ["DELETE FROM t", { kind: "delete", table: "t" }],
    ["delete from T where 1", { kind: "delete", table: "T" }],
    ['DeLeTe/* FROM u */FROM -- u\n "a""b"', { kind: "delete", table: 'a"b' }],
    ["DELETE FROM 'it''s'", { kind: "delete", table: "it's" }],
    ["DELETE FROM `s`.[t]", { kind: "delete", schema: "s", table: "t" }],
    ["WITH/**/RECURSIVE r AS (SELECT 1) DELETE FROM t", { kind: "delete", table: "t" }],
    ["WITH RECURSIVE r(x) AS (SELECT 1 UNION SELECT x FROM r) DELETE FROM t", { kind: "delete", table: "t" }],
    [
      "WITH replace AS MATERIALIZED (SELECT ')', (1)) DELETE FROM replace",
      { kind: "delete", table: "replace" },
    ],
    ["CREATE TABLE IF NOT EXISTS s.t AS SELECT 1", { kind: "create-table", schema: "s", table: "t" }],
    ["CREATE TEMP TABLE t (a)", { kind: "create-table", table: "t", temporary: true }],
    ["CREATE VIRTUAL TABLE t USING fts5(a)", { kind: "create-table", table: "t" }],
    ["CREATE UNIQUE INDEX i ON t (a)", { kind: "create-other", objectType: "index", object: "i" }],
    [
      "CREATE TEMP VIEW v AS SELECT 1",
      { kind: "create-other", objectType: "view", object: "v", temporary: true },
    ],
    [
      "CREATE TRIGGER x DELETE ON t BEGIN DELETE FROM u; END",
      { kind: "create-other", objectType: "trigger", object: "x" },
    ],
    ["DROP TABLE t", { kind: "drop-table", table: "t" }],
    ['drop /* a */ table if exists main . "t"', { kind: "drop-table", schema: "main", table: "t" }],
    ["DROP VIEW v", { kind: "drop-view", object: "v" }],
    ["DROP INDEX IF EXISTS i", { kind: "drop-index", object: "i" }],
    ["DROP TRIGGER s.x", { kind: "drop-trigger", schema: "s", object: "x" }],
    ["ALTER TABLE t RENAME TO u", { kind: "alter-table", table: "t", renamedTo: "u" }],
    ["ALTER TABLE s.'t' RENAME TO [u v]", { kind: "alter-table", schema: "s", table: "t", renamedTo: "u v" }],
    ["ALTER TABLE t RENAME COLUMN a TO b", { kind: "alter-table", table: "t" }],
    ["ALTER TABLE t RENAME a TO b", { kind: "alter-table", table: "t" }],
    ["ALTER TABLE t ADD COLUMN a DEFAULT (1, 2)", { kind: "alter-table", table: "t" }],
    ["ALTER TABLE t DROP COLUMN a", { kind: "alter-table", table: "t", droppedColumn: "a" }],
    ['ALTER TABLE t DROP "a b"', { kind: "alter-table", table: "t", droppedColumn: "a b" }],
    ["ALTER TABLE t DROP CONSTRAINT a", { kind: "alter-table", table: "t" }],
    ["PRAGMA foreign_keys = off", { kind: "pragma" }],
    ["BEGIN IMMEDIATE", { kind: "transaction" }],
    ["ROLLBACK TO x", { kind: "transaction" }],
    ["VACUUM", { kind: "other" }],
    ["ATTACH 'a' AS b", { kind: "other" }],
    ["DELETE t", { kind: "other" }],
    ["WITH a AS SELECT 1 DELETE FROM t", { kind: "other" }],
    ["", { kind: "other" }],
    ["EXPLAIN DELETE FROM t", { kind: "select" }],
    ["EXPLAIN QUERY PLAN DROP TABLE t", { kind: "select" }],
    ["EXPLAIN PRAGMA foreign_keys = off", { kind: "pragma" }],
  ])("%s", (text, effect) => {
    const [first, ...others] = effects(text);
    expect(withoutBlanks(first)).toEqual(effect);
    expect(others).toEqual([]);
  });
});

describe("what a SQLite trigger does", () => {
  it("is told by the statements of its body", () => {
    const sql = `CREATE TRIGGER IF NOT EXISTS s."begin" AFTER DELETE ON t WHEN old.begin = 1 AND begin
      BEGIN -- first
        DELETE FROM a; UPDATE b SET x = CASE WHEN 1 THEN ';' END;
        REPLACE INTO c SELECT end FROM d;
      END`;
    const body = readTriggerBody(sql, "sqlite");
    expect(body.events).toEqual(["delete"]);
    expect(body.statements.flatMap((each) => readEffects(each, "sqlite")).map(withoutBlanks)).toEqual([
      { kind: "delete", table: "a" },
      { kind: "update", table: "b" },
      { kind: "insert", table: "c", conflict: "replace" },
    ]);
  });

  it.each<[string, string[]]>([
    ["CREATE TRIGGER x INSERT ON t BEGIN SELECT 1; END", ["insert"]],
    ["CREATE TEMP TRIGGER x BEFORE UPDATE OF a, b ON t BEGIN SELECT 1; END;", ["update"]],
    ["create trigger x instead of delete on v for each row begin select 1; end", ["delete"]],
    ["CREATE TRIGGER update AFTER INSERT ON delete BEGIN SELECT 1; END", ["insert"]],
    ["CREATE TRIGGER", ["insert", "update", "delete"]],
  ])("waits for its event: %s", (sql, events) => {
    expect(readTriggerBody(sql, "sqlite").events).toEqual(events);
  });
});

function withoutBlanks(effect: Effect | undefined) {
  return Object.fromEntries(
    Object.entries(effect ?? {}).filter(([, value]) => value !== undefined && value !== false),
  );
}
