import fc from "fast-check";
import Database from "libsql";
import { describe, expect, it } from "vitest";

import { readEffects, readPragma, splitStatements } from "../../../src/sql/index.js";

/** What the engine makes of a script that it reads by itself, from beginning to end. */
function schemaOfScript(text: string): unknown {
  const database = new Database(":memory:");
  try {
    database.exec(text);
    return snapshot(database);
  } finally {
    database.close();
  }
}

/** What it makes of the statements one by one. `prepare` would leave out all but the first of several. */
function schemaOfStatements(text: string): unknown {
  const database = new Database(":memory:");
  try {
    for (const statement of splitStatements(text, "sqlite")) {
      const prepared = database.prepare(statement.text);
      if (prepared.reader) prepared.all();
      else prepared.run();
    }
    return snapshot(database);
  } finally {
    database.close();
  }
}

function snapshot(database: Database.Database): unknown {
  const objects = database
    .prepare(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema UNION ALL SELECT type, name, tbl_name, sql FROM sqlite_temp_schema ORDER BY 1, 2",
    )
    .raw()
    .all();
  const tables = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
    )
    .raw()
    .all();
  const rows = tables.map((row) => {
    const name = String(Array.isArray(row) ? row[0] : row);
    return [
      name,
      database
        .prepare(`SELECT * FROM "${name.replaceAll('"', '""')}"`)
        .raw()
        .all(),
    ];
  });
  return { objects, rows };
}

describe("the splitter and SQLite agree", () => {
  it.each([
    [
      "on strings, names and comments",
      `
      CREATE TABLE "a;b" ([c;d] TEXT DEFAULT ';', \`e;\`\`f\` TEXT DEFAULT 'it''s; --', "g""h;" /* ; */ INT); -- ; it's
      INSERT INTO "a;b" VALUES ('/* ;', ';''', 1); /* ' " ; */ INSERT INTO 'a;b' VALUES ('--', ';', 2);;;
      CREATE TABLE 'quoted' (x CHECK (x <> ')')); CREATE VIEW v AS SELECT ';' AS ";"; -- end`,
    ],
    [
      "on triggers with CASE, END and BEGIN everywhere",
      `
      CREATE TABLE begin (end INT, begin INT, "case" INT);
      CREATE TABLE log (x);
      CREATE TRIGGER begin AFTER INSERT ON begin WHEN new.begin = 1 AND new.end IS NOT NULL BEGIN
        INSERT INTO log SELECT CASE WHEN end > 1 THEN CASE begin WHEN 1 THEN 'a;' ELSE 'END;' END ELSE end END FROM begin; -- END;
        UPDATE begin SET "case" = end WHERE begin.end = new.end; /* END; */
      END; CREATE TRIGGER end BEFORE DELETE ON begin BEGIN SELECT end end FROM begin; SELECT RAISE(IGNORE) WHERE old.end = 7; END;
      CREATE TEMP TRIGGER IF NOT EXISTS [case] AFTER UPDATE OF end, begin ON begin FOR EACH ROW BEGIN VALUES (1); WITH end AS (SELECT 1) SELECT * FROM end; END
      ; INSERT INTO begin VALUES (2, 1, 0), (7, 2, 0); DELETE FROM begin;`,
    ],
    [
      "on line ends, a byte order mark and what is left open at the end",
      "\uFEFFCREATE TABLE a (x);\r\nCREATE TABLE b (x -- ;\r\n, y);\r\n\r\n;\f;\tCREATE TABLE c (x) -- last",
    ],
    [
      "on a CR that does not end a comment",
      "CREATE TABLE a (x); -- one\rCREATE TABLE not_there (x);\nCREATE TABLE b (x)",
    ],
    [
      "on virtual tables",
      "CREATE VIRTUAL TABLE r USING rtree(a;b, c, d); CREATE VIRTUAL TABLE f USING fts5(x, content=''); CREATE TABLE z (x)",
    ],
    [
      "on names in other scripts",
      "CREATE TABLE größe (名前 TEXT DEFAULT '😀;', naïve$1); INSERT INTO größe VALUES ('ü;', 1); SELECT * FROM größe",
    ],
    [
      "on parameters and operators",
      "CREATE TABLE a (x DEFAULT (1 - -1)); CREATE VIEW v AS SELECT x->'$.a;', x->>'b', 1<>2, 3|4, x||';' FROM a; SELECT :a, @b, $c::d(;), ?1",
    ],
    [
      "on EXPLAIN of a trigger",
      "CREATE TABLE a (x); EXPLAIN CREATE TRIGGER t INSERT ON a BEGIN SELECT 1; SELECT 2; END; CREATE TABLE b (x)",
    ],
  ])("%s", (_, text) => {
    expect(schemaOfStatements(text)).toEqual(schemaOfScript(text));
  });

  it("on any script of tables and triggers with names and comments that mislead", () => {
    fc.assert(
      fc.property(scriptOfTriggers(), (text) => {
        expect(schemaOfStatements(text)).toEqual(schemaOfScript(text));
      }),
      { numRuns: 150 },
    );
  });
});

