import { join } from "node:path";
import Database from "libsql";
import { describe, expect, test } from "vitest";
import { connect, transfer } from "../../src/index.js";
import { postgresDatabase } from "../servers/postgres.js";
import { temporaryFolder } from "./engines.js";

function sqliteFile(script: string): string {
  const path = join(temporaryFolder(), "keys.db");
  const database = new Database(path);
  database.exec(script);
  database.close();
  return `file:${path}`;
}

describe.each([1, 2, 3])("primary keys that are built by %i sessions", (jobs) => {
  test("have the names and columns that they have on the source", async () => {
    const from = sqliteFile(`
      CREATE TABLE one (id INTEGER PRIMARY KEY, a TEXT UNIQUE);
      CREATE TABLE "two words" (b TEXT, a INTEGER, c TEXT, CONSTRAINT "my key" PRIMARY KEY (a, b));
      CREATE TABLE bare (a TEXT);
      CREATE INDEX a_first ON bare (a);
      INSERT INTO one VALUES (1, 'x'), (2, 'y');
      INSERT INTO "two words" VALUES ('a', 1, 'c'), ('b', 1, 'd');
      INSERT INTO bare VALUES ('x'), ('x')`);
    const url = await postgresDatabase();
    await transfer({ from, to: url, jobs, rowsOfChunk: 1 });
    const to = await connect(url);
    expect(
      await to.query("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"),
    ).toEqual([
      { indexdef: "CREATE INDEX a_first ON public.bare USING btree (a)" },
      { indexdef: 'CREATE UNIQUE INDEX "my key" ON public."two words" USING btree (a, b)' },
      { indexdef: "CREATE UNIQUE INDEX one_a_key ON public.one USING btree (a)" },
      { indexdef: "CREATE UNIQUE INDEX one_pkey ON public.one USING btree (id)" },
    ]);
    expect(
      await to.query(
        "SELECT conname::text AS name FROM pg_constraint WHERE contype = 'p' AND connamespace = 'public'::regnamespace ORDER BY 1",
      ),
    ).toEqual([{ name: "my key" }, { name: "one_pkey" }]);
    await to.close();
  });

  test("are told where something has their name already, and take no notice of other names", async () => {
    const from = sqliteFile(
      "CREATE TABLE thing (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO thing VALUES (1, 'x')",
    );
    const url = await postgresDatabase();
    const to = await connect(url);
    await to.executeScript("CREATE TABLE thing_id_idx (a int); CREATE TABLE thing_pkey (a int)");
    await expect(transfer({ from, to: url, jobs, rowsOfChunk: 1 })).rejects.toMatchObject({
      message: expect.stringContaining("thing_pkey"),
    });
    expect(await to.tableExists("thing")).toBe(false);
    await to.execute("DROP TABLE thing_pkey");
    const report = await transfer({ from, to: url, jobs, rowsOfChunk: 1, earlier: "resume" });
    expect(report.proof?.isEqual).toBe(true);
    await to.close();
  });

  test("are refused with their table where rows are the same on the target, and nothing is visible", async () => {
    const from = sqliteFile(`
      CREATE TABLE thing (id UUID PRIMARY KEY, a TEXT);
      INSERT INTO thing VALUES ('0b0e8f3a-0000-4000-8000-00000000000a', 'x'), ('0B0E8F3A-0000-4000-8000-00000000000A', 'y')`);
    const url = await postgresDatabase();
    const request = { from, to: url, jobs, rowsOfChunk: 1 };
    await expect(transfer(request)).rejects.toMatchObject({
      code: "CHANGE_BLOCKED",
      message: expect.stringContaining("thing"),
    });
    await expect(transfer({ ...request, earlier: "resume" })).rejects.toMatchObject({
      code: "CHANGE_BLOCKED",
    });
    const to = await connect(url);
    expect(await to.tableExists("thing")).toBe(false);
    await to.close();
  });
});
