import { type ObjectAddress, type ObjectKind, qualifiedKey } from "./address.js";
import { applyRenames } from "./apply-renames.js";
import { differingProperties, type PlainObject } from "./canonical.js";
import { withCaseRenames } from "./case-renames.js";
import type { Change } from "./change.js";
import { comparablesBy } from "./comparable.js";
import { compareLabels, type Labels } from "./compare-labels.js";
import { compareSequences } from "./compare-sequence.js";
import {
  compareIndexes,
  comparePolicies,
  compareTable,
  compareTriggers,
  type TableComparison,
} from "./compare-table.js";
import type { Comparison } from "./comparison.js";
import { findUnjudged } from "./find-unjudged.js";
import { eitherSide, matchByKey } from "./matching.js";
import type { DatabaseModel, Extension, Schema } from "./model.js";
import { orderChanges } from "./order.js";
import type { Renames } from "./renames.js";
import type { ModelRules } from "./rules.js";
import { type Routine, signatureOf, type UserType } from "./type.js";
import type { View } from "./view.js";

export interface CompareOptions {
  readonly rules: ModelRules;
  /** What `settleRenames` found, or `NO_RENAMES` where only differences are wanted, as for drift. */
  readonly renames: Renames;
  /** `ignore` takes a table whose columns stand in another order as the same. `ignore` unless told. */
  readonly columnOrder?: "ignore" | "exact" | undefined;
  /**
   * `cut` leaves a foreign key out of CREATE TABLE when its target comes later in a circle, and adds it at
   * the end; `inline` is for engines that take a key to a table that is not there yet.
   */
  readonly circularKeys: "cut" | "inline";
}

/**
 * Finds the changes that make `from` look like `to`, in an order in which they can be made. Pure; the time
 * grows with the number of objects, not with its square.
 */
export function compareModels(from: DatabaseModel, to: DatabaseModel, options: CompareOptions): Comparison {
  const { rules } = options;
  const renames = withCaseRenames(from, to, options.renames, rules);
  const renamed = applyRenames(from, renames, rules);
  const found = orderChanges(findChanges(renamed.model, to, options), renamed.model, to, options);
  return {
    from,
    to,
    renamed: renamed.model,
    changes: [...renamed.changes, ...found.map((change) => underKnownName(change, renamed.displaced, rules))],
    unjudged: findUnjudged(from.others, to.others, rules),
  };
}

/** What gave its name away before it is dropped is spoken of under that name. */
function underKnownName(change: Change, displaced: ReadonlyMap<string, string>, rules: ModelRules): Change {
  if (change.kind !== "drop-table" && change.kind !== "drop-column" && change.kind !== "drop-view")
    return change;
  const { schema, table, name } = change.object;
  const path = change.kind === "drop-column" ? [schema, rules.nameKey(table ?? "")] : [schema];
  const known = displaced.get([...path, rules.nameKey(name)].join("\0"));
  return known === undefined ? change : { ...change, object: { ...change.object, name: known } };
}

function findChanges(from: DatabaseModel, to: DatabaseModel, options: CompareOptions): readonly Change[] {
  const { rules } = options;
  const comparable = comparablesBy(rules);
  const by: TableComparison = { rules, comparable, columnOrder: options.columnOrder ?? "ignore" };
  const keyOf = (object: { readonly schema: string; readonly name: string }) => qualifiedKey(object, rules);
  return [
    ...compareKind<Schema>(from.schemas, to.schemas, {
      kind: "schema",
      keyOf: (item) => item.name,
      form: () => ({}),
      create: (object, item) => [{ kind: "create-schema", object, to: item }],
      drop: (object, item) => [{ kind: "drop-schema", object, from: item }],
      change: () => [],
    }),
    ...compareKind<Extension>(from.extensions, to.extensions, {
      kind: "extension",
      keyOf: (item) => item.name,
      form: comparable.extension,
      create: (object, item) => [{ kind: "create-extension", object, to: item }],
      drop: (object, item) => [{ kind: "drop-extension", object, from: item }],
      change: (object, pair) => [{ kind: "change-extension", object, ...pair }],
    }),
    ...compareKind<UserType>(from.types, to.types, {
      kind: "type",
      keyOf,
      form: comparable.type,
      create: (object, item) => [{ kind: "create-type", object, to: item }],
      drop: (object, item) => [{ kind: "drop-type", object, from: item }],
      change: (object, pair) => [{ kind: "change-type", object, ...pair }],
    }),
    ...compareSequences(from, to, rules, comparable),
    ...compareKind<Routine>(from.routines, to.routines, {
      kind: "routine",
      keyOf: (item) => qualifiedKey({ schema: item.schema, name: signatureOf(item) }, rules),
      nameOf: signatureOf,
      form: comparable.routine,
      create: (object, item) => [{ kind: "create-routine", object, to: item }],
      drop: (object, item) => [{ kind: "drop-routine", object, from: item }],
      change: (object, pair) => [{ kind: "change-routine", object, ...pair }],
    }),
    ...matchByKey(from.tables, to.tables, (table) => `${keyOf(table)}\0${table.kind === "virtual"}`).flatMap(
      (match): readonly Change[] => {
        const { schema, name } = eitherSide(match);
        const object: ObjectAddress = { kind: "table", schema, name };
        if (match.side === "both") return compareTable(match.before, match.after, by);
        if (match.side === "before") return [{ kind: "drop-table", object, from: match.before }];
        return [
          { kind: "create-table", object, to: match.after, cut: [] },
          ...compareTriggers(undefined, match.after, by),
          ...comparePolicies(undefined, match.after, by),
        ];
      },
    ),
    ...compareKind<View>(from.views, to.views, {
      kind: "view",
      keyOf: (view) => `${keyOf(view)}\0${view.materialized === true}`,
      form: (view) => ({ name: view.name, ...comparable.view(view) }),
      create: (object, item) => [
        { kind: "create-view", object, to: item },
        ...compareTriggers(undefined, item, by),
      ],
      drop: (object, item) => [{ kind: "drop-view", object, from: item }],
      change: (object, pair) => [{ kind: "change-view", object, ...pair }],
      parts: (before, after) => [...compareIndexes(before, after, by), ...compareTriggers(before, after, by)],
    }),
  ];
}

interface KindOfObject<T> {
  readonly kind: ObjectKind;
  keyOf(item: T): string;
  /** The name in addresses, where it is not simply the name. */
  nameOf?(item: T): string;
  form(item: T): PlainObject;
  create(object: ObjectAddress, item: T): readonly Change[];
  drop(object: ObjectAddress, item: T): readonly Change[];
  change(object: ObjectAddress, pair: { from: T; to: T; differences: readonly string[] }): readonly Change[];
  parts?(before: T, after: T): readonly Change[];
}

function compareKind<T extends Labels & { readonly name: string; readonly schema?: string }>(
  before: readonly T[],
  after: readonly T[],
  of: KindOfObject<T>,
): readonly Change[] {
  return matchByKey(before, after, of.keyOf).flatMap((match): readonly Change[] => {
    const item = eitherSide(match);
    const name = of.nameOf?.(item) ?? item.name;
    const object: ObjectAddress = { kind: of.kind, schema: item.schema ?? name, name };
    if (match.side === "after") return of.create(object, match.after);
    if (match.side === "before") return of.drop(object, match.before);
    const { before: from, after: to } = match;
    const differences = differingProperties(of.form(from), of.form(to));
    const changes = differences.length === 0 ? [] : of.change(object, { from, to, differences });
    return [...changes, ...compareLabels(object, from, to), ...(of.parts?.(from, to) ?? [])];
  });
}
