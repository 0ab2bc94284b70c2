import type { Change } from "./change.js";
import type { DatabaseModel, OtherObject } from "./model.js";

/** What it takes to make one database look like another. */
export interface Comparison {
  readonly from: DatabaseModel;
  readonly to: DatabaseModel;
  /** `from` with the renames made in it: what all other changes start from. */
  readonly renamed: DatabaseModel;
  /** In the order in which they can be made. */
  readonly changes: readonly Change[];
  /** Objects of kinds that the model does not describe and that are not the same on both sides. */
  readonly unjudged: readonly Unjudged[];
}

/** An object that the comparison sees to differ and cannot compare. It is left as it is. */
export interface Unjudged {
  readonly from: OtherObject | undefined;
  readonly to: OtherObject | undefined;
  /** A sentence for people. */
  readonly reason: string;
}
