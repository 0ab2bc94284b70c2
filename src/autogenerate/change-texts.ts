import type { ChangePlan, SchemaDialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import {
  type Change,
  type Comparison,
  formatAddress,
  type RenameAnswers,
  type RenameHint,
} from "../schema/index.js";

/** The way back from what a plan reaches; undefined where there is none, with the reason. */
export async function planBack(
  comparison: Comparison,
  schema: SchemaDialect,
): Promise<{ readonly plan: ChangePlan } | { readonly plan: undefined; readonly reason: string }> {
  try {
    const plan = await schema.planChanges(comparison.to, comparison.from, {
      renames: renamesBack(comparison.changes),
    });
    return { plan };
  } catch (error) {
    if (error instanceof TenonError && error.code === "CHANGE_UNSUPPORTED") {
      return { plan: undefined, reason: error.message };
    }
    throw error;
  }
}

/** What was renamed is renamed back; nothing else is taken for a rename. */
function renamesBack(changes: readonly Change[]): RenameAnswers {
  const tables = new Map<string, string>();
  for (const change of changes)
    if (change.kind === "rename-table")
      tables.set(`${change.object.schema}\0${change.object.name}`, change.to);
  const hints = changes.flatMap((change): readonly RenameHint[] => {
    const { schema, name, table } = change.object;
    const text = `${formatAddress(change.object)}, back`;
    if (change.kind === "rename-table") return [{ text, from: [schema, change.to], to: [schema, name] }];
    if (change.kind !== "rename-column" || table === undefined) return [];
    const current = tables.get(`${schema}\0${table}`) ?? table;
    return [{ text, from: [schema, current, change.to], to: [schema, table, name] }];
  });
  return { hints, ask: () => "dropped" };
}
