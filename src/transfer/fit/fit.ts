import type { DatabaseModel } from "../../schema/index.js";
import type { TablePlan } from "../table-plan.js";
import type { ColumnFinding } from "./finding.js";

/** What the values of a source are, and how they get into the target. */
export interface Fit {
  /** One for each column that moves, and for what the target has no place for; in the order of the source. */
  readonly findings: readonly ColumnFinding[];
  /** The type on the target, where it is another than the translation of the declared one. */
  typeOf(table: string, column: string): string | undefined;
  /** How the rows move, by the tables of the target that have one of the same name in the source. */
  plan(target: DatabaseModel): readonly TablePlan[];
  /** Tables of which not every value was looked at yet: what is found is what their declarations say. */
  readonly presumed: ReadonlySet<string>;
}
