import type { Version } from "../migrations/index.js";

/** A history that was taken over from another tool: what the journal keeps of it beside the rows. */
export interface AdoptedHistory {
  readonly module: string;
  /** The tool: `sqlx`, `prisma`, … */
  readonly from: string;
  /** UTC, ISO 8601. */
  readonly adoptedAt: string;
  /** The tool's own tables, with their schema; they stay as they are. */
  readonly tables: readonly string[];
  /** What was carried over as applied. */
  readonly versions: readonly Version[];
}

/** Under which key the journal keeps the histories that it took over. */
export const ADOPTED_KEY = "adopted";

/** What cannot be read counts as nothing: the rows of the journal stand for themselves. */
export function readAdoptedHistories(stored: string | undefined): readonly AdoptedHistory[] {
  if (stored === undefined) return [];
  const value: unknown = JSON.parse(stored);
  return Array.isArray(value) ? value.filter(isHistory) : [];
}

function isHistory(value: unknown): value is AdoptedHistory {
  return (
    typeof value === "object" &&
    value !== null &&
    ["module", "from", "adoptedAt"].every((key) => typeof Reflect.get(value, key) === "string") &&
    ["tables", "versions"].every((key) => Array.isArray(Reflect.get(value, key)))
  );
}
