import type { LayoutName, Migration } from "../migrations/index.js";

/** Whose layout a migration is written in: what is in a file and not of another tool was written for Tenon. */
export function writtenLayout(
  migration: Pick<Migration, "origin" | "file"> | undefined,
): LayoutName | undefined {
  return migration?.origin?.layout ?? (migration?.file === undefined ? undefined : "native");
}
