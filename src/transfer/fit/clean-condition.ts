import type { TargetType } from "./target-type.js";

/**
 * SQL over a row of SQLite that is true only for values which fit the type exactly and come back from it as they are. It need not be true
 * for all such values: what it leaves is looked at one by one. Undefined where SQL cannot tell.
 *
 * That a text is UTF-8 is not among what SQL can tell: `findBadUtf8` does.
 */
export function cleanCondition(column: string, type: TargetType): string | undefined {
  const isText = `typeof(${column}) = 'text' AND instr(${column}, char(0)) = 0`;
  switch (type.kind) {
    case "integer": {
      const isWhole = `typeof(${column}) = 'integer'`;
      if (type.highest > MOST_INTEGER) return isWhole;
      return `${isWhole} AND ${column} BETWEEN ${type.lowest} AND ${type.highest}`;
    }
    case "boolean":
      return `typeof(${column}) = 'integer' AND ${column} BETWEEN 0 AND 1`;
    case "double":
      return `(typeof(${column}) = 'real' OR typeof(${column}) = 'integer' AND ${column} BETWEEN -${EXACT} AND ${EXACT})`;
    case "numeric":
      return numericCondition(column, type);
    case "text": {
      if (type.isPadded) return undefined;
      return type.longest === undefined ? isText : `${isText} AND length(${column}) <= ${type.longest}`;
    }
    case "bytes":
      return `typeof(${column}) = 'blob'`;
    case "json":
      return type.isBinary ? undefined : `${isText} AND json_valid(${column})`;
    case "uuid":
      return `typeof(${column}) = 'text' AND ${column} GLOB '${UUID_PATTERN}'`;
    case "date":
      return `${column} = date(${column}) AND ${column} >= '0001'`;
    case "timestamp":
      return type.zone === "with"
        ? zonedCondition(column, type.digits)
        : plainMomentCondition(column, type.digits);
    case "time":
      return type.zone === "with" || type.digits < 3
        ? undefined
        : `CASE length(${column}) WHEN 8 THEN ${column} = time(${column}) WHEN 12 THEN ${column} = strftime('%H:%M:%f', ${column}) ELSE 0 END AND ${column} < '24'`;
    case "other":
      return isText;
    case "single":
      return undefined;
  }
}

const MOST_INTEGER = 2n ** 63n - 2n;
const EXACT = 2 ** 53;
const HEX = "[0-9a-f]";
const UUID_PATTERN = [8, 4, 4, 4, 12].map((count) => HEX.repeat(count)).join("-");

/**
 * A REAL that fifteen digits tell is that decimal and no other, unless it is so small that it has fewer digits itself. Beyond them several decimals are the same REAL, and engines choose among
 * them in ways of their own: those are left to one way, that of JavaScript and PostgreSQL.
 */
function numericCondition(column: string, type: TargetType & { readonly kind: "numeric" }): string {
  const isOrdinary = `typeof(${column}) = 'real' AND (${column} > 2.3e-308 OR ${column} < -2.3e-308) AND ${column} > -9e999 AND ${column} < 9e999 AND CAST(printf('%!.15g', ${column}) AS REAL) = ${column}`;
  if (type.precision === undefined) return `(typeof(${column}) = 'integer' OR ${isOrdinary})`;
  const { precision, scale } = type;
  if (scale < 0 || precision < scale) return "0";
  const wholeDigits = precision - scale;
  const isWhole =
    wholeDigits > 18
      ? `typeof(${column}) = 'integer'`
      : `typeof(${column}) = 'integer' AND ${column} > -${10n ** BigInt(wholeDigits)} AND ${column} < ${10n ** BigInt(wholeDigits)}`;
  const limit = `1e${Math.min(wholeDigits, 15)}`;
  const isShort = `CAST(printf('%.${scale}f', ${column}) AS REAL) = ${column} AND ${column} > -${limit} AND ${column} < ${limit}`;
  return `(${isWhole} OR ${isOrdinary} AND ${isShort})`;
}

/**
 * `2024-02-29 08:30:15` and `2024-02-29 08:30:15.123`: SQLite's functions give back what they read, and only if the day exists; but 24:00
 * they keep, where PostgreSQL means the next day.
 */
function plainMomentCondition(column: string, digits: number): string {
  const milliseconds = digits < 3 ? "" : ` WHEN 23 THEN ${column} = strftime('%Y-%m-%d %H:%M:%f', ${column})`;
  return `CASE length(${column}) WHEN 19 THEN ${column} = datetime(${column})${milliseconds} ELSE 0 END AND ${column} >= '0001' AND substr(${column}, 12, 2) < '24'`;
}

/** `2024-02-29T08:30:15Z` and `2024-02-29T08:30:15.123Z`, as `Date.prototype.toISOString` writes it. */
function zonedCondition(column: string, digits: number): string {
  const milliseconds =
    digits < 3 ? "" : ` WHEN 24 THEN ${column} = strftime('%Y-%m-%dT%H:%M:%fZ', ${column})`;
  return `CASE length(${column}) WHEN 20 THEN ${column} = strftime('%Y-%m-%dT%H:%M:%SZ', ${column})${milliseconds} ELSE 0 END AND ${column} >= '0001' AND substr(${column}, 12, 2) < '24'`;
}
