import type { FinishProof } from "./prove-finish.js";

/** What both sides of a table came to. Plain data. */
export interface TableProof {
  /** As the source names it. */
  readonly table: string;
  /** Rows that the source has, without those that were rejected or left out. */
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly rejected: number;
  /** The columns of which the rows are made in both, each with its checksums; none where only rows were counted. */
  readonly columns: readonly ColumnProof[];
  /** What ties the cells of a row together: the checksum of the keys, or of whole rows where there is no key. */
  readonly rowChecksum?: Checksum | undefined;
  readonly isEqual: boolean;
}

export interface ColumnProof extends Checksum {
  readonly column: string;
}

export interface Checksum {
  readonly source: string;
  readonly target: string;
  readonly isEqual: boolean;
}

export interface Proof {
  /** How: sums of hashes that each side makes of its own rows, or every value beside the other in one engine. */
  readonly method: "checksums" | "values";
  readonly tables: readonly TableProof[];
  readonly isEqual: boolean;
  /** A sentence for each table that differs. */
  readonly differences: readonly string[];
  /** What holds between the tables, where it was looked at. */
  readonly finish?: FinishProof | undefined;
}

export function checksum(source: string | undefined, target: string | undefined): Checksum {
  const [left, right] = [source ?? "", target ?? ""];
  return { source: left, target: right, isEqual: left === right };
}

export function proofOf(tables: readonly TableProof[]): Proof {
  const differing = tables.filter((each) => !each.isEqual);
  return {
    method: "checksums",
    tables,
    isEqual: differing.length === 0,
    differences: differing.map(describeDifference),
  };
}

function describeDifference({ table, sourceRows, targetRows, columns, rowChecksum }: TableProof): string {
  if (sourceRows !== targetRows)
    return `${table}: the source has ${sourceRows} rows and the target ${targetRows}.`;
  const differing = columns.filter((each) => !each.isEqual).map((each) => each.column);
  if (rowChecksum?.isEqual === false && differing.length === 0)
    return `${table}: the columns have the same values, but not in the same rows.`;
  return `${table}: the values of ${differing.join(", ")} differ.`;
}
