import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { connect } from "../../src/index.js";
import { temporaryFolder } from "../live/engines.js";
import { postgresDatabase, postgresWitness } from "../servers/postgres.js";

test("a database larger than the memory that the process may use goes through, there and back", async () => {
  const folder = temporaryFolder();
  const connection = await connect(`file:${join(folder, "large.db")}`);
  await connection.executeScript(`
    CREATE TABLE large (id INTEGER PRIMARY KEY, body TEXT, raw BLOB, half REAL);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
    INSERT INTO large SELECT i, hex(randomblob(1800)), randomblob(900), i / 2.0 FROM n;
    INSERT INTO large VALUES (9001, hex(zeroblob(2000000)), zeroblob(3000000), NULL)`);
  await connection.close();
  expect(statSync(join(folder, "large.db")).size).toBeGreaterThan(32 * 1024 * 1024);
  const middle = await postgresDatabase();
  const there = await moved({ from: `file:${join(folder, "large.db")}`, to: middle, jobs: 2 });
  expect(there).toMatchObject({ ok: true, tables: [{ table: "large", rows: 9001 }] });
  const witness = await postgresWitness(middle);
  const sizes =
    "SELECT count(*)::int AS n, max(length(body))::int AS body, max(length(raw))::int AS raw FROM large";
  expect((await witness.query(sizes)).rows).toEqual([{ n: 9001, body: 4_000_000, raw: 3_000_000 }]);
  const back = await moved({ from: middle, to: `file:${join(folder, "back.db")}` });
  expect(back).toMatchObject({ ok: true, tables: [{ table: "large", rows: 9001 }] });
  expect(Math.max(there.peakMiB, back.peakMiB)).toBeLessThan(300);
}, 120_000);

/** Runs a transfer in a process whose heap holds far less than the database. */
async function moved(request: object): Promise<{ readonly ok: boolean; readonly peakMiB: number }> {
  const script = fileURLToPath(new URL("./transfer-worker.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--max-old-space-size=32",
    script,
    JSON.stringify(request),
  ]);
  return JSON.parse(stdout.split("\n").find((line) => line.startsWith("{")) ?? "{}");
}
