import { expect, test } from "vitest";
import { makePaint, wantsColours } from "../../../src/cli/paint.js";

test.each([
  [{}, true, false, true],
  [{}, false, false, false],
  [{ NO_COLOR: "1" }, true, false, false],
  [{ NO_COLOR: "" }, true, false, true],
  [{ TERM: "dumb" }, true, false, false],
  [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, false, true],
  [{ FORCE_COLOR: "0" }, true, false, false],
  [{ FORCE_COLOR: "1" }, true, true, false],
])(
  "with %j, a terminal: %j, refused by a flag: %j, there are colours: %j",
  (environment, isTerminal, isRefused, wanted) => {
    expect(wantsColours(environment, { isTerminal, isRefused })).toBe(wanted);
  },
);

test("without colours a text stays as it is", () => {
  expect(makePaint(false).red("text")).toBe("text");
  expect(makePaint(true).red("")).toBe("");
});
