import type { SchemaDialect } from "../../../src/dialects/index.js";
import type { DatabaseModel, RenameAnswers } from "../../../src/schema/index.js";

/** All of a plan but the models themselves, or why there is none. */
export async function planOutcome(
  dialect: SchemaDialect,
  models: { readonly from: DatabaseModel; readonly to: DatabaseModel },
  renames: RenameAnswers,
): Promise<unknown> {
  try {
    const { comparison, ...rest } = await dialect.planChanges(models.from, models.to, { renames });
    return plain({ ...rest, changes: comparison.changes, unjudged: comparison.unjudged });
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Names of the tables that are one object in both models. */
export function sharedTables(one: DatabaseModel, other: DatabaseModel): readonly string[] {
  return one.tables.filter((table) => other.tables.includes(table)).map((table) => table.name);
}
