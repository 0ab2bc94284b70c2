import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { TenonError } from "../../../src/errors.js";
import {
  compareVersions,
  NOTHING_APPLIED,
  parseTarget,
  parseVersion,
  publicVersion,
} from "../../../src/migrations/index.js";

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof TenonError ? error.code : String(error);
  }
  return undefined;
}

/** Digits without leading zeros, 1 to 20 of them. */
const version = fc.bigInt({ min: 1n, max: 99999999999999999999n }).map(String);

describe("parseVersion", () => {
  it("gives the same text for a number, a bigint, a text, and a text with leading zeros", () => {
    expect([
      parseVersion(7),
      parseVersion(7n),
      parseVersion("7"),
      parseVersion("007"),
      parseVersion(" 7 "),
    ]).toEqual(Array(5).fill("7"));
  });

  it("keeps up to 20 digits exactly", () => {
    expect(parseVersion("99999999999999999999")).toBe("99999999999999999999");
    expect(parseVersion("000099999999999999999999")).toBe("99999999999999999999");
    expect(codeOf(() => parseVersion("100000000000000000000"))).toBe("VERSION_INVALID");
  });

  it.each(["", " ", "0", "000", "-1", "+1", "1.2", "1e3", "0x10", "1_000", "१", "1 2", "v1", "1\n2"])(
    "refuses %j",
    (text) => expect(codeOf(() => parseVersion(text))).toBe("VERSION_INVALID"),
  );

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e21])(
    "refuses the number %d",
    (number) => expect(codeOf(() => parseVersion(number))).toBe("VERSION_INVALID"),
  );

  it("takes dotted versions only where they are asked for", () => {
    expect(parseVersion("1.02.3", { dotted: true })).toBe("1.2.3");
    expect(parseVersion("0.1", { dotted: true })).toBe("0.1");
    for (const text of ["0.0", ".1", "1.", "1..2", "."]) {
      expect(codeOf(() => parseVersion(text, { dotted: true }))).toBe("VERSION_INVALID");
    }
  });

  it("takes 0 for a target only", () => {
    expect([parseTarget(0), parseTarget(0n), parseTarget("0"), parseTarget("00")]).toEqual(
      Array(4).fill(NOTHING_APPLIED),
    );
    expect(parseTarget("12")).toBe("12");
    expect(codeOf(() => parseTarget(-1))).toBe("VERSION_INVALID");
    expect(codeOf(() => parseTarget(""))).toBe("VERSION_INVALID");
  });
});

describe("compareVersions", () => {
  it("orders as numbers do, however long", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const expected = BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
        expect(Math.sign(compareVersions(a, b))).toBe(expected);
      }),
    );
  });

  it("is a total order on dotted versions too", () => {
    const part = fc.nat({ max: 12 }).map(String);
    const dotted = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));
    fc.assert(
      fc.property(dotted, dotted, dotted, (a, b, c) => {
        expect(compareVersions(a, b) === 0).toBe(a === b);
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  it("compares dotted versions part by part, as numbers", () => {
    const versions = ["1.10", "1.9", "2", "1.9.0", "1", "10"];
    expect(versions.sort(compareVersions)).toEqual(["1", "1.9", "1.9.0", "1.10", "2", "10"]);
  });
});

describe("publicVersion", () => {
  it("is a number while that is exact, and the text beyond", () => {
    expect(publicVersion("20240131120000")).toBe(20240131120000);
    expect(publicVersion("9007199254740991")).toBe(9007199254740991);
    expect(publicVersion("9007199254740992")).toBe("9007199254740992");
    expect(publicVersion("1.2")).toBe("1.2");
    expect(publicVersion(NOTHING_APPLIED)).toBe(0);
  });

  it("comes back to the same version", () => {
    fc.assert(
      fc.property(version, (text) => {
        expect(parseVersion(publicVersion(text))).toBe(text);
      }),
    );
  });
});
