import { chmodSync, chownSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect, SchemaManager } from "../../src/index.js";
import { temporaryFolder } from "../live/engines.js";
import { startWorker } from "./processes.js";
import { versionsOf } from "./versions.mjs";

const NOBODY = 65534;

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name)).toString("base64")]),
  );
}

test("a full disk stops the run with a clear error and leaves the database as it was or as it should be", async () => {
  const path = join(temporaryFolder(), "app.db");
  const connection = await connect(`file:${path}`);
  await new SchemaManager(connection, versionsOf(3)).migrateToLatest();
  const [pages] = await connection.query("PRAGMA page_count");
  await connection.executeScript(`PRAGMA max_page_count = ${Number(pages?.["page_count"]) + 2}`);
  const filling = {
    ...versionsOf(3),
    4: {
      name: "fills the disk",
      up: [
        "CREATE TABLE filler (data BLOB)",
        "INSERT INTO filler SELECT randomblob(4000) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i FROM n)",
      ],
    },
  };

  await expect(new SchemaManager(connection, filling).migrateToLatest()).rejects.toMatchObject({
    code: "DATABASE_FULL",
    where: { module: "main", version: "4" },
  });

  expect(connection.inTransaction).toBe(false);
  await connection.close();
  const again = await connect(`file:${path}`);
  expect(await again.tableExists("filler")).toBe(false);
  expect(await again.query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  const manager = new SchemaManager(again, filling);
  expect(await manager.getCurrentVersion()).toBe(3);
  await manager.migrateToLatest();
  expect(await manager.getCurrentVersion()).toBe(4);
  await again.close();
});

test("a database that may not be written is refused and stays byte for byte the same", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "app.db");
  const connection = await connect(`file:${path}`);
  await new SchemaManager(connection, versionsOf(2)).migrateToLatest();
  await connection.close();
  chmodSync(path, 0o444);
  chmodSync(folder, 0o555);
  const before = contents(folder);
  // The superuser may write anything, so the work is done by another user then.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, 0, 0);

  const worker = startWorker({ url: `file:${path}`, count: 3 }, isRoot ? { uid: NOBODY, gid: NOBODY } : {});

  expect(await worker.answer).toMatchObject({ ok: false, code: "DATABASE_READ_ONLY" });
  chmodSync(folder, 0o755);
  expect(contents(folder)).toEqual(before);
  expect(statSync(path).mode & 0o777).toBe(0o444);
});

test("a reader does not stop a run, and a writer that never ends is given up on", async () => {
  const path = join(temporaryFolder(), "app.db");
  const writer = await connect(`file:${path}`);
  await writer.executeScript(
    "CREATE TABLE other (id INTEGER); BEGIN IMMEDIATE; INSERT INTO other VALUES (1)",
  );
  const connection = await connect(`file:${path}`);
  const manager = new SchemaManager(connection, versionsOf(1));

  await expect(manager.migrateToLatest({ lockTimeoutMs: 100 })).rejects.toMatchObject({
    code: "LOCK_TIMEOUT",
  });
  await writer.executeScript("COMMIT");

  await writer.executeScript("BEGIN");
  await writer.query("SELECT * FROM other");
  await manager.migrateToLatest();
  expect(await manager.getCurrentVersion()).toBe(1);
  await writer.executeScript("COMMIT");
  await writer.close();
  await connection.close();
});
