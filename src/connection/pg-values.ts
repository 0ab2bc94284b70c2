import { TenonError } from "../errors.js";
import type { SqlInput, SqlOutput } from "./connection.js";

/** A value as the wire carries it: text, or the bytes of a bytea. */
export type WireInput = null | string | Buffer;

/** A parameter as PostgreSQL reads it, whatever settings the session has. */
export function encodeParameter(value: SqlInput): WireInput {
  if (value === null) return null;
  if (value === undefined) {
    throw new TenonError("USAGE", "A parameter is undefined.", {
      hint: "Pass null where no value is meant.",
    });
  }
  if (typeof value === "string") return value;
  if (value instanceof Date) return encodeDate(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return Object.is(value, -0) ? "-0" : String(value);
}

/** What turns the text of a column of this type into a value; the type is its number in pg_type. */
export function decoderOf(type: number): (text: string) => SqlOutput {
  return DECODERS.get(type) ?? asText;
}

const asText = (text: string): string => text;

// https://www.postgresql.org/docs/current/datatype-oid.html; the numbers are fixed in pg_type.dat.
// A domain reports the number of its base type.
const DECODERS: ReadonlyMap<number, (text: string) => SqlOutput> = new Map([
  [16, (text: string): SqlOutput => text === "t"], // bool
  [17, decodeBytes], // bytea
  [20, decodeInt8], // int8
  [21, Number], // int2
  [23, Number], // int4
  [26, Number], // oid
  [700, Number], // float4
  [701, Number], // float8, with NaN and Infinity spelled as in JavaScript
]);

function decodeInt8(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** Both forms of https://www.postgresql.org/docs/current/datatype-binary.html: bytea_output may be set to either. */
function decodeBytes(text: string): Uint8Array {
  if (text.startsWith("\\x")) return new Uint8Array(Buffer.from(text.slice(2), "hex"));
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "\\") bytes.push(text.charCodeAt(at));
    else if (text[at + 1] === "\\") bytes.push(text.charCodeAt(++at));
    else {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 4), 8));
      at += 3;
    }
  }
  return new Uint8Array(bytes);
}

/** In UTC, so that it means the same in a session of any time zone; `timestamp` without a zone keeps the UTC clock. */
function encodeDate(date: Date): string {
  if (Number.isNaN(date.getTime())) {
    throw new TenonError("USAGE", "A parameter is an invalid Date.", {
      hint: "Pass null, or a Date that holds a point in time.",
    });
  }
  const year = date.getUTCFullYear();
  const rest = date.toISOString().slice(-20);
  // PostgreSQL has no year 0 and no signs: 1 BC is JavaScript's year 0.
  return year > 0
    ? `${String(year).padStart(4, "0")}${rest}`
    : `${String(1 - year).padStart(4, "0")}${rest} BC`;
}
