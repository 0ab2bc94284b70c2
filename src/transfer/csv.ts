import type { SqlInput } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { ColumnPlan } from "./table-plan.js";

/** What COPY is told of lines that `csvLine` makes. https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-CSV-FORMAT */
export const CSV_OF_ENGINE = "FORMAT csv, QUOTE E'\\x01'";

/** A character that hardly any text has, so that texts can stand between two of it without being looked through. */
export const QUOTE = "\u0001";

/** How texts stand between quotes: as they are, which is right where none of them has that character, or with it written twice. */
export type Quoting = "bare" | "doubled";

/**
 * SQL of SQLite for a whole row as a line of CSV, made by the engine itself: undefined where a column cannot be converted there. A NULL is
 * nothing at all, an empty text two quotes; line breaks stand in quotes as they are.
 */
export function csvLine(columns: readonly ColumnPlan[], quoting: Quoting): string | undefined {
  const parts: string[] = [];
  let literal = "";
  const add = (sql: string) => {
    if (literal !== "") parts.push(`'${literal}'`);
    literal = "";
    parts.push(sql);
  };
  for (const [index, { selectText, isPlain, hasNulls }] of columns.entries()) {
    if (selectText === undefined) return undefined;
    if (index > 0) literal += ",";
    const text = quoting === "bare" ? selectText : `replace(${selectText}, '${QUOTE}', '${QUOTE}${QUOTE}')`;
    if (isPlain === true) add(selectText);
    else if (hasNulls === false) {
      literal += QUOTE;
      add(text);
      literal = QUOTE;
    } else add(`ifnull('${QUOTE}' || ${text} || '${QUOTE}', '')`);
  }
  return concatenated([...parts, `'${literal}\n'`]);
}

/** Takes NULL for nothing, and makes no text between the first and the last: https://sqlite.org/lang_corefunc.html#concat */
function concatenated(parts: readonly string[]): string {
  if (parts.length <= MOST_ARGUMENTS) return `concat(${parts.join(", ")})`;
  const groups: string[] = [];
  for (let from = 0; from < parts.length; from += MOST_ARGUMENTS)
    groups.push(`concat(${parts.slice(from, from + MOST_ARGUMENTS).join(", ")})`);
  return concatenated(groups);
}

/** https://sqlite.org/limits.html#max_function_arg */
const MOST_ARGUMENTS = 100;

/** How many texts in quotes each line has, whatever its row; and SQL of SQLite for how many more the lines of some rows have together. */
export function countQuoted(columns: readonly ColumnPlan[]): {
  readonly inEach: number;
  readonly more: string;
} {
  const quoted = columns.filter(({ isPlain }) => isPlain !== true);
  const counts = quoted.flatMap(({ hasNulls, selectText }) =>
    hasNulls === false || selectText === undefined ? [] : [`count(${selectText})`],
  );
  return { inEach: quoted.length - counts.length, more: counts.length === 0 ? "0" : counts.join(" + ") };
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
