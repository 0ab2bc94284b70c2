import { join } from "node:path";
import Database from "libsql";
import { describe, expect, test } from "vitest";
import { connect, type TransferEvent, transfer } from "../../src/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { postgresDatabase } from "../servers/postgres.js";
import { temporaryFolder } from "./engines.js";

const ROWS = 2500;

/** A table large enough that its values are looked at while they are loaded; the odd value is far from its first and last rows. */
function sourceWith(odd: string): string {
  const path = join(temporaryFolder(), "large.db");
  const database = new Database(path);
  database.exec(`
    CREATE TABLE large (id INTEGER PRIMARY KEY, n INTEGER, name TEXT NOT NULL, ratio REAL, at DATETIME, price NUMERIC(8,2), ok BOOLEAN, data BLOB, doc JSON, word VARCHAR(9));
    CREATE TABLE small (id INTEGER PRIMARY KEY, large_id INTEGER REFERENCES large (id));
    WITH RECURSIVE i (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM i WHERE i < ${ROWS})
    INSERT INTO large SELECT i, nullif(i % 7, 0), 'name, "' || i, i / 7.0, datetime(1700000000 + i, 'unixepoch'), i / 4.0, i % 2, iif(i % 5 = 0, NULL, randomblob(i % 9)), '[' || i || ']', 'w' FROM i;
    INSERT INTO small SELECT id, id FROM large WHERE id % 500 = 0;
    ${odd}`);
  database.close();
  return `file:${path}`;
}

const targets = [
  { name: "PostgreSQL", make: async () => connect(await postgresDatabase()) },
  { name: "PGlite", make: sharedPglite },
];

function phasesOf() {
  const phases: string[] = [];
  const onEvent = (event: TransferEvent) => {
    if (event.kind === "phase") phases.push(event.phase);
  };
  return { phases, onEvent };
}

describe.each(targets)("values that are looked at while they are loaded into $name", ({ make }) => {
  test("need no other look where they are what the declarations say, and are reported as if they had one", async () => {
    const from = sourceWith("");
    const to = await make();
    const looked = await transfer({ from, to, dryRun: true });
    const { phases, onEvent } = phasesOf();
    const report = await transfer({ from, to, rowsOfChunk: 700, onEvent });
    expect(phases).toEqual(["scan", "load", "prove", "finish"]);
    expect(report.findings).toEqual(looked.findings);
    expect(report.proof).toMatchObject({ isEqual: true });
    expect(report.tables).toMatchObject([
      { table: "large", rows: ROWS },
      { table: "small", rows: 5 },
    ]);
  });

  test.each([
    ["a text in INTEGER", "n = 'many'", "n"],
    ["a fraction in INTEGER", "n = 1.5", "n"],
    ["bytes in TEXT", "name = x'616263'", "name"],
    ["a NUL in TEXT", "name = 'a' || char(0)", "name"],
    ["a text that is not UTF-8", "name = CAST(x'61ff' AS TEXT)", "name"],
    ["a text in REAL", "ratio = 'much'", "ratio"],
    ["a day that is none", "at = '2023-02-30 00:00:00'", "at"],
    ["a number for a moment", "at = 7", "at"],
    ["more digits than a price has", "price = 0.001", "price"],
    ["neither true nor false", "ok = 2", "ok"],
    ["a text in BLOB", "data = 'text'", "data"],
    ["no JSON", "doc = '{'", "doc"],
    ["a word that is too long, by blanks", "word = 'w         '", "word"],
  ])("%s in the midst is told as by a look before, and nothing is left", async (_, odd, column) => {
    const from = sourceWith(`UPDATE large SET ${odd} WHERE id = 1250`);
    const to = await make();
    const { findings } = await transfer({ from, to, dryRun: true });
    const open = findings.filter(({ isOpen }) => isOpen);
    expect(open).toMatchObject([{ column, misfits: [{ count: 1 }] }]);
    const { phases, onEvent } = phasesOf();
    await expect(transfer({ from, to, rowsOfChunk: 700, onEvent })).rejects.toMatchObject({
      code: "TRANSFER_MISFITS",
      details: { findings: open },
    });
    expect(phases).toEqual(["scan", "load", "scan"]);
    const rows = await to.query(
      "SELECT nspname::text AS name FROM pg_namespace WHERE nspname = 'tenon_transfer' UNION SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    );
    expect(rows).toEqual([]);
  });

  test("what comes back in another form is counted as by a look before, and arrives", async () => {
    const from = sourceWith(
      "UPDATE large SET at = at || '.250' WHERE id = 1250; UPDATE large SET price = 0.1 + 0.2 WHERE id = 1251;",
    );
    const to = await make();
    const mapping = `{ "tables": { "large": { "columns": { "price": { "type": "double precision" } } } } }`;
    const { findings } = await transfer({ from, to, dryRun: true, mapping });
    const report = await transfer({ from, to, rowsOfChunk: 700, mapping });
    expect(report.findings).toEqual(findings);
    expect(report.findings.find(({ column }) => column === "at")).toMatchObject({ otherForm: ROWS - 1 });
    expect(report.proof?.isEqual).toBe(true);
    expect(
      await to.query("SELECT count(*)::int AS n, count(DISTINCT name)::int AS names FROM large"),
    ).toEqual([{ n: ROWS, names: ROWS }]);
  });

  test("a restart drops what was loaded before, and looks while it loads", async () => {
    const from = sourceWith("");
    const to = await make();
    await to.execute("CREATE SCHEMA tenon_transfer");
    await to.execute(
      "CREATE TABLE tenon_transfer.transfer (fingerprint text, started_at timestamptz DEFAULT now())",
    );
    await to.execute("INSERT INTO tenon_transfer.transfer VALUES ('other')");
    const report = await transfer({ from, to, rowsOfChunk: 700, earlier: "restart" });
    expect(report.proof?.isEqual).toBe(true);
  });
});
