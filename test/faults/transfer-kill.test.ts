import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { connect, type TransferOptions } from "../../src/index.js";
import { randomCases } from "../generators/case-count.js";
import { temporaryFolder } from "../live/engines.js";
import { postgresDatabase, postgresWitness } from "../servers/postgres.js";

const ROWS = 6000;

async function bigSource(): Promise<string> {
  const url = `file:${join(temporaryFolder(), "big.db")}`;
  const connection = await connect(url);
  await connection.executeScript(`
    CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, half REAL);
    CREATE TABLE child (key TEXT PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id), body BLOB) WITHOUT ROWID;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    INSERT INTO parent SELECT i, 'parent ' || i, i / 2.0 FROM n;
    INSERT INTO child SELECT 'child ' || id, id, randomblob(20) FROM parent WHERE id % 2 = 0;
  `);
  await connection.close();
  return url;
}

/** Runs a transfer in a process, and kills it at the moment that `killAt` names, unless it is through by then. */
function run(
  request: TransferOptions,
  killAt?: { readonly events?: number; readonly ms?: number },
): Promise<string> {
  const script = fileURLToPath(new URL("./transfer-worker.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(request)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let output = "";
  let events = 0;
  const timer = killAt?.ms === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAt.ms);
  child.stdout.on("data", (chunk) => {
    output += chunk;
    events = output.split("\n").filter((line) => line.startsWith("event ")).length;
    if (killAt?.events !== undefined && events >= killAt.events) child.kill("SIGKILL");
  });
  return new Promise((resolve) => {
    child.on("close", () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
}

const visible = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";

test("a transfer that is killed at any moment shows nothing, and goes on to the same end", async () => {
  const rounds = randomCases(6).numRuns > 1000 ? 30 : 6;
  const from = await bigSource();
  const killedAfterLoading: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const to = await postgresDatabase();
    const witness = await postgresWitness(to);
    const request: TransferOptions = { from, to, jobs: 2, rowsOfChunk: 250 };
    // Half of them by what the transfer says, so that every part of it is met; half by the clock.
    const moments = round % 2 === 0 ? { events: 1 + ((round * 7) % 45) } : { ms: 250 + ((round * 97) % 700) };
    const first = await run(request, moments);
    // A kill between the commit and the word of it leaves all of it there; the rows are counted below.
    const isThere = async () => {
      const tables = (await witness.query(visible)).rows;
      if (tables.length > 0) expect(tables).toEqual([{ name: "child" }, { name: "parent" }]);
      return tables.length > 0;
    };
    if (!first.includes('"ok":true') && !(await isThere())) {
      const second = await run({ ...request, earlier: "resume" }, { events: 3 + ((round * 5) % 20) });
      if (!second.includes('"ok":true') && !(await isThere())) {
        const chunks = await witness.query(
          "SELECT to_regclass('tenon_transfer.chunks') IS NOT NULL AS there",
        );
        if (chunks.rows[0]?.there === true)
          killedAfterLoading.push(
            Number((await witness.query("SELECT count(*) AS n FROM tenon_transfer.chunks")).rows[0]?.n),
          );
        expect(await run({ ...request, earlier: "resume" })).toContain('"ok":true');
      }
    }
    const rows = await witness.query(`
      SELECT (SELECT count(*)::int FROM parent) AS parents, (SELECT count(DISTINCT name)::int FROM parent) AS names,
        (SELECT sum(half)::float FROM parent) AS halves, (SELECT count(*)::int FROM child JOIN parent ON parent.id = parent_id) AS children,
        (SELECT count(*)::int FROM pg_namespace WHERE nspname = 'tenon_transfer') AS staging`);
    expect(rows.rows).toEqual([
      { parents: ROWS, names: ROWS, halves: (ROWS * (ROWS + 1)) / 4, children: ROWS / 2, staging: 0 },
    ]);
  }
  expect(killedAfterLoading.some((chunks) => chunks > 0)).toBe(true);
}, 300_000);

test("a server that ends the session in the middle is told, with how to go on", async () => {
  const from = await bigSource();
  const to = await postgresDatabase();
  const witness = await postgresWitness(to);
  const { transfer } = await import("../../src/index.js");
  let ended = false;
  const running = transfer({
    from,
    to,
    jobs: 2,
    rowsOfChunk: 250,
    onEvent: (event) => {
      if (event.kind !== "rows" || ended) return;
      ended = true;
      void witness.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
    },
  });
  await expect(running).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    hint: expect.stringContaining("--resume"),
  });
  expect((await witness.query(visible)).rows).toEqual([]);
  const report = await transfer({ from, to, earlier: "resume", rowsOfChunk: 250 });
  expect(report.tables.map(({ rows }) => rows)).toEqual([ROWS / 2, ROWS]);
});

test("a large table that was interrupted while it was looked at and loaded at once is looked at whole when it goes on", async () => {
  const from = await bigSource();
  const connection = await connect(from);
  await connection.execute(`UPDATE parent SET half = 'no number' WHERE id = ${ROWS - 1500}`);
  await connection.close();
  const to = await postgresDatabase();
  const witness = await postgresWitness(to);
  const request: TransferOptions = { from, to, jobs: 1, rowsOfChunk: 250 };
  const killed = await run(request, { events: 8 });
  expect(killed).not.toContain("ok");
  const chunks = await witness.query("SELECT count(*)::int AS n FROM tenon_transfer.chunks");
  expect(chunks.rows[0].n).toBeGreaterThan(0);
  expect(await run(request)).toContain('"code":"TRANSFER_UNFINISHED"');
  expect(await run({ ...request, earlier: "resume" })).toContain("1 x text (row 4500 has 'no number')");
  expect(await run({ ...request, earlier: "restart" })).toContain("1 x text (row 4500 has 'no number')");
  expect((await witness.query(visible)).rows).toEqual([]);
  const staging = await witness.query("SELECT 1 FROM pg_namespace WHERE nspname = 'tenon_transfer'");
  expect(staging.rows).toEqual([]);
});
