import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineModule, type Module, SchemaManager, type SchemaVersions } from "../../src/index.js";
import { randomCases } from "../generators/case-count.js";
import { engines, type LiveEngine } from "./engines.js";

/** What a migration does: to the table that `pick` finds among those there are, if there is any. */
interface Deed {
  readonly what: "table" | "index" | "view" | "column" | "rename" | "drop" | "again" | "row";
  readonly pick: number;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom("table", "table", "index", "view", "column", "rename", "drop", "again", "row"),
  pick: fc.nat(20),
});

/** Modules with versions with deeds. */
const history = fc.array(
  fc.array(fc.array(deed, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  { minLength: 1, maxLength: 5 },
);

/** Statements that work one after the other, in the order in which the modules run. */
class Script {
  readonly #tables: string[] = [];
  #count = 0;

  write({ what, pick }: Deed): string[] {
    const name = `n${++this.#count}`;
    const at = pick % Math.max(1, this.#tables.length);
    const table = this.#tables[at];
    if (what === "table" || table === undefined) {
      this.#tables.push(name);
      return [`CREATE TABLE ${name} (id INTEGER PRIMARY KEY, a TEXT)`];
    }
    if (what === "index") return [`CREATE INDEX ${name} ON ${table} (a)`];
    if (what === "view") return [`CREATE VIEW ${name} AS SELECT 1 AS one`];
    if (what === "column") return [`ALTER TABLE ${table} ADD COLUMN ${name} TEXT`];
    if (what === "row") return [`UPDATE ${table} SET a = 'x' WHERE id = 1`];
    if (what === "rename") {
      this.#tables[at] = name;
      return [`ALTER TABLE ${table} RENAME TO ${name}`];
    }
    if (what === "again")
      return [`DROP TABLE ${table}`, `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, a TEXT)`];
    this.#tables.splice(at, 1);
    return [`DROP TABLE ${table}`];
  }
}

function modulesOf(all: readonly (readonly (readonly Deed[])[])[]): Module[] {
  const script = new Script();
  return all.map((versions, index) => {
    const written: Record<number, SchemaVersions[number]> = {};
    for (const [at, deeds] of versions.entries()) {
      written[at + 1] = { name: "Deeds", up: deeds.flatMap((each) => script.write(each)) };
    }
    return defineModule(`m${index}`, "core", { priority: index }, written);
  });
}

/** Who owns what after runs of ever more of the modules. */
async function ownersAfter(engine: LiveEngine, runs: readonly (readonly Module[])[]): Promise<string[]> {
  const database = await engine.create();
  const connection = await database.connect();
  for (const modules of runs) await new SchemaManager(connection, modules).migrateToLatest();
  const rows = await database.look("SELECT kind, name, module, version FROM schema_migrations_objects");
  await connection.close();
  return rows.map(({ kind, name, module, version }) => `${module}@${version} ${kind} ${name}`).sort();
}

describe.each(engines)("who owns what after any history on $name", (engine) => {
  test("one run of all modules tells the same as a run for each", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (all) => {
        const modules = modulesOf(all);
        const oneByOne = modules.map((_, index) => modules.slice(0, index + 1));
        expect(await ownersAfter(engine, [modules])).toEqual(await ownersAfter(engine, oneByOne));
      }),
      // One database after the other is quickest in memory.
      randomCases(engine.name === "SQLite memory" ? 50 : 3),
    );
  });
});
