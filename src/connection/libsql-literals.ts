import type { SqlInput } from "./connection.js";

/**
 * A statement with its values written into it, so that it can be handed over as text: what is prepared is let go by the garbage
 * collector alone, which takes longer than the engine needs to read the values.
 *
 * @returns undefined where that is not exact or not cheap: for a value that has no exact text here, for one with a NUL
 *   character, where the engine would stop reading, and for much text. Then the values are bound.
 */
export function withValues(sql: string, values: readonly SqlInput[]): string | undefined {
  const parts = sql.split("?");
  if (parts.length !== values.length + 1) return undefined;
  let text = parts[0] ?? "";
  for (const [index, value] of values.entries()) {
    const written = literalOf(value);
    if (written === undefined || text.length > MOST_CHARACTERS) return undefined;
    text += written + (parts[index + 1] ?? "");
  }
  return text.length > MOST_CHARACTERS ? undefined : text;
}

/** A text as SQLite reads it: only the quote is doubled. https://sqlite.org/lang_expr.html#literal_values_constants_ */
export function literalOf(value: SqlInput): string | undefined {
  if (value === null) return "NULL";
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : undefined;
  }
  if (typeof value !== "string" || value.includes("\0") || !value.isWellFormed()) return undefined;
  return `'${value.replaceAll("'", "''")}'`;
}

const MOST_CHARACTERS = 500_000;
