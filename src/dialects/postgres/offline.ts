import type { OfflineSyntax } from "../dialect.js";
import { addressOf, explicitAddress } from "./journal-address.js";
import { quote, literal as textLiteral } from "./names.js";

/** A script for psql: `psql -f script.sql "$DATABASE_URL"`. */
export const offline: OfflineSyntax = {
  head: ["-- For psql. It stops at the first error.\n\\set ON_ERROR_STOP on"],
  begin: "BEGIN;",
  // Where PostgreSQL puts tables unless told otherwise; for another place the journal is named with its schema.
  journalAddress: (table) => explicitAddress(table) ?? addressOf("public", table),
  utcNow: `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  currentUser: "session_user::text",
  settings: ({ restore = [] }) => ({
    before: [],
    after: restore.map((name) =>
      name === "*" ? "RESET ALL;" : `RESET ${name.split(".").map(quote).join(".")};`,
    ),
  }),
};

export function literal(value: string | number | null): string {
  if (value === null) return "NULL";
  return typeof value === "number" ? String(value) : textLiteral(value);
}
