import { createHash } from "node:crypto";

import type { EngineName } from "../connection/index.js";
import type { Counter, StoredRow } from "../dialects/index.js";
import type { Migration, Version } from "../migrations/index.js";

/** Raised whenever an older Tenon could not use what is written now, or would use it otherwise. */
export const CHECKPOINT_FORM = 1;

/** What all migrations of a module up to a version build, on one engine. */
export interface Checkpoint {
  readonly module: string;
  readonly engine: EngineName;
  readonly version: Version;
  /** SHA-256 of what it replaces: see `replacedBy`. */
  readonly replaces: string;
  /** Statements without their semicolons, in the order in which they run. */
  readonly statements: readonly string[];
  readonly rows: readonly TableRows[];
  /** Where the numbering of rows, and sequences, stand. */
  readonly counters: readonly Counter[];
}

/** The rows that migrations have put into a table of the module. */
export interface TableRows {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly StoredRow[];
}

/** One hash over version and checksum of migrations, in their order: another whenever one is changed, added or taken away. */
export function replacedBy(migrations: readonly Migration[]): string {
  const lines = migrations.map(({ version, checksum }) => `${version}:${checksum}\n`);
  return createHash("sha256").update(lines.join("")).digest("hex");
}
