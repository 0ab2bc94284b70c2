import { quote } from "./names.js";

/** https://sqlite.org/datatype3.html#determination_of_column_affinity */
export type Affinity = "integer" | "text" | "blob" | "real" | "numeric";

export function affinityOf(type: string): Affinity {
  const upper = type.toUpperCase();
  if (upper.includes("INT")) return "integer";
  if (/CHAR|CLOB|TEXT/.test(upper)) return "text";
  if (upper === "" || upper.includes("BLOB")) return "blob";
  if (/REAL|FLOA|DOUB/.test(upper)) return "real";
  return "numeric";
}

/**
 * A condition that is true for the values which come out different when they are written into a column of
 * another type: `'007'` becomes 7, an integer beyond 2^53 becomes the nearest REAL. Undefined where nothing
 * can change.
 */
export function alteredBy(column: string, from: string, to: string, strict: boolean): string | undefined {
  const target = strict && to.toUpperCase() === "ANY" ? "blob" : affinityOf(to);
  if (affinityOf(from) === target) return undefined;
  const name = quote(column);
  const numberText =
    `typeof(${name}) = 'text' AND CAST(${name} AS NUMERIC) = ${name}` +
    ` AND CAST(CAST(${name} AS NUMERIC) AS TEXT) <> CAST(${name} AS TEXT)`;
  const bigInteger = `typeof(${name}) = 'integer' AND CAST(CAST(${name} AS REAL) AS INTEGER) <> ${name}`;
  const exactReal = `typeof(${name}) = 'real' AND CAST(CAST(${name} AS TEXT) AS REAL) <> ${name}`;
  switch (target) {
    case "integer":
    case "numeric":
      return numberText;
    case "real":
      return `(${numberText}) OR (${bigInteger})`;
    case "text":
      return exactReal;
    case "blob":
      return undefined;
  }
}

/**
 * A condition that is true for the values that a column of a STRICT table refuses:
 * https://sqlite.org/stricttables.html
 */
export function refusedByStrict(column: string, type: string): string | undefined {
  const name = quote(column);
  const isInteger = `CAST(${name} AS INTEGER) = CAST(${name} AS NUMERIC)`;
  const isNumber = `CAST(${name} AS NUMERIC) = ${name}`;
  switch (type.toUpperCase()) {
    case "INT":
    case "INTEGER":
      return `typeof(${name}) = 'blob' OR (typeof(${name}) IN ('real', 'text') AND NOT (${isNumber} AND ${isInteger}))`;
    case "REAL":
      return `typeof(${name}) = 'blob' OR (typeof(${name}) = 'text' AND NOT (${isNumber}))`;
    case "TEXT":
      return `typeof(${name}) = 'blob'`;
    case "BLOB":
      return `typeof(${name}) NOT IN ('blob', 'null')`;
    default:
      return undefined;
  }
}
