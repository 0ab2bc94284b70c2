import type { SqlInput, SqlOutput } from "../../connection/index.js";
import type { SqliteForm } from "./treatment.js";

/** A value of PostgreSQL, read as text, as SQLite stores it. */
export function toSqlite(value: SqlOutput, form: SqliteForm): SqlInput {
  if (value === null || typeof value !== "string") return value;
  switch (form) {
    case "text":
      return value;
    case "integer":
      return BigInt(value);
    case "boolean":
      return value === "t" || value === "true" ? 1 : 0;
    case "real":
      // SQLite has no NaN and would store NULL for it: the text stands for it.
      return value === "NaN" ? value : Number(value);
    case "number":
      return /^-?\d+$/.test(value) && isInteger(value) ? BigInt(value) : Number(value);
    case "bytes":
      return new Uint8Array(Buffer.from(value.slice(2), "hex"));
  }
}

function isInteger(text: string): boolean {
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value;
}
