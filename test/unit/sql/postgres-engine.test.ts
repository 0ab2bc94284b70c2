import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { cannotRunInTransaction, readEffects, splitStatements } from "../../../src/sql/index.js";

let database: PGlite;

beforeAll(async () => {
  database = await PGlite.create();
});

afterAll(async () => {
  await database.close();
});

async function onFreshSchema<T>(work: () => Promise<T>): Promise<T> {
  await database.exec("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public");
  return await work();
}

/** What is in the database: its objects with their definitions, and the rows of the table `log`. */
async function snapshot(): Promise<unknown> {
  const relations = await database.query(
    "SELECT relname, relkind, pg_get_viewdef(oid) AS view FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname",
  );
  const columns = await database.query(
    "SELECT table_name, column_name, column_default FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
  );
  const routines = await database.query(
    "SELECT proname, pg_get_functiondef(oid) AS text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname",
  );
  const rules = await database.query(
    "SELECT rulename, definition FROM pg_rules WHERE schemaname = 'public' ORDER BY 1",
  );
  const log = await database.query("SELECT text FROM log ORDER BY text");
  return [relations, columns, routines, rules, log].map(({ rows }) => rows);
}

describe("the splitter and PostgreSQL agree", () => {
  it.each([
    [
      "on dollar quotes",
      `
      DO $$ BEGIN INSERT INTO log VALUES ('$ ; a'); END; $$; DO $a$ BEGIN EXECUTE $$INSERT INTO log VALUES ('b;')$$; END $a$;
      CREATE FUNCTION f$1(a$b text) RETURNS text LANGUAGE plpgsql AS $größe$ BEGIN RETURN '$größe' || $1 || ';'; END; $größe$;
      INSERT INTO log VALUES (f$1('c$$')), ($$it's; -- $$), ($a$ $$ ; $b$ $a$);`,
    ],
    [
      "on strings, names and comments",
      `
      INSERT INTO log VALUES ('a\\'), (E'b\\'; --'), (E'c\\\\'), ('d''; e'), (U&'\\0041;'), (N'n;') /* ; /* ' */ ; */; -- it's;
      INSERT INTO log SELECT E'one\\';' -- ; '
        'two\\';'; CREATE TABLE "t;""x" ("a;" text DEFAULT ';', U&"\\0062;" int); INSERT INTO log SELECT 1 ^-- ;
        1 WHERE false; INSERT INTO log SELECT 'x' /*/* ; */*/;`,
    ],
    [
      "on BEGIN ATOMIC bodies",
      `
      CREATE TABLE t (begin int, "end" int, atomic int);
      CREATE FUNCTION one(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC
        SELECT CASE WHEN a = 1 THEN CASE a WHEN 2 THEN 3 END ELSE 4 END; SELECT t.end AS end FROM t; -- END;
        SELECT 1 AS case; /* END; */ END; CREATE OR REPLACE PROCEDURE two() BEGIN ATOMIC INSERT INTO log VALUES ('END;'); DELETE FROM t; END
      ; CREATE FUNCTION begin() RETURNS void BEGIN ATOMIC END; CREATE FUNCTION three() RETURNS int RETURN 3; CALL two(); SELECT one(1);`,
    ],
    [
      "on rules",
      `
      CREATE TABLE t (a text); CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO log VALUES (new.a || ';'); UPDATE log SET text = text || ')';);
      CREATE OR REPLACE RULE s AS ON DELETE TO t DO INSTEAD NOTHING; INSERT INTO t VALUES ('x'); DELETE FROM t;`,
    ],
    [
      "on arrays, casts, operators and line ends",
      "\uFEFFINSERT INTO log SELECT (ARRAY['a;','b'])[1:1]::text;;\r\nINSERT INTO log SELECT '{\"a;\":1}'::jsonb->>'a;';\r\n;-- x\rINSERT INTO log SELECT 'y' WHERE '{\"a\":1}'::jsonb ? 'a';\f;",
    ],
  ])("%s", async (_, text) => {
    const whole = await onFreshSchema(async () => {
      await database.exec("CREATE TABLE log (text text)");
      await database.exec(text.replace("\uFEFF", ""));
      return await snapshot();
    });
    const oneByOne = await onFreshSchema(async () => {
      await database.exec("CREATE TABLE log (text text)");
      // `query` takes exactly one statement, and refuses more.
      for (const statement of splitStatements(text, "postgres")) await database.query(statement.text);
      return await snapshot();
    });
    expect(oneByOne).toEqual(whole);
  });
});

