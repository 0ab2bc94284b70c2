import type { SqlInput } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { ColumnPlan } from "./table-plan.js";

/**
 * SQL of SQLite for a whole row as a line of CSV, made by the engine itself: undefined where a column cannot be converted there. A NULL is
 * nothing at all, an empty text two quotes; line breaks stand in quotes as they are.
 * https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-CSV-FORMAT
 */
export function csvLine(columns: readonly ColumnPlan[]): string | undefined {
  const fields: string[] = [];
  for (const { selectText, isPlain } of columns) {
    if (selectText === undefined) return undefined;
    fields.push(
      isPlain === true
        ? `ifnull(${selectText}, '')`
        : `ifnull('"' || replace(${selectText}, '"', '""') || '"', '')`,
    );
  }
  return `${fields.join(" || ',' || ")} || char(10)`;
}

/** A row as a line of CSV. Its values are texts as PostgreSQL reads them, or null. */
export function encodeCsv(values: readonly SqlInput[]): string {
  let line = "";
  for (let index = 0; index < values.length; index++) {
    if (index > 0) line += ",";
    const value = values[index];
    if (value === null) continue;
    if (typeof value !== "string")
      throw new TenonError("INTERNAL", `A value of ${typeof value} was to be written as text.`);
    line += NEEDS_NO_QUOTES.test(value) ? value : `"${value.replaceAll('"', '""')}"`;
  }
  return `${line}\n`;
}

const NEEDS_NO_QUOTES = /^[0-9a-z+-][0-9a-z+.:-]*$/i;
