import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Connection, connect, type TransferEvent, transfer } from "../../src/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { postgresDatabase } from "../servers/postgres.js";
import { temporaryFolder } from "./engines.js";

/** Where a transfer goes to, and how its result is read. */
const targets = [
  {
    name: "PostgreSQL",
    make: async () => {
      const to = await postgresDatabase();
      return { to, look: () => opened(to) };
    },
  },
  {
    name: "PGlite",
    make: async () => {
      const to = await sharedPglite();
      return { to, look: async () => to };
    },
  },
];

async function opened(url: string): Promise<Connection> {
  const connection = await connect(url);
  onTestFinished(() => connection.close());
  return connection;
}

async function sqliteFile(script: string): Promise<string> {
  const url = `file:${join(temporaryFolder(), "app.db")}`;
  const connection = await connect(url);
  await connection.executeScript(script);
  await connection.close();
  return url;
}

const SHOP = `
  CREATE TABLE customer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, is_member BOOLEAN NOT NULL DEFAULT 0,
    since TEXT, photo BLOB, score REAL, "order" INTEGER UNIQUE
  );
  CREATE TABLE purchase (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    cents INTEGER NOT NULL CHECK (cents >= 0), note TEXT
  );
  CREATE INDEX purchase_by_customer ON purchase (customer_id) WHERE note IS NOT NULL;
  CREATE VIEW spent AS SELECT customer_id, sum(cents) AS cents FROM purchase GROUP BY customer_id;
  INSERT INTO customer VALUES
    (1, 'Ada', 1, '2026-01-02 03:04:05', x'00ff', 0.1, 9007199254740993),
    (2, 'Zoë "the second"', 0, '1999-12-31 23:59:59', x'', -1.5e300, NULL),
    (90, 'gone', 0, NULL, NULL, NULL, -1);
  DELETE FROM customer WHERE id = 90;
  INSERT INTO purchase VALUES (10, 1, 250, 'a\nb'), (11, 1, 0, NULL), (12, 2, 99, '');
`;

describe.each(targets)("a transfer from SQLite to $name", ({ make }) => {
  test("keeps rows, types, keys, checks, indexes, views and the next number", async () => {
    const from = await sqliteFile(SHOP);
    const { to, look } = await make();
    const report = await transfer({ from, to });
    expect(report.tables.map(({ table, rows, rejected }) => [table, rows, rejected])).toEqual([
      ["customer", 2, 0],
      ["purchase", 3, 0],
    ]);
    const target = await look();
    expect(
      await target.query(`SELECT id, name, is_member, photo, score, "order" FROM customer ORDER BY id`),
    ).toEqual([
      {
        id: 1,
        name: "Ada",
        is_member: true,
        photo: new Uint8Array([0, 255]),
        score: 0.1,
        order: 9007199254740993n,
      },
      {
        id: 2,
        name: 'Zoë "the second"',
        is_member: false,
        photo: new Uint8Array(),
        score: -1.5e300,
        order: null,
      },
    ]);
    expect(await target.query("SELECT note FROM purchase ORDER BY id")).toEqual([
      { note: "a\nb" },
      { note: null },
      { note: "" },
    ]);
    expect(await target.query("SELECT cents::int AS cents FROM spent ORDER BY customer_id")).toEqual([
      { cents: 250 },
      { cents: 99 },
    ]);
    expect(await target.query("INSERT INTO customer (name) VALUES ('new') RETURNING id")).toEqual([
      { id: 91 },
    ]);
    await expect(target.execute("INSERT INTO purchase (customer_id, cents) VALUES (1, -1)")).rejects.toThrow(
      /check/,
    );
    await expect(target.execute("INSERT INTO purchase (customer_id, cents) VALUES (77, 1)")).rejects.toThrow(
      /foreign key/,
    );
    await target.execute("DELETE FROM customer WHERE id = 1");
    expect(await target.query("SELECT id FROM purchase")).toEqual([{ id: 12 }]);
  });

  test("tells what does not fit before anything is written", async () => {
    const from = await sqliteFile(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t VALUES (1, 5), (2, 'many'), (3, 6)",
    );
    const { to, look } = await make();
    await expect(transfer({ from, to })).rejects.toMatchObject({
      code: "TRANSFER_MISFITS",
      details: { findings: [{ table: "t", column: "n", isOpen: true }] },
    });
    expect(await (await look()).tableExists("t")).toBe(false);
    expect(
      await (await look()).query("SELECT nspname AS name FROM pg_namespace WHERE nspname = 'tenon_transfer'"),
    ).toEqual([]);
  });

  test("a mapping sends rows that do not fit to a table of their own", async () => {
    const from = await sqliteFile(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); INSERT INTO t VALUES (1, 5), (2, 'many'), (3, 6)",
    );
    const { to, look } = await make();
    const mapping = `{ "tables": { "t": { "columns": { "n": { "type": "bigint", "otherwise": "reject" } } } } }`;
    const report = await transfer({ from, to, mapping });
    expect(report.tables).toMatchObject([{ table: "t", rows: 2, rejected: 1 }]);
    const target = await look();
    expect(await target.query("SELECT id, n FROM t ORDER BY id")).toEqual([
      { id: 1, n: 5 },
      { id: 3, n: 6 },
    ]);
    expect(await target.query(`SELECT relation, "column", "row"->>'n' AS n FROM tenon_rejects`)).toEqual([
      { relation: "t", column: "n", n: "many" },
    ]);
  });

  test("a callback changes rows and leaves some out", async () => {
    const from = await sqliteFile(SHOP);
    const { to, look } = await make();
    await transfer({
      from,
      to,
      transformRow: {
        purchase: (row) => (row["id"] === 12 ? undefined : { ...row, cents: Number(row["cents"]) * 2 }),
      },
    });
    expect(await (await look()).query("SELECT id, cents FROM purchase ORDER BY id")).toEqual([
      { id: 10, cents: 500 },
      { id: 11, cents: 0 },
    ]);
  });

  test("a virtual table is refused by name, and may be left out by name", async () => {
    const from = await sqliteFile("CREATE VIRTUAL TABLE words USING fts5 (body); CREATE TABLE t (a TEXT)");
    const { to, look } = await make();
    await expect(transfer({ from, to })).rejects.toMatchObject({
      code: "CHANGE_UNSUPPORTED",
      details: { objects: ["words"] },
    });
    const report = await transfer({ from, to, leaveOut: ["words"] });
    expect(report.leftOut.map(({ object }) => object)).toEqual(["words"]);
    expect(await (await look()).tableExists("t")).toBe(true);
  });

  test("triggers are refused by their own names; a table that is named stays behind with all that is its", async () => {
    const from = await sqliteFile(`
      CREATE TABLE t (a TEXT); CREATE TABLE audit (b TEXT); INSERT INTO t VALUES ('x');
      CREATE TRIGGER noted AFTER INSERT ON t BEGIN INSERT INTO audit VALUES (NEW.a); END`);
    const { to, look } = await make();
    await expect(transfer({ from, to })).rejects.toMatchObject({ details: { objects: ["t.noted"] } });
    const report = await transfer({ from, to, leaveOut: ["t.noted", "audit"] });
    expect(report.leftOut.map(({ object }) => object).sort()).toEqual(["audit", "t.noted"]);
    expect(report.tables).toMatchObject([{ table: "t", rows: 1 }]);
    expect(await (await look()).tableExists("audit")).toBe(false);
  });

  test("a dry run reports and writes nothing", async () => {
    const from = await sqliteFile(SHOP);
    const { to, look } = await make();
    const report = await transfer({ from, to, dryRun: true });
    expect(report.isDone).toBe(false);
    expect(report.tables.map(({ table }) => table)).toEqual(["customer", "purchase"]);
    expect(await (await look()).tableExists("customer")).toBe(false);
  });

  test("events tell of each phase and of the rows of each table", async () => {
    const from = await sqliteFile(SHOP);
    const { to } = await make();
    const events: TransferEvent[] = [];
    await transfer({ from, to, onEvent: (event) => events.push(event) });
    expect(events.flatMap((event) => (event.kind === "phase" ? [event.phase] : []))).toEqual([
      "scan",
      "load",
      "prove",
      "finish",
    ]);
    expect(
      events.flatMap((event) => (event.kind === "table-loaded" ? [event.progress.table] : [])).sort(),
    ).toEqual(["customer", "purchase"]);
  });
});

