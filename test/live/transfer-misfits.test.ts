import { join } from "node:path";
import fc from "fast-check";
import Database from "libsql";
import { expect, test } from "vitest";
import { type Connection, transfer } from "../../src/index.js";
import { randomCases } from "../generators/case-count.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { temporaryFolder } from "./engines.js";

const TYPES = [
  "INTEGER",
  "SMALLINT",
  "REAL",
  "NUMERIC",
  "DECIMAL(5,2)",
  "BOOLEAN",
  "TEXT",
  "VARCHAR(3)",
  "CHAR(2)",
  "BLOB",
  "DATE",
  "DATETIME",
  "TIMESTAMPTZ",
  "TIME",
  "TIMETZ",
  "UUID",
  "JSON",
  "JSONB",
  "MONEY",
  "",
] as const;

/** What people's databases hold where they should not, as SQL. */
const ODD = [
  "NULL",
  "0",
  "1",
  "-1",
  "2",
  "32768",
  "2147483648",
  "9223372036854775807",
  "-9223372036854775808",
  "0.5",
  "1.005",
  "99.99",
  "123.456",
  "1e308",
  "5e-324",
  "9e999",
  "-9e999",
  "1e20",
  "0.30000000000000004",
  "999999999999999.25",
  "1700000000",
  "1700000000123",
  "2460000.5",
  "''",
  "' '",
  "'abc'",
  "'abcd'",
  "'true'",
  "'NaN'",
  "'Infinity'",
  "'1'",
  "'007'",
  "' 12'",
  "'12.50'",
  "'now'",
  "'today'",
  "'epoch'",
  "'infinity'",
  "'2024-02-29'",
  "'2023-02-29'",
  "'2023-02-30'",
  "'0000-00-00'",
  "'0000-01-01'",
  "'9999-12-31'",
  "'2024-1-2'",
  "'20240102'",
  "'2024-13-01'",
  "'2024-01-02 03:04'",
  "'2024-01-02 03:04:05'",
  "'2024-01-02T03:04:05'",
  "'2024-01-02T03:04:05Z'",
  "'2024-01-02T03:04:05.123Z'",
  "'2024-01-02 03:04:05.123456'",
  "'2024-01-02 03:04:05.1234567'",
  "'2024-01-02 24:00:00'",
  "'2024-01-02 23:59:60'",
  "'2024-01-02T03:04:05+02:00'",
  "'2024-01-02T03:04:05+15:30'",
  "'2024-01-02T03:04:05-00:00'",
  "'0001-01-01T00:00:00+01:00'",
  "'9999-12-31T23:59:59-01:00'",
  "'2024-01-02 03:04:05 '",
  "'03:04'",
  "'03:04:05'",
  "'03:04:05.5'",
  "'24:00:00'",
  "'03:04:05Z'",
  "'03:04:05+05:30'",
  "'2024-02-29'||char(0)",
  "'a'||char(0)||'b'",
  "char(0)",
  "CAST(x'ff' AS TEXT)",
  "CAST(x'c328' AS TEXT)",
  "CAST(x'eda080' AS TEXT)",
  "'ß🪵'",
  "char(65279)||'x'",
  "'\\N'",
  "'\\.'",
  "'a,\"b'",
  "x''",
  "x'00'",
  "x'0b0e8f3a000040008000000000000001'",
  "'0b0e8f3a-0000-4000-8000-000000000001'",
  "'0B0E8F3A-0000-4000-8000-000000000001'",
  "'{0b0e8f3a-0000-4000-8000-000000000001}'",
  "'0b0e8f3a000040008000000000000001'",
  "'0b0e8f3a-00004000-8000-0000-00000001'",
  `'{"a":1}'`,
  "'[1, 2'",
  `'"\\u0000"'`,
  `'"\\ud800"'`,
  "'1e400'",
  "'[1e999999]'",
  '\'{"a":1,"a":2}\'',
  "'nul'",
  "'-0'",
  "'1.'",
  "'+1'",
] as const;

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
  const table = fc
    .shuffledSubarray([...TYPES], { minLength: 4, maxLength: 8 })
    .chain((types) =>
      fc.tuple(
        fc.constant(types),
        fc.array(fc.tuple(...types.map(() => fc.constantFrom(...ODD))), { minLength: 1, maxLength: 30 }),
      ),
    );
  await fc.assert(
    fc.asyncProperty(table, ([types, rows]) => arrives(target, types, rows)),
    randomCases(4),
  );
});

test("every odd value is fit or misfit in a column of every type", async () => {
  const rows = ODD.map((value) => TYPES.map(() => value));
  await arrives(await sharedPglite(), TYPES, rows);
});
