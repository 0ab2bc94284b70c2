import { describe, expect, test } from "vitest";
import { parseCount, parseDuration } from "../../../src/cli/arguments.js";
import { EXIT, exitStatusOf } from "../../../src/cli/exit-status.js";
import { jsonDocument } from "../../../src/cli/json-document.js";
import { shownDuration, shownList, versionForJson } from "../../../src/cli/wording.js";
import { safeName } from "../../../src/migrations/index.js";

test.each([
  ["0", 0],
  ["500", 500],
  ["500ms", 500],
  ["0.5s", 500],
  ["10 S", 10_000],
  ["2m", 120_000],
  ["1h", 3_600_000],
])("the duration %j is %i ms", (given, milliseconds) => {
  expect(parseDuration(given, "--lock-timeout")).toBe(milliseconds);
});

test.each(["", "-1", "1e3", "ten", "10d", "1 0", "9999999h", "Infinity"])("%j is no duration", (given) => {
  expect(() => parseDuration(given, "--lock-timeout")).toThrow(
    /--lock-timeout is ".*", which is no duration/,
  );
});

test.each(["0", "-1", "1.5", "1e2", "", "99999999999999999999"])("%j is no count", (given) => {
  expect(() => parseCount(given, "N")).toThrow(/whole number of at least 1/);
});

describe("the JSON document", () => {
  test("holds what plain JSON would lose or refuse", () => {
    const text = jsonDocument({
      big: 2n ** 64n,
      map: new Map([["a", 1]]),
      set: new Set([1]),
      none: undefined,
    });

    expect(JSON.parse(text)).toEqual({ big: "18446744073709551616", map: { a: 1 }, set: [1] });
    expect(text.endsWith("}\n")).toBe(true);
  });

  test.each([
    ["7", 7],
    ["9007199254740991", 9_007_199_254_740_991],
    ["9007199254740993", "9007199254740993"],
    ["1.2", "1.2"],
  ])("gives version %j as %j", (version, shown) => {
    expect(versionForJson(version)).toBe(shown);
  });
});

test.each([
  ["Add e-mail", "add_e_mail"],
  ["  Ünïcode & co.  ", "unicode_co"],
  ["../../etc/passwd", "etc_passwd"],
  ["name.sqlite", "name_sqlite"],
  ["drop -- verify", "drop_verify_step"],
  ["a".repeat(150), "a".repeat(100)],
])("the name %j is safe as %j", (given, safe) => {
  expect(safeName(given)).toBe(safe);
});

test("a long list is shown in part", () => {
  expect(shownList(["a", "b", "c"], 2)).toBe("a, b and 1 more");
  expect(shownList(["a", "b"], 2)).toBe("a, b");
});

test.each([
  [3, "3 ms"],
  [1440, "1.4 s"],
  [125_000, "2 min 5 s"],
  [119_900, "2 min 0 s"],
])("%i ms are shown as %j", (milliseconds, shown) => {
  expect(shownDuration(milliseconds)).toBe(shown);
});

test("wrong use ends with 2, a failure with 1, Ctrl-C with 130", () => {
  expect(exitStatusOf("USAGE")).toBe(EXIT.wrongUse);
  expect(exitStatusOf("MIGRATION_FAILED")).toBe(EXIT.failed);
  expect(exitStatusOf("INTERRUPTED")).toBe(130);
});
