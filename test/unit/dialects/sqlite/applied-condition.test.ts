import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { connect } from "../../../../src/connection/index.js";
import { appliedCondition } from "../../../../src/dialects/sqlite/applied-condition.js";
import { addressOf } from "../../../../src/dialects/sqlite/names.js";

/** What stands beside a journal of so many rows; nothing where it is undefined. */
interface Kept {
  readonly rows: number;
  readonly total: number;
  readonly digests: Readonly<Record<string, string>> | undefined;
  readonly layout: number | undefined;
}

async function hasApplied(
  kept: Kept,
  wanted: Readonly<Record<string, string>>,
): Promise<boolean | undefined> {
  const connection = await connect(":memory:");
  try {
    await connection.executeScript(`
      CREATE TABLE "jo""urnal" (module TEXT, version TEXT);
      CREATE TABLE "journal's state" ("key" TEXT NOT NULL PRIMARY KEY, "value" TEXT NOT NULL);`);
    for (let row = 0; row < kept.rows; row++)
      await connection.execute(`INSERT INTO "jo""urnal" VALUES ('m', ${row})`);
    const write = (key: string, value: string) =>
      connection.execute(`INSERT INTO "journal's state" VALUES (?, ?)`, [key, value]);
    if (kept.layout !== undefined) await write("layout", String(kept.layout));
    if (kept.digests !== undefined) {
      await write("applied", JSON.stringify({ total: kept.total, modules: kept.digests }));
    }
    const addresses = [addressOf('jo"urnal'), addressOf("journal's state")] as const;
    return await connection.holds?.(appliedCondition(...addresses, new Map(Object.entries(wanted)), 1));
  } finally {
    await connection.close();
  }
}

const MANY = Object.fromEntries([..."abcdefghij"].map((name, index) => [name, `d${index}`]));

const KEPT: Kept = { rows: 2, total: 2, digests: { app: "x", "it's.b": "y" }, layout: 1 };

describe("what says that all is applied", () => {
  it.each<[string, Kept, Record<string, string>, boolean]>([
    ["all modules", KEPT, { app: "x", "it's.b": "y" }, true],
    ["some of the modules", KEPT, { "it's.b": "y" }, true],
    ["no module at all", KEPT, {}, true],
    ["another digest", KEPT, { app: "y" }, false],
    ["a module that is not applied", KEPT, { app: "x", other: "x" }, false],
    ["all of many modules", { ...KEPT, digests: MANY }, MANY, true],
    ["another digest among many", { ...KEPT, digests: MANY }, { ...MANY, j: "d0" }, false],
    ["one more than those of many", { ...KEPT, digests: MANY }, { ...MANY, k: "d0" }, false],
    ["a row less than was written", { ...KEPT, rows: 1 }, { app: "x" }, false],
    ["a row more than was written", { ...KEPT, rows: 3 }, { app: "x" }, false],
    ["no digests", { ...KEPT, digests: undefined }, {}, false],
    ["a layout from before there were numbers", { ...KEPT, layout: undefined }, { app: "x" }, true],
    ["a newer layout", { ...KEPT, layout: 2 }, { app: "x" }, false],
    ["a much newer layout", { ...KEPT, layout: 10 }, { app: "x" }, false],
  ])("with %s", async (_, kept, wanted, expected) => {
    expect(await hasApplied(kept, wanted)).toBe(expected);
  });

  it("says so exactly when the digests are the same and the rows are as many as they were", async () => {
    const names = fc.constantFrom("app", "b", "C", "users.v2", "ü", "x-y_z");
    const few = fc.dictionary(names, fc.constantFrom("d1", "d2", "1", "null"), { maxKeys: 6 });
    const many = few.map((digests) => ({
      ...digests,
      ...Object.fromEntries([..."abcdef"].map((name) => [`more_${name}`, "d3"])),
    }));
    const digests = fc.oneof(few, many);
    const kept = fc.record({
      rows: fc.nat(2),
      total: fc.nat(2),
      digests: fc.option(digests, { nil: undefined }),
      layout: fc.constantFrom(undefined, 0, 1, 1, 1, 2),
    });
    await fc.assert(
      fc.asyncProperty(kept, digests, fc.boolean(), async (state, other, isSame) => {
        const wanted = isSame ? (state.digests ?? {}) : other;
        const expected =
          state.digests !== undefined &&
          state.rows === state.total &&
          (state.layout ?? 1) <= 1 &&
          Object.entries(wanted).every(([module, digest]) => state.digests?.[module] === digest);
        expect(await hasApplied(state, wanted)).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});
