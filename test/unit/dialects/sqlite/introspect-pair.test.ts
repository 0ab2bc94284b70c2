import fc from "fast-check";
import { expect, describe as suite, test } from "vitest";
import { type Connection, connect } from "../../../../src/connection/index.js";
import { introspect } from "../../../../src/dialects/sqlite/introspect.js";
import { sqliteSchema } from "../../../../src/dialects/sqlite/schema.js";
import { toldType } from "../../../../src/dialects/sqlite/told-type.js";
import type { DatabaseModel, RenameAnswers } from "../../../../src/schema/index.js";
import { randomCases } from "../../../generators/case-count.js";
import {
  applyEdits,
  EMPTY,
  firstEdits,
  laterEdits,
  type SchemaSpec,
} from "../../../generators/sqlite-schema.js";
import { schemaSql } from "../../../generators/sqlite-sql.js";
import { plain, planOutcome, sharedTables } from "../pair-plans.js";
import { answersFrom } from "./rename-answers.js";
import { TORTURE_SCHEMA } from "./torture.js";

const CASES = randomCases(200);

suite("two databases read together", () => {
  test("the plan between random schemas, and each model, are those of two databases read one by one", {
    timeout: 60_000 + CASES.numRuns * 200,
  }, async () => {
    let shared = 0;
    await fc.assert(
      fc.asyncProperty(firstEdits, laterEdits, fc.boolean(), async (first, later, isTold) => {
        const before = applyEdits(EMPTY, first, 1);
        const after = applyEdits(before, later, 10_001);
        const [from, to] = [await build(before), await build(after)];
        const renames = isTold ? answersFrom(before, after) : DROPPED;

        const [one, other] = await sqliteSchema.introspectPair({ connection: from }, { connection: to });

        // The plan first: it is made of tables that nobody has read yet.
        expect(await planOutcome(sqliteSchema, { from: one, to: other }, renames)).toEqual(
          await planOutcome(
            sqliteSchema,
            { from: await introspect(from), to: await introspect(to) },
            renames,
          ),
        );
        expect(plain(one)).toEqual(plain(await introspect(from)));
        expect(plain(other)).toEqual(plain(await introspect(to)));
        shared += sharedTables(one, other).length;
        for (const connection of [from, to]) await connection.close();
      }),
      CASES,
    );
    expect(shared).toBeGreaterThan(CASES.numRuns);
  });

  test("a table that both have is one object, and read from its texts as the pragmas tell it", async () => {
    const schema = `${TORTURE_SCHEMA}
      CREATE TABLE spelled (id integer primary key, a Int, b "my type", c varchar  ( 20 , 3 ) NOT NULL, d double
        precision /* x */ default 1, e any, f real GENERATED ALWAYS AS (a * 2), "g" 'text' null, h [text],
        i "it's", j "a" "b", k [a] b, l "" "", m 'x', n '', o \`q\`, p "Ä", q unsigned big int);
      CREATE TABLE strict_key (a text, b int, primary key (B)) STRICT;
      CREATE TABLE strict_rowid (a integer primary key) STRICT;
      CREATE TABLE strict_pair (a integer, b text, primary key (a, b)) STRICT;
      CREATE TABLE no_rowid (a integer primary key, b text) WITHOUT ROWID;
      CREATE TABLE no_rowid_pair (a text, b text, c text, primary key (c, 'a')) WITHOUT ROWID;
      CREATE TABLE chosen AS SELECT a, b FROM plain;
      ALTER TABLE plain ADD COLUMN added NUMERIC NOT NULL DEFAULT "zero";`;
    const [from, to] = [await databaseOf(schema), await databaseOf(schema)];

    const [one, other] = await sqliteSchema.introspectPair({ connection: from }, { connection: to });

    const names = sharedTables(one, other);
    expect(names).toEqual(
      expect.arrayContaining(["spelled", "typed", "keyed", "computed", "plain", "chosen"]),
    );
    // What a key without columns means stands in another table.
    expect(names).not.toContain("parent");
    expect(plain(one)).toEqual(plain(await introspect(from)));
  });

  test("types of columns are told as the pragmas tell them, however they are quoted and put together", async () => {
    const connection = await databaseOf("");
    const written = fc.array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom("", " ", "  ")), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(written, async (words) => {
        const type = words
          .map(([word, blank]) => word + blank)
          .join("")
          .trim();
        await connection.executeScript("DROP TABLE IF EXISTS t");
        await connection.execute(`CREATE TABLE t (x ${type}, y)`).catch(() => undefined);
        const [column] = await connection.getTableInfo("t");
        if (column !== undefined) expect(toldType(type)).toBe(column.type);
      }),
      randomCases(500),
    );
  });

  test("a key without columns means the key of its parent in each of the two", async () => {
    const child = "CREATE TABLE child (id INTEGER PRIMARY KEY, parent TEXT REFERENCES parent);";
    const from = await databaseOf(`${child} CREATE TABLE parent (a TEXT PRIMARY KEY, b TEXT)`);
    const to = await databaseOf(`${child} CREATE TABLE parent (a TEXT, b TEXT PRIMARY KEY)`);

    const [one, other] = await sqliteSchema.introspectPair({ connection: from }, { connection: to });

    expect(parentColumns(one)).toEqual(["a"]);
    expect(parentColumns(other)).toEqual(["b"]);
  });

  test("what was captured is read beside a database, and what differs there too", async () => {
    const then = await databaseOf(
      "CREATE TABLE a (x TEXT); CREATE TABLE b (x TEXT); CREATE INDEX i ON b (x)",
    );
    const now = await databaseOf(
      "CREATE TABLE a (x TEXT); CREATE TABLE b (x TEXT); CREATE INDEX i ON b (x DESC)",
    );
    const captured = await sqliteSchema.capture(then);

    const [one, other] = await sqliteSchema.introspectPair({ captured }, { connection: now });

    expect(sharedTables(one, other)).toEqual(["a"]);
    expect(sqliteSchema.compare(one, other).changes).toMatchObject([{ kind: "change-index" }]);
  });
});

const WORDS = [
  ...[
    "a",
    "int",
    "TEXT",
    "varchar",
    "(1)",
    "(1,2)",
    "[]",
    "[a]",
    "[text]",
    "[`]",
    "``",
    "`real`",
    "''",
    "'text'",
    "'it''s'",
  ],
  ...['""', '"int"', '"a""b"', '"it\'s"', '"["', '"]"', '"x y"'],
];

const DROPPED: RenameAnswers = { ask: () => "dropped" };

async function build(schema: SchemaSpec): Promise<Connection> {
  return databaseOf(schemaSql(schema).join(";\n"));
}

async function databaseOf(script: string): Promise<Connection> {
  const connection = await connect(":memory:");
  await connection.executeScript(script);
  return connection;
}

function parentColumns(model: DatabaseModel): unknown {
  const [key] = model.tables.flatMap((table) =>
    table.constraints.filter((each) => each.kind === "foreign-key"),
  );
  return key?.references.columns;
}
