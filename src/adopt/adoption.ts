import type { Connection } from "../connection/index.js";
import type { ContextOptions } from "../engine/index.js";
import type { Migration, Version } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { AdoptionState } from "./match.js";

/** What is to be taken over, and how. */
export interface AdoptionRequest {
  readonly connection: Connection;
  readonly modules: readonly Module[];
  readonly context: ContextOptions;
  /** The module that the history is of; needed where there are several. */
  readonly module?: string | undefined;
  /** The tool whose history it is. */
  readonly from?: string | undefined;
  /** The name of its table, where it has not the usual one. */
  readonly table?: string | undefined;
  /** Writes the schema as the first migration, rather than matching rows with files. */
  readonly baseline?: boolean | undefined;
  /** A folder into which the history is written in Tenon's own layout, which then counts instead. */
  readonly convertTo?: string | undefined;
  /** Takes files that were changed since they were applied as they are now. */
  readonly acceptChanged?: boolean | undefined;
  /** What a baseline leaves out, by pattern. */
  readonly exclude?: readonly string[] | undefined;
  /** Answers which of several tools counts; without it that is an error. */
  readonly chooseTool?: ((tools: readonly string[]) => Promise<string>) | undefined;
  readonly lockTimeoutMs?: number | undefined;
}

/** What would be taken over; nothing is written before `run`. */
export interface Adoption {
  /** `history`: rows are matched with files. `baseline`: the schema becomes the first migration. */
  readonly kind: "history" | "baseline";
  /** The tool; undefined for a baseline of a database without any history. */
  readonly from: string | undefined;
  /** That tool's table, with its schema; it is never written. */
  readonly table: string | undefined;
  /** Where Tenon keeps its own. */
  readonly journal: string;
  readonly items: readonly AdoptionItem[];
  /** Files that `run` writes. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What a person should know. */
  readonly notes: readonly string[];
  /** Why it cannot be taken over as it stands; `run` refuses then. */
  readonly refusals: readonly string[];
  /** Everything is in Tenon's journal already. */
  readonly isDone: boolean;
  /** Writes the journal, in one transaction; gives what counts as applied from then on. */
  run(): Promise<readonly Migration[]>;
}

/** One migration as it is shown. */
export interface AdoptionItem {
  readonly state: AdoptionState;
  /** As the tool knows it; of a baseline that nobody knew yet, its file. */
  readonly id: string;
  readonly name: string | undefined;
  readonly module: string;
  /** In Tenon's journal; undefined for what has no migration of its own there. */
  readonly version: Version | undefined;
  readonly file: string | undefined;
  readonly reason: string | undefined;
  /** Tenon's journal has a row for it already. */
  readonly isKnown: boolean;
}
