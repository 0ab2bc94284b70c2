import { describe, expect, it } from "vitest";
import { isPragmaOn, readPragma } from "../../../src/sql/index.js";

describe("reading a PRAGMA", () => {
  it.each([
    ["PRAGMA foreign_keys", { name: "foreign_keys", schema: undefined, value: undefined }],
    ["pragma Foreign_Keys=OFF", { name: "foreign_keys", schema: undefined, value: "OFF" }],
    [
      "PRAGMA /* a */ foreign_keys -- b\n = /* c */ 0",
      { name: "foreign_keys", schema: undefined, value: "0" },
    ],
    ["PRAGMA main.foreign_keys(1)", { name: "foreign_keys", schema: "main", value: "1" }],
    ['PRAGMA "main" . "foreign_keys" = \'off\'', { name: "foreign_keys", schema: "main", value: "off" }],
    ['PRAGMA [foreign_keys] = "no"', { name: "foreign_keys", schema: undefined, value: "no" }],
    ["PRAGMA `foreign_keys`(`yes`)", { name: "foreign_keys", schema: undefined, value: "yes" }],
    ["PRAGMA cache_size = -2000", { name: "cache_size", schema: undefined, value: "-2000" }],
    ["PRAGMA cache_size(+ 10)", { name: "cache_size", schema: undefined, value: "10" }],
    ["PRAGMA table_info('it''s')", { name: "table_info", schema: undefined, value: "it's" }],
    ["EXPLAIN QUERY PLAN PRAGMA foreign_keys=on", { name: "foreign_keys", schema: undefined, value: "on" }],
  ])("%s", (text, pragma) => {
    expect(readPragma({ text })).toEqual(pragma);
  });

  it.each(["SELECT * FROM pragma_foreign_keys", "CREATE TABLE pragma (a)", "PRAGMA", "SELECT 'PRAGMA x'"])(
    "is nothing for: %s",
    (text) => {
      expect(readPragma({ text })).toBeUndefined();
    },
  );

  it("takes the same values for on as SQLite does", () => {
    expect(["on", "YES", "true", "1", "2", "01", "0x1"].filter(isPragmaOn)).toHaveLength(7);
    expect(
      ["off", "no", "false", "0", "256", "-1", "banana", "", "full", "4294967297"].filter(isPragmaOn),
    ).toEqual([]);
  });
});