/** A table, triggers on it and rows for it; every name and every gap can hold what looks like the end of something. */
function scriptOfTriggers(): fc.Arbitrary<string> {
  const name = fc.constantFrom("a", "begin", "end", '"case"', "[end;]", "`be;gin`", '"e""nd"', "größe");
  const gap = fc.constantFrom(" ", "\n", "\r\n", " /* END; */ ", " -- BEGIN ; '\n", "\t");
  const value = fc.constantFrom(
    "1",
    "';'",
    "'END;'",
    "x'00'",
    "NULL",
    "CASE WHEN 1 THEN 2 END",
    "(SELECT 'it''s;')",
  );
  const body = fc.array(
    fc
      .tuple(gap, fc.constantFrom("SELECT ", "INSERT INTO log SELECT "), value, gap)
      .map((parts) => `${parts.join("")};`),
    { minLength: 1, maxLength: 3 },
  );
  return fc
    .record({
      table: name,
      column: name,
      triggers: fc.uniqueArray(
        fc.tuple(name, fc.constantFrom("INSERT", "AFTER DELETE", "BEFORE UPDATE"), gap, body, value),
        {
          maxLength: 3,
          selector: ([trigger]) => trigger,
        },
      ),
      gap,
      value,
    })
    .map(({ table, column, triggers, gap: between, value: inserted }) =>
      [
        `CREATE TABLE log (x)`,
        `CREATE${between}TABLE ${table} (${column} DEFAULT ${between}';')`,
        ...triggers.map(
          ([trigger, event, space, statements, condition]) =>
            `CREATE TRIGGER${space}${trigger} ${event} ON ${table} WHEN${space}${condition} BEGIN${statements.join(space)}${space}END`,
        ),
        `INSERT INTO${between}${table} VALUES (${inserted})`,
        "",
      ].join(`${between};${between}`),
    );
}

describe("what is read and what SQLite does agree", () => {
  it.each([
    ["DELETE/* */FROM--\n[t]", "t"],
    ["WITH a AS (SELECT 1) DELETE FROM 't' WHERE 1", "t"],
    ['WITH RECURSIVE r AS (SELECT 1) delete from main."t"', "t"],
    ["REPLACE INTO t VALUES (1)", "t"],
    ["INSERT OR REPLACE INTO `t` VALUES (2)", "t"],
    ["UPDATE OR REPLACE main . t AS x SET a = 1", "t"],
    ["DROP TABLE IF EXISTS main/**/.t", "t"],
  ])("%s takes rows away from the table that was read", (text, table) => {
    const database = new Database(":memory:");
    database.exec("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1), (2); CREATE TABLE log (x)");
    database.exec(
      "PRAGMA recursive_triggers = on; CREATE TRIGGER x AFTER DELETE ON t BEGIN INSERT INTO log VALUES (1); END",
    );
    const [effect] = readEffects({ text }, "sqlite");
    database.exec(text);
    const [left] = database
      .prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 't' AND (SELECT count(*) FROM log) = 0")
      .all();
    database.close();
    expect(left).toMatchObject({ n: 0 });
    expect(effect?.table).toBe(table);
    expect(["delete", "drop-table"].includes(effect?.kind ?? "") || effect?.conflict === "replace").toBe(
      true,
    );
  });

  it.each([
    "PRAGMA foreign_keys=0",
    "EXPLAIN PRAGMA main.'foreign_keys'(\"off\")",
    "pragma/**/[Foreign_Keys]=banana",
  ])("%s switches the keys off", (text) => {
    const database = new Database(":memory:");
    database.exec("PRAGMA foreign_keys = on");
    database.exec(text);
    const [row] = database.prepare("PRAGMA foreign_keys").all();
    database.close();
    expect(row).toMatchObject({ foreign_keys: 0 });
    expect(readPragma({ text })?.name).toBe("foreign_keys");
  });
});
