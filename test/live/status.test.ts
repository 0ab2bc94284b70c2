import { describe, expect, test } from "vitest";
import { defineModule, SchemaManager } from "../../src/index.js";
import { engines } from "./engines.js";

const users = defineModule(
  "users",
  "core",
  {},
  {
    1: { name: "Users", up: "CREATE TABLE users (id INTEGER PRIMARY KEY)", down: "DROP TABLE users" },
    2: {
      name: "Email",
      up: "ALTER TABLE users ADD COLUMN email TEXT",
      down: "ALTER TABLE users DROP COLUMN email",
    },
  },
);
const notes = defineModule(
  "notes",
  "core",
  {},
  {
    1: { name: "Notes", up: "CREATE TABLE notes (id INTEGER PRIMARY KEY)", down: "DROP TABLE notes" },
  },
);

describe.each(engines)("the status on $name", (engine) => {
  test("of modules with everything applied tells their versions, in the order in which they are given", async () => {
    const connection = await (await engine.create()).connect();
    await new SchemaManager(connection, [notes, users]).migrateToLatest();

    const status = await new SchemaManager(connection, [users, notes]).getStatus();

    const current = { state: "current", pending: [], failed: [], changed: [], unknown: [] };
    expect(status).toEqual([
      {
        ...current,
        module: "users",
        current: "2",
        latest: "2",
        currentVersion: 2,
        latestVersion: 2,
        applied: 2,
      },
      {
        ...current,
        module: "notes",
        current: "1",
        latest: "1",
        currentVersion: 1,
        latestVersion: 1,
        applied: 1,
      },
    ]);
  });

  test("of a module with everything applied also tells of one that is not known here and was taken back", async () => {
    const connection = await (await engine.create()).connect();
    await new SchemaManager(connection, notes).migrateToLatest();
    await new SchemaManager(connection, notes).rollbackToVersion(0);
    const manager = new SchemaManager(connection, users);
    await manager.migrateToLatest();

    expect((await manager.getStatus()).map(({ module, state, applied }) => [module, state, applied])).toEqual(
      [
        ["users", "current", 2],
        ["notes", "unknown", 0],
      ],
    );
  });

  test("tells what a migration that was changed, added or taken away makes of a module", async () => {
    const connection = await (await engine.create()).connect();
    await new SchemaManager(connection, users).migrateToLatest();
    const email = { name: "Email", up: "ALTER TABLE users ADD COLUMN email TEXT" };
    const first = {
      name: "Users",
      up: "CREATE TABLE users (id INTEGER PRIMARY KEY)",
      down: "DROP TABLE users",
    };
    const stateOf = async (versions: Record<number, { name: string; up: string }>) => {
      const [status] = await new SchemaManager(
        connection,
        defineModule("users", "core", {}, versions),
      ).getStatus();
      return [status?.state, status?.pending, status?.changed, status?.unknown];
    };

    expect(await stateOf({ 1: { ...first, up: "CREATE TABLE users (id BIGINT)" }, 2: email })).toEqual([
      "changed",
      [],
      ["1"],
      [],
    ]);
    expect(await stateOf({ 1: first, 2: email, 3: { name: "More", up: "SELECT 1" } })).toEqual([
      "pending",
      ["3"],
      [],
      [],
    ]);
    expect(await stateOf({ 1: first })).toEqual(["newer", [], [], ["2"]]);
  });
});
