import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayWidth, printable, truncate } from "../../../src/cli/display-width.js";
import { makePaint } from "../../../src/cli/paint.js";
import { formatTable } from "../../../src/cli/table.js";

const paint = makePaint(false);

describe("the width of a text", () => {
  test.each([
    ["", 0],
    ["users", 5],
    ["Übung", 5],
    ["e\u0301", 1],
    ["日本語", 6],
    ["한글", 4],
    ["ﾊﾝ", 2],
    ["👍", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["\u001b[31mred\u001b[39m", 3],
  ])("%j takes %i columns", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test("a cut text takes no more than it may, and ends with … when something was cut", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (given, columns) => {
        const text = printable(given);
        const cut = truncate(text, columns);
        expect(displayWidth(cut)).toBeLessThanOrEqual(columns);
        expect(cut === text || cut.endsWith("…")).toBe(true);
      }),
    );
  });

  test("a wide character is not cut in half", () => {
    expect(truncate("日本語", 4)).toBe("日…");
  });
});

test("what would move the cursor or turn the writing is made visible", () => {
  expect(printable("a\u001b[2Jb\u0007\u202ec\r\n  d\te")).toBe("a\ufffd[2Jb\ufffd\ufffdc d e");
});

describe("a table", () => {
  const columns = [
    { title: "NAME", canShrink: true },
    { title: "N", align: "right" as const },
  ];

  test("is aligned by what is seen, not by the length of the text", () => {
    const rows = [
      ["日本", "7"],
      ["users", { text: "10", paint: makePaint(true).red }],
    ];

    expect(formatTable(columns, rows, { paint })).toBe(
      ["NAME    N", "日本    7", "users  \u001b[31m10\u001b[39m", ""].join("\n"),
    );
  });

  test("is cut where it may be cut to the width of a terminal, and nowhere else", () => {
    const rows = [["a name that is rather long", "123456"]];

    expect(formatTable(columns, rows, { paint, width: 20 })).toBe(
      ["NAME               N", "a name that…  123456", ""].join("\n"),
    );
    expect(formatTable(columns, rows, { paint })).toContain("a name that is rather long  123456");
  });

  test("stays readable on a terminal that is too narrow for it", () => {
    const rows = [["a name that is rather long", "123456"]];

    expect(formatTable(columns, rows, { paint, width: 3 })).toContain("a name …");
  });
});
