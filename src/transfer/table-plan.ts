import type { SqlInput, SqlOutput } from "../connection/index.js";
import type { Column, Table } from "../schema/index.js";
import type { ColumnTreatment } from "./fit/treatment.js";

/** How the rows of one table get from the source to the target. */
export interface TablePlan {
  /** As the source has it. */
  readonly source: Table;
  /** As the target will have it when all is done; while it is loaded it stands elsewhere. */
  readonly target: Table;
  /** The columns that move, in the order in which rows are read and written. Generated ones do not. */
  readonly columns: readonly ColumnPlan[];
  /**
   * SQL over a row of the source that has to be true for each of them, where values were not looked at before: it says that they are what
   * the plan takes them for. Undefined where that is known.
   */
  readonly presumed?: string | undefined;
}

/** How the values of one column get across. */
export interface ColumnPlan {
  readonly source: Column;
  readonly target: Column;
  /** What is done with a value; the name stands in reports. */
  readonly conversion: string;
  /**
   * SQL over a row of the source, which a row converter takes as this column's value: the quoted column, or its bytes where it
   * holds text that a driver cannot read.
   */
  readonly select: string;
  /**
   * SQL over a row of the source that gives the converted value itself, as the target reads it from text, and NULL for NULL. Only where
   * the source can convert alone and no value of the column needs a decision: such rows are moved without this process
   * looking at them.
   */
  readonly selectText?: string | undefined;
  /** What a row converter does with a value. */
  readonly treatment: ColumnTreatment;
  /** True where that text needs no quotes in CSV: digits, or nothing but letters. */
  readonly isPlain?: boolean | undefined;
  /** False where no row of the source has NULL here. */
  readonly hasNulls?: boolean | undefined;
}

/** A row of the source, in the order of the plan's columns; the callback of a table may give another one, or undefined to leave it out. */
export type SourceRow = readonly SqlOutput[];

/** A row as the target takes it. For PostgreSQL every value is the text that its type reads, or null. */
export type ConvertedRow =
  | { readonly kind: "row"; readonly values: readonly SqlInput[] }
  | { readonly kind: "reject"; readonly column: string; readonly reason: string };

export type RowConverter = (values: SourceRow) => ConvertedRow;
