import { expect, test } from "vitest";
import { introspect } from "../../../../src/dialects/sqlite/introspect.js";
import { compare } from "../../../../src/dialects/sqlite/plan-changes.js";
import { renderChanges } from "../../../../src/dialects/sqlite/render.js";
import { sqliteSchema } from "../../../../src/dialects/sqlite/schema.js";
import { emptyModel, tableOf } from "../../../../src/schema/index.js";
import { readShape } from "../../../generators/sqlite-reading.js";
import { databaseOf } from "./change-database.js";

test.each([
  `CREATE TABLE "t"("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"b" text NOT NULL ON CONFLICT ROLLBACK,UNIQUE("b" ASC))`,
  "CREATE TABLE t (id INTEGER CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT FAIL, b INT)",
  "CREATE TABLE t (a INT NOT NULL DEFAULT (strftime('%s', 'now')), b DATETIME DEFAULT(datetime('now', 'localtime')))",
  "CREATE TABLE t (a DEFAULT (NULL), b DEFAULT NULL, c DEFAULT (('x')), d DEFAULT +1, e DEFAULT -0.5e3, f DEFAULT 0x1F, g DEFAULT x'ff')",
  "CREATE TABLE t (a DEFAULT current_date, b DEFAULT (current_date), c DEFAULT true, d DEFAULT FALSE)",
  "CREATE TABLE t (c BOOLEAN NOT NULL CHECK (c IN (0, 1)), d CHECK (d LIKE 'a!%%' ESCAPE '!' AND d NOT GLOB '*[^0-9]*'))",
  "CREATE TABLE t (a CHECK (a <> 'it''s'), b /* , c */ TEXT -- , d\n, e)",
  "CREATE TABLE t (a CHECK (CASE WHEN a IS NULL THEN 1 ELSE CAST(a AS TEXT) BETWEEN 'a' AND 'b' END))",
  "CREATE TABLE t (x TEXT CHECK (json_valid(x)), y AS (x ->> '$.a.b') VIRTUAL NOT NULL, z TEXT AS (json_extract(x, '$[0]')) STORED UNIQUE)",
  "CREATE TABLE t (a REFERENCES t, b REFERENCES gone (x) ON UPDATE NO ACTION ON DELETE NO ACTION, FOREIGN KEY (a, b) REFERENCES t2 ON DELETE RESTRICT); CREATE TABLE t2 (p, q, PRIMARY KEY (q, p))",
  "CREATE TABLE t (a TEXT REFERENCES t (a) NOT DEFERRABLE INITIALLY DEFERRED UNIQUE, b REFERENCES t (a) DEFERRABLE INITIALLY IMMEDIATE)",
  "CREATE TABLE t (rowid, oid INTEGER PRIMARY KEY, _rowid_ TEXT)",
  'CREATE TABLE t ("key" TEXT, [a b] INT, `c``d` REAL, "e""f" BLOB, \'g\' ANY, "desc" INT, "" TEXT)',
  'CREATE TABLE t (a TEXT COLLATE nocase, b COLLATE "RTRIM", PRIMARY KEY (a COLLATE rtrim DESC, b)) STRICT, WITHOUT ROWID'.replace(
    "b COLLATE",
    "b TEXT COLLATE",
  ),
  "CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC)); CREATE TABLE u (a INTEGER PRIMARY KEY DESC); CREATE TABLE v (a INT PRIMARY KEY)",
  "CREATE TABLE t (a, b, PRIMARY KEY (a) UNIQUE (b) CHECK (a > 0) CONSTRAINT c CHECK (b > 0))",
  'CREATE TABLE t (a, d); CREATE INDEX i ON t (a COLLATE nocase, lower(d) DESC, a + 1, (a || d) COLLATE rtrim) WHERE d IS NOT NULL AND "a" IN (1, 2)',
  "CREATE TABLE t AS SELECT 1 AS one, 'x' AS \"two words\"",
  'CREATE TABLE t (a); CREATE VIEW v AS WITH c (n) AS (VALUES (1)) SELECT n, "a" AS "Camel Case" FROM c, t /* of all */ WHERE n = \';\' -- end',
  "CREATE TABLE t (a); CREATE VIEW v (x, \"y z\") AS SELECT a, ';' FROM t UNION ALL VALUES (1, 2)",
  "CREATE TABLE t (a); CREATE TRIGGER g AFTER UPDATE OF a ON t FOR EACH ROW WHEN new.a <> ';' BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM t; END",
  "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE VIRTUAL TABLE f USING fts5 (a, b UNINDEXED, content=t, content_rowid='id', prefix='2 3', tokenize=\"porter 'unicode61'\")",
  'CREATE VIRTUAL TABLE f USING fts4 (a TEXT, b, tokenize=unicode61 "remove_diacritics=0", notindexed=b); CREATE VIRTUAL TABLE r USING rtree_i32 (id, x0, x1)',
  'CREATE TABLE ünïcode (ßtraße TEXT, 名前 INT CHECK (名前 > 0)); CREATE INDEX "ünï code" ON ünïcode (ßtraße)',
])("%s is built anew as it was", async (sql) => {
  const database = await databaseOf(sql);
  const model = await introspect(database);
  const copy = await databaseOf("SELECT 1");

  for (const { text } of renderChanges(compare(emptyModel("sqlite"), model)).statements)
    await copy.execute(text);

  expect(compare(model, await introspect(copy)).changes).toEqual([]);
  expect(await readShape(copy)).toEqual(await readShape(database));
});

test.each([
  ["(a)", "a"],
  ["((a) COLLATE NOCASE) DESC", "a COLLATE NOCASE DESC"],
  ["a COLLATE BINARY ASC", "a"],
  ["(a + 1)", "a + 1"],
])("an index on %s is one on %s", async (one, other) => {
  const index = async (part: string) =>
    introspect(await databaseOf(`CREATE TABLE t (a); CREATE INDEX i ON t (${part})`));

  expect(compare(await index(one), await index(other)).changes).toEqual([]);
});

test("a model that comes from elsewhere is told as SQLite would tell it", async () => {
  const table = tableOf({
    schema: "main",
    name: "users",
    columns: [
      { name: "id", type: "INTEGER" },
      { name: "born", type: "text", default: "(date('now'))", comment: "lost" },
    ],
    constraints: [{ kind: "primary-key", columns: [{ name: "ID" }], rowidAlias: true }],
  });
  const model = { ...emptyModel("sqlite"), schemas: [{ name: "main" }], tables: [table] };

  const [found] = (await sqliteSchema.normalise(model, await databaseOf("SELECT 1"))).tables;

  expect(found?.columns).toEqual([
    { name: "id", type: "INTEGER" },
    { name: "born", type: "TEXT", default: "date('now')" },
  ]);
  expect(found?.constraints).toEqual([{ kind: "primary-key", columns: [{ name: "id" }], rowidAlias: true }]);
});

test("what SQLite refuses is refused with its reason", async () => {
  const table = tableOf({
    schema: "main",
    name: "t",
    columns: [{ name: "a", type: "", default: "nonsense(" }],
  });

  await expect(
    sqliteSchema.normalise({ ...emptyModel("sqlite"), tables: [table] }, await databaseOf("SELECT 1")),
  ).rejects.toMatchObject({ code: "SQL_FAILED" });
});
