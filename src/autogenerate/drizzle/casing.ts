import type { DrizzleColumn } from "./shape.js";

/** How columns are named that take their name from their key, as `drizzle()` of version 0.45 is told. */
export type Casing = "snake_case" | "camelCase";

/** The name of a column in the database. */
export function columnName(
  column: Pick<DrizzleColumn, "name" | "keyAsName">,
  casing: Casing | undefined,
): string {
  if (casing === undefined || column.keyAsName !== true) return column.name;
  const words = column.name.replace(/['\u2019]/g, "").match(WORDS) ?? [];
  const small = words.map((word) => word.toLowerCase());
  if (casing === "snake_case") return small.join("_");
  // Only the first letter of a later word changes, as in Drizzle: the rest stays as it was written.
  return words
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : `${word.charAt(0).toUpperCase()}${word.slice(1)}`,
    )
    .join("");
}

/** https://github.com/drizzle-team/drizzle-orm/blob/main/drizzle-orm/src/casing.ts */
const WORDS = /[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g;
