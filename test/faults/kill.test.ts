import { describe, expect, test } from "vitest";
import { SchemaManager } from "../../src/index.js";
import { randomCases } from "../generators/case-count.js";
import { engines, type LiveDatabase } from "../live/engines.js";
import { startWorker } from "./processes.js";
import { versionsOf } from "./versions.mjs";

const COUNT = { sqlite: 200, postgres: 60 };
/** A few in the test command; `npm run soak` asks for more. */
const KILLS = Math.min(randomCases(16).numRuns, 100);

/** Every applied version has its table, its row and its count; no other version has left anything. */
async function expectAgreement(database: LiveDatabase): Promise<number> {
  const connection = await database.connect();
  const journal = (await connection.tableExists("schema_migrations"))
    ? await database.look("SELECT version FROM schema_migrations WHERE status = 'applied'")
    : [];
  const applied = journal.map((row) => Number(row["version"])).sort((a, b) => a - b);
  const runs = applied.length === 0 ? [] : await database.look("SELECT version FROM runs ORDER BY version");
  expect(runs.map((row) => Number(row["version"]))).toEqual(applied);
  await connection.close();
  const tables = await database.look(
    database.engine === "sqlite"
      ? "SELECT name FROM sqlite_schema WHERE type = 'table'"
      : "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  const made = tables.flatMap((row) => /^t(\d+)$/.exec(String(row["name"]))?.[1] ?? []);
  expect(made.map(Number).sort((a, b) => a - b)).toEqual(applied);
  return applied.length;
}

describe.each(engines.filter((each) => each.isShared && each.name !== "SQLite encrypted"))(
  "killed processes on $name",
  (engine) => {
    test.each(["run", "each"] as const)(
      `a run killed at random moments (a transaction for the %s) leaves journal and schema in agreement`,
      async (transaction) => {
        const count = COUNT[engine.engine];
        let unfinished = 0;
        let partly = 0;
        for (let kill = 0; kill < KILLS; kill++) {
          const database = await engine.create();
          const worker = startWorker({
            url: database.url,
            options: database.options,
            count,
            transaction,
          });
          await worker.ready;
          const moment = Math.random() * (transaction === "run" ? 60 : 250);
          const timer = setTimeout(() => worker.process.kill("SIGKILL"), moment);
          if ((await worker.answer) === undefined) unfinished++;
          clearTimeout(timer);

          const done = await expectAgreement(database);
          if (done > 0 && done < count) partly++;

          const connection = await database.connect();
          await new SchemaManager(connection, versionsOf(count)).migrateToLatest();
          await connection.close();
          expect(await expectAgreement(database)).toBe(count);
        }
        // Kills that always came too late (or too early) would prove nothing.
        expect(unfinished).toBeGreaterThan(KILLS / 5);
        if (transaction === "each") expect(partly).toBeGreaterThan(0);
      },
      60_000 + KILLS * 10_000,
    );
  },
);
