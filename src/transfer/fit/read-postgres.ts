import type { ConversionName } from "./conversions.js";
import type { SqliteForm } from "./treatment.js";

/** How the values of a column of PostgreSQL are read for SQLite. */
export interface PostgresReading {
  /** SQL over a row; the session has the settings under which every value is written in one way. */
  readonly select: string;
  readonly form: SqliteForm;
}

/** What the values of a column told, where their type leaves it open. */
export interface ColumnContent {
  /** Digits behind the second that a column of moments needs for all its values: 0, 3 or 6. */
  readonly digits: number;
  /** Whether every numeric is a number of SQLite, exactly. */
  readonly areNumbers: boolean;
  /** Whether every array counts from 1, as those of JSON do in their way. */
  readonly arePlainArrays: boolean;
}

/** A type taken apart, with the base type in place of a domain. */
export interface ReadType {
  readonly base: string;
  readonly isArray: boolean;
}

/** How a column is read, and what its values become. docs/transfer.md has the table. */
export function readingOf(column: string, type: ReadType, content: ColumnContent): PostgresReading {
  if (type.isArray)
    return text(content.arePlainArrays ? `array_to_json(${column})::text` : `${column}::text`);
  switch (type.base) {
    case "smallint":
    case "integer":
    case "bigint":
    case "oid":
      return { select: column, form: "integer" };
    case "boolean":
      return { select: column, form: "boolean" };
    case "double precision":
    case "real":
      return { select: column, form: "real" };
    case "numeric":
      return content.areNumbers ? { select: `${column}::text`, form: "number" } : text(`${column}::text`);
    case "bytea":
      return { select: column, form: "bytes" };
    case "timestamp without time zone":
      return text(
        moment(column, column, `YYYY-MM-DD HH24:MI:SS${fraction(content.digits)}`, `${column}::text`),
      );
    case "timestamp with time zone": {
      const utc = `(${column} AT TIME ZONE 'UTC')`;
      return text(
        moment(column, utc, `YYYY-MM-DD"T"HH24:MI:SS${fraction(content.digits)}"Z"`, `${utc}::text || '+00'`),
      );
    }
    case "time without time zone":
      return text(`to_char(${column}, 'HH24:MI:SS${fraction(content.digits)}')`);
    default:
      return text(`${column}::text`);
  }
}

/** A number in place of a moment, the way back from the conversions of the same names. */
export function readingAsNumber(column: string, convert: ConversionName): PostgresReading | undefined {
  const factor = { "epoch-seconds": 1, "epoch-milliseconds": 1000, "epoch-microseconds": 1_000_000 }[
    convert as string
  ];
  if (factor === undefined) return undefined;
  return { select: `trim_scale(extract(epoch FROM ${column}) * ${factor})::text`, form: "number" };
}

const text = (select: string): PostgresReading => ({ select, form: "text" });

const fraction = (digits: number) => ({ 3: ".MS", 6: ".US" })[digits] ?? "";

/** What is not of the years 1 to 9999, and what is not finite, has no form of ISO 8601: it is written as PostgreSQL does. */
function moment(column: string, clock: string, format: string, otherwise: string): string {
  const isUsual = `isfinite(${column}) AND ${clock} >= '0001-01-01' AND ${clock} < '10000-01-01'`;
  const other = `CASE WHEN isfinite(${column}) THEN ${otherwise} ELSE ${column}::text END`;
  return `CASE WHEN ${isUsual} THEN to_char(${clock}, '${format}') ELSE ${other} END`;
}
