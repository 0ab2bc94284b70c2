import type { ObjectAddress, ObjectKind } from "./address.js";
import { canonicalJson, differingProperties } from "./canonical.js";
import type { Change } from "./change.js";
import type { Comparables } from "./comparable.js";
import { compareLabels } from "./compare-labels.js";
import { constraintLabel } from "./constraint-label.js";
import { eitherSide, type Match, matchByKey, matchParts } from "./matching.js";
import type { ModelRules } from "./rules.js";
import type { Table } from "./table.js";
import type { IndexDefinition } from "./table-index.js";
import type { Trigger, View } from "./view.js";

export interface TableComparison {
  readonly rules: ModelRules;
  readonly comparable: Comparables;
  readonly columnOrder: "ignore" | "exact";
}

/** All changes within one table that is on both sides under the same name. */
export function compareTable(before: Table, after: Table, by: TableComparison): readonly Change[] {
  // Most tables are the same to the letter, and this tells it many times faster.
  if (before === after || JSON.stringify(before) === JSON.stringify(after)) return [];
  const object: ObjectAddress = { kind: "table", schema: after.schema, name: after.name };
  const changes: Change[] = [];
  const differences = differingProperties(by.comparable.table(before), by.comparable.table(after));
  if (differences.length > 0)
    changes.push({ kind: "change-table", object, from: before, to: after, differences });
  changes.push(...compareLabels(object, before, after));
  if (after.kind !== "virtual") changes.push(...compareColumns(before, after, by));
  return [
    ...changes,
    ...compareConstraints(before, after, by),
    ...compareIndexes(before, after, by),
    ...compareTriggers(before, after, by),
    ...comparePolicies(before, after, by),
  ];
}

function compareColumns(before: Table, after: Table, { rules, comparable, columnOrder }: TableComparison) {
  const changes: Change[] = [];
  const keyOf = (column: { readonly name: string }) => rules.nameKey(column.name);
  for (const match of matchByKey(before.columns, after.columns, keyOf)) {
    const object = partAddress("column", after, eitherSide(match).name);
    if (match.side === "after") changes.push({ kind: "add-column", object, to: match.after });
    else if (match.side === "before") changes.push({ kind: "drop-column", object, from: match.before });
    else {
      const { before: from, after: to } = match;
      const differences = differingProperties(comparable.column(from), comparable.column(to));
      if (differences.length > 0) changes.push({ kind: "change-column", object, from, to, differences });
      changes.push(...compareLabels(object, from, to));
    }
  }
  if (columnOrder === "exact") changes.push(...compareOrder(before, after, keyOf));
  return changes;
}

function compareOrder(
  before: Table,
  after: Table,
  keyOf: (column: { name: string }) => string,
): readonly Change[] {
  const old = new Set(before.columns.map(keyOf));
  const current = new Set(after.columns.map(keyOf));
  const added = after.columns.filter((column) => !old.has(keyOf(column))).map(keyOf);
  const from = [...before.columns.map(keyOf).filter((key) => current.has(key)), ...added];
  const to = after.columns.map(keyOf);
  if (from.join("\0") === to.join("\0")) return [];
  const object: ObjectAddress = { kind: "table", schema: after.schema, name: after.name };
  return [{ kind: "reorder-columns", object, from, to: after.columns.map((column) => column.name) }];
}

function compareConstraints(before: Table, after: Table, { rules, comparable }: TableComparison) {
  const changes: Change[] = [];
  const matches = matchParts(before.constraints, after.constraints, {
    nameOf: (item) => (item.name === undefined ? undefined : `${item.kind} ${rules.nameKey(item.name)}`),
    contentOf: (item) => canonicalJson(comparable.constraint(item)),
  });
  for (const match of joinPrimaryKeys(matches)) {
    const object = partAddress("constraint", after, constraintLabel(eitherSide(match)));
    if (match.side === "after") changes.push({ kind: "add-constraint", object, to: match.after });
    else if (match.side === "before") changes.push({ kind: "drop-constraint", object, from: match.before });
    else {
      const { before: from, after: to } = match;
      const differences = differingProperties(comparable.constraint(from), comparable.constraint(to));
      if (differences.length > 0)
        changes.push({
          kind: "change-constraint",
          object,
          from,
          to,
          differences: [...differences, ...nameDiffers(from, to, rules)],
        });
      else if (nameDiffers(from, to, rules).length > 0)
        changes.push({ kind: "rename-constraint", object, from, to, differences: ["name"] });
      changes.push(...compareLabels(object, from, to));
    }
  }
  return changes;
}

