import type { Column } from "../../schema/index.js";
import type { ConversionName } from "./conversions.js";
import type { MomentContent } from "./moment-content.js";

/** How many values of a column are of each storage class. */
export interface ClassCounts {
  readonly integer: number;
  readonly real: number;
  readonly text: number;
  readonly blob: number;
}

/**
 * The type for a column whose declaration says none that PostgreSQL has: what all its values are. Where they differ it is `text`, and
 * what is no text is told.
 */
export function typeByContent(column: Column, { integer, real, text, blob }: ClassCounts): string {
  const declared = column.type.toUpperCase();
  const numbers = integer + real;
  if (numbers + text + blob === 0) return typeByAffinity(declared);
  if (text + blob === 0) {
    // A name that says neither whole nor floating, such as MONEY, is for decimals.
    if (real === 0) return declared === "" || declared.includes("INT") ? "bigint" : "numeric";
    return integer === 0 && !isDecimal(declared) ? "double precision" : "numeric";
  }
  return numbers + text === 0 ? "bytea" : "text";
}

/** https://sqlite.org/datatype3.html#determination_of_column_affinity */
function typeByAffinity(declared: string): string {
  if (declared.includes("INT")) return "bigint";
  if (declared === "" || /CHAR|CLOB|TEXT/.test(declared)) return "text";
  if (declared.includes("BLOB")) return "bytea";
  return /REAL|FLOA|DOUB/.test(declared) ? "double precision" : "numeric";
}

function isDecimal(declared: string): boolean {
  return declared !== "" && !/REAL|FLOA|DOUB|INT|CHAR|CLOB|TEXT|BLOB/.test(declared);
}

/** Whether a declaration says that the column holds moments, in whatever form. */
export function declaresMoment(declared: string): boolean {
  return /^(?:SMALL)?DATETIME|^TIMESTAMP/i.test(declared.trim());
}

/**
 * Where a declaration says "a moment", the content says which: with a zone as soon as one value has a zone or is a number (which
 * counts from a moment in UTC), and without otherwise.
 */
export function momentType(type: string, content: MomentContent): string {
  const isZoned =
    content.zoned > 0 || (content.numbers > 0 && content.plain === 0 && content.unit !== undefined);
  const precision = /\(\d+\)/.exec(type)?.[0] ?? "";
  return `timestamp${precision} ${isZoned ? "with" : "without"} time zone`;
}

/** Numbers are converted where they all are of one unit, and beside no texts. */
export function momentConversion(content: MomentContent): readonly ConversionName[] {
  const { unit, plain, zoned } = content;
  return unit === undefined || plain + zoned > 0 ? [] : [unit];
}
