import { describe, expect, onTestFinished, test } from "vitest";
import { type Connection, connect, diff, transfer } from "../../src/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { postgresDatabase } from "../servers/postgres.js";

const LIBRARY = `
  CREATE TYPE mood AS ENUM ('glad', 'sad');
  CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
  CREATE SEQUENCE ticket START 100 INCREMENT 5;
  CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
  CREATE TABLE reader (
    id serial PRIMARY KEY, name varchar(40) NOT NULL COLLATE "C", mood mood DEFAULT 'glad', age positive,
    tags text[], seen timestamptz, price numeric(12, 4), raw bytea, doc jsonb, half double precision, few real,
    span interval, doubled integer GENERATED ALWAYS AS (twice(id)) STORED
  );
  CREATE TABLE loan (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 1000) PRIMARY KEY,
    reader_id integer REFERENCES reader (id) ON DELETE CASCADE DEFERRABLE, note text, UNIQUE NULLS NOT DISTINCT (note)
  );
  CREATE INDEX loan_reader ON loan (reader_id) WHERE note IS NOT NULL;
  CREATE INDEX reader_lower ON reader (lower(name));
  CREATE VIEW gladdest AS SELECT name FROM reader WHERE mood = 'glad';
  CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM reader;
  CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := upper(NEW.note); RETURN NEW; END $$;
  CREATE TRIGGER loud BEFORE INSERT ON loan FOR EACH ROW EXECUTE FUNCTION shout();
  COMMENT ON TABLE loan IS 'what is out';
  CREATE SCHEMA "other one";
  CREATE TABLE "other one".reader (x integer);
  INSERT INTO reader (name, mood, age, tags, seen, price, raw, doc, half, few, span) VALUES
    ('Ada', 'sad', 36, '{a,"b c",NULL}', '2026-01-02 03:04:05.678901+02', 12.3400, '\\x00ff', '{"a": [1, null]}', 'NaN', 1e-30, '1 mon 2 days 03:04:05.6'),
    (E'tab\\tline\\nback\\\\slash', NULL, NULL, '{}', 'infinity', NULL, '', '1', '-0', 'Infinity', NULL),
    ('gone', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
  DELETE FROM reader WHERE name = 'gone';
  INSERT INTO loan (reader_id, note) VALUES (1, 'first'), (2, NULL);
  INSERT INTO "other one".reader VALUES (7);
  SELECT nextval('ticket'), nextval('ticket');
`;

async function server(script: string): Promise<{ readonly url: string; readonly connection: Connection }> {
  const url = await postgresDatabase();
  const connection = await connect(url);
  onTestFinished(() => connection.close());
  await connection.executeScript(script);
  return { url, connection };
}

async function sameRows(a: Connection, b: Connection, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const rows = `SELECT t::text AS row FROM ${table} AS t ORDER BY 1`;
    expect(await b.query(rows)).toEqual(await a.query(rows));
  }
}

const ALL = ["reader", "loan", "gladdest", '"other one".reader'];

describe("a transfer from PostgreSQL to PostgreSQL", () => {
  test("gives the same schema, the same rows and the same next numbers", async () => {
    const from = await server(LIBRARY);
    const to = await server("");
    const report = await transfer({ from: from.url, to: to.url });
    expect(report.tables.map(({ table, rows }) => [table, rows]).sort()).toEqual([
      ["loan", 2],
      ["reader", 1],
      ["reader", 2],
    ]);
    await sameRows(from.connection, to.connection, ALL);
    expect((await diff({ from: to.connection, to: from.connection })).changes).toEqual([]);
    const next = "SELECT nextval('ticket') AS a, nextval('reader_id_seq') AS b";
    expect(await to.connection.query(next)).toEqual([{ a: 110, b: 4 }]);
    expect(await to.connection.query("INSERT INTO loan (note) VALUES ('x') RETURNING id, note")).toEqual([
      { id: 1002, note: "X" },
    ]);
  });

  test("goes from a server into PGlite and back", async () => {
    const from = await server(LIBRARY);
    const within = await sharedPglite();
    await transfer({ from: from.url, to: within });
    await sameRows(from.connection, within, ALL);
    const to = await server("");
    await transfer({ from: within, to: to.url });
    await sameRows(from.connection, to.connection, ALL);
    expect((await diff({ from: to.connection, to: from.connection })).changes).toEqual([]);
  });

  test("a callback changes rows, whose values come as text", async () => {
    const from = await server(
      "CREATE TABLE t (id integer, at date); INSERT INTO t VALUES (1, '2026-11-21'), (2, NULL)",
    );
    const to = await server("");
    await transfer({
      from: from.url,
      to: to.url,
      transformRow: { t: (row) => (row["at"] === null ? undefined : { ...row, id: `${row["id"]}0` }) },
    });
    expect(await to.connection.query("SELECT id, at::text AS at FROM t")).toEqual([
      { id: 10, at: "2026-11-21" },
    ]);
  });

  test("a partitioned table is refused by name", async () => {
    const from = await server(
      "CREATE TABLE p (a integer) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9)",
    );
    const to = await server("");
    await expect(transfer({ from: from.url, to: to.url })).rejects.toMatchObject({
      code: "CHANGE_UNSUPPORTED",
      details: { objects: ["p", "p1"] },
    });
  });

  test("an extension that the target does not have is refused, and nothing is changed", async () => {
    const from = await server("CREATE EXTENSION citext; CREATE TABLE t (a citext)");
    const within = await sharedPglite();
    await expect(transfer({ from: from.url, to: within })).rejects.toThrow(/citext/);
    expect(
      await within.query("SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'tenon%'"),
    ).toEqual([]);
  });
});
