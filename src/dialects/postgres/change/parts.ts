import type { Column, Constraint, IndexDefinition, ObjectName } from "../../../schema/index.js";
import { namesIn } from "../rules.js";

/** The texts of a constraint that may name functions, types and columns. */
function textsOfConstraint(constraint: Constraint): readonly string[] {
  if (constraint.kind === "check") return [constraint.expression];
  return constraint.kind === "exclusion" ? [constraint.definition] : [];
}

function textsOfIndex(index: IndexDefinition): readonly string[] {
  const expressions = index.parts.flatMap((part) => part.expression ?? []);
  return index.where === undefined ? expressions : [...expressions, index.where];
}

/** Whether a constraint has to do with a column. More than do, never fewer. */
export function constraintUses(constraint: Constraint, column: string): boolean {
  switch (constraint.kind) {
    case "primary-key":
    case "unique":
      return (
        constraint.columns.some((item) => item.name === column) ||
        constraint.include?.includes(column) === true
      );
    case "foreign-key":
      return constraint.columns.includes(column);
    default:
      return textsOfConstraint(constraint).some((text) => namesIn(text).has(column));
  }
}

export function indexUses(index: IndexDefinition, column: string): boolean {
  const isNamed =
    index.parts.some((part) => part.column === column) || index.include?.includes(column) === true;
  return isNamed || textsOfIndex(index).some((text) => namesIn(text).has(column));
}

/** Whether a column's generation uses another column. */
export function generationUses(column: Column, other: string): boolean {
  return (
    column.generated !== undefined && column.name !== other && namesIn(column.generated.expression).has(other)
  );
}

/** Whether a text names an object with its schema, as the engine always does outside `pg_catalog`. */
export function mentions(text: string | undefined, object: ObjectName): boolean {
  return text !== undefined && namesIn(text).has(`${object.schema}.${object.name}`);
}

export function constraintMentions(constraint: Constraint, object: ObjectName): boolean {
  return textsOfConstraint(constraint).some((text) => mentions(text, object));
}

export function indexMentions(index: IndexDefinition, object: ObjectName): boolean {
  return textsOfIndex(index).some((text) => mentions(text, object));
}
