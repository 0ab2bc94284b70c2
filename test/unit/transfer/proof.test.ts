import { describe, expect, test } from "vitest";
import type { Connection } from "../../../src/connection/index.js";
import { loadTranslation } from "../../../src/dialects/index.js";
import { proveTables, sumsWhileRead, type TableToProve } from "../../../src/transfer/proof/index.js";
import { SqliteSource } from "../../../src/transfer/sqlite-source.js";
import type { TablePlan } from "../../../src/transfer/table-plan.js";
import { sharedPglite } from "../../servers/pglite-shared.js";
import { fitOf, modelOf, moveTo, sqliteWith } from "./fitting.js";

const TABLES = `
  CREATE TABLE "Order Details" (id INTEGER PRIMARY KEY, name TEXT, price NUMERIC(10,2), ratio REAL, at DATETIME, zoned TIMESTAMP, day DATE,
    ok BOOLEAN, ref UUID, data BLOB, doc JSON, clock TIME);
  INSERT INTO "Order Details" VALUES
    (1, 'a', 1.5, 0.1, '2024-02-29 08:30:15', '2024-02-29T08:30:15.120Z', '2024-02-29', 1, '0b0e8f3a-0000-4000-8000-00000000000A', x'00ff', '{"a": 1}', '08:30'),
    (2, 'b', 100, 0, '2024-02-29 08:30:15.500', '2024-02-29T08:30:15+02:00', NULL, 0, NULL, x'', '[]', '08:30:15.5'),
    (3, NULL, 0.07, 9e999, NULL, NULL, '0001-01-01', NULL, NULL, NULL, NULL, NULL),
    (4, '', NULL, 1e-320, '9999-12-31 23:59:59', '1969-12-31T23:59:59.999Z', NULL, NULL, NULL, NULL, '"x"', NULL);
  CREATE TABLE loose (a TEXT, b TEXT);
  INSERT INTO loose VALUES ('1', 'x'), ('2', 'y'), ('1', 'x'), (NULL, NULL);
  CREATE TABLE pair (a TEXT, b INTEGER, c TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
  INSERT INTO pair VALUES ('a', 1, 'x'), ('a', 2, 'y'), ('b', 1, NULL);
  CREATE TABLE empty (id INTEGER PRIMARY KEY);
`;

/** Reads a table as a load does, and gives what its rows came to. */
async function read(source: Connection, plan: TablePlan) {
  const sums = sumsWhileRead(plan);
  if (sums === undefined) throw new Error(`${plan.source.name} is not summed up while it is read`);
  const rows = new SqliteSource(source, 2);
  for (const chunk of (await rows.cut(plan)).chunks) for await (const _ of rows.pieces(plan, chunk, sums));
  return sums;
}

const WAYS = ["summed up while they are loaded", "read again for the proof"] as const;

async function moved(sql: string, way: (typeof WAYS)[number] = "read again for the proof") {
  const source = await sqliteWith(sql);
  const target = await sharedPglite();
  const fit = await fitOf(source);
  await moveTo(target, source, fit);
  const { translateModel } = await loadTranslation();
  const wanted = translateModel(await modelOf(source), "postgres", { typeOf: fit.typeOf }).model;
  const tables: TableToProve[] = [];
  for (const plan of fit.plan(wanted)) {
    const sums = way === "read again for the proof" ? undefined : await read(source, plan);
    tables.push({ plan, at: plan.target, rejected: 0, read: sums });
  }
  const prove = () => proveTables({ source, target, tables });
  return { source, target, prove };
}

describe.each(WAYS)("where rows are %s", (way) => {
  test("what arrived whole is equal in every column of every table", async () => {
    const { prove } = await moved(TABLES, way);
    const proof = await prove();
    expect(proof.differences).toEqual([]);
    expect(proof.isEqual).toBe(true);
    expect(proof.tables.map(({ table, sourceRows, targetRows }) => [table, sourceRows, targetRows])).toEqual([
      ["Order Details", 4, 4],
      ["empty", 0, 0],
      ["loose", 4, 4],
      ["pair", 3, 3],
    ]);
  });

  test.each([
    [
      "a changed text",
      `UPDATE "Order Details" SET name = 'A' WHERE id = 1`,
      ["Order Details: the values of name differ."],
    ],
    [
      "a NULL that was empty",
      `UPDATE "Order Details" SET name = NULL WHERE id = 4`,
      ["Order Details: the values of name differ."],
    ],
    [
      "another sign of zero",
      `UPDATE "Order Details" SET ratio = '-0' WHERE id = 2`,
      ["Order Details: the values of ratio differ."],
    ],
    [
      "a changed last bit",
      `UPDATE "Order Details" SET ratio = 0.1 + 1.4e-17 WHERE id = 1`,
      ["Order Details: the values of ratio differ."],
    ],
    [
      "a millisecond",
      `UPDATE "Order Details" SET zoned = zoned + interval '1 ms' WHERE id = 1`,
      ["Order Details: the values of zoned differ."],
    ],
    [
      "a changed byte",
      `UPDATE "Order Details" SET data = '\\x00fe' WHERE id = 1`,
      ["Order Details: the values of data differ."],
    ],
    [
      "values that changed places between two rows",
      `UPDATE "Order Details" a SET name = b.name FROM "Order Details" b WHERE a.id + b.id = 3`,
      ["Order Details: the values of name differ."],
    ],
    [
      "values that changed places in a table without a key",
      "UPDATE loose SET b = CASE b WHEN 'x' THEN 'y' WHEN 'y' THEN 'x' END WHERE ctid IN (SELECT min(ctid) FROM loose WHERE b IS NOT NULL GROUP BY b)",
      ["loose: the columns have the same values, but not in the same rows."],
    ],
    ["a lost row", "DELETE FROM pair WHERE b = 2", ["pair: the source has 3 rows and the target 2."]],
    [
      "a row that arrived twice",
      "INSERT INTO loose SELECT * FROM loose WHERE a = '2'",
      ["loose: the source has 4 rows and the target 5."],
    ],
    [
      "one row twice and another not at all",
      "UPDATE loose SET a = '1', b = 'x' WHERE a = '2'",
      ["loose: the values of a, b differ."],
    ],
  ])("%s is seen on the target", async (_, change, differences) => {
    const { target, prove } = await moved(TABLES, way);
    await target.execute(change);
    expect((await prove()).differences).toEqual(differences);
  });
});

test("a cell that was changed on the source is seen too", async () => {
  const { source, prove } = await moved(TABLES);
  await source.execute("UPDATE pair SET c = 'z' WHERE a = 'b'");
  expect((await prove()).differences).toEqual(["pair: the values of c differ."]);
});

test("texts that have the quote of the lines are summed up as they are", async () => {
  const { prove } = await moved(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT);
     INSERT INTO t VALUES (1, 'a' || char(1) || ',', NULL, ',' || char(1) || 'b'), (2, char(1), '', char(1, 1)), (3, 'x', 'y', 'z');`,
    "summed up while they are loaded",
  );
  expect((await prove()).differences).toEqual([]);
});

test("the session is as it was before", async () => {
  const { target, prove } = await moved(TABLES);
  await target.execute("SET TimeZone = 'Asia/Tokyo'");
  await prove();
  expect(await settingOf(target)).toBe("Asia/Tokyo");
});

async function settingOf(connection: Connection): Promise<unknown> {
  const [row] = await connection.query("SELECT current_setting('TimeZone') AS zone");
  return row?.["zone"];
}