test("row numbers with large gaps, and the lowest and highest of all, are cut into chunks and arrive", async () => {
  const from = await sqliteFile(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
    INSERT INTO t SELECT 1000000000000 + i * i, 'x' FROM n;
    INSERT INTO t VALUES (-9223372036854775808, 'first'), (9223372036854775807, 'last'), (0, 'zero')`);
  const to = await sharedPglite();
  const chunks: number[] = [];
  const report = await transfer({
    from,
    to,
    rowsOfChunk: 100,
    onEvent: (event) => {
      if (event.kind === "rows" || event.kind === "table-loaded") chunks.push(event.progress.rows);
    },
  });
  expect(report.tables).toMatchObject([{ table: "t", rows: 1003 }]);
  expect(chunks.length).toBe(11);
  expect(await to.query("SELECT a FROM t WHERE a <> 'x' ORDER BY id")).toEqual([
    { a: "first" },
    { a: "zero" },
    { a: "last" },
  ]);
});

test("text that ignores case comes to a folder of PGlite, and a dry run makes no folder", async () => {
  const from = await sqliteFile(
    "CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE); INSERT INTO t VALUES ('Oak')",
  );
  const folder = join(temporaryFolder(), "pg");
  const to = `pglite:${folder}`;
  await transfer({ from, to, dryRun: true });
  expect(existsSync(folder)).toBe(false);
  await transfer({ from, to });
  const target = await connect(to, { extensions: ["citext"] });
  onTestFinished(() => target.close());
  expect(await target.query("SELECT a::text AS a FROM t WHERE a = 'OAK'")).toEqual([{ a: "Oak" }]);
});

test("the source stays as it is to the byte", async () => {
  const from = await sqliteFile(SHOP);
  const { readFileSync } = await import("node:fs");
  const path = from.slice("file:".length);
  const before = readFileSync(path);
  await transfer({ from, to: await sharedPglite() });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a database cannot be moved into itself, whatever it is called", async () => {
  const url = await postgresDatabase();
  const other = new URL(url);
  other.hostname = other.hostname === "127.0.0.1" ? "localhost" : "127.0.0.1";
  await expect(transfer({ from: url, to: other.href })).rejects.toMatchObject({ code: "USAGE" });
  const file = await sqliteFile(SHOP);
  await expect(transfer({ from: file, to: `file://${file.slice(5)}` })).rejects.toMatchObject({
    code: "USAGE",
  });
});

test("tables go into another schema of the target", async () => {
  const from = await sqliteFile(SHOP);
  const to = await postgresDatabase();
  await transfer({ from, to, intoSchema: "old shop" });
  const target = await opened(to);
  expect(await target.query(`SELECT count(*)::int AS n FROM "old shop".purchase`)).toEqual([{ n: 3 }]);
  expect(await target.query(`SELECT count(*)::int AS n FROM "old shop".spent`)).toEqual([{ n: 2 }]);
  expect(await target.tableExists("purchase")).toBe(false);
});
