import { clockInUtc, readMoment } from "../fit/moment-text.js";
import { plainDecimal } from "../fit/number-text.js";
import type { TargetType } from "../fit/target-type.js";

/**
 * The one text that a value has for its checksum, whichever way it was written. `server` is what only the server can tell: it is asked to
 * read the text as the column's type and to write it again.
 */
export type CanonicalForm =
  | "verbatim"
  | "boolean"
  | "double"
  | "single"
  | "decimal"
  /** A REAL of SQLite that stands for the decimal which tells it in the fewest digits. */
  | "number"
  | "bytes"
  | "uuid"
  | "moment"
  | "time"
  | "zoned-time"
  | "server";

export function formOf(type: TargetType): CanonicalForm {
  switch (type.kind) {
    case "integer":
    case "text":
    case "date":
      return "verbatim";
    case "numeric":
      return "decimal";
    case "timestamp":
      return "moment";
    case "json":
      return type.isBinary ? "server" : "verbatim";
    case "time":
      return type.zone === "with" ? "zoned-time" : "time";
    case "other":
      return "server";
    default:
      return type.kind;
  }
}

/** SQL of PostgreSQL for the canonical text of a column; the session has the settings of `inTextSession`. */
export function canonicalSql(column: string, form: CanonicalForm, zone: "with" | "without"): string {
  switch (form) {
    case "boolean":
      return `${column}::int::text`;
    case "double":
      return `encode(float8send(${column}), 'hex')`;
    case "single":
      return `encode(float4send(${column}), 'hex')`;
    case "decimal":
      return `trim_scale(${column})::text`;
    case "bytes":
      return `encode(${column}, 'hex')`;
    case "moment":
      return zone === "with" ? `(${column} AT TIME ZONE 'UTC')::text` : `${column}::text`;
    default:
      return `${column}::text`;
  }
}

/** The canonical text of a value, from the text that PostgreSQL reads for it. */
export function canonicalText(text: string, form: CanonicalForm): string {
  switch (form) {
    case "verbatim":
    case "server":
      return text;
    case "boolean":
      return text === "t" || text === "1" ? "1" : "0";
    case "double":
      SCRATCH.setFloat64(0, numberIn(text));
      return hexOfScratch(8);
    case "single":
      SCRATCH.setFloat32(0, numberIn(text));
      return hexOfScratch(4);
    case "decimal":
      return canonicalDecimal(text);
    case "number":
      return canonicalDecimal(/[.e]/i.test(text) ? String(Number(text)) : text);
    case "bytes":
      return text.startsWith("\\x") ? text.slice(2).toLowerCase() : text;
    case "uuid":
      return canonicalUuid(text);
    case "moment":
      return canonicalMoment(text);
    case "time":
    case "zoned-time":
      return canonicalTime(text);
  }
}

const SCRATCH = new DataView(new ArrayBuffer(8));

function hexOfScratch(bytes: number): string {
  return Buffer.from(SCRATCH.buffer, 0, bytes).toString("hex");
}

export function numberIn(text: string): number {
  return text === "Inf"
    ? Number.POSITIVE_INFINITY
    : text === "-Inf"
      ? Number.NEGATIVE_INFINITY
      : Number(text);
}

/** Without an exponent, without zeros behind, and zero without a sign. */
function canonicalDecimal(text: string): string {
  if (!/[.e]/i.test(text)) return text === "-0" ? "0" : text;
  const plain = plainDecimal(text);
  const trimmed = plain.includes(".") ? plain.replace(/\.?0+$/, "") : plain;
  return trimmed === "-0" || trimmed === "" ? "0" : trimmed;
}

function canonicalUuid(text: string): string {
  const digits = text.toLowerCase().replaceAll(/[^0-9a-f]/g, "");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function canonicalMoment(text: string): string {
  const moment = readMoment(text);
  if (moment?.date === undefined) return text;
  return clockInUtc(moment.date, moment.clock ?? "00:00", moment.zone) + fractionOf(moment.fraction);
}

function canonicalTime(text: string): string {
  const moment = readMoment(text);
  if (moment?.clock === undefined) return text;
  const { clock, fraction, zone } = moment;
  const full = clock.length === 5 ? `${clock}:00` : clock;
  const offset = zone === undefined ? "" : /^z$/i.test(zone) ? "+00" : zone.replace(/:00$/, "");
  return full + fractionOf(fraction) + (offset === "-00" ? "+00" : offset);
}

function fractionOf(digits: string): string {
  const trimmed = digits.replace(/0+$/, "");
  return trimmed === "" ? "" : `.${trimmed}`;
}
