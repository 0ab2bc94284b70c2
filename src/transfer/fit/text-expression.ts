import type { TargetType } from "./target-type.js";

/** SQL over a row of SQLite that gives the text which PostgreSQL reads, for values that fit as they are; NULL for NULL. */
export interface TextExpression {
  readonly sql: string;
  /** The text holds nothing but digits, letters and signs, so that it needs no quotes in CSV. */
  readonly isPlain: boolean;
}

/** Undefined where SQL cannot convert alone. */
export function textExpression(column: string, type: TargetType): TextExpression | undefined {
  switch (type.kind) {
    case "integer":
      return { sql: column, isPlain: true };
    case "boolean":
      return { sql: column, isPlain: true };
    case "double":
      return { sql: realText(column), isPlain: true };
    case "numeric":
      return { sql: decimalText(column), isPlain: true };
    case "bytes":
      // hex(NULL) is an empty text: https://sqlite.org/lang_corefunc.html#hex
      return { sql: `CASE WHEN ${column} IS NOT NULL THEN '\\x' || hex(${column}) END`, isPlain: true };
    case "uuid":
    case "date":
    case "timestamp":
    case "time":
      return { sql: column, isPlain: true };
    case "text":
    case "json":
    case "other":
      return { sql: column, isPlain: false };
    case "single":
      return undefined;
  }
}

/** Twenty digits are more than the seventeen that tell any double from its neighbours: https://sqlite.org/printf.html */
export function realText(column: string): string {
  return `CASE WHEN typeof(${column}) <> 'real' THEN ${column} WHEN abs(${column}) = 9e999 THEN CASE WHEN ${column} > 0 THEN 'Infinity' ELSE '-Infinity' END ELSE printf('%!.20g', ${column}) END`;
}

/** Fifteen digits, which is what a clean decimal has. */
export function decimalText(column: string): string {
  return `CASE WHEN typeof(${column}) <> 'real' THEN ${column} ELSE printf('%!.15g', ${column}) END`;
}
