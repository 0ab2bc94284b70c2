import { type ObjectAddress, qualifiedKey } from "./address.js";
import { differingProperties } from "./canonical.js";
import type { Change } from "./change.js";
import type { Comparables } from "./comparable.js";
import { compareLabels } from "./compare-labels.js";
import { eitherSide, matchByKey } from "./matching.js";
import type { DatabaseModel } from "./model.js";
import type { ModelRules } from "./rules.js";
import type { Sequence, SequenceOwner } from "./type.js";

/**
 * Sequences and who owns them. A default needs its sequence and OWNED BY needs the column, so ownership is a
 * change of its own that comes after the tables; and where an owner goes it is given up before, so that the
 * sequence stays.
 */
export function compareSequences(
  from: DatabaseModel,
  to: DatabaseModel,
  rules: ModelRules,
  comparable: Comparables,
): readonly Change[] {
  let known: ReadonlySet<string> | undefined;
  const hasColumn = (owner: SequenceOwner) => {
    known ??= columnsOf(to, rules);
    return known.has(ownerKey(owner, rules));
  };
  const changes: Change[] = [];
  for (const match of matchByKey(from.sequences, to.sequences, (item) => qualifiedKey(item, rules))) {
    const { schema, name } = eitherSide(match);
    const object: ObjectAddress = { kind: "sequence", schema, name };
    if (match.side === "before") {
      const owner = match.before.ownedBy;
      const goesWithOwner = owner !== undefined && !hasColumn(owner);
      if (!goesWithOwner) changes.push({ kind: "drop-sequence", object, from: match.before });
    } else if (match.side === "after") {
      const free = withoutOwner(match.after);
      changes.push({ kind: "create-sequence", object, to: free });
      if (match.after.ownedBy !== undefined) changes.push(ownership(object, free, match.after));
    } else {
      const { before, after } = match;
      const freeBefore = withoutOwner(before);
      const freeAfter = withoutOwner(after);
      const ownerStays = differingProperties({ ...before.ownedBy }, { ...after.ownedBy }).length === 0;
      if (!ownerStays && before.ownedBy !== undefined) changes.push(ownership(object, before, freeBefore));
      const differences = differingProperties(
        comparable.sequence(freeBefore),
        comparable.sequence(freeAfter),
      );
      if (differences.length > 0)
        changes.push({ kind: "change-sequence", object, from: before, to: after, differences });
      if (!ownerStays && after.ownedBy !== undefined) changes.push(ownership(object, freeAfter, after));
      changes.push(...compareLabels(object, before, after));
    }
  }
  return changes;
}

/** Whether a change of a sequence is only that it now belongs to a column, or no longer does. */
export function isOwnership(change: Change): "given" | "given up" | undefined {
  if (change.kind !== "change-sequence" || change.differences.join() !== "ownedBy") return undefined;
  return change.to.ownedBy === undefined ? "given up" : "given";
}

function ownership(object: ObjectAddress, from: Sequence, to: Sequence): Change {
  return { kind: "change-sequence", object, from, to, differences: ["ownedBy"] };
}

function withoutOwner(sequence: Sequence): Sequence {
  return { ...sequence, ownedBy: undefined };
}

function columnsOf(model: DatabaseModel, rules: ModelRules): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { schema, name, columns } of model.tables)
    for (const column of columns) keys.add(ownerKey({ schema, table: name, column: column.name }, rules));
  return keys;
}

function ownerKey({ schema, table, column }: SequenceOwner, rules: ModelRules): string {
  return `${qualifiedKey({ schema, name: table }, rules)}\0${rules.nameKey(column)}`;
}
