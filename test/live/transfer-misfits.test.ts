import { join } from "node:path";
import fc from "fast-check";
import Database from "libsql";
import { expect, test } from "vitest";
import { type Connection, transfer } from "../../src/index.js";
import { randomCases } from "../generators/case-count.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { temporaryFolder } from "./engines.js";
import { ODD_TYPES, ODD_VALUES } from "./odd-values.js";

async function arrives(
  target: Connection,
  types: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  await target.executeScript(
    "DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP TABLE IF EXISTS tenon_rejects",
  );
  const path = join(temporaryFolder(), "odd.db");
  const database = new Database(path);
  database.exec(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, ${types.map((type, index) => `c${index} ${type}`).join(", ")})`,
  );
  for (const row of rows)
    database.exec(
      `INSERT INTO t (${types.map((_, index) => `c${index}`).join(", ")}) VALUES (${row.join(", ")})`,
    );
  database.close();
  const columns = Object.fromEntries(
    types.map((_, index) => [`c${index}`, { otherwise: index % 7 === 6 ? "reject" : "null" }]),
  );
  const report = await transfer({
    from: `file:${path}`,
    to: target,
    mapping: JSON.stringify({ tables: { t: { columns } } }),
  });
  expect(report.proof).toMatchObject({ isEqual: true });
  expect((report.tables[0]?.rows ?? 0) + (report.tables[0]?.rejected ?? 0)).toBe(rows.length);
}

test("whatever a column holds, what is said to fit is taken by the server and proved, and the rest is told", async () => {
  const target = await sharedPglite();
  const table = fc.shuffledSubarray([...ODD_TYPES], { minLength: 4, maxLength: 8 }).chain((types) =>
    fc.tuple(
      fc.constant(types),
      fc.array(fc.tuple(...types.map(() => fc.constantFrom(...ODD_VALUES))), {
        minLength: 1,
        maxLength: 30,
      }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(table, ([types, rows]) => arrives(target, types, rows)),
    randomCases(4),
  );
});

test("every odd value is fit or misfit in a column of every type", async () => {
  const rows = ODD_VALUES.map((value) => ODD_TYPES.map(() => value));
  await arrives(await sharedPglite(), ODD_TYPES, rows);
});
