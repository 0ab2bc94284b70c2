import type { Kind } from "./expression-kind.js";

/**
 * A number rounded to so many digits, as PostgreSQL rounds a numeric. A half that is exact in a decimal number is a little less in a double (12.495 is
 * 12.49499…), so it is lifted by less than any of its 15 digits tells: https://sqlite.org/floatingpoint.html
 */
export function rounded(number: string, digits: string): string {
  const lifted = `${/^"[^"]*"$/.test(number) ? number : `(${number})`} * 1.000000000000001`;
  return digits === "0" ? `round(${lifted})` : `round(${lifted}, ${digits})`;
}

/** A number with a fraction as an integer. That of a double is looked at as it is. */
export function integerFrom(number: string, kind: Kind | undefined): string {
  return `CAST(${kind === "float" ? `round(${number})` : rounded(number, "0")} AS INTEGER)`;
}
