import { describe, expect, it } from "vitest";

import type { Connection } from "../../../src/connection/index.js";
import {
  checksumOf,
  loadMigrations,
  type SchemaVersions,
  type Source,
  sourceOf,
  versionsOf,
} from "../../../src/migrations/index.js";
import { refusalOf, rejectionOf } from "./refusal.js";

const context = { module: "notes", engine: "sqlite" } as const;

function inline(versions: SchemaVersions): Source {
  return { kind: "inline", versions };
}

/** Definitions as a program without types may write them. */
function untyped(versions: unknown): Source {
  return { kind: "inline", versions: versions as SchemaVersions };
}

describe("inline versions", () => {
  it("become migrations in the order of their versions", async () => {
    const migrations = await loadMigrations(
      inline({
        20240131120000: { name: "Third", up: "SELECT 3" },
        "010": { name: "Second", up: ["SELECT 2", "SELECT 22"] },
        9: {
          name: "First",
          description: "The first",
          up: "SELECT 1",
          down: ["SELECT -1"],
          verify: "SELECT 1 WHERE 0",
        },
      }),
      context,
    );
    expect(migrations.map(({ version, name }) => [version, name])).toEqual([
      ["9", "First"],
      ["10", "Second"],
      ["20240131120000", "Third"],
    ]);
    expect(migrations[0]).toEqual({
      module: "notes",
      version: "9",
      name: "First",
      description: "The first",
      up: { kind: "sql", scripts: [{ text: "SELECT 1" }] },
      down: { kind: "sql", scripts: [{ text: "SELECT -1" }] },
      verify: { kind: "sql", scripts: [{ text: "SELECT 1 WHERE 0" }] },
      checksum: checksumOf("SELECT 1"),
      transaction: "inside",
      allowLoss: [],
      dependsOn: [],
    });
    expect(migrations[1]?.checksum).toBe(checksumOf(["SELECT 2", "SELECT 22"]));
  });

  it("keep functions, called on the version that they belong to", async () => {
    const calls: unknown[] = [];
    const version = {
      name: "Code",
      up(connection: Connection) {
        calls.push([this, connection]);
      },
    };
    const [migration] = await loadMigrations(inline({ 1: version }), context);
    const connection = {} as Connection;
    if (migration?.up.kind === "code") await migration.up.run(connection);
    expect(calls).toEqual([[version, connection]]);
    expect(migration?.checksum).toBe(checksumOf(version.up.toString()));
  });

  it("take their options from fields and from directives alike", async () => {
    const [migration] = await loadMigrations(
      inline({
        1: {
          name: "Options",
          up: [
            "-- tenon: no-transaction\n-- tenon: allow-loss orders\nSELECT 1",
            "-- tenon: depends-on users@2\nSELECT 2",
          ],
          allowLoss: "lines",
          dependsOn: ["users@2", { module: "core" }],
        },
      }),
      context,
    );
    expect(migration?.transaction).toBe("outside");
    expect(migration?.allowLoss).toEqual(["lines", "orders"]);
    expect(migration?.dependsOn).toEqual([{ module: "users", version: "2" }, { module: "core" }]);
  });

  it("run outside a transaction when noTransaction says so", async () => {
    const [migration] = await loadMigrations(
      inline({ 1: { name: "x", up: "SELECT 1", noTransaction: true } }),
      context,
    );
    expect(migration?.transaction).toBe("outside");
  });

  it("take the step of the engine, else the default, and are not there without either", async () => {
    const source = inline({
      1: {
        name: "All",
        up: { sqlite: "SELECT 's'", default: "SELECT 'd'" },
        down: { postgres: "SELECT 'p'" },
      },
      2: { name: "Postgres only", up: { postgres: ["SELECT 'p'"] } },
    });
    const onSqlite = await loadMigrations(source, context);
    const onPostgres = await loadMigrations(source, { ...context, engine: "postgres" });
    expect(onSqlite.map(({ version, up, down }) => [version, up, down])).toEqual([
      ["1", { kind: "sql", scripts: [{ text: "SELECT 's'" }] }, undefined],
    ]);
    expect(onPostgres.map(({ version, checksum }) => [version, checksum])).toEqual([
      ["1", checksumOf("SELECT 'd'")],
      ["2", checksumOf("SELECT 'p'")],
    ]);
    expect(versionsOf(source, context)).toEqual(["1"]);
  });

  it("may repeat their version, which must be the key", async () => {
    await loadMigrations(inline({ 7: { version: "007", name: "x", up: "SELECT 1" } }), context);
    const error = await rejectionOf(() =>
      loadMigrations(inline({ 7: { version: 8, name: "x", up: "SELECT 1" } }), context),
    );
    expect([error.code, error.where]).toEqual(["MIGRATION_INVALID", { module: "notes", version: "7" }]);
    expect(error.message).toContain("its `version` is 8, and it stands as version 7");
  });

  it.each([
    ["no name", { up: "SELECT 1" }, "MIGRATION_INVALID", "no `name`"],
    ["an empty name", { name: " ", up: "SELECT 1" }, "MIGRATION_INVALID", "`name` is not a text"],
    ["no up", { name: "x" }, "MIGRATION_INVALID", "no `up`"],
    [
      "an up that is a number",
      { name: "x", up: 1 },
      "MIGRATION_INVALID",
      "`up` is neither SQL nor a function",
    ],
    [
      "a list with a hole",
      { name: "x", up: ["SELECT 1", undefined] },
      "MIGRATION_INVALID",
      "`up` is neither",
    ],
    [
      "a field of another tool",
      { name: "x", up: "SELECT 1", rollback: "" },
      "MIGRATION_INVALID",
      "field `rollback`",
    ],
    ["an engine that is none", { name: "x", up: { mysql: "SELECT 1" } }, "MIGRATION_INVALID", '"mysql"'],
    [
      "a flag that is a text",
      { name: "x", up: "SELECT 1", noTransaction: "no" },
      "MIGRATION_INVALID",
      "noTransaction",
    ],
    ["a table that is none", { name: "x", up: "SELECT 1", allowLoss: [1] }, "MIGRATION_INVALID", "allowLoss"],
    ["a bad dependency", { name: "x", up: "SELECT 1", dependsOn: "users@x" }, "VERSION_INVALID", "users@x"],
    ["an empty up", { name: "x", up: "" }, "MIGRATION_EMPTY", "`up`"],
    ["an empty list", { name: "x", up: [] }, "MIGRATION_EMPTY", "`up`"],
    ["only comments", { name: "x", up: ["-- one", "/* two */ ;"] }, "MIGRATION_EMPTY", "`up`"],
    ["an empty down", { name: "x", up: "SELECT 1", down: [] }, "MIGRATION_EMPTY", "`down`"],
    [
      "an unknown directive",
      { name: "x", up: "-- tenon: no-transactoin\nSELECT 1" },
      "DIRECTIVE_UNKNOWN",
      "transactoin",
    ],
    [
      "a description twice",
      { name: "x", description: "a", up: "-- tenon: description b\nSELECT 1" },
      "MIGRATION_INVALID",
      "`description`",
    ],
    [
      "a directive in a verify step",
      { name: "x", up: "SELECT 1", verify: "-- tenon: allow-loss t\nSELECT 1" },
      "DIRECTIVE_INVALID",
      "`allow-loss`",
    ],
    [
      "a dependency in a down step",
      { name: "x", up: "SELECT 1", down: "-- tenon: depends-on t\nSELECT 1" },
      "DIRECTIVE_INVALID",
      "`depends-on`",
    ],
    ["nothing at all", null, "MIGRATION_INVALID", "no object"],
  ])("refuse %s", async (_, version, code, told) => {
    const error = await rejectionOf(() => loadMigrations(untyped({ 3: version }), context));
    expect(error.code).toBe(code);
    expect(error.message).toContain(told);
    expect(error.where).toMatchObject({ module: "notes", version: "3" });
  });

  it("allow comments between the statements of a list", async () => {
    const source = inline({ 1: { name: "x", up: ["-- why", "SELECT 1", ""] } });
    expect(await loadMigrations(source, context)).toHaveLength(1);
  });
});

