// One change after the other to a schema that has everything: the rest of it must stay as it is, to the last
// row.
import { expect, test } from "vitest";
import type { Connection } from "../../../../src/connection/index.js";
import { introspect } from "../../../../src/dialects/sqlite/introspect.js";
import { sqliteSchema } from "../../../../src/dialects/sqlite/schema.js";
import { parseRenameHint } from "../../../../src/schema/index.js";
import { readShape } from "../../../generators/sqlite-reading.js";
import { applyPlan } from "./apply-plan.js";
import { databaseOf } from "./change-database.js";
import { TORTURE_ROWS, TORTURE_SCHEMA } from "./torture.js";

interface Edit {
  readonly title: string;
  readonly schema: string;
  readonly renames: readonly string[];
}

function edit(
  title: string,
  from: string | RegExp,
  to: string | ((line: string) => string),
  renames: readonly string[] = [],
): Edit {
  const schema = TORTURE_SCHEMA.replace(from, typeof to === "string" ? () => to : to);
  return { title, schema, renames };
}

const renameB = (line: string) => line.replaceAll(/(?<![\w'])b(?![\w'])/g, "bee");

const EDITS: readonly Edit[] = [
  edit("add a column", "c INT DEFAULT -5", "c INT DEFAULT -5, g TEXT DEFAULT 'new'"),
  edit(
    "add a column with an expression as default",
    "c INT DEFAULT -5",
    "c INT DEFAULT -5, g DEFAULT (abs(-4))",
  ),
  edit(
    "add a column that must not be null",
    "first INTEGER,",
    "first INTEGER, g INTEGER NOT NULL DEFAULT 4,",
  ),
  edit("add a virtual generated column", "total AS (a + b)", "total AS (a + b), twice AS (a * 2)"),
  edit("add a stored generated column", "total AS (a + b)", "total AS (a + b), twice AS (a * 2) STORED"),
  edit(
    "add a column with a foreign key",
    "id INTEGER PRIMARY KEY, code TEXT UNIQUE",
    "id INTEGER PRIMARY KEY, code TEXT UNIQUE, boss INTEGER REFERENCES parent (id)",
  ),
  edit(
    "drop a column",
    "first INTEGER, second TEXT,\n  FOREIGN KEY (first, second) REFERENCES pair_parent (a, b) NOT DEFERRABLE",
    "first INTEGER",
  ),
  edit("drop a generated column", ", total AS (a + b)", ""),
  edit("change a type", "i INTEGER, r REAL", "i REAL, r REAL"),
  edit("change a default", "DEFAULT 'it''s'", "DEFAULT 'it is'"),
  edit("take a default away", "d DEFAULT (1 + 2)", "d"),
  edit("make a column not null", "name VARCHAR ( 20 )", "name VARCHAR ( 20 ) NOT NULL"),
  edit("let a column be null", "note TEXT NOT NULL ON CONFLICT IGNORE", "note TEXT"),
  edit("change a conflict clause", "NOT NULL ON CONFLICT IGNORE", "NOT NULL ON CONFLICT REPLACE"),
  edit("change a collation", "'ümlaut' TEXT COLLATE NOCASE", "'ümlaut' TEXT COLLATE RTRIM"),
  edit("drop STRICT", "STRICT, WITHOUT ROWID", "WITHOUT ROWID"),
  edit("drop WITHOUT ROWID", "STRICT, WITHOUT ROWID", "STRICT"),
  edit(
    "add STRICT",
    "up INTEGER REFERENCES parent ON DELETE CASCADE)",
    "up INTEGER REFERENCES parent ON DELETE CASCADE) STRICT",
  ),
  edit("drop AUTOINCREMENT", "PRIMARY KEY AUTOINCREMENT", "PRIMARY KEY"),
  edit(
    "add AUTOINCREMENT",
    "CREATE TABLE parent (id INTEGER PRIMARY KEY",
    "CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT",
  ),
  edit(
    "change a table that counts with AUTOINCREMENT",
    "AUTOINCREMENT, note TEXT",
    "AUTOINCREMENT CHECK (id > 0), note TEXT",
  ),
  edit("turn the direction of a key", "a COLLATE BINARY DESC, b)", "a COLLATE BINARY, b)"),
  edit("let a key be the rowid", "id INTEGER PRIMARY KEY DESC", "id INTEGER PRIMARY KEY"),
  edit("give a key a name", "PRIMARY KEY (a, b)", "CONSTRAINT the_key PRIMARY KEY (a, b)"),
  edit(
    "add an unnamed check",
    "CREATE TABLE parent (id INTEGER PRIMARY KEY",
    "CREATE TABLE parent (id INTEGER PRIMARY KEY CHECK (id < 1000)",
  ),
  edit("drop an unnamed check", "CHECK (age >= 0) ", ""),
  edit("change a named check", "age < 200", "age < 300"),
  edit("rename a check", "CONSTRAINT adult", "CONSTRAINT grown"),
  edit("add a unique constraint", "b INTEGER, total", "b INTEGER UNIQUE, total"),
  edit("drop a unique constraint", "(20 ) UNIQUE ON CONFLICT FAIL".replace("(20 )", "( 20 )"), "( 20 )"),
  edit(
    "change the columns of a unique constraint",
    "UNIQUE (name COLLATE NOCASE DESC, age)",
    "UNIQUE (age, name)",
  ),
  edit("drop a foreign key", " REFERENCES parent ON DELETE CASCADE", ""),
  edit("change the action of a foreign key", "ON UPDATE SET NULL", "ON UPDATE RESTRICT"),
  edit("change a deferral", "DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE"),
  edit("drop MATCH", " MATCH FULL", ""),
  edit(
    "close a circle of foreign keys otherwise",
    "other INTEGER REFERENCES right_side (id)",
    "other INTEGER REFERENCES right_side (id) ON DELETE CASCADE",
  ),
  edit(
    "add an index",
    "CREATE INDEX plain_a ON plain (a)",
    "CREATE INDEX plain_a ON plain (a); CREATE INDEX plain_c ON plain (c DESC)",
  ),
  edit("drop an index", "CREATE INDEX plain_a ON plain (a);", ""),
  edit("change an index with an expression", "lower(b) COLLATE NOCASE DESC", "upper(b) COLLATE NOCASE DESC"),
  edit("change the condition of an index", "AND c > 0", "AND c > 1"),
  edit("rename an index", "CREATE INDEX plain_a ON", "CREATE INDEX plain_first ON"),
  edit("change a view below another", "FROM plain WHERE c < 0", "FROM plain WHERE c < 1"),
  edit("change the upper view", "(one, two) AS SELECT a, b AS", "(one, two) AS SELECT DISTINCT a, b AS"),
  edit("change the case of a result's name", "renamedB", "renamedb"),
  edit("drop the upper view", /CREATE VIEW upper_view.*|CREATE TRIGGER through.*/g, ""),
  edit("change a trigger", "e = 'now'", "e = 'later'"),
  edit("drop a trigger", /CREATE TRIGGER stamp.*END;/, ""),
  edit(
    "rebuild a table with views, triggers and an FTS table on it",
    "f DEFAULT 'active'",
    "f DEFAULT 'active' CHECK (f <> '')",
  ),
  edit(
    "change the tokenizer of an FTS table over another table",
    "remove_diacritics 2",
    "remove_diacritics 1",
  ),
  edit("change an FTS table that has its own text", "fts5(title, body UNINDEXED)", "fts5(title, body)"),
  edit("change an R-tree", "rtree(id, x0, x1, +label)", "rtree(id, x0, x1, +label, +note)"),
  edit("drop a virtual table", "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, +label);", ""),
  edit("drop a table that others refer to", / REFERENCES right_side \(id\)|CREATE TABLE right_side.*/g, ""),
  edit(
    "add a table",
    "CREATE INDEX plain_a",
    "CREATE TABLE added (id INTEGER PRIMARY KEY); CREATE INDEX plain_a",
  ),
  edit("rename a column used in everything", /.*(?: plain\b|lower_view|search).*/g, renameB, [
    "plain.b:plain.bee",
  ]),
  edit("rename a table that others refer to", /\bparent\b/g, "elder", ["parent:elder"]),
  edit("rename a table in another case only", "CREATE TABLE counted", "CREATE TABLE Counted"),
  edit(
    "rename a column of a key",
    /\(a TEXT COLLATE NOCASE, b INT, c, CONSTRAINT keyed_pk PRIMARY KEY \(a /,
    "(aa TEXT COLLATE NOCASE, b INT, c, CONSTRAINT keyed_pk PRIMARY KEY (aa ",
    ["keyed.a:keyed.aa"],
  ),
  edit(
    "rename a column that a generated one reads",
    /a INTEGER, b INTEGER, total AS \(a \+ b\), label TEXT GENERATED ALWAYS AS \(a /,
    "x INTEGER, b INTEGER, total AS (x + b), label TEXT GENERATED ALWAYS AS (x ",
    ["computed.a:computed.x"],
  ),
  edit(
    "rename and change at once",
    "CREATE TABLE left_side (id INTEGER PRIMARY KEY, other INTEGER",
    "CREATE TABLE left_side (id INTEGER PRIMARY KEY, peer TEXT",
    ["left_side.other:left_side.peer"],
  ),
];

test.each(EDITS)("$title", async ({ schema, renames }) => {
  const database = await databaseOf(TORTURE_SCHEMA + TORTURE_ROWS);
  const wanted = await databaseOf(schema);
  const before = await allRows(database);

  const plan = await sqliteSchema.planChanges(await introspect(database), await introspect(wanted), {
    renames: { hints: renames.map(parseRenameHint), ask: () => "dropped" },
  });
  const outcome = await applyPlan(database, plan);

  expect(outcome).toBe("applied");
  expect(plan.statements).not.toEqual([]);
  expect(withoutSequence(await readShape(database))).toEqual(withoutSequence(await readShape(wanted)));
  expect(sqliteSchema.compare(await introspect(database), await introspect(wanted)).changes).toEqual([]);
  expectKept(before, await allRows(database), renames);
  expect(await database.query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  expect(await database.query("PRAGMA foreign_key_check")).toEqual([]);
});

type Rows = ReadonlyMap<string, ReadonlyMap<string, readonly unknown[]>>;

/** Tables that are WITHOUT ROWID at times, and so are read in the order of their key. */
const KEYED = new Set(["typed", "keyed"]);

/** All values of all columns, as exact text, by table and column. */
async function allRows(database: Connection): Promise<Rows> {
  const tables = await database.query(
    "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%'",
  );
  const rows = new Map<string, Map<string, readonly unknown[]>>();
  for (const { name, wr } of tables) {
    const quoted = `"${String(name).replaceAll('"', '""')}"`;
    const columns = await database.query("SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1", [
      String(name),
    ]);
    const names = columns.map((column) => String(column["name"]));
    const byColumn = new Map<string, readonly unknown[]>();
    for (const column of [...names, ...(wr === 1 ? [] : ["rowid"])]) {
      const values = await database.query(
        `SELECT quote("${column}") AS v FROM ${quoted} ORDER BY ${KEYED.has(String(name)) ? `"${names[0]}"` : "rowid"}`,
      );
      byColumn.set(
        column,
        values.map((row) => row["v"]),
      );
    }
    rows.set(String(name).toLowerCase(), byColumn);
  }
  return rows;
}

/** Whatever is on both sides has the same values, also under a new name. */
function expectKept(before: Rows, after: Rows, renames: readonly string[]): void {
  const names = new Map(renames.map((rename) => rename.split(":") as [string, string]));
  for (const [table, columns] of before) {
    const now = after.get(names.get(table) ?? table);
    if (now === undefined) continue;
    for (const [column, values] of columns) {
      const renamed = names.get(`${table}.${column}`)?.split(".")[1] ?? column;
      const found = now.get(renamed);
      const isConverted = CONVERTED.has(`${table}.${column}`);
      if (found !== undefined && !isConverted)
        expect([table, column, found]).toEqual([table, column, values]);
    }
  }
}

/** What some edit changes on purpose: by another type, or because the key becomes the rowid. */
const CONVERTED = new Set(["typed.i", "left_side.other", "descending.rowid"]);

function withoutSequence(shape: unknown): unknown {
  return { ...(shape as object), sequence: [] };
}
