import type { ColumnFinding } from "./fit/index.js";
import type { Proof } from "./proof/index.js";

/** What a transfer found, did and proved. Plain data: it is what `--json` prints. */
export interface TransferReport {
  readonly from: string;
  readonly to: string;
  /** False for a dry run. */
  readonly isDone: boolean;
  readonly tables: readonly TransferredTable[];
  /** What was found in each column of the source; empty where both sides are of one engine. */
  readonly findings: readonly ColumnFinding[];
  /** What the target cannot have and is left out, because somebody said so. */
  readonly leftOut: readonly LeftOut[];
  /** What changes no meaning and is told all the same. */
  readonly notes: readonly string[];
  /** Milliseconds of each phase. */
  readonly phases: Readonly<Record<string, number>>;
  /** What both sides came to, column by column; absent for a dry run, and where only rows were counted. */
  readonly proof?: Proof | undefined;
}

export interface TransferredTable {
  readonly table: string;
  readonly rows: number;
  /** Rows that went to the table of rejected rows. */
  readonly rejected: number;
  readonly durationMs: number;
}

export interface LeftOut {
  readonly object: string;
  readonly reason: string;
}
