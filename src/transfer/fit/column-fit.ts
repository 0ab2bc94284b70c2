import type { Column } from "../../schema/index.js";
import type { ColumnFinding } from "./finding.js";
import type { ToPostgres } from "./treatment.js";

/** All that is known of a column after its values were looked at. */
export interface ColumnFit {
  readonly column: Column;
  readonly finding: ColumnFinding;
  readonly treatment: ToPostgres;
  /** Whether SQL can give the texts of all values without any of them being looked at. */
  readonly isClean: boolean;
  readonly hasNulls: boolean;
}
