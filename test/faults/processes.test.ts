import { describe, expect, test } from "vitest";
import { type RunEvent, SchemaManager } from "../../src/index.js";
import { engines } from "../live/engines.js";
import { startWorker } from "./processes.js";
import { versionsOf } from "./versions.mjs";

describe.each(engines.filter((each) => each.isShared))("several processes on $name", (engine) => {
  test.each(["run", "each"] as const)(
    "eight processes that start at once apply each migration once (a transaction for the %s)",
    async (transaction) => {
      const database = await engine.create();
      const workers = Array.from({ length: 8 }, () =>
        startWorker({ url: database.url, options: database.options, count: 30, transaction }),
      );

      const answers = await Promise.all(workers.map((worker) => worker.answer));

      expect(answers.map((answer) => answer?.ok)).toEqual(Array(8).fill(true));
      const steps = answers.flatMap((answer) => answer?.steps ?? []).map(Number);
      expect(steps.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
      const runs = await database.look("SELECT count(*) AS n FROM runs");
      expect(runs).toMatchObject([{ n: 30 }]);
    },
    120_000,
  );

  test("a database that another session holds is waited for, told, and given up after the lock timeout", async () => {
    const database = await engine.create();
    const [holder, waiting] = [await database.connect(), await database.connect()];
    const events: RunEvent[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = new SchemaManager(holder, {
      1: {
        name: "Slow",
        up: async (migration) => {
          await migration.execute("CREATE TABLE slow (id INTEGER)");
          started();
          await held;
        },
      },
    });
    let started: () => void = () => undefined;
    const hasStarted = new Promise<void>((resolve) => {
      started = resolve;
    });
    const running = first.migrateToLatest();
    await hasStarted;

    const second = new SchemaManager(waiting, versionsOf(1), { onEvent: (event) => events.push(event) });
    await expect(second.migrateToLatest({ lockTimeoutMs: 150 })).rejects.toMatchObject({
      code: "LOCK_TIMEOUT",
    });
    expect(events.map((event) => event.kind)).toContain("waiting");

    release();
    await running;
    expect(await waiting.tableExists("slow")).toBe(true);
    expect(await waiting.tableExists("t1")).toBe(false);
  });
});
