import type { ChangePlan } from "../dialects/index.js";
import { type Change, describe, formatAddress, type Hazard } from "../schema/index.js";

export interface DiffChange {
  readonly kind: Change["kind"];
  readonly object: string;
  readonly description: string;
}

export interface DiffHazard {
  readonly kind: Hazard["kind"];
  readonly object: string;
  readonly description: string;
}

/** A plan's changes and hazards as the library gives them: names and sentences instead of the model. */
export function describePlan({ comparison, hazards }: Pick<ChangePlan, "comparison" | "hazards">): {
  readonly changes: readonly DiffChange[];
  readonly hazards: readonly DiffHazard[];
} {
  return {
    changes: comparison.changes.map((change) => ({
      kind: change.kind,
      object: formatAddress(change.object),
      description: describe(change),
    })),
    hazards: hazards.map(({ kind, object, description }) => ({
      kind,
      object: formatAddress(object),
      description,
    })),
  };
}
