import type { Sequence, SequenceOwner } from "../../../schema/index.js";
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
