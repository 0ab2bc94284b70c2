import type { Row } from "../../connection/index.js";

/** Another tool that keeps a history of migrations in the database. */
export interface ForeignTool {
  readonly name: string;
  /** What its table is called, the usual name first; on PostgreSQL in the session's schema or in one of `schemas`. */
  readonly tables: readonly string[];
  readonly schemas?: readonly string[] | undefined;
  /** The columns that tell its table from another of that name. */
  readonly columns: readonly string[];
  /** Columns that it never has: another tool's table has them. */
  readonly lacks?: readonly string[] | undefined;
  /** A table that stands beside it whenever it is this tool's. */
  readonly needs?: string | undefined;
  /** A table that shows that it is another tool's. */
  readonly refuses?: string | undefined;
  /** Further tables of the tool: locks, metadata. They belong to no module either. */
  readonly companions?: readonly string[] | undefined;
  /** `files`: its migrations are SQL that Tenon reads in place. `programs`: they are not, and a baseline stands for them. */
  readonly migrations: "files" | "programs";
  /** Reads its rows; `companion` gives those of a further table, empty where there is none. */
  readonly read: (rows: readonly Row[], companion: (table: string) => readonly Row[]) => ForeignHistory;
}

/** What another tool's table says, in the order in which things were applied there. */
export interface ForeignHistory {
  readonly entries: readonly ForeignEntry[];
  /** The one entry stands for all migrations up to it, rather than for itself. */
  readonly isLevel?: boolean | undefined;
  /** Everything up to this one was there before the tool was: its files are passed over. */
  readonly baselineId?: string | undefined;
  /** What stands in the way of anybody who goes on from here: a lock that is held, changes half made. */
  readonly troubles?: readonly string[] | undefined;
}

/** One migration as another tool's table tells it. */
export interface ForeignEntry {
  /** What that tool knows it by; a version, a file's name, or a folder's. */
  readonly id: string;
  /** For people, where the table has one. */
  readonly name: string | null;
  /** `failed`: begun and not finished, so that nobody knows what of it is there. */
  readonly state: "applied" | "failed";
  /** The part of the application that it belongs to, where the tool has such. */
  readonly group?: string | undefined;
  /** As the table has it: text, or a number. */
  readonly appliedAt: unknown;
  readonly appliedBy: string | null;
  readonly durationMs: number | null;
  /** As the tool wrote it. */
  readonly checksum: string | null;
  /** Milliseconds by which Drizzle knows a migration. */
  readonly when?: number | undefined;
  /** Why it failed, where the table tells. */
  readonly why?: string | undefined;
}

/** An entry of which the table tells no more than that it was applied, and perhaps when. */
export function plainEntry(id: string, appliedAt: unknown = null, name: string | null = null): ForeignEntry {
  return { id, name, state: "applied", appliedAt, appliedBy: null, durationMs: null, checksum: null };
}
