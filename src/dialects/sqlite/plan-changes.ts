import {
  type Comparison,
  compareModels,
  type DatabaseModel,
  NO_RENAMES,
  selectTarget,
  settleRenames,
} from "../../schema/index.js";
import type { ChangePlan, PlanChangesOptions } from "../schema-dialect.js";
import { dataChecks } from "./data-checks.js";
import { sqliteHazards } from "./hazards.js";
import { renderChanges } from "./render.js";
import { sqliteRules } from "./rules.js";

/** Finds what makes a database that looks like `from` look like `to`: see `SchemaDialect`. */
export async function planChanges(
  from: DatabaseModel,
  to: DatabaseModel,
  options: PlanChangesOptions = {},
): Promise<ChangePlan> {
  const target = options.selection === undefined ? to : selectTarget(from, to, options.selection);
  const renames = await settleRenames(from, target, sqliteRules, options.renames ?? {});
  const comparison = compareModels(from, target, {
    rules: sqliteRules,
    renames,
    columnOrder: options.columnOrder,
    circularKeys: "inline",
  });
  const { statements, settings, works } = renderChanges(comparison);
  return {
    comparison,
    hazards: sqliteHazards(comparison.changes, works),
    checks: dataChecks(comparison, works),
    statements,
    settings,
    transaction: "inside",
  };
}

/** The differences alone, without asking what was renamed. */
export function compare(from: DatabaseModel, to: DatabaseModel): Comparison {
  return compareModels(from, to, { rules: sqliteRules, renames: NO_RENAMES, circularKeys: "inline" });
}
