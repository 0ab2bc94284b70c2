import type { Comparison } from "../../schema/index.js";
import { nameKey } from "./rules.js";

/** The name under which a table waits until it takes the place of another. */
export type SuccessorName = (table: string) => string;

/** Gives names that nothing on either side has. */
export function successorNames({ from, renamed, to }: Comparison): SuccessorName {
  let known: ReadonlySet<string> | undefined;
  const namesTaken = () => {
    const relations = [from, renamed, to].flatMap((model) => [...model.tables, ...model.views]);
    return new Set(relations.map((relation) => nameKey(relation.name)));
  };
  return (table) => {
    known ??= namesTaken();
    const taken = known;
    let name = `tenon_new_${table}`;
    for (let number = 2; taken.has(nameKey(name)); number++) name = `tenon_new${number}_${table}`;
    return name;
  };
}
