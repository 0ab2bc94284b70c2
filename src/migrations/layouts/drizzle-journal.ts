import { messageOf } from "../../errors.js";
import type { FolderFile } from "../folder-view.js";
import { malformed } from "./refusals.js";

/** One migration in drizzle-kit's journal. */
export interface DrizzleEntry {
  readonly index: number;
  readonly tag: string;
  /** Milliseconds since 1970; what the table in the database knows the migration by. */
  readonly when: number;
}

/** Reads `meta/_journal.json`, its entries in their order. @throws TenonError `MIGRATION_INVALID` */
export function readDrizzleJournal(file: FolderFile): {
  readonly entries: readonly DrizzleEntry[];
  readonly dialect: string | undefined;
} {
  const journal = parse(file);
  const entries: unknown = Reflect.get(journal, "entries");
  if (!Array.isArray(entries)) throw invalid(file, "it has no list `entries`");
  const dialect: unknown = Reflect.get(journal, "dialect");
  const read = entries.map((entry: unknown, index) => readEntry(file, entry, index));
  const tags = new Set<string>();
  for (const { tag } of read) {
    if (tags.has(tag)) throw invalid(file, `it names ${tag} twice`);
    tags.add(tag);
  }
  return { entries: read, dialect: typeof dialect === "string" ? dialect : undefined };
}

function parse(file: FolderFile): object {
  try {
    const value: unknown = JSON.parse(file.text);
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    throw invalid(file, messageOf(error));
  }
  throw invalid(file, "it is no object");
}

function readEntry(file: FolderFile, entry: unknown, index: number): DrizzleEntry {
  if (typeof entry !== "object" || entry === null) throw invalid(file, `entry ${index} is no object`);
  const tag: unknown = Reflect.get(entry, "tag");
  const when: unknown = Reflect.get(entry, "when");
  if (typeof tag !== "string" || tag === "" || /[\\/\0]/.test(tag))
    throw invalid(file, `entry ${index} has no \`tag\``);
  if (typeof when !== "number") throw invalid(file, `entry ${index} has no \`when\``);
  return { index, tag, when };
}

function invalid(file: FolderFile, why: string) {
  return malformed(
    "drizzle",
    file.file,
    why,
    "drizzle-kit writes this file; restore it, above all after a merge.",
  );
}
