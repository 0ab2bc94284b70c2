import { TextDecoder } from "node:util";
import { uuidOf } from "./judge-value.js";
import { clockInUtc, readMoment } from "./moment-text.js";
import { NotUtf8, StoredReal, type StoredValue } from "./verdict.js";

/** A value made into another before it is judged; what a conversion is not about, it leaves as it is. */
export type Conversion = (value: StoredValue) => StoredValue | null;

/** The conversions that a mapping file names. */
export const CONVERSIONS = {
  "empty-to-null": (value) => (value === "" ? null : value),
  trim: (value) => (typeof value === "string" ? value.trim() : value),
  "boolean-words": (value) =>
    typeof value === "string" ? (BOOLEAN_WORDS.get(value.trim().toLowerCase()) ?? value) : value,
  "number-text": (value) => (typeof value === "string" ? numberIn(value) : value),
  round: (value) => (isFraction(value) ? BigInt(Math.round(numberOf(value))) : value),
  "epoch-seconds": (value) => momentOf(value, 1_000_000),
  "epoch-milliseconds": (value) => momentOf(value, 1000),
  "epoch-microseconds": (value) => momentOf(value, 1),
  "julian-day": (value) => julianDay(value),
  "to-utc": (value) => (typeof value === "string" ? toUtc(value) : value),
  "date-part": (value) => (typeof value === "string" ? (readMoment(value)?.date ?? value) : value),
  "strip-nul": (value) => (typeof value === "string" ? value.replaceAll("\0", "") : value),
  "windows-1252": (value) =>
    value instanceof NotUtf8 ? new TextDecoder("windows-1252").decode(value.bytes) : value,
  "replace-invalid": (value) => (value instanceof NotUtf8 ? new TextDecoder().decode(value.bytes) : value),
  "utf8-text": (value) => (value instanceof Uint8Array ? (readUtf8(value) ?? value) : value),
  "utf8-bytes": (value) => {
    if (value instanceof NotUtf8) return value.bytes;
    return typeof value === "string" ? new Uint8Array(Buffer.from(value, "utf8")) : value;
  },
  "hex-text": (value) => (value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value),
  "base64-text": (value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value),
  "uuid-bytes": (value) => (value instanceof Uint8Array && value.byteLength === 16 ? uuidOf(value) : value),
} as const satisfies Readonly<Record<string, Conversion>>;

export type ConversionName = keyof typeof CONVERSIONS;

export function isConversion(name: string): name is ConversionName {
  return Object.hasOwn(CONVERSIONS, name);
}

/** Runs the conversions one after the other. */
export function convertValue(value: StoredValue, names: readonly ConversionName[]): StoredValue | null {
  let converted: StoredValue | null = value;
  for (const name of names) {
    if (converted === null) return null;
    converted = (CONVERSIONS[name] as Conversion)(converted);
  }
  return converted;
}

const BOOLEAN_WORDS = new Map<string, number>([
  ...["true", "t", "yes", "y", "on", "1"].map((word): [string, number] => [word, 1]),
  ...["false", "f", "no", "n", "off", "0"].map((word): [string, number] => [word, 0]),
]);

/** `" 012.50"` as 12.50; what is no plain number stays text. */
function numberIn(text: string): StoredValue {
  const [whole, sign = "", digits = "", fraction = ""] = /^\s*([+-]?)0*(\d+)(\.\d+)?\s*$/.exec(text) ?? [];
  if (whole === undefined) return text;
  return `${sign === "-" ? "-" : ""}${digits}${fraction}`;
}

function numberOf(value: number | bigint | StoredReal): number {
  return value instanceof StoredReal ? value.number : Number(value);
}

function isNumber(value: StoredValue): value is number | bigint | StoredReal {
  return typeof value === "number" || typeof value === "bigint" || value instanceof StoredReal;
}

function isFraction(value: StoredValue): value is number | StoredReal {
  return isNumber(value) && Number.isFinite(numberOf(value)) && !Number.isInteger(numberOf(value));
}

/** Microseconds are the finest that PostgreSQL keeps: a finer value, or one beyond the year 9999, stays a number and is told. */
function momentOf(value: StoredValue, microsecondsInUnit: number): StoredValue {
  if (!isNumber(value)) return value;
  const whole =
    typeof value === "bigint"
      ? value * BigInt(microsecondsInUnit)
      : inMicroseconds(value, microsecondsInUnit);
  if (whole === undefined || whole < FIRST || whole > LAST) return value;
  const milliseconds = Number(whole >= 0n ? whole / 1000n : -((-whole + 999n) / 1000n));
  const rest = String(whole - BigInt(milliseconds) * 1000n).padStart(3, "0");
  const text = new Date(milliseconds).toISOString();
  return rest === "000" ? text : text.replace("Z", `${rest}Z`);
}

function inMicroseconds(value: number | StoredReal, unit: number): bigint | undefined {
  const number = numberOf(value);
  if (!Number.isFinite(number)) return undefined;
  const microseconds = Math.round(number * unit);
  return Number.isSafeInteger(microseconds) && microseconds / unit === number
    ? BigInt(microseconds)
    : undefined;
}

const FIRST = BigInt(Date.parse("0001-01-01T00:00:00Z")) * 1000n;
const LAST = BigInt(Date.parse("9999-12-31T23:59:59Z")) * 1000n;

/** To the millisecond, as SQLite itself reads a Julian day: https://sqlite.org/lang_datefunc.html */
function julianDay(value: StoredValue): StoredValue {
  if (!isNumber(value)) return value;
  const milliseconds = Math.floor(numberOf(value) * 86_400_000 + 0.5) - 210_866_760_000_000;
  const isInRange = milliseconds * 1000 >= Number(FIRST) && milliseconds * 1000 <= Number(LAST);
  return isInRange ? new Date(milliseconds).toISOString() : value;
}

function toUtc(text: string): string {
  const moment = readMoment(text);
  if (moment?.date === undefined || moment.clock === undefined || moment.zone === undefined) return text;
  const fraction = moment.fraction === "" ? "" : `.${moment.fraction}`;
  return `${clockInUtc(moment.date, moment.clock, moment.zone)}${fraction}`;
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Undefined for bytes that are no UTF-8. */
export function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}
