import { describe, expect, onTestFinished, test } from "vitest";
import { type Connection, connect } from "../../../src/connection/index.js";
import type { TransferEvent } from "../../../src/transfer/events.js";
import { type IntoRequest, intoPostgres } from "../../../src/transfer/into-postgres.js";
import { pgEngines } from "../connection/pg-engines.js";
import { handMade } from "./hand-made-plan.js";

const SCHEMA = `
  CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE book (
    isbn TEXT PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES author (id), title TEXT, "select" INTEGER DEFAULT 7
  ) WITHOUT ROWID;
  CREATE INDEX book_by_author ON book (author_id) WHERE title IS NOT NULL;
  CREATE TABLE "odd ""name" (x INTEGER);
  INSERT INTO author VALUES (1, 'A "quoted", name'), (2, 'a
  line break'), (40, '');
  INSERT INTO book VALUES ('i1', 1, NULL, NULL), ('i2', 40, '\\.', 3);
  INSERT INTO "odd ""name" VALUES (NULL), (1);
`;

async function source(script = SCHEMA): Promise<Connection> {
  const connection = await connect(":memory:");
  onTestFinished(() => connection.close());
  await connection.executeScript(script);
  return connection;
}

async function request(
  from: Connection,
  to: Connection,
  more: Partial<IntoRequest> = {},
): Promise<IntoRequest> {
  const made = await handMade(from, to);
  return {
    ...made,
    connection: to,
    fingerprint: JSON.stringify(made.tables.map(({ cut }) => cut.fingerprint)),
    earlier: "refuse",
    jobs: 2,
    listener: () => {},
    lastNumber: () => undefined,
    sequences: [],
    prove: async () => {},
    proveFinished: async () => {},
    ...more,
  };
}

async function tablesOf(connection: Connection): Promise<readonly unknown[]> {
  const rows = await connection.query(
    "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema' ORDER BY 1",
  );
  return rows.map((row) => row["name"]);
}

describe.each(pgEngines)("loading into $name", ({ open }) => {
  test("rows, keys, indexes, defaults and the next number of an identity arrive together", async () => {
    const to = await open();
    const loaded = await intoPostgres(await request(await source(), to));
    expect(loaded.map(({ table, rows }) => [table.plan.target.name, rows])).toEqual([
      ["author", 3],
      ["book", 2],
      ['odd "name', 2],
    ]);
    expect(await to.query("SELECT * FROM author ORDER BY id")).toEqual([
      { id: 1, name: 'A "quoted", name' },
      { id: 2, name: "a\n  line break" },
      { id: 40, name: "" },
    ]);
    expect(await to.query("SELECT * FROM book ORDER BY isbn")).toEqual([
      { isbn: "i1", author_id: 1, title: null, select: null },
      { isbn: "i2", author_id: 40, title: "\\.", select: 3 },
    ]);
    expect(await to.query(`SELECT x FROM "odd ""name" ORDER BY x`)).toEqual([{ x: 1 }, { x: null }]);
    expect(await to.query("INSERT INTO author (name) VALUES ('next') RETURNING id")).toEqual([{ id: 41 }]);
    await to.execute("INSERT INTO book (isbn, author_id) VALUES ('i3', 41)");
    expect(await to.query(`SELECT "select" FROM book WHERE isbn = 'i3'`)).toEqual([{ select: 7 }]);
    await expect(to.execute("INSERT INTO book (isbn, author_id) VALUES ('i4', 99)")).rejects.toThrow(
      /foreign key/,
    );
    expect(await tablesOf(to)).toEqual(["public.author", "public.book", 'public.odd "name']);
  });

  test("a table with rows is refused by name and count, and nothing is changed", async () => {
    const to = await open();
    await to.executeScript("CREATE TABLE author (id integer); INSERT INTO author VALUES (1), (2)");
    await expect(intoPostgres(await request(await source(), to))).rejects.toMatchObject({
      code: "TARGET_NOT_EMPTY",
      details: { tables: ["author (2 rows)"] },
    });
    expect(await tablesOf(to)).toEqual(["public.author"]);
  });

  test("an empty table that stands already is filled as it stands", async () => {
    const to = await open();
    await to.execute(
      "CREATE TABLE author (id bigint PRIMARY KEY, name text, added timestamptz DEFAULT now())",
    );
    await intoPostgres(await request(await source(), to));
    expect(await to.query("SELECT id, added IS NOT NULL AS added FROM author WHERE id = 40")).toEqual([
      { id: 40, added: true },
    ]);
  });

  test("what the comparison refuses stays unseen, and is loaded no second time with resume", async () => {
    const to = await open();
    const from = await source();
    const prove = () => Promise.reject(new Error("not the same"));
    await expect(intoPostgres(await request(from, to, { prove }))).rejects.toThrow("not the same");
    expect((await tablesOf(to)).filter((name) => String(name).startsWith("public."))).toEqual([]);
    await expect(intoPostgres(await request(from, to))).rejects.toMatchObject({
      code: "TRANSFER_UNFINISHED",
    });
    const events: TransferEvent[] = [];
    await intoPostgres(
      await request(from, to, { earlier: "resume", listener: (event) => events.push(event) }),
    );
    expect(events).toContainEqual({ kind: "resumed", chunks: 3, rows: 7 });
    expect(await to.query("SELECT count(*)::int AS count FROM author")).toEqual([{ count: 3 }]);
  });

  test("a source that was changed is not gone on with, and restart loads it anew", async () => {
    const to = await open();
    const from = await source();
    const prove = () => Promise.reject(new Error("interrupted"));
    await expect(intoPostgres(await request(from, to, { prove }))).rejects.toThrow("interrupted");
    await from.execute("DELETE FROM author WHERE id = 2");
    await expect(intoPostgres(await request(from, to, { earlier: "resume" }))).rejects.toMatchObject({
      code: "TRANSFER_CHANGED",
    });
    await intoPostgres(await request(from, to, { earlier: "restart" }));
    expect(await to.query("SELECT count(*)::int AS count FROM author")).toEqual([{ count: 2 }]);
  });

  test("rows that break a constraint are told with the table, and nothing is visible", async () => {
    const to = await open();
    const from = await source(
      "PRAGMA foreign_keys = OFF; CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id)); INSERT INTO b VALUES (5)",
    );
    await expect(intoPostgres(await request(from, to))).rejects.toMatchObject({ code: "CHANGE_BLOCKED" });
    expect((await tablesOf(to)).filter((name) => String(name).startsWith("public."))).toEqual([]);
  });
});
