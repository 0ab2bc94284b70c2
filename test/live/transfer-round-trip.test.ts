import { join } from "node:path";
import fc from "fast-check";
import Database from "libsql";
import { expect, test } from "vitest";
import { type Connection, transfer } from "../../src/index.js";
import { randomCases } from "../generators/case-count.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { temporaryFolder } from "./engines.js";

type Value = string | number | bigint | Uint8Array | null;

/** A declared type, and the values that fit it. */
interface Kind {
  readonly declared: string;
  readonly values: fc.Arbitrary<Value>;
}

const word = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\t", "\n", "\r", "\\", '"', "'", ",", "\\N", "\\.", "\u0001", " "),
    fc.constantFrom("a", "ß", "字", "🪵", "e\u0301", "\ufeff"),
  ),
});
const double = fc
  .oneof(
    fc.double({ noNaN: true }),
    fc.constantFrom(0.1 + 0.2, 5e-324, 1.7976931348623157e308, 2 ** 53 + 2, 1e21, 123456789.125),
  )
  .map((value) => (Object.is(value, -0) ? 0 : value));
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = fc.uint8Array({ maxLength: 40 });
const two = (max: number, min = 0) => fc.integer({ min, max }).map((value) => String(value).padStart(2, "0"));
const day = fc
  .tuple(fc.integer({ min: 1, max: 9999 }), two(12, 1), two(28, 1))
  .map(([year, month, date]) => `${String(year).padStart(4, "0")}-${month}-${date}`);
const clock = fc.tuple(two(23), two(59), two(59)).map((parts) => parts.join(":"));
// One of them is never 0: that a whole column needs no milliseconds cannot be told from its values.
const thousandth = fc.integer({ min: 1, max: 999 }).map((value) => `.${String(value).padStart(3, "0")}`);
const joined = (...parts: readonly (fc.Arbitrary<string> | string)[]) =>
  fc
    .tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part)))
    .map((all) => all.join(""));
const number = fc.oneof(
  long,
  fc
    .double({ min: -1e15, max: 1e15, noNaN: true })
    .filter((value) => !Number.isInteger(value) && Math.abs(value) > 1e-300),
);

const KINDS: readonly Kind[] = [
  { declared: "INTEGER", values: long },
  { declared: "SMALLINT", values: fc.integer({ min: -32768, max: 32767 }) },
  { declared: "REAL", values: double },
  { declared: "DOUBLE PRECISION", values: double },
  { declared: "NUMERIC", values: number },
  {
    declared: "DECIMAL(10, 2)",
    values: fc.integer({ min: -999_999_999, max: 999_999_999 }).map((cents) => cents / 100),
  },
  { declared: "BOOLEAN", values: fc.constantFrom(0, 1) },
  { declared: "TEXT", values: word },
  { declared: "VARCHAR(20)", values: word.map((text) => [...text].slice(0, 20).join("")) },
  { declared: "BLOB", values: bytes },
  { declared: "DATE", values: day },
  { declared: "DATETIME", values: joined(day, " ", clock) },
  { declared: "DATETIME", values: joined(day, " ", clock, thousandth) },
  { declared: "TIMESTAMP", values: joined(day, "T", clock, "Z") },
  { declared: "TIMESTAMP", values: joined(day, "T", clock, thousandth, "Z") },
  { declared: "TIME", values: clock },
  { declared: "UUID", values: fc.uuid() },
  { declared: "JSON", values: fc.json().filter((text) => !/^-?[\d.]/.test(text) && !text.includes("\0")) },
  { declared: "", values: long },
  { declared: "", values: word },
  { declared: "", values: double.filter((value) => Number.isFinite(value)) },
  { declared: "", values: bytes.filter((value) => value.length > 0) },
];

const table = fc
  .record({ kinds: fc.shuffledSubarray([...KINDS], { minLength: 3 }), rows: fc.integer({ min: 1, max: 12 }) })
  .chain(({ kinds, rows }) =>
    fc.record({
      kinds: fc.constant(kinds),
      rows: fc.array(fc.tuple(...kinds.map((kind) => fc.option(kind.values, { freq: 8 }))), {
        minLength: rows,
        maxLength: rows,
      }),
    }),
  );

/** Every cell with its storage class and its bytes, read by the bare driver. */
function cellsOf(path: string, columns: number): readonly unknown[] {
  const database = new Database(path);
  try {
    const cells = Array.from(
      { length: columns },
      (_, index) =>
        `typeof(c${index}) || ' ' || CASE typeof(c${index}) WHEN 'real' THEN printf('%!.20g', c${index}) ELSE coalesce(hex(c${index}), '') END AS v${index}`,
    );
    return database.prepare(`SELECT id, ${cells.join(", ")} FROM "order" ORDER BY id`).all();
  } finally {
    database.close();
  }
}

async function there(
  target: Connection,
  kinds: readonly Kind[],
  rows: readonly (readonly Value[])[],
): Promise<void> {
  await target.executeScript("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  const folder = temporaryFolder();
  const [first, second] = [join(folder, "first.db"), join(folder, "second.db")];
  const database = new Database(first);
  const columns = kinds.map(({ declared }, index) => `c${index} ${declared}`);
  database.exec(`CREATE TABLE "order" (id INTEGER PRIMARY KEY, ${columns.join(", ")})`);
  const insert = database.prepare(`INSERT INTO "order" VALUES (?, ${kinds.map(() => "?").join(", ")})`);
  for (const [index, row] of rows.entries()) {
    // The driver binds every number as REAL.
    const bound = row.map((value, at) =>
      typeof value === "number" && Number.isSafeInteger(value) && kinds[at]?.declared !== ""
        ? BigInt(value)
        : value,
    );
    insert.run([BigInt(index + 1), ...bound]);
  }
  database.close();

  const report = await transfer({ from: `file:${first}`, to: target });
  expect(report.proof?.isEqual).toBe(true);
  expect(report.findings.filter(({ otherForm }) => otherForm > 0)).toEqual([]);
  const back = await transfer({ from: target, to: `file:${second}` });
  expect(back.proof?.isEqual).toBe(true);
  expect(cellsOf(second, kinds.length)).toEqual(cellsOf(first, kinds.length));
}

test("random data of every type goes to PostgreSQL and back, and is equal cell by cell", async () => {
  const target = await sharedPglite();
  await fc.assert(
    fc.asyncProperty(table, ({ kinds, rows }) => there(target, kinds, rows as readonly (readonly Value[])[])),
    randomCases(6),
  );
});