describe("sourceOf", () => {
  it("takes versions or a folder", () => {
    const versions = { 1: { name: "x", up: "SELECT 1" } };
    expect(sourceOf(versions)).toEqual({ kind: "inline", versions });
    expect(sourceOf({ migrations: "./migrations" })).toEqual({ kind: "folder", path: "./migrations" });
    expect(sourceOf({ migrations: new URL("file:///app/migrations/") })).toEqual({
      kind: "folder",
      path: "/app/migrations/",
    });
  });

  it("refuses a version that is none, and the same one twice", () => {
    expect(refusalOf(() => sourceOf({ 0: { name: "x", up: "SELECT 1" } })).code).toBe("VERSION_INVALID");
    expect(refusalOf(() => sourceOf({ first: { name: "x", up: "SELECT 1" } })).code).toBe("VERSION_INVALID");
    const version = { name: "x", up: "SELECT 1" };
    const error = refusalOf(() => sourceOf({ 1: version, "001": version }));
    expect(error.code).toBe("MIGRATION_DUPLICATE");
    expect(error.message).toContain('as "1" and as "001"');
  });

  it.each([
    [[]],
    [null],
    ["./migrations"],
    [{ migrations: "" }],
    [{ migrations: 1 }],
    [{ migrations: "x", 1: {} }],
  ])("refuses %j", (definition) => {
    expect(refusalOf(() => sourceOf(definition as never)).code).toBe("MODULE_INVALID");
  });
});
