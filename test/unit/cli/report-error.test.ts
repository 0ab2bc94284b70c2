import { expect, test } from "vitest";
import { makePaint } from "../../../src/cli/paint.js";
import { describeError, toTenonError } from "../../../src/cli/report-error.js";
import { TenonError } from "../../../src/errors.js";

const options = { paint: makePaint(false), workingFolder: "/work/app", isVerbose: false };

test("an error says what, where, what next and its code, with files as one would type them", () => {
  const error = new TenonError("MIGRATION_FAILED", "No such table: usres.", {
    where: { module: "users", version: "2", file: "/work/app/users/002_email.sql", line: 3, column: 1 },
    hint: "Correct it.",
  });

  expect(describeError(error, options)).toBe(
    [
      "error: No such table: usres.",
      "  where  users@2, users/002_email.sql:3:1",
      "  hint   Correct it.",
      "  code   MIGRATION_FAILED",
      "",
    ].join("\n"),
  );
});

test("a file outside of the working folder keeps its path", () => {
  const error = new TenonError("FILE_FAILED", "No.", { where: { file: "/work/other/a.sql" } });

  expect(describeError(error, options)).toContain("where  /work/other/a.sql");
});

test("what nobody foresaw is an INTERNAL error that asks to be reported", () => {
  const error = toTenonError(new TypeError("x is not a function"));

  expect(error).toMatchObject({ code: "INTERNAL", message: expect.stringContaining("x is not a function") });
  expect(error.hint).toContain("report");
});

test("an error of another copy of the package keeps its code, place and hint", () => {
  const foreign = Object.assign(new Error("Changed."), {
    name: "TenonError",
    code: "CHECKSUM_MISMATCH",
    where: { module: "a" },
    hint: "Look.",
    details: {},
  });

  expect(toTenonError(foreign)).toMatchObject({
    code: "CHECKSUM_MISMATCH",
    where: { module: "a" },
    hint: "Look.",
  });
});

test("what an error quotes cannot reach the terminal as a command", () => {
  const error = new TenonError("SQL_FAILED", "near \u001b[2J\nsecond line", { hint: "\u0007" });

  expect(describeError(error, options)).not.toContain("\u001b");
  expect(describeError(error, options)).not.toContain("\u0007");
  expect(describeError(error, options)).toContain("\nsecond line");
});

test("--verbose adds the stack and the causes", () => {
  const error = new TenonError("INTERNAL", "Outer.", { cause: new Error("inner") });

  expect(describeError(error, { ...options, isVerbose: true })).toMatch(
    /at .*\n[\s\S]*caused by Error: inner\n/,
  );
});
