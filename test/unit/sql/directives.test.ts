import { describe, expect, it } from "vitest";
import { readDirectives } from "../../../src/sql/index.js";
import { refusalOf } from "./refusal.js";

const NONE = { noTransaction: false, allowLoss: [], description: undefined, dependsOn: [] };

describe("directives at the head of a file", () => {
  it("are read in any order, with comments and blank lines between them", () => {
    const text = `\uFEFF
      -- A note about this file.
      -- tenon: no-transaction
      /* another
         note */
      --tenon:allow-loss orders, shop."Order Lines" , \`old\`
      -- Tenon: Allow-Loss [new one]
      -- tenon: description  Adds the calendar -- with reminders

      -- tenon: depends-on users@2, core
      -- tenon: depends-on other-tool@00000000000000000012, dotted@1.2.10
      CREATE TABLE a (x);`;
    expect(readDirectives(text)).toEqual({
      noTransaction: true,
      allowLoss: ["orders", "shop.Order Lines", "old", "new one"],
      description: "Adds the calendar -- with reminders",
      dependsOn: [
        { module: "users", version: "2" },
        { module: "core" },
        { module: "other-tool", version: "00000000000000000012" },
        { module: "dotted", version: "1.2.10" },
      ],
    });
  });

  it("are read with CRLF line ends", () => {
    const text = "-- tenon: no-transaction\r\n-- tenon: description Two\r\nSELECT 1;\r\n";
    expect(readDirectives(text)).toEqual({ ...NONE, noTransaction: true, description: "Two" });
  });

  it("are none where nobody wrote any", () => {
    expect(readDirectives("CREATE TABLE tenon (a);")).toEqual(NONE);
    expect(readDirectives("-- tenon is a joint\nSELECT 1;")).toEqual(NONE);
    expect(readDirectives("")).toEqual(NONE);
  });

  it("do not count in block comments and in strings", () => {
    expect(readDirectives("/*\n-- tenon: no-transaction\n*/ SELECT 1", { syntax: "sqlite" })).toEqual(NONE);
    expect(readDirectives("SELECT '\n-- tenon: nonsense\n'", { syntax: "sqlite" })).toEqual(NONE);
    expect(readDirectives("DO $$\n-- tenon: nonsense\n$$", { syntax: "postgres" })).toEqual(NONE);
  });

  it.each([
    ["-- tenon: no-transactions", "`no-transaction`"],
    ["-- tenon: allow_loss orders", "`allow-loss`"],
    ["-- tenon: depend-on users", "`depends-on`"],
    ["-- tenon: allow-loss: orders", "`allow-loss`"],
    ["-- tenon: frobnicate", "no-transaction, allow-loss"],
    ["-- tenon:", "no-transaction, allow-loss"],
  ])("are refused when unknown, with what was meant: %s", (line, hint) => {
    const error = refusalOf(() => readDirectives(`-- a\n${line}\nSELECT 1`, { file: "a.sql" }));
    expect(error.code).toBe("DIRECTIVE_UNKNOWN");
    expect(error.where).toEqual({ file: "a.sql", line: 2 });
    expect(error.hint).toContain(hint);
  });

  it.each([
    "-- tenon: no-transaction please",
    "-- tenon: allow-loss",
    "-- tenon: allow-loss a b",
    "-- tenon: allow-loss a,",
    "-- tenon: allow-loss ,a",
    '-- tenon: allow-loss "a',
    '-- tenon: allow-loss ""',
    "-- tenon: allow-loss a.b.c",
    "-- tenon: description",
    "-- tenon: depends-on",
    "-- tenon: depends-on users@x",
    "-- tenon: depends-on users@",
    "-- tenon: depends-on @2",
    "-- tenon: depends-on users 2",
    "-- tenon: depends-on users@2,",
    "-- tenon: depends-on users@-1",
  ])("are refused with a wrong value: %s", (line) => {
    const error = refusalOf(() => readDirectives(`\n${line}\nSELECT 1`, { file: "a.sql" }));
    expect(error.code).toBe("DIRECTIVE_INVALID");
    expect(error.where).toEqual({ file: "a.sql", line: 2 });
    expect(error.hint).toMatch(/^Write it as `-- tenon: /);
  });

  it("are refused when the description is given twice", () => {
    const error = refusalOf(() => readDirectives("-- tenon: description a\n-- tenon: description b"));
    expect(error.code).toBe("DIRECTIVE_INVALID");
    expect(error.where.line).toBe(2);
  });

  it.each([
    "SELECT 1;\n-- tenon: no-transaction\n",
    "-- tenon: description a\nSELECT 1\n-- tenon: no-transaction\n, 2",
    "SELECT E'\\'';\n  -- tenon: no-transaction",
    "DO $$ ' $$;\n-- tenon: no-transaction",
  ])("are refused behind the first statement: %j", (text) => {
    const error = refusalOf(() => readDirectives(text, { file: "a.sql" }));
    expect(error.code).toBe("DIRECTIVE_INVALID");
    expect(error.where.line).toBe(text.slice(0, text.indexOf("-- tenon: no")).split("\n").length);
    expect(error.hint).toContain("head of the file");
  });
});
