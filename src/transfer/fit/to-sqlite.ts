import type { SqlInput, SqlOutput } from "../../connection/index.js";
import type { SqliteForm } from "./treatment.js";

/** A value of PostgreSQL as SQLite stores it. Only numerics come as text and are numbers. */
export function toSqlite(value: SqlOutput, form: SqliteForm): SqlInput {
  // SQLite has no NaN and would store NULL for it: the text stands for it.
  if (typeof value === "number" && Number.isNaN(value)) return "NaN";
  if (form !== "number" || typeof value !== "string") return value;
  if (!/^-?[\d.]+$/.test(value)) return value;
  if (!/^-?\d+$/.test(value)) return Number(value);
  const whole = BigInt(value);
  return BigInt.asIntN(64, whole) === whole ? whole : Number(value);
}