/** A table has one primary key, so one that is gone and one that is new are one that changed. */
function joinPrimaryKeys<T extends { readonly kind: string }>(
  matches: readonly Match<T>[],
): readonly Match<T>[] {
  const gone = matches.find((match) => match.side === "before" && match.before.kind === "primary-key");
  const added = matches.find((match) => match.side === "after" && match.after.kind === "primary-key");
  if (gone?.side !== "before" || added?.side !== "after") return matches;
  const rest = matches.filter((match) => match !== gone && match !== added);
  return [...rest, { side: "both", before: gone.before, after: added.after }];
}

function nameDiffers(
  from: { readonly name?: string | undefined },
  to: { readonly name?: string | undefined },
  rules: ModelRules,
): readonly string[] {
  return rules.nameKey(from.name ?? "") === rules.nameKey(to.name ?? "") ? [] : ["name"];
}

export function compareIndexes(
  before: Table | View,
  after: Table | View,
  { rules, comparable }: TableComparison,
): readonly Change[] {
  const changes: Change[] = [];
  const matches = matchParts<IndexDefinition>(before.indexes, after.indexes, {
    nameOf: (item) => rules.nameKey(item.name),
    contentOf: (item) => canonicalJson(comparable.index(item)),
  });
  for (const match of matches) {
    if (match.side === "after")
      changes.push({
        kind: "create-index",
        object: partAddress("index", after, match.after.name),
        to: match.after,
      });
    else if (match.side === "before")
      changes.push({
        kind: "drop-index",
        object: partAddress("index", after, match.before.name),
        from: match.before,
      });
    else {
      const { before: from, after: to } = match;
      const object = partAddress("index", after, to.name);
      const differences = differingProperties(comparable.index(from), comparable.index(to));
      if (differences.length > 0) changes.push({ kind: "change-index", object, from, to, differences });
      else if (from.name !== to.name)
        changes.push({ kind: "rename-index", object: partAddress("index", after, from.name), to: to.name });
      changes.push(...compareLabels(object, from, to));
    }
  }
  return changes;
}

export function compareTriggers(
  before: Table | View | undefined,
  after: Table | View,
  { rules, comparable }: TableComparison,
): readonly Change[] {
  const changes: Change[] = [];
  const keyOf = (trigger: Trigger) => rules.nameKey(trigger.name);
  for (const match of matchByKey(before?.triggers ?? [], after.triggers, keyOf)) {
    const object = partAddress("trigger", after, eitherSide(match).name);
    if (match.side === "after") changes.push({ kind: "create-trigger", object, to: match.after });
    else if (match.side === "before") changes.push({ kind: "drop-trigger", object, from: match.before });
    else {
      const { before: from, after: to } = match;
      const differences = differingProperties(comparable.trigger(from), comparable.trigger(to));
      if (differences.length > 0) changes.push({ kind: "change-trigger", object, from, to, differences });
      changes.push(...compareLabels(object, from, to));
    }
  }
  return changes;
}

export function comparePolicies(
  before: Table | undefined,
  after: Table,
  { rules, comparable }: TableComparison,
): readonly Change[] {
  const changes: Change[] = [];
  const keyOf = (policy: { readonly name: string }) => rules.nameKey(policy.name);
  for (const match of matchByKey(before?.policies ?? [], after.policies ?? [], keyOf)) {
    const object = partAddress("policy", after, eitherSide(match).name);
    if (match.side === "after") changes.push({ kind: "create-policy", object, to: match.after });
    else if (match.side === "before") changes.push({ kind: "drop-policy", object, from: match.before });
    else {
      const { before: from, after: to } = match;
      const differences = differingProperties(comparable.policy(from), comparable.policy(to));
      if (differences.length > 0) changes.push({ kind: "change-policy", object, from, to, differences });
      changes.push(...compareLabels(object, from, to));
    }
  }
  return changes;
}

function partAddress(kind: ObjectKind, table: Table | View, name: string): ObjectAddress {
  return { kind, schema: table.schema, table: table.name, name };
}
