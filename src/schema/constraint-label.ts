import type { Constraint } from "./constraint.js";

/** The name of a constraint, or what tells it best where it has none: `unique (email)`, `check (age > 0)`. */
export function constraintLabel(constraint: Constraint): string {
  if (constraint.name !== undefined) return constraint.name;
  switch (constraint.kind) {
    case "primary-key":
      return `primary key (${constraint.columns.map((column) => column.name).join(", ")})`;
    case "unique":
      return `unique (${constraint.columns.map((column) => column.name).join(", ")})`;
    case "check":
      return `check (${constraint.expression})`;
    case "foreign-key":
      return `foreign key (${constraint.columns.join(", ")}) to ${constraint.references.table}`;
    case "exclusion":
      return constraint.definition;
  }
}
