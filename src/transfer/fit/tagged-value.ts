import type { SqlOutput } from "../../connection/index.js";
import { readUtf8 } from "./conversions.js";
import { NotUtf8, StoredReal, type StoredValue } from "./verdict.js";

/** How the texts of a SQLite database are stored: https://sqlite.org/pragma.html#pragma_encoding */
export type TextEncoding = "utf-8" | "utf-16";

/**
 * SQL that gives a value together with its storage class: a letter before it tells text, bytes and REAL from one another. As bytes, so
 * that text which is not UTF-8 can be read at all; integers and NULL stay what they are.
 */
export function taggedExpression(column: string, encoding: TextEncoding): string {
  const asBytes = (sql: string) => (encoding === "utf-8" ? `CAST(${sql} AS BLOB)` : sql);
  const blob = encoding === "utf-8" ? column : `hex(${column})`;
  return [
    `CASE typeof(${column})`,
    `WHEN 'text' THEN ${asBytes(`'t' || ${column}`)}`,
    `WHEN 'blob' THEN ${asBytes(`'b' || ${blob}`)}`,
    `WHEN 'real' THEN ${asBytes(`'r' || printf('%!.20g', ${column})`)}`,
    `ELSE ${column} END`,
  ].join(" ");
}

/** Reads what `taggedExpression` gave. */
export function readTagged(value: SqlOutput): StoredValue | null {
  if (value === null || typeof value === "boolean") return null;
  if (typeof value === "string") {
    const rest = value.slice(1);
    if (value.startsWith("t")) return rest;
    return value.startsWith("r") ? new StoredReal(readReal(rest)) : new Uint8Array(Buffer.from(rest, "hex"));
  }
  if (!(value instanceof Uint8Array)) return value;
  const rest = value.subarray(1);
  switch (value[0]) {
    case TEXT:
      return readUtf8(rest) ?? new NotUtf8(rest);
    case REAL:
      return new StoredReal(readReal(Buffer.from(rest).toString("latin1")));
    default:
      return rest;
  }
}

const TEXT = 0x74;
const REAL = 0x72;

function readReal(text: string): number {
  if (text === "Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}
