import type { OfflineSyntax } from "../dialect.js";
import { addressOf } from "./names.js";

/** A script for the `sqlite3` shell: `sqlite3 -bail app.db < script.sql`. */
export const offline: OfflineSyntax = {
  head: ["-- For the sqlite3 shell. It stops at the first error.\n.bail on\nPRAGMA foreign_keys = ON;"],
  begin: "BEGIN IMMEDIATE;",
  journalAddress: addressOf,
  utcNow: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
  currentUser: "NULL",
  settings: ({ foreignKeys }) =>
    foreignKeys === "off"
      ? { before: ["PRAGMA foreign_keys = OFF;"], after: ["PRAGMA foreign_keys = ON;"] }
      : { before: [], after: [] },
};

/** A value as SQL text. SQLite has no escapes but the doubled quote: https://sqlite.org/lang_expr.html#literal_values_constants_ */
export function literal(value: string | number | null): string {
  if (value === null) return "NULL";
  return typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
