import type { ConversionName } from "./conversions.js";
import type { ColumnChoice } from "./mapping.js";
import type { Misfit } from "./misfit.js";
import type { Otherwise } from "./treatment.js";

/** What was found in a column, and what is done about it. Plain data. */
export interface ColumnFinding {
  readonly table: string;
  readonly column: string;
  /** The type as the source has it. */
  readonly declared: string;
  /** The type on the target. */
  readonly type: string;
  /** How many values are not NULL. */
  readonly values: number;
  readonly convert: readonly ConversionName[];
  /** How many values a conversion makes others of. */
  readonly converted: number;
  /** Values that stay the same and come back in another form: another way to write a moment, an uppercase UUID. */
  readonly otherForm: number;
  readonly misfits: readonly MisfitFinding[];
  /** What is done with the misfits; `stop` leaves the decision open. */
  readonly otherwise: Otherwise;
  /** True where values do not fit and nobody decided what becomes of them. */
  readonly isOpen: boolean;
  /** What a mapping could say. */
  readonly suggestion?: ColumnChoice | undefined;
  /** A sentence about the decision, where it is not plain. */
  readonly note?: string | undefined;
}

export interface MisfitFinding {
  readonly misfit: Misfit;
  readonly count: number;
  readonly samples: readonly MisfitSample[];
}

export interface MisfitSample {
  /** The rowid, or the values of the primary key. */
  readonly row: string;
  /** The value as SQL, cut where it is long. */
  readonly value: string;
}
