import type { Change, ChangeOf, Comparison, Sequence, SequenceOwner } from "../../../schema/index.js";
import { qualified, quote } from "../names.js";
import { sequenceOptionChanges, sequenceOptions } from "./statements/column-clause.js";

export function createSequence(sequence: Sequence): string {
  const unlogged = sequence.unlogged === true ? "UNLOGGED " : "";
  const options = sequence.type === undefined ? [] : [`AS ${sequence.type}`];
  const lines = [...options, ...sequenceOptions(sequence)].map((option) => `\n  ${option}`);
  return `CREATE ${unlogged}SEQUENCE ${qualified(sequence)}${lines.join("")}`;
}

/** The statements that change a sequence and keep its value; who owns it is another matter. */
export function alterSequence(from: Sequence, to: Sequence): readonly string[] {
  const type = from.type === to.type ? [] : [`AS ${to.type ?? "bigint"}`];
  const options = [...type, ...sequenceOptionChanges(from, to)];
  const statements: string[] = [];
  if (options.length > 0) {
    statements.push(`ALTER SEQUENCE ${qualified(to)}${options.map((option) => `\n  ${option}`).join("")}`);
  }
  if ((from.unlogged === true) !== (to.unlogged === true)) {
    statements.push(`ALTER SEQUENCE ${qualified(to)}\n  SET ${to.unlogged === true ? "UNLOGGED" : "LOGGED"}`);
  }
  return statements;
}

export function ownedBy(sequence: Sequence, owner: SequenceOwner | undefined): string {
  const column =
    owner === undefined
      ? "NONE"
      : `${qualified({ schema: owner.schema, name: owner.table })}.${quote(owner.column)}`;
  return `ALTER SEQUENCE ${qualified(sequence)}\n  OWNED BY ${column}`;
}

/** A sequence that goes on under another name, with its value. */
export interface SequenceRename {
  readonly from: Sequence;
  readonly to: Sequence;
  /** The changes that a comparison by name gives for it. */
  readonly changes: readonly Change[];
}

/**
 * The sequence behind a serial column is named after its table and column; where these were renamed, a comparison by name
 * finds one sequence gone and one new. They are one when they belong to the same column.
 */
export function sequenceRenames(comparison: Comparison): readonly SequenceRename[] {
  const ownerOf = (owner: SequenceOwner | undefined) =>
    owner && [owner.schema, owner.table, owner.column].join("\0");
  const dropped = new Map<string, ChangeOf<"drop-sequence">>();
  for (const change of comparison.changes) {
    const owner = change.kind === "drop-sequence" ? ownerOf(change.from.ownedBy) : undefined;
    if (owner !== undefined && change.kind === "drop-sequence") dropped.set(owner, change);
  }
  const renames: SequenceRename[] = [];
  for (const given of comparison.changes) {
    if (given.kind !== "change-sequence" || given.differences.join() !== "ownedBy") continue;
    const created = comparison.changes.find(
      (change) => change.kind === "create-sequence" && qualified(change.to) === qualified(given.to),
    );
    const gone = dropped.get(ownerOf(given.to.ownedBy) ?? "");
    if (created === undefined || gone === undefined) continue;
    dropped.delete(ownerOf(given.to.ownedBy) ?? "");
    renames.push({ from: gone.from, to: given.to, changes: [gone, created, given] });
  }
  return renames;
}
