import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { Connection, EngineName } from "../../../src/connection/index.js";
import {
  checksumOf,
  loadMigrations,
  loadPrograms,
  type Migration,
  type Step,
} from "../../../src/migrations/index.js";
import { rejectionOf } from "./refusal.js";
import { temporaryFolder } from "./temporary-folder.js";

/** Loads the only migration in a folder of these files, its program included. */
async function loadOne(
  files: Readonly<Record<string, string>>,
  engine: EngineName = "sqlite",
): Promise<Migration> {
  return loadFrom(temporaryFolder(files), engine);
}

async function loadFrom(folder: string, engine: EngineName = "sqlite"): Promise<Migration> {
  const context = { module: "app", engine, baseFolder: folder };
  const [migration] = await loadPrograms(await loadMigrations({ kind: "folder", path: "." }, context));
  if (migration === undefined) throw new Error("There is no migration.");
  return migration;
}

/** What a step of code gives for a connection that is only a word. */
async function run(step: Step | undefined): Promise<unknown> {
  if (step?.kind !== "code") throw new Error("The step is not code.");
  return step.run("connection" as unknown as Connection);
}

const TYPED_CLASS = `
  import type { Connection } from "not-installed";
  import { SomeType } from "not-installed-either";
  interface Thing { readonly word: string }
  export default class Backfill {
    readonly name: string = "Fill in the words";
    description = "Every thing gets its word";
    noTransaction = true;
    allowLoss = ["things"];
    dependsOn = ["users@2"];
    private readonly thing: Thing = { word: "up" };
    async up(connection: SomeType) { return [this.thing.word, connection]; }
    async down(connection: Connection) { return ["down", connection]; }
    verify() { return false; }
  }
`;

describe("a migration in TypeScript", () => {
  it("may be a class, whose instance has the steps and what goes with them", async () => {
    const migration = await loadOne({ "003_backfill.ts": TYPED_CLASS });
    expect(migration).toMatchObject({
      module: "app",
      version: "3",
      name: "Fill in the words",
      description: "Every thing gets its word",
      transaction: "outside",
      allowLoss: ["things"],
      dependsOn: [{ module: "users", version: "2" }],
      checksum: checksumOf(TYPED_CLASS),
      file: "003_backfill.ts",
      up: { kind: "code", file: "003_backfill.ts" },
    });
    expect(migration.load).toBeUndefined();
    expect(await run(migration.up)).toEqual(["up", "connection"]);
    expect(await run(migration.down)).toEqual(["down", "connection"]);
    expect(await run(migration.verify)).toBe(false);
  });

  it("may import other files, and wait at its top", async () => {
    const migration = await loadOne({
      "_words.ts": `export enum Word { Up = "from another file" }`,
      "1_x.ts": `import { Word } from "./_words.js"; const word = await Promise.resolve(Word.Up); export const up = () => word;`,
    });
    expect(migration.name).toBe("x");
    expect(await run(migration.up)).toBe("from another file");
  });

  it.each(["1_x.ts", "1_x.mts", "1_x.cts"])("may be called %s", async (name) => {
    const migration = await loadOne({ [name]: `export function up(word: string): string { return word; }` });
    expect(await run(migration.up)).toBe("connection");
  });
});

describe("a migration in JavaScript", () => {
  it.each([
    ["1_x.mjs", "export default { up: () => 1, down: () => 2 };"],
    ["1_x.mjs", "export const up = () => 1; export const down = () => 2;"],
    ["1_x.mjs", "export const up = () => 1; export const down = () => 2; export default { up, down };"],
    ["1_x.mjs", "export default class { up = () => 1; down() { return 2; } }"],
    ["1_x.cjs", "module.exports = { up: () => 1, down: () => 2 };"],
    ["1_x.cjs", "exports.up = () => 1; exports.down = () => 2;"],
    ["1_x.cjs", "module.exports = class { up() { return 1; } down() { return 2; } };"],
    [
      "1_x.cjs",
      "exports.__esModule = true; exports.default = class { up() { return 1; } down() { return 2; } };",
    ],
    ["1_x.cjs", "function X() {} X.prototype.up = () => 1; X.prototype.down = () => 2; module.exports = X;"],
    ["1_x.js", "module.exports = { up: () => 1, down: () => 2 };"],
  ])("may be exported in %s as %s", async (name, text) => {
    const migration = await loadOne({ [name]: text });
    expect([await run(migration.up), await run(migration.down), migration.verify]).toEqual([1, 2, undefined]);
  });

  it("may give its steps as SQL, by engine too", async () => {
    const text = `export default { up: { sqlite: ["SELECT 1"], default: "SELECT 2" }, down: "SELECT 3" };`;
    const onSqlite = await loadOne({ "1_x.mjs": text });
    const onPostgres = await loadOne({ "1_x.mjs": text }, "postgres");
    expect(onSqlite.up).toEqual({ kind: "sql", scripts: [{ text: "SELECT 1" }] });
    expect(onPostgres.up).toEqual({ kind: "sql", scripts: [{ text: "SELECT 2" }] });
    expect(onPostgres.down).toEqual({ kind: "sql", scripts: [{ text: "SELECT 3" }] });
  });

  it("may leave rollback and verification to SQL files beside it", async () => {
    const migration = await loadOne({
      "1_x.mjs": "export const up = () => 1;",
      "1_x_rollback.sql": "SELECT 2",
      "1_x_verify.sql": "SELECT 3",
    });
    expect(migration.down).toEqual({
      kind: "sql",
      scripts: [{ text: "SELECT 2", file: "1_x_rollback.sql" }],
    });
    expect(migration.verify).toEqual({
      kind: "sql",
      scripts: [{ text: "SELECT 3", file: "1_x_verify.sql" }],
    });
  });
});

