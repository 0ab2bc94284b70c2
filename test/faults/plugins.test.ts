import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Connection, defineModule, PluginManager, SchemaRegistry } from "../../src/index.js";
import { engines, type LiveDatabase, temporaryFolder } from "../live/engines.js";
import { pluginsFor } from "./plugins.mjs";
import { startWorker } from "./processes.js";

const SCRIPT = fileURLToPath(new URL("./plugin-worker.mjs", import.meta.url));
const ROWS = 200;

function manager(connection: Connection): PluginManager {
  const registry = new SchemaRegistry();
  for (const [name, options, versions] of pluginsFor())
    registry.register(defineModule(name, "plugin", options, versions));
  return new PluginManager(connection, { registry });
}

function start(database: LiveDatabase, request: Readonly<Record<string, unknown>>) {
  return startWorker({ url: database.url, options: database.options, ...request }, { script: SCRIPT });
}

async function rowsLeft(database: LiveDatabase): Promise<number> {
  const [row] = await database.look(
    `SELECT ${[1, 2, 3, 4].map((version) => `(SELECT count(*) FROM store_${version})`).join(" + ")} AS n`,
  );
  return Number(row?.["n"]);
}

async function statusesOf(database: LiveDatabase): Promise<string[]> {
  const rows = await database.look("SELECT plugin, status FROM schema_migrations_plugins ORDER BY plugin");
  return rows.map((row) => `${row["plugin"]} ${row["status"]}`);
}

describe.each(engines.filter((each) => each.isShared))("plugins and processes on $name", (engine) => {
  test("six processes that activate a plugin at once do it once", async () => {
    const database = await engine.create();
    const workers = Array.from({ length: 6 }, () => start(database, { act: "activate", name: "store" }));

    const answers = await Promise.all(workers.map((worker) => worker.answer));

    expect(answers.map((answer) => answer?.ok)).toEqual(Array(6).fill(true));
    expect(answers.flatMap((answer) => answer?.steps ?? []).sort()).toEqual(["1", "2", "3", "4"]);
    expect(await statusesOf(database)).toEqual(["store active"]);
  });

  test("of two plugins that exclude each other and are activated at once, one comes in", async () => {
    const database = await engine.create();
    const workers = ["left", "right", "left", "right"].map((name) =>
      start(database, { act: "activate", name, registry: "rivals" }),
    );

    const answers = await Promise.all(workers.map((worker) => worker.answer));

    expect(answers.map((answer) => answer?.code ?? "ok").sort()).toEqual([
      "PLUGIN_CONFLICT",
      "PLUGIN_CONFLICT",
      "ok",
      "ok",
    ]);
    expect(await statusesOf(database)).toHaveLength(1);
  });

  test.each(["written", "named"] as const)(
    "a removal that is killed with its dump %s has removed nothing, and the next one succeeds",
    async (killAt) => {
      const database = await engine.create();
      const connection = await database.connect();
      await manager(connection).activatePlugin("store");
      const values = Array.from({ length: ROWS }, (_, index) => `(${index}, 'row ${index}')`).join(", ");
      await connection.execute(`INSERT INTO store_2 VALUES ${values}`);
      await connection.close();
      const dumpTo = join(temporaryFolder(), "dumps");

      expect(await start(database, { act: "remove", name: "store", dumpTo, killAt }).answer).toBeUndefined();

      expect(await rowsLeft(database)).toBe(ROWS);
      expect(await statusesOf(database)).toEqual(["store active"]);
      const dumps = readdirSync(dumpTo);
      expect(dumps).toEqual([
        expect.stringMatching(killAt === "written" ? /^\.store-.*\.unfinished$/ : /^store-\w+$/),
      ]);

      const again = await database.connect();
      const plugins = manager(again);
      const gone = await plugins.removePlugin("store", { dumpTo });
      expect(await again.tableExists("store_2")).toBe(false);
      expect(await statusesOf(database)).toEqual(["store removed"]);
      await plugins.activatePlugin("store");
      // The dump of the killed process is as good as that of the one that went through.
      const complete = killAt === "named" ? dumps[0] : undefined;
      await plugins.restorePluginData(
        complete === undefined ? (gone.dumps[0]?.folder ?? "") : join(dumpTo, complete),
      );
      expect(await rowsLeft(database)).toBe(ROWS);
    },
  );

  test("a removal that is killed at any moment is done wholly or not at all", async () => {
    const database = await engine.create();
    const dumpTo = join(temporaryFolder(), "dumps");
    let killed = 0;
    for (let attempt = 0; attempt < 8; attempt++) {
      const connection = await database.connect();
      const plugins = manager(connection);
      await plugins.activatePlugin("store");
      await connection.execute("DELETE FROM store_3");
      await connection.execute("INSERT INTO store_3 VALUES (1, 'one'), (2, 'two')");
      const worker = start(database, { act: "remove", name: "store", dumpTo });
      await worker.ready;
      const timer = setTimeout(() => worker.process.kill("SIGKILL"), attempt * 4);
      if ((await worker.answer) === undefined) killed++;
      clearTimeout(timer);

      const [status] = await statusesOf(database);
      const isThere = await connection.tableExists("store_3");
      expect(isThere).toBe(status === "store active");
      if (isThere) expect(await rowsLeft(database)).toBe(2);
      await connection.close();
    }
    expect(killed).toBeGreaterThan(0);
  });
});
