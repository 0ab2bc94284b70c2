import { describe, expect, test } from "vitest";
import { defineModule, SchemaManager } from "../../src/index.js";
import { engines } from "./engines.js";

const table = (name: string) => ({
  name,
  up: `CREATE TABLE ${name} (id INTEGER PRIMARY KEY)`,
  down: `DROP TABLE ${name}`,
});

describe.each(engines)("a plan on $name", (engine) => {
  test("does not take back another migration than the one that was shown", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, { 1: table("a"), 2: table("b") });
    await manager.migrateToLatest();
    const plan = await manager.plan({ back: 1 });
    await manager.rollback(1);

    await expect(plan.run()).rejects.toMatchObject({
      code: "PLAN_OUTDATED",
      where: { module: "main", version: "1" },
    });
    expect(await manager.getCurrentVersion()).toBe(1);
  });

  test("leaves out what another has done meanwhile", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, { 1: table("a"), 2: table("b") });
    const plan = await manager.plan();
    await manager.migrateToVersion(1);

    const { steps } = await plan.run();

    expect(steps.map((step) => step.version)).toEqual(["2"]);
  });

  test("that only goes up to a version takes nothing back", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const manager = new SchemaManager(connection, { 1: table("a"), 2: table("b") });
    await manager.migrateToLatest();

    expect((await manager.plan({ to: 1, only: "up" })).steps).toEqual([]);
    expect((await manager.plan({ to: 1 })).steps).toMatchObject([{ direction: "down", version: 2 }]);
  });

  test("the journal is given whole, modules of other programs among it", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const other = defineModule("other", "core", {}, { 1: table("x") });
    await new SchemaManager(connection, other).migrateToLatest();
    const manager = new SchemaManager(connection, { 1: table("a") });
    await manager.migrateToLatest();

    expect((await manager.getJournal()).map((row) => row.module)).toEqual(["other", "main"]);
    expect((await manager.getMigrationHistory()).map((row) => row.module)).toEqual(["main"]);
  });
});
