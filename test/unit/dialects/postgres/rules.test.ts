import { expect, test } from "vitest";
import { postgresRules } from "../../../../src/dialects/postgres/rules.js";

const same = (a: string, b: string) => postgresRules.textKey(a) === postgresRules.textKey(b);

test("now(), transaction_timestamp() and CURRENT_TIMESTAMP are one clock", () => {
  expect(same("now()", "CURRENT_TIMESTAMP")).toBe(true);
  expect(same("transaction_timestamp()", "now()")).toBe(true);
  expect(
    same("(created > (now() - '1 day'::interval))", "(created > (CURRENT_TIMESTAMP - '1 day'::interval))"),
  ).toBe(true);
});

test("other clocks, functions of a schema's own and texts are not that clock", () => {
  expect(same("clock_timestamp()", "now()")).toBe(false);
  expect(same("app.now()", "CURRENT_TIMESTAMP")).toBe(false);
  expect(same("'now()'::text", "'CURRENT_TIMESTAMP'::text")).toBe(false);
  expect(same("CURRENT_DATE", "now()")).toBe(false);
});

test("what the engine makes of BETWEEN beside AND is the same before and after it was put back once", () => {
  const before = "((((quantity >= 1) AND (quantity <= 100)) AND (net >= (0)::numeric)))";
  const after = "(((quantity >= 1) AND (quantity <= 100) AND (net >= (0)::numeric)))";
  expect(same(before, after)).toBe(true);
  expect(same("((a OR b) OR (c AND d))", "(a OR b OR (c AND d))")).toBe(true);
});

test("parentheses that change a meaning count", () => {
  expect(same("((a OR b) AND c)", "(a OR b AND c)")).toBe(false);
  expect(same("(NOT (a AND b) AND c)", "(NOT a AND b AND c)")).toBe(false);
  expect(same("(f(a AND b) AND c)", "(f a AND b AND c)")).toBe(false);
  expect(same("((a AND '(b AND c)') AND d)", "((a AND 'b AND c') AND d)")).toBe(false);
});
