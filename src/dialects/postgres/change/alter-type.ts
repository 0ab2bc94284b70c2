import type { ChangeOf, CompositeType, DomainType, EnumType } from "../../../schema/index.js";
import { defaultExpression } from "../expression.js";
import { literal, qualified, quote } from "../names.js";
import { constraintClause } from "./statements/constraint-clause.js";
import { attributeClause } from "./statements/create-type.js";
import { addedValues } from "./type-change.js";

/** The statements that change a type where it stands. */
export function alterType({ from, to }: ChangeOf<"change-type">): readonly string[] {
  if (from.kind === "enum" && to.kind === "enum") return alterEnum(from, to);
  if (from.kind === "domain" && to.kind === "domain") return alterDomain(from, to);
  return from.kind === "composite" && to.kind === "composite" ? alterComposite(from, to) : [];
}

function alterEnum(from: EnumType, to: EnumType): readonly string[] {
  return (addedValues(from, to) ?? []).map(({ value, before, after }) => {
    const place = after === undefined ? "BEFORE" : "AFTER";
    const neighbour = after ?? before;
    const where = neighbour === undefined ? "" : ` ${place} ${literal(neighbour)}`;
    return `ALTER TYPE ${qualified(to)}\n  ADD VALUE ${literal(value)}${where}`;
  });
}

function alterDomain(from: DomainType, to: DomainType): readonly string[] {
  const alter = `ALTER DOMAIN ${qualified(to)}`;
  const statements: string[] = [];
  const before = new Map(from.checks.map((check) => [check.name, check]));
  const after = new Map(to.checks.map((check) => [check.name, check]));
  const isSame = (name: string | undefined) => {
    const [old, current] = [before.get(name), after.get(name)];
    return old?.expression === current?.expression && old?.notValid === current?.notValid;
  };
  for (const [name] of before) {
    if (!isSame(name) && name !== undefined) statements.push(`${alter}\n  DROP CONSTRAINT ${quote(name)}`);
  }
  if (from.default !== to.default) {
    statements.push(
      to.default === undefined
        ? `${alter}\n  DROP DEFAULT`
        : `${alter}\n  SET DEFAULT ${defaultExpression(to.default)}`,
    );
  }
  if ((from.notNull === true) !== (to.notNull === true)) {
    statements.push(`${alter}\n  ${to.notNull === true ? "SET" : "DROP"} NOT NULL`);
  }
  for (const [name, check] of after) {
    if (isSame(name)) continue;
    statements.push(`${alter}\n  ADD ${constraintClause(check, { notValid: true })}`);
    if (check.notValid !== true && name !== undefined) {
      statements.push(`${alter}\n  VALIDATE CONSTRAINT ${quote(name)}`);
    }
  }
  return statements;
}

function alterComposite(from: CompositeType, to: CompositeType): readonly string[] {
  const old = new Set(from.attributes.map(({ name }) => name));
  const wanted = new Set(to.attributes.map(({ name }) => name));
  const clauses = [
    ...from.attributes
      .filter(({ name }) => !wanted.has(name))
      .map(({ name }) => `DROP ATTRIBUTE ${quote(name)}`),
    ...to.attributes
      .filter(({ name }) => !old.has(name))
      .map((item) => `ADD ATTRIBUTE ${attributeClause(item)}`),
  ];
  return [`ALTER TYPE ${qualified(to)}\n${clauses.map((clause) => `  ${clause}`).join(",\n")}`];
}