describe("a code file", () => {
  it("is not run before its program is asked for", async () => {
    const folder = temporaryFolder({
      "1_x.mjs": `throw new Error("it ran");`,
      "2_y.ts": `throw new Error("it ran");`,
    });
    const context = { module: "app", engine: "sqlite", baseFolder: folder } as const;
    const migrations = await loadMigrations({ kind: "folder", path: "." }, context);
    expect(migrations.map(({ version, name, checksum }) => [version, name, checksum])).toEqual([
      ["1", "x", checksumOf(`throw new Error("it ran");`)],
      ["2", "y", checksumOf(`throw new Error("it ran");`)],
    ]);
    const untouched = await loadPrograms(migrations, () => false);
    expect(untouched).toEqual(migrations);
    const error = await rejectionOf(() => loadPrograms(migrations, ({ version }) => version === "2"));
    expect([error.code, error.where]).toEqual([
      "MIGRATION_INVALID",
      { module: "app", version: "2", file: "2_y.ts" },
    ]);
    expect(error.message).toBe("2_y.ts cannot be loaded: it ran");
  });

  it("refuses to run a step of a program that was not loaded", async () => {
    const folder = temporaryFolder({ "1_x.mjs": "export const up = () => 1;" });
    const [migration] = await loadMigrations(
      { kind: "folder", path: folder },
      { module: "app", engine: "sqlite" },
    );
    expect((await rejectionOf(() => run(migration?.up))).code).toBe("INTERNAL");
  });

  it.each([
    ["1_x.ts", "export const up = (): number => ANSWER;"],
    ["1_x.mjs", "export const up = () => ANSWER;"],
    ["1_x.cjs", "exports.up = () => ANSWER;"],
  ])("is run as it is now, not as it was when it was first loaded: %s", async (name, text) => {
    const folder = temporaryFolder({ [name]: text.replace("ANSWER", "1") });
    expect(await run((await loadFrom(folder)).up)).toBe(1);
    writeFileSync(join(folder, name), text.replace("ANSWER", "2"));
    expect(await run((await loadFrom(folder)).up)).toBe(2);
  });

  it("is refused when it changes between its checksum and its run", async () => {
    const folder = temporaryFolder({ "1_x.mjs": "export const up = () => 1;" });
    const context = { module: "app", engine: "sqlite", baseFolder: folder } as const;
    const migrations = await loadMigrations({ kind: "folder", path: "." }, context);
    writeFileSync(join(folder, "1_x.mjs"), "export const up = () => 2;");
    const error = await rejectionOf(() => loadPrograms(migrations));
    expect([error.code, error.where.file]).toEqual(["MIGRATION_INVALID", "1_x.mjs"]);
  });

  it.each([
    ["nothing", "export {};", "MIGRATION_EMPTY", "exports no migration"],
    ["a function that is no class", "export default () => 1;", "MIGRATION_EMPTY", "exports no migration"],
    ["an object without up", "export default { down() {} };", "MIGRATION_EMPTY", "exports no migration"],
    ["an up that is a number", "export const up = 1;", "MIGRATION_INVALID", "`up`"],
    [
      "another version",
      "export const up = () => 1; export const version = 2;",
      "MIGRATION_INVALID",
      "version 1",
    ],
    ["an empty SQL step", "export const up = []", "MIGRATION_EMPTY", "no statement"],
    [
      "a step for another engine",
      "export const up = { postgres: 'SELECT 1' }",
      "MIGRATION_INVALID",
      "no `up` for sqlite",
    ],
    [
      "two migrations",
      "export const down = () => 1; export default { up() {}, down() {} };",
      "MIGRATION_INVALID",
      "`down` by name",
    ],
    [
      "a class that throws",
      "export default class { up() {} constructor() { throw new Error('no'); } }",
      "MIGRATION_INVALID",
      "no",
    ],
    ["what is not JavaScript", "export const up = ;", "MIGRATION_INVALID", "cannot be loaded"],
    [
      "an import of what is not there",
      "import './nowhere.mjs'; export const up = 1",
      "MIGRATION_INVALID",
      "nowhere.mjs",
    ],
  ])("is refused for %s", async (_, text, code, told) => {
    const error = await rejectionOf(() => loadOne({ "1_x.mjs": text }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(told);
    expect(error.where).toMatchObject({ module: "app", version: "1", file: "1_x.mjs" });
  });

  it("is refused when an SQL file beside it has the same step", async () => {
    const files = {
      "1_x.mjs": "export const up = () => 1; export const down = () => 2;",
      "1_x_rollback.sql": "SELECT 1",
    };
    const error = await rejectionOf(() => loadOne(files));
    expect(error.code).toBe("MIGRATION_DUPLICATE");
    expect(error.message).toContain("1_x.mjs has a down step, and so has 1_x_rollback.sql");
  });
});
