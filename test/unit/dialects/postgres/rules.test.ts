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
