import type { RenameAnswers, RenameHint } from "../../../../src/schema/index.js";
import type { SchemaSpec } from "../../../generators/sqlite-schema.js";

/** The generator knows what was renamed; everything else that looks like it was not. */
export function answersFrom(before: SchemaSpec, after: SchemaSpec): RenameAnswers {
  const hints: RenameHint[] = [];
  const compare = (olds: readonly Identified[], nows: readonly Identified[], path: readonly string[]) => {
    for (const { id, name } of olds) {
      const now = nows.find((candidate) => candidate.id === id)?.name;
      const isTaken = nows.some((candidate) => candidate.name === name);
      const from = [...path, name];
      if (now === undefined && isTaken) hints.push({ text: `${from.join(".")}:`, from, to: undefined });
      if (now !== undefined && now !== name)
        hints.push({ text: `${from.join(".")}:${now}`, from, to: [now] });
    }
  };
  compare(before.tables, after.tables, []);
  for (const table of after.tables) {
    const old = before.tables.find((candidate) => candidate.id === table.id);
    if (old !== undefined) compare(old.columns, table.columns, [table.name]);
  }
  return { hints, ask: () => "dropped" };
}

interface Identified {
  readonly id: number;
  readonly name: string;
}
