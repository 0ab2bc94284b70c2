import fc from "fast-check";
import { expect, test } from "vitest";
import { LineCutter } from "../../../src/transfer/line-cutter.js";

type Cell = string | null;

/** A row as `csvLine` makes it: digits without quotes, texts between them. */
function lineOf(row: readonly Cell[], quoteInText: string): string {
  const cells = row.map((cell) =>
    cell === null || /^\d+$/.test(cell)
      ? (cell ?? "")
      : `\u0001${cell.replaceAll("\u0001", quoteInText)}\u0001`,
  );
  return `${cells.join(",")}\n`;
}

function cutter(columns: number) {
  const lines = new LineCutter(columns);
  const rows = (): Cell[][] => {
    const found: Cell[][] = [];
    lines.give({
      addRow: (bytes, starts, ends, from) =>
        found.push(
          Array.from({ length: columns }, (_, index) => {
            const start = starts[from + index] ?? -1;
            return start < 0 ? null : bytes.toString("utf8", start, ends[from + index]);
          }),
        ),
    });
    return found;
  };
  return { lines, rows };
}

const textsIn = (rows: readonly (readonly Cell[])[]) =>
  rows.flat().filter((cell) => cell !== null && !/^\d+$/.test(cell)).length;

const cells = fc.oneof(
  fc.constant(null),
  fc.constantFrom(
    "",
    "12",
    "a",
    '"',
    ",",
    "\n",
    "a\u0001b",
    "\u0001",
    "\u0001,",
    ",\u0001",
    "\u0001\n\u0001",
    "é".repeat(300),
  ),
  fc.string(),
);
const tables = fc
  .integer({ min: 1, max: 4 })
  .chain((columns) =>
    fc.array(fc.array(cells, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }),
  );

test("lines give back their cells, and never others: a quote within a text is seen", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const columns = table[0]?.length ?? 0;
      const { lines, rows } = cutter(columns);
      const bytes = Buffer.from(table.map((row) => lineOf(row, "\u0001")).join(""));
      const isCut = lines.cut(bytes, table.length, textsIn(table));
      expect(isCut).toBe(!table.flat().some((cell) => cell?.includes("\u0001")));
      if (isCut) expect(rows()).toEqual(table);
    }),
    { numRuns: 2000 },
  );
});

test("lines whose quotes are doubled give back their cells", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const { lines, rows } = cutter(table[0]?.length ?? 0);
      const bytes = Buffer.from(table.map((row) => lineOf(row, "\u0001\u0001")).join(""));
      expect(lines.cutDoubled(bytes, table.length)).toBe(true);
      expect(rows()).toEqual(table);
    }),
  );
});

test("quotes that would make two texts and a NULL between them into three texts are seen", () => {
  const { lines } = cutter(3);
  const bytes = Buffer.from(lineOf(["a\u0001,", null, ",\u0001b"], "\u0001"));
  expect(lines.cut(bytes, 1, 2)).toBe(false);
});

test("a row too few is seen", () => {
  const { lines } = cutter(1);
  expect(lines.cut(Buffer.from("1\n2\n"), 3, 0)).toBe(false);
  expect(lines.cut(Buffer.from("1\n2\n"), 1, 0)).toBe(false);
});
