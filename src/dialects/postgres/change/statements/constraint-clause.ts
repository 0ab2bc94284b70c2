import type { Constraint, ForeignKey } from "../../../../schema/index.js";
import { qualified, quote } from "../../names.js";
import { optionList } from "./option-list.js";

/** A constraint as it stands in CREATE TABLE and behind ADD; `notValid` leaves out the rows that are there. */
export function constraintClause(constraint: Constraint, { notValid = false } = {}): string {
  const name = constraint.name === undefined ? "" : `CONSTRAINT ${quote(constraint.name)} `;
  return `${name}${definitionOf(constraint)}${notValid ? " NOT VALID" : ""}`;
}

function definitionOf(constraint: Constraint): string {
  switch (constraint.kind) {
    case "primary-key":
    case "unique": {
      const columns = constraint.columns.map((column) => quote(column.name));
      if (constraint.withoutOverlaps === true) columns.push(`${columns.pop() ?? ""} WITHOUT OVERLAPS`);
      const distinct = constraint.kind === "unique" && constraint.nullsNotDistinct === true;
      const parts = [
        constraint.kind === "primary-key" ? "PRIMARY KEY" : `UNIQUE${distinct ? " NULLS NOT DISTINCT" : ""}`,
        `(${columns.join(", ")})`,
      ];
      if (constraint.include !== undefined)
        parts.push(`INCLUDE (${constraint.include.map(quote).join(", ")})`);
      if (constraint.options !== undefined) parts.push(`WITH (${optionList(constraint.options)})`);
      return [...parts, ...deferral(constraint)].join(" ");
    }
    case "check": {
      const parts = [`CHECK (${constraint.expression})`];
      if (constraint.noInherit === true) parts.push("NO INHERIT");
      if (constraint.notEnforced === true) parts.push("NOT ENFORCED");
      return parts.join(" ");
    }
    case "foreign-key":
      return foreignKey(constraint);
    case "exclusion":
      return constraint.definition;
  }
}

function foreignKey(key: ForeignKey): string {
  const { references } = key;
  const columns = (names: readonly string[]) => {
    const list = names.map(quote);
    if (key.period === true) list.push(`PERIOD ${list.pop() ?? ""}`);
    return `(${list.join(", ")})`;
  };
  const target = qualified({ schema: references.schema, name: references.table });
  const parts = [
    `FOREIGN KEY ${columns(key.columns)}`,
    `REFERENCES ${target}${references.columns.length === 0 ? "" : ` ${columns(references.columns)}`}`,
  ];
  if (key.match !== undefined) parts.push(`MATCH ${key.match.toUpperCase()}`);
  if (key.onUpdate !== undefined) parts.push(`ON UPDATE ${key.onUpdate.toUpperCase()}`);
  if (key.onDelete !== undefined) {
    const only = key.onDeleteColumns === undefined ? "" : ` (${key.onDeleteColumns.map(quote).join(", ")})`;
    parts.push(`ON DELETE ${key.onDelete.toUpperCase()}${only}`);
  }
  parts.push(...deferral(key));
  if (key.notEnforced === true) parts.push("NOT ENFORCED");
  return parts.join(" ");
}

export function deferral(constraint: {
  readonly deferrable?: boolean | undefined;
  readonly initiallyDeferred?: boolean | undefined;
}): readonly string[] {
  if (constraint.deferrable !== true) return [];
  return constraint.initiallyDeferred === true ? ["DEFERRABLE INITIALLY DEFERRED"] : ["DEFERRABLE"];
}
