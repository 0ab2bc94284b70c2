import type { CompositeAttribute, DomainType, UserType } from "../../../../schema/index.js";
import { defaultExpression } from "../../expression.js";
import { literal, qualified, quote } from "../../names.js";
import { constraintClause } from "./constraint-clause.js";

export function createType(type: UserType): string {
  const name = qualified(type);
  switch (type.kind) {
    case "enum": {
      if (type.values.length === 0) return `CREATE TYPE ${name} AS ENUM ()`;
      return `CREATE TYPE ${name} AS ENUM (\n${type.values.map((value) => `  ${literal(value)}`).join(",\n")}\n)`;
    }
    case "composite":
      if (type.attributes.length === 0) return `CREATE TYPE ${name} AS ()`;
      return `CREATE TYPE ${name} AS (\n${type.attributes.map((item) => `  ${attributeClause(item)}`).join(",\n")}\n)`;
    case "domain":
      return [
        `CREATE DOMAIN ${name} AS ${type.type}`,
        ...domainClauses(type).map((clause) => `  ${clause}`),
      ].join("\n");
  }
}

export function attributeClause({ name, type, collation }: CompositeAttribute): string {
  return `${quote(name)} ${type}${collation === undefined ? "" : ` COLLATE ${collation}`}`;
}

function domainClauses(domain: DomainType): readonly string[] {
  const clauses: string[] = [];
  if (domain.collation !== undefined) clauses.push(`COLLATE ${domain.collation}`);
  if (domain.default !== undefined) clauses.push(`DEFAULT ${defaultExpression(domain.default)}`);
  if (domain.notNull === true) clauses.push("NOT NULL");
  for (const check of domain.checks) if (check.notValid !== true) clauses.push(constraintClause(check));
  return clauses;
}

export function dropType(type: UserType): string {
  return `DROP ${type.kind === "domain" ? "DOMAIN" : "TYPE"} ${qualified(type)}`;
}
