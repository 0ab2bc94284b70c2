import type { Row } from "../../connection/index.js";

/** The text of a value; bytes as hex, and null for none. */
export function textOf(row: Row, column: string): string | null {
  const value = cellOf(row, column);
  if (value === null || value === undefined) return null;
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

/** The text of a value that is there in every row of that tool. */
export function wordOf(row: Row, column: string): string {
  return textOf(row, column) ?? "";
}

export function numberOf(row: Row, column: string): number | null {
  const value = cellOf(row, column);
  return value === null || value === undefined || value instanceof Uint8Array ? null : Number(value);
}

/** True as the engines and drivers write it: SQLite has no booleans, and some write them as text. */
export function isTrue(row: Row, column: string): boolean {
  const value = cellOf(row, column);
  return value === true || ["1", "t", "true"].includes(String(value).toLowerCase());
}

/** Liquibase writes its columns in capitals on some engines. */
export function cellOf(row: Row, column: string): Row[string] | undefined {
  if (column in row) return row[column];
  const name = Object.keys(row).find((key) => key.toLowerCase() === column);
  return name === undefined ? undefined : row[name];
}

/** Rows by the number in a column, those with the lowest first. */
export function sortedBy(rows: readonly Row[], column: string): readonly Row[] {
  return [...rows].sort((a, b) => (numberOf(a, column) ?? 0) - (numberOf(b, column) ?? 0));
}
