import type { Change, Comparison, Sequence, SequenceOwner } from "../../../schema/index.js";
import { nameKey } from "./model-index.js";

/** Sequences that go on under other names, and what becomes of those whose names are concerned. */
export interface SequenceRenames {
  readonly renamed: readonly { readonly from: Sequence; readonly to: Sequence }[];
  /** Sequences that go, because another takes the name. */
  readonly displaced: readonly Sequence[];
  /** New sequences under a name that another has left. */
  readonly created: readonly Sequence[];
  /** What a comparison by name gives for all of these. */
  readonly changes: readonly Change[];
}

/**
 * The sequence behind a serial column is named after its table and column; where these were renamed, a comparison by name finds
 * one sequence gone and one new, or takes two for each other. They are one when they belong to the same column, and
 * the value goes with it.
 */
export function sequenceRenames({ renamed: before, to: after, changes }: Comparison): SequenceRenames {
  const byOwner = new Map(before.sequences.map((sequence) => [ownerKey(sequence.ownedBy), sequence]));
  const renamed = after.sequences.flatMap((to) => {
    const from = to.ownedBy === undefined ? undefined : byOwner.get(ownerKey(to.ownedBy));
    return from === undefined || from.schema !== to.schema || from.name === to.name ? [] : [{ from, to }];
  });
  const names = new Set(renamed.flatMap(({ from, to }) => [nameKey(from), nameKey(to)]));
  const sources = new Set(renamed.map(({ from }) => from));
  const targets = new Set(renamed.map(({ to }) => to));
  const concerned = (sequence: Sequence) => names.has(nameKey(sequence));
  return {
    renamed,
    displaced: before.sequences.filter((sequence) => concerned(sequence) && !sources.has(sequence)),
    created: after.sequences.filter((sequence) => concerned(sequence) && !targets.has(sequence)),
    changes: changes.filter(({ object }) => object.kind === "sequence" && names.has(nameKey(object))),
  };
}

function ownerKey(owner: SequenceOwner | undefined): string {
  return owner === undefined ? "" : [owner.schema, owner.table, owner.column].join("\0");
}
