import { TenonError } from "../errors.js";
import type { NativeStatement } from "./libsql-driver.js";

/**
 * The driver cuts text at its first NUL character, and says nothing
 * (SQLite itself keeps it: https://sqlite.org/nulinstr.html). So a SELECT is wrapped in another that gives such a text
 * as hexadecimal digits behind a mark that no text has by chance. Where there is none, that costs next to nothing.
 *
 * @returns undefined where the statement is better left as it is.
 */
export function guardText(sql: string, columns: ReturnType<NativeStatement["columns"]>): string | undefined {
  if (columns.length === 0 || columns.length > MOST_COLUMNS) return undefined;
  const names = columns.map((_, index) => `c${index}`);
  const guarded = names.map(
    (name) =>
      `CASE WHEN typeof(${name}) = 'text' AND instr(${name}, char(0)) THEN '${MARK}' || hex('a') || ':' || hex(${name}) ELSE ${name} END`,
  );
  const isOnlyColumns = columns.every((column) => column.column !== null);
  // An expression would be worked out anew wherever its column is named, unless the engine keeps the queries apart;
  // it does when both have a LIMIT: https://sqlite.org/optoverview.html#subquery_flattening
  const inner = isOnlyColumns ? "" : "SELECT * FROM (";
  const innerEnd = isOnlyColumns ? "" : ") LIMIT -1";
  const limit = isOnlyColumns ? "" : " LIMIT -1";
  const statement = sql.replace(/[\s;]+$/, "");
  // The line break ends a comment that the statement may end with.
  return `WITH "tenon rows" (${names}) AS (${inner}${statement}\n${innerEnd}) SELECT ${guarded} FROM "tenon rows"${limit}`;
}

/** A text as the guard gives it. The letter before it tells how the database stores text: https://sqlite.org/pragma.html#pragma_encoding */
export function readText(text: string): string {
  if (!text.startsWith(MARK)) return text;
  const [letter = "", digits = ""] = text.slice(MARK.length).split(":");
  const bytes = Buffer.from(digits, "hex");
  if (letter === "6100") return bytes.toString("utf16le");
  if (letter === "0061") return bytes.swap16().toString("utf16le");
  try {
    return DECODER.decode(bytes);
  } catch (cause) {
    throw new TenonError("SQL_FAILED", "A text with NUL characters in it is not valid UTF-8.", {
      hint: "Read it as bytes, with CAST(… AS BLOB).",
      cause,
    });
  }
}

/** Nobody can foresee it, and so put it into a text; node:crypto is not loaded for it. */
const MARK = `\u0001tenon-${Math.random()}${Math.random()}:`;
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Beyond this the wrapping would cost more than it is worth, and could come to the engine's limits. */
const MOST_COLUMNS = 500;
