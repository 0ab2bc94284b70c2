import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { connect } from "../../src/index.js";
import { postgresDatabase } from "../servers/postgres.js";

const DEMO = fileURLToPath(new URL("../../examples/companion/demo.mjs", import.meta.url));

// Some twenty commands, each a process of its own: half a minute where the machine has other work.
describe("the demo", { timeout: 120_000 }, () => {
  let temporary = "";
  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), "tenon-demo-test-"));
  });
  afterEach(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));

  test("goes as it tells, and leaves nothing behind", async () => {
    const { status, output } = await play([], temporary);
    expect({ status, told: output.trimEnd().split("\n").at(-1) }).toEqual({
      status: 0,
      told: "Everything went as told, and every row that was written is still there.",
    });
    expect(output).toMatch(/1 of 1 rows of calendar_reminders/);
    expect(output).toMatch(/All rows of habit_days are lost \(2 rows\)/);
    expect(await readdir(temporary)).toEqual([]);
  });

  test("plays on a PostgreSQL server with the same modules", async () => {
    const { status, output } = await play(["--url", await postgresDatabase()], temporary);
    expect({ status, told: output.trimEnd().split("\n").at(-1) }).toEqual({
      status: 0,
      told: "Everything went as told, and every row that was written is still there.",
    });
    expect(output).toMatch(/1 of 1 rows of calendar_reminders/);
    expect(output).toMatch(/All rows of habit_days are lost \(2 rows\)/);
    expect(await readdir(temporary)).toEqual([]);
  });

  test("ends with 1 when something is not as told, and keeps its folder when asked to", async () => {
    const url = `file:${join(temporary, "used.db")}`;
    const connection = await connect(url);
    await connection.execute("CREATE TABLE users (id TEXT)");
    await connection.close();
    const { status, output } = await play(["--url", url, "--keep"], temporary);
    expect(status).toBe(1);
    expect(output).toMatch(
      /^Not as told: whether the plan has created a table: expected false, found true$/m,
    );
    const folder = (await readdir(temporary)).find((name) => name.startsWith("tenon-demo-")) ?? "";
    expect(await readdir(join(temporary, folder))).toContain("tenon.config.ts");
  });
});

function play(parameters: readonly string[], temporary: string): Promise<{ status: number; output: string }> {
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  return new Promise((resolve) => {
    execFile(process.execPath, [DEMO, ...parameters], { env, timeout: 110_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, output: `${stdout}${stderr}` });
    });
  });
}
