import type {
  ChangeOf,
  Comparison,
  CompositeType,
  DatabaseModel,
  EnumType,
  ObjectName,
  UserType,
} from "../../../schema/index.js";
import { qualifiedWhereNeeded } from "../deparsed-names.js";
import { baseOf } from "../types.js";
import { mentions } from "./parts.js";
import { textsIn } from "./texts.js";

/** Whether ALTER TYPE or ALTER DOMAIN can make one type of the other; else it is made anew beside the old one. */
export function isChangedInPlace({ from, to }: ChangeOf<"change-type">, comparison: Comparison): boolean {
  if (from.kind === "enum" && to.kind === "enum") {
    return addedValues(from, to) !== undefined && !usesAddedValues(from, to, comparison);
  }
  if (from.kind === "domain" && to.kind === "domain") {
    return from.type === to.type && from.collation === to.collation;
  }
  return from.kind === "composite" && to.kind === "composite" && onlyGrowsOrShrinks(from, to);
}

/** A value to be added to an enum, and the one that it comes before or after. */
export interface AddedValue {
  readonly value: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** The values that make one enum of the other, in their order; undefined where values go or change places. */
export function addedValues(from: EnumType, to: EnumType): readonly AddedValue[] | undefined {
  const old = new Set(from.values);
  const kept = to.values.filter((value) => old.has(value));
  if (kept.join("\0") !== from.values.join("\0")) return undefined;
  const added: AddedValue[] = [];
  for (const [index, value] of to.values.entries()) {
    if (old.has(value)) continue;
    const previous = to.values[index - 1];
    const next = to.values.slice(index + 1).find((candidate) => old.has(candidate));
    if (previous !== undefined) added.push({ value, after: previous });
    else added.push({ value, before: next });
  }
  return added;
}

/**
 * A value that was added cannot be used before the transaction has ended, neither in a default nor for a row:
 * https://www.postgresql.org/docs/current/sql-altertype.html
 */
function usesAddedValues(from: EnumType, to: EnumType, { to: target, changes }: Comparison): boolean {
  const added = (addedValues(from, to) ?? []).map(({ value }) => value.replaceAll("'", "''"));
  const isConvertedTo = changes.some(
    (change) =>
      change.kind === "change-column" && change.differences.includes("type") && isOfType(change.to.type, to),
  );
  if (isConvertedTo) return true;
  for (const text of textsIn(target)) {
    if (added.some((value) => text.includes(value)) && mentions(text, to)) return true;
  }
  return false;
}

/** Attributes may go, and come at the end: then ALTER TYPE leaves the rows as they are. */
function onlyGrowsOrShrinks(from: CompositeType, to: CompositeType): boolean {
  const kept = from.attributes.filter(({ name }) => to.attributes.some((item) => item.name === name));
  return kept.every((attribute, index) => {
    const successor = to.attributes[index];
    return (
      successor?.name === attribute.name &&
      successor.type === attribute.type &&
      successor.collation === attribute.collation
    );
  });
}

/** Whether a column's type is this one, or an array of it. */
export function isOfType(type: string, name: ObjectName): boolean {
  return baseOf(type) === qualifiedWhereNeeded(name);
}

/** The type that a name stands for, if somebody made it. */
export function userTypeOf(type: string, model: DatabaseModel): UserType | undefined {
  if (!type.includes(".")) return undefined;
  const base = baseOf(type);
  return model.types.find((candidate) => qualifiedWhereNeeded(candidate) === base);
}