describe("what is read and what PostgreSQL does agree", () => {
  it.each([
    "((WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d))",
    "WITH a AS (WITH q AS (SELECT 1) DELETE FROM ONLY (t) RETURNING *) SELECT * FROM a",
    "CREATE TABLE x AS WITH d AS MATERIALIZED (DELETE FROM T RETURNING *) SELECT * FROM d",
    'EXPLAIN (VERBOSE, "analyze") DELETE FROM t',
    "EXPLAIN (ANALYZE off, ANALYZE on) DELETE FROM public.t",
    "delete/* /* */ */from--\nU&\"!0074\"UESCAPE'!'",
    "WITH recursive AS (SELECT 1) DELETE FROM t *",
    "WITH RECURSIVE s(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM s WHERE a < 3) SEARCH DEPTH FIRST BY a SET o CYCLE a SET c USING p DELETE FROM t",
    "WITH m AS (MERGE INTO t USING (VALUES (1)) v(z) ON true WHEN MATCHED THEN DELETE RETURNING *) SELECT * FROM m",
    "TRUNCATE ONLY t, log RESTART IDENTITY CASCADE",
    "DROP TABLE IF EXISTS nothing, public . t CASCADE",
    "DELETE FROM t USING log AS delete WHERE true OR delete.text IS NULL",
  ])("%s takes the rows of t away", async (text) => {
    const left = await onFreshSchema(async () => {
      await database.exec(
        "CREATE TABLE log (text text); INSERT INTO log VALUES ('a'); CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)",
      );
      await database.query(text);
      const { rows } = await database.query("SELECT to_regclass('t') IS NULL AS gone");
      if (JSON.stringify(rows) === '[{"gone":true}]') return [];
      return (await database.query("SELECT * FROM t")).rows;
    });
    expect(left).toEqual([]);
    const named = readEffects({ text }, "postgres").filter((effect) => effect.table === "t");
    expect(named.map((effect) => effect.kind)).toContainEqual(
      expect.stringMatching(/^(delete|truncate|drop-table)$/),
    );
  });

  it.each([
    "VACUUM",
    "VACUUM (ANALYZE) t",
    "CREATE INDEX CONCURRENTLY ON t (a)",
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS j ON t (a)",
    "DROP INDEX CONCURRENTLY i",
    "REINDEX TABLE t",
    "REINDEX TABLE CONCURRENTLY t",
    "REINDEX (CONCURRENTLY) INDEX i",
    "REINDEX (VERBOSE, CONCURRENTLY off) INDEX i",
    "REINDEX SCHEMA public",
    "REINDEX DATABASE",
    "REINDEX SYSTEM",
    "CLUSTER",
    "CLUSTER (VERBOSE)",
    "CLUSTER t USING i",
    "CREATE DATABASE x",
    "DROP DATABASE IF EXISTS x",
    "CREATE TABLESPACE x LOCATION '/nowhere'",
    "DROP TABLESPACE IF EXISTS x",
    "ALTER SYSTEM SET work_mem = '1MB'",
    "ALTER DATABASE postgres SET TABLESPACE pg_default",
    "ALTER DATABASE postgres SET work_mem = '1MB'",
    "ALTER TABLE IF EXISTS p DETACH PARTITION public.p1 CONCURRENTLY",
    "ALTER TABLE p DETACH PARTITION p1",
    "DISCARD ALL",
    "DISCARD PLANS",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
    "ALTER TYPE mood ADD VALUE 'b'",
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=a' PUBLICATION p",
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=a' PUBLICATION p WITH (create_slot)",
    "CREATE SUBSCRIPTION s CONNECTION 'dbname=a' PUBLICATION p WITH (connect = off, slot_name = NONE)",
    "ANALYZE",
    "CHECKPOINT",
    "LOCK TABLE t",
  ])("%s is allowed in a transaction, or not", async (text) => {
    await onFreshSchema(async () => {
      await database.exec(`
        CREATE TABLE t (a int PRIMARY KEY); CREATE INDEX i ON t (a);
        CREATE TABLE p (a int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2);
        CREATE TYPE mood AS ENUM ('a'); CREATE MATERIALIZED VIEW v AS SELECT 1 AS a; CREATE UNIQUE INDEX ON v (a)`);
    });
    await database.exec("BEGIN");
    const code = await database.query(text).then(
      () => undefined,
      (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
    );
    await database.exec("ROLLBACK");
    expect(cannotRunInTransaction({ text }, "postgres") !== undefined).toBe(code === ACTIVE_SQL_TRANSACTION);
  });
});

const ACTIVE_SQL_TRANSACTION = "25001";
