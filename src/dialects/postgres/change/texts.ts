import type { Constraint, DatabaseModel, IndexDefinition } from "../../../schema/index.js";

/** Every text of a model that the engine reads as SQL when the object is made. */
export function* textsIn(model: DatabaseModel): Generator<string> {
  for (const table of model.tables) {
    for (const column of table.columns) {
      if (column.default !== undefined) yield column.default;
      if (column.generated !== undefined) yield column.generated.expression;
    }
    for (const constraint of table.constraints) yield* ofConstraint(constraint);
    for (const policy of table.policies ?? []) {
      if (policy.using !== undefined) yield policy.using;
      if (policy.check !== undefined) yield policy.check;
    }
  }
  for (const owner of [...model.tables, ...model.views]) {
    for (const index of owner.indexes) yield* ofIndex(index);
    for (const trigger of owner.triggers) yield trigger.definition;
  }
  for (const view of model.views) yield view.definition;
  for (const type of model.types) {
    if (type.kind !== "domain") continue;
    if (type.default !== undefined) yield type.default;
    for (const check of type.checks) yield check.expression;
  }
  for (const routine of model.routines) {
    // The body of other routines is only read when they run.
    if (/\bBEGIN ATOMIC\b|\bDEFAULT\b/.test(routine.definition)) yield routine.definition;
  }
}

function* ofConstraint(constraint: Constraint): Generator<string> {
  if (constraint.kind === "check") yield constraint.expression;
  if (constraint.kind === "exclusion") yield constraint.definition;
}

function* ofIndex(index: IndexDefinition): Generator<string> {
  for (const part of index.parts) if (part.expression !== undefined) yield part.expression;
  if (index.where !== undefined) yield index.where;
}
