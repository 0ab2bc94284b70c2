import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { attachFile, type Connection, connect } from "../../../src/connection/index.js";
import { copySqlite, SOURCE } from "../../../src/transfer/copy-sqlite.js";
import { FileBeside } from "../../../src/transfer/file-beside.js";
import { temporaryFolder } from "../../live/engines.js";

const cost = { N: 1024, r: 8, p: 1 };
const quick = (password: string) => ({ encryption: { password, cost } });

async function opened(path: string, options = {}): Promise<Connection> {
  const connection = await connect(`file:${path}`, options);
  onTestFinished(() => connection.close());
  return connection;
}

async function copyInto(folder: string, password?: { from?: string; to?: string }): Promise<Connection> {
  const path = join(folder, "to.db");
  const to = password?.to === undefined ? undefined : quick(password.to).encryption;
  const from = password?.from === undefined ? undefined : quick(password.from).encryption;
  const beside = await FileBeside.open({ path, earlier: "refuse", encryption: to });
  const { connection } = beside;
  await attachFile(connection, { path: join(folder, "from.db"), as: SOURCE, encryption: from });
  await connection.transaction(() => copySqlite(connection, () => {}).then(() => undefined));
  await connection.execute(`DETACH ${SOURCE}`);
  await beside.publish();
  return opened(path, to === undefined ? {} : { encryption: to });
}

const dump = (connection: Connection) =>
  connection.query(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1, 2",
  );

test("a copy has every definition as it was written, every row number and every storage class", async () => {
  const folder = temporaryFolder();
  const from = await opened(join(folder, "from.db"));
  await from.executeScript(`
    CREATE TABLE "odd ""name" (a, b TEXT /* a comment */, c INTEGER GENERATED ALWAYS AS (b || 'x') VIRTUAL);
    INSERT INTO "odd ""name" (rowid, a, b) VALUES (7, 1, 'one'), (9, 1.0, x'00ff'), (11, CAST(x'ff00fe' AS TEXT), NULL);
    CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER REFERENCES numbered (id));
    INSERT INTO numbered VALUES (5, NULL), (90, 5); DELETE FROM numbered WHERE id = 90;
    CREATE TABLE keyed (k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID;
    INSERT INTO keyed VALUES ('A', 1), ('b', 2.5);
    CREATE INDEX by_v ON keyed (v) WHERE v > 1;
    CREATE VIEW shown AS SELECT k FROM keyed;
    CREATE VIRTUAL TABLE found USING fts5 (body);
    INSERT INTO found VALUES ('a mortise and a tenon'), ('a dowel');
    CREATE TRIGGER grows AFTER INSERT ON keyed BEGIN INSERT INTO numbered (parent) VALUES (NULL); END;
    PRAGMA user_version = 42`);
  const to = await copyInto(folder);
  expect(await dump(to)).toEqual(await dump(from));
  const cells = `SELECT rowid AS n, typeof(a) AS ta, hex(a) AS a, typeof(b) AS tb, hex(b) AS b FROM "odd ""name" ORDER BY rowid`;
  expect(await to.query(cells)).toEqual(await from.query(cells));
  expect(await to.query("SELECT rowid AS n FROM found WHERE found MATCH 'tenon'")).toEqual([{ n: 1 }]);
  expect(await to.query("PRAGMA user_version")).toEqual([{ user_version: 42 }]);
  expect(await to.query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  await to.execute("INSERT INTO numbered (parent) VALUES (5)");
  expect(await to.query("SELECT max(id) AS id FROM numbered")).toEqual([{ id: 91 }]);
});

test.each([
  [undefined, "new"],
  ["old", undefined],
  ["old", "new"],
])("a database with the password %s is copied to one with %s", async (from, to) => {
  const folder = temporaryFolder();
  const source = await opened(join(folder, "from.db"), from === undefined ? {} : quick(from));
  await source.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES ('secret')");
  await source.close();
  const copy = await copyInto(folder, { ...(from && { from }), ...(to && { to }) });
  expect(await copy.query("SELECT a FROM t")).toEqual([{ a: "secret" }]);
});

test("random values of every storage class arrive byte by byte", async () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true }),
    fc.string({ unit: "binary" }),
    fc.uint8Array(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(value, value, value), { maxLength: 30 }), async (rows) => {
      const folder = temporaryFolder();
      const from = await opened(join(folder, "from.db"));
      await from.execute("CREATE TABLE t (a, b TEXT, c REAL)");
      for (const row of rows) {
        const values = row.map((each) =>
          typeof each === "string" && /\p{Surrogate}/u.test(each) ? "?" : each,
        );
        await from.execute("INSERT INTO t VALUES (?, ?, ?)", values);
      }
      const to = await copyInto(folder);
      const cells =
        "SELECT rowid AS n, typeof(a) AS ta, quote(CAST(a AS BLOB)) AS a, typeof(b) AS tb, quote(CAST(b AS BLOB)) AS b, quote(c) AS c FROM t ORDER BY rowid";
      expect(await to.query(cells)).toEqual(await from.query(cells));
      await from.close();
      await to.close();
    }),
    { numRuns: 8 },
  );
});

test("a file beside an interrupted copy is refused, and restart begins anew", async () => {
  const path = join(temporaryFolder(), "to.db");
  const beside = await FileBeside.open({ path, earlier: "refuse" });
  await beside.connection.execute("CREATE TABLE left_over (a)");
  await beside.connection.close();
  await expect(FileBeside.open({ path, earlier: "refuse" })).rejects.toMatchObject({
    code: "TRANSFER_UNFINISHED",
  });
  const anew = await FileBeside.open({ path, earlier: "restart" });
  expect(await anew.connection.tableExists("left_over")).toBe(false);
  await anew.discard();
});
