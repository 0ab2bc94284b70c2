import {
  type Comparison,
  compareModels,
  type DatabaseModel,
  NO_RENAMES,
  selectTarget,
  settleRenames,
} from "../../schema/index.js";
import type { ChangePlan, PlanChangesOptions } from "../schema-dialect.js";
import { refuseUnsupported } from "./change/unsupported.js";
import { dataChecks } from "./data-checks.js";
import { postgresHazards } from "./hazards.js";
import { renderChanges } from "./render.js";
import { postgresRules } from "./rules.js";

/** Finds what makes a database that looks like `from` look like `to`: see `SchemaDialect`. */
export async function planChanges(
  from: DatabaseModel,
  to: DatabaseModel,
  options: PlanChangesOptions = {},
): Promise<ChangePlan> {
  const selected = options.selection === undefined ? to : selectTarget(from, to, options.selection);
  const target = reachable(from, selected);
  const renames = await settleRenames(from, target, postgresRules, options.renames ?? {});
  const comparison = compareModels(from, target, {
    rules: postgresRules,
    renames,
    columnOrder: options.columnOrder,
    circularKeys: "cut",
  });
  refuseReordering(comparison);
  const { statements, transaction, work } = renderChanges(comparison, { concurrently: options.concurrently });
  return {
    comparison,
    hazards: postgresHazards(work),
    checks: dataChecks(work),
    statements,
    settings: {},
    transaction,
  };
}

/** The differences alone, without asking what was renamed. */
export function compare(from: DatabaseModel, to: DatabaseModel): Comparison {
  const target = reachable(from, to);
  return compareModels(from, target, { rules: postgresRules, renames: NO_RENAMES, circularKeys: "cut" });
}

/**
 * The model without what nobody can ask for: the state of an index that a failed build left, and the version of an extension
 * where none is named.
 */
function reachable(from: DatabaseModel, to: DatabaseModel): DatabaseModel {
  const versions = new Map(from.extensions.map((extension) => [extension.name, extension.extensionVersion]));
  const standing = new Set<DatabaseModel["tables"][number]>(from.tables);
  const valid = <T extends DatabaseModel["tables"][number] | DatabaseModel["views"][number]>(item: T): T =>
    item.indexes.some((index) => index.invalid === true)
      ? { ...item, indexes: item.indexes.map((index) => ({ ...index, invalid: undefined })) }
      : item;
  return {
    ...to,
    extensions: to.extensions.map((extension) => ({
      ...extension,
      extensionVersion: extension.extensionVersion ?? versions.get(extension.name),
    })),
    // What is one object on both sides differs in nothing.
    tables: to.tables.map((table) => (standing.has(table) ? table : valid(table))),
    views: to.views.map(valid),
  };
}

function refuseReordering({ changes }: Comparison): void {
  for (const change of changes) {
    if (change.kind !== "reorder-columns") continue;
    refuseUnsupported(
      change.object,
      "PostgreSQL adds columns only at the end, and cannot move one",
      "Leave the order of columns out of the comparison, or make a new table and move the rows in a migration of your own.",
    );
  }
}
