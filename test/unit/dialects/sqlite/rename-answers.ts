import type { RenameAnswers } from "../../../../src/schema/index.js";
import { renameHints } from "../../../generators/rename-hints.js";
import type { SchemaSpec } from "../../../generators/sqlite-schema.js";

/** The generator knows what was renamed; everything else that looks like it was not. */
export function answersFrom(before: SchemaSpec, after: SchemaSpec): RenameAnswers {
  const hints = renameHints(before.tables, after.tables, []);
  for (const table of after.tables) {
    const old = before.tables.find((candidate) => candidate.id === table.id);
    if (old !== undefined) hints.push(...renameHints(old.columns, table.columns, [table.name]));
  }
  return { hints, ask: () => "dropped" };
}
