import { TenonError } from "../errors.js";
import type { Version } from "./migration.js";

/** The version of a module of which nothing is applied; a target only, no migration can have it. */
export const NOTHING_APPLIED: Version = "0";

export interface VersionOptions {
  /** Take dotted numbers too (`1.2.3`), as some histories of other tools carry them. */
  readonly dotted?: boolean | undefined;
}

/**
 * Reads a version and gives its canonical text: digits without leading zeros, up to 20 of them.
 * @throws TenonError `VERSION_INVALID`
 */
export function parseVersion(input: number | bigint | string, options: VersionOptions = {}): Version {
  if (typeof input === "string" && CANONICAL.test(input)) return input;
  if (typeof input === "number" && !Number.isSafeInteger(input)) throw invalid(input, whyNotExact(input));
  const version = canonical(String(input).trim(), input, options);
  if (isNothing(version)) throw invalid(input, "version 0 stands for a module of which nothing is applied");
  return version;
}

/**
 * Reads a version to go to: as `parseVersion`, and 0, which takes everything back.
 * @throws TenonError `VERSION_INVALID`
 */
export function parseTarget(input: number | bigint | string, options: VersionOptions = {}): Version {
  const isZero = typeof input === "string" ? /^\s*0+\s*$/.test(input) : Number(input) === 0;
  return isZero ? NOTHING_APPLIED : parseVersion(input, options);
}

/**
 * Reads a version to go to, among those that a module has: the one that is written exactly so (`00000000000000`, `R__views`), else as
 * `parseTarget`.
 * @throws TenonError `VERSION_INVALID`
 */
export function parseTargetAmong(input: number | bigint | string, versions: readonly Version[]): Version {
  const text = String(input).trim();
  return versions.includes(text) ? text : parseTarget(input, { dotted: true });
}

/**
 * Whether a version stands for a step that has no place among the numbers and runs again whenever it was changed: `R__name`, as
 * Flyway calls it.
 */
export function isRepeatable(version: Version): boolean {
  return version.startsWith("R__");
}

/**
 * Orders canonical versions: part by part as numbers; a version comes before the same version with more parts, and repeatable
 * steps come last, by name. Without leading zeros the longer number is the larger one, so no number is ever made: this sorts
 * thousands.
 */
export function compareVersions(a: Version, b: Version): number {
  if (a === b) return 0;
  if (isRepeatable(a) || isRepeatable(b)) return compareRepeatables(a, b);
  if (a.includes(".") || b.includes(".")) return compareDotted(a.split("."), b.split("."));
  return compareNumbers(a, b);
}

/** A version as a program wants it: a number while that is exact, the text otherwise. */
export function publicVersion(version: Version): number | string {
  const number = Number(version);
  return Number.isSafeInteger(number) && String(number) === version ? number : version;
}

const MOST_DIGITS = 20;
/** As nearly all are written; read at every start, by the thousand. */
const CANONICAL = /^[1-9][0-9]{0,19}$/;

function canonical(text: string, input: number | bigint | string, { dotted }: VersionOptions): Version {
  const parts = dotted === true ? text.split(".") : [text];
  if (!parts.every((part) => /^[0-9]+$/.test(part))) {
    throw invalid(
      input,
      dotted === true ? "it is not made of digits and dots" : "it is not made of digits alone",
    );
  }
  const trimmed = parts.map((part) => part.replace(/^0+(?=.)/, ""));
  if (trimmed.some((part) => part.length > MOST_DIGITS)) {
    throw invalid(input, `it has more than ${MOST_DIGITS} digits`);
  }
  return trimmed.join(".");
}

function isNothing(version: Version): boolean {
  return /^[0.]+$/.test(version);
}

function compareDotted(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareNumbers(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareRepeatables(a: Version, b: Version): number {
  if (isRepeatable(a) !== isRepeatable(b)) return isRepeatable(a) ? 1 : -1;
  return a < b ? -1 : 1;
}

// Only a version that is all zeros has zeros before it: it is more than 0, which stands for nothing, and less than 1.
function compareNumbers(a: string, b: string): number {
  if (a.startsWith("0") || b.startsWith("0")) {
    const order = (/^0+$/.test(a) ? 0 : 1) - (/^0+$/.test(b) ? 0 : 1);
    if (order !== 0) return order;
  }
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

function whyNotExact(input: number): string {
  if (!Number.isInteger(input)) return "it is not a whole number";
  return "a JavaScript number is not exact beyond 2^53; write it as a text";
}

function invalid(input: number | bigint | string, why: string): TenonError {
  const shown = typeof input === "string" ? JSON.stringify(input) : String(input);
  return new TenonError("VERSION_INVALID", `${shown} is not a version: ${why}.`, {
    hint: "A version is a positive whole number: 1, 2, 3, or a timestamp such as 20240131120000.",
  });
}
