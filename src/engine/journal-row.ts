import type { Row, SqlOutput } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { ModuleReference, Version } from "../migrations/index.js";

/** What became of a migration. */
export type JournalStatus = "applied" | "rolled_back" | "failed";

/** One row of the journal: what the database remembers of one migration. */
export interface JournalRow {
  readonly module: string;
  readonly version: Version;
  readonly status: JournalStatus;
  /** Order in which rows were written: the last applied migration has the highest. */
  readonly sequence: number;
  /** SHA-256 of the migration as it ran; null in rows taken over from a tool that kept none. */
  readonly checksum: string | null;
  readonly name: string;
  readonly description: string | null;
  /** UTC, ISO 8601. */
  readonly appliedAt: string;
  readonly appliedBy: string | null;
  readonly durationMs: number | null;
  readonly dependsOn: readonly ModuleReference[];
  /** For a step without a transaction: how far it came. */
  readonly progress: Progress | null;
  readonly error: string | null;
  /** The scripts that take the migration back, kept so that it can be rolled back when its code is gone. */
  readonly downSql: readonly string[] | null;
  /** The scripts as they ran, kept so that a later change can be shown line by line. */
  readonly upSql: readonly string[] | null;
}

/** What became of a migration, and no more: a thousand rows with all their scripts are a megabyte. */
export type JournalOutcome = Pick<
  JournalRow,
  "module" | "version" | "status" | "checksum" | "progress" | "error"
>;

/** How many statements of a step without a transaction are finished, and a hash of what they were. */
export interface Progress {
  readonly finished: number;
  readonly prefix: string;
}

/**
 * The columns in the order in which they are stored. What every run reads stands first, so that SQLite need not
 * walk the overflow pages of long texts: https://sqlite.org/fileformat2.html#payload_format_and_overflow_pages
 */
export const JOURNAL_COLUMNS = [
  "module",
  "version",
  "status",
  "sequence",
  "checksum",
  "name",
  "description",
  "applied_at",
  "applied_by",
  "duration_ms",
  "depends_on",
  "progress",
  "error",
  "down_sql",
  "up_sql",
] as const;

/** The values of a row in the order of JOURNAL_COLUMNS. */
export function encodeRow(row: JournalRow): (string | number | null)[] {
  return [
    row.module,
    row.version,
    row.status,
    row.sequence,
    row.checksum,
    row.name,
    row.description,
    row.appliedAt,
    row.appliedBy,
    row.durationMs,
    row.dependsOn.length === 0 ? null : JSON.stringify(row.dependsOn.map(encodeReference)),
    encodeProgress(row.progress),
    row.error,
    encodeTexts(row.downSql),
    encodeTexts(row.upSql),
  ];
}

/** Reads a row of the journal. @throws TenonError `JOURNAL_INVALID` when a value is impossible. */
export function decodeRow(row: Row): JournalRow {
  const dependsOn = parseTexts(row, "depends_on") ?? [];
  return {
    ...decodeOutcome(row),
    sequence: integer(row, "sequence") ?? 0,
    name: text(row, "name"),
    description: textOrNull(row, "description"),
    appliedAt: text(row, "applied_at"),
    appliedBy: textOrNull(row, "applied_by"),
    durationMs: integer(row, "duration_ms"),
    dependsOn: dependsOn.map(decodeReference),
    downSql: parseTexts(row, "down_sql"),
    upSql: parseTexts(row, "up_sql"),
  };
}

/** Reads as much of a row. @throws TenonError `JOURNAL_INVALID` */
export function decodeOutcome(row: Row): JournalOutcome {
  const status = text(row, "status");
  if (status !== "applied" && status !== "rolled_back" && status !== "failed") {
    throw invalid(row, `its status is "${status}"`);
  }
  return {
    module: text(row, "module"),
    version: text(row, "version"),
    status,
    checksum: textOrNull(row, "checksum"),
    progress: decodeProgress(textOrNull(row, "progress")),
    error: textOrNull(row, "error"),
  };
}

function encodeTexts(texts: readonly string[] | null): string | null {
  return texts === null ? null : JSON.stringify(texts);
}

export function encodeProgress(progress: Progress | null): string | null {
  return progress === null ? null : `${progress.finished}:${progress.prefix}`;
}

function decodeProgress(value: string | null): Progress | null {
  if (value === null) return null;
  const [finished, prefix] = value.split(":");
  return { finished: Number(finished), prefix: prefix ?? "" };
}

function encodeReference(reference: ModuleReference): string {
  return reference.version === undefined ? reference.module : `${reference.module}@${reference.version}`;
}

function decodeReference(value: string): ModuleReference {
  const at = value.lastIndexOf("@");
  return at < 0 ? { module: value } : { module: value.slice(0, at), version: value.slice(at + 1) };
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw invalid(row, `its ${column} is ${describe(value)}`);
  return value;
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null || row[column] === undefined ? null : text(row, column);
}

function integer(row: Row, column: string): number | null {
  const value = row[column];
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  throw invalid(row, `its ${column} is ${describe(value)}`);
}

/** A JSON list of texts; a plain text that is no such list counts as a list of one. */
function parseTexts(row: Row, column: string): readonly string[] | null {
  const value = textOrNull(row, column);
  if (value === null) return null;
  if (!value.startsWith("[")) return [value];
  try {
    const list: unknown = JSON.parse(value);
    if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  } catch (cause) {
    throw invalid(row, `its ${column} is not a list of texts`, cause);
  }
  throw invalid(row, `its ${column} is not a list of texts`);
}

function invalid(row: Row, why: string, cause?: unknown): TenonError {
  return new TenonError("JOURNAL_INVALID", `A row of the journal cannot be understood: ${why}.`, {
    where: { module: String(row["module"] ?? "?"), version: String(row["version"] ?? "?") },
    hint: "The journal is written by Tenon alone. Restore the row from a backup, or correct the value by hand.",
    cause,
  });
}

function describe(value: SqlOutput | undefined): string {
  return value === null || value === undefined ? "missing" : `a ${typeof value}`;
}
