import { createHash } from "node:crypto";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { checksumOf } from "../../../src/migrations/index.js";

describe("checksumOf", () => {
  it("is the SHA-256 of the text in UTF-8, in hex", () => {
    const expected = createHash("sha256").update("SELECT 'grün';\n", "utf8").digest("hex");
    expect(checksumOf("SELECT 'grün';\n")).toBe(expected);
  });

  it("does not change with the line ends or a byte order mark", () => {
    const lf = checksumOf("a\nb\n\nc");
    expect(checksumOf("a\r\nb\r\n\r\nc")).toBe(lf);
    expect(checksumOf("a\rb\r\rc")).toBe(lf);
    expect(checksumOf("\uFEFFa\r\nb\n\rc")).toBe(lf);
  });

  it("does not change with the line ends of any text", () => {
    const line = fc.string({ unit: "binary" }).filter((text) => !/[\r\n\uFEFF]/.test(text));
    const end = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), end, (lines, ending) => {
        expect(checksumOf(lines.join(ending))).toBe(checksumOf(lines.join("\n")));
      }),
    );
  });

  it.each([
    ["a space", "SELECT 1", "SELECT  1"],
    ["a comment", "SELECT 1", "SELECT 1 -- one"],
    ["the case", "SELECT 1", "select 1"],
    ["a line end at the end", "SELECT 1", "SELECT 1\n"],
    ["a mark that is not at the start", "SELECT ''", "SELECT '\uFEFF'"],
  ])("changes with %s", (_, a, b) => {
    expect(checksumOf(a)).not.toBe(checksumOf(b));
  });

  it("tells lists apart by where their texts begin and end, and by their order", () => {
    const lists = [["a", "b"], ["b", "a"], ["a;b"], ["ab"], ["a", "", "b"], ["a", "b", ""]];
    expect(new Set(lists.map(checksumOf)).size).toBe(lists.length);
  });

  it("is the same for a text and a list of it alone", () => {
    expect(checksumOf(["SELECT 1"])).toBe(checksumOf("SELECT 1"));
  });
});
