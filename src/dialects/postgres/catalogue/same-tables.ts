import type { Table } from "../../../schema/index.js";
import { FIRST_USER_OID, numbersOf } from "./catalogue.js";
import type { Context } from "./context.js";
import type { RelationRow } from "./relations.js";
import { buildTableLater, tableDependencies } from "./tables.js";

/** By `tableKey`: tables that need not be read. */
export type KnownTables = ReadonlyMap<string, Table>;

export function tableKey({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}\0${name}`;
}

/**
 * The tables of which two databases of one server version say the same in everything that a model holds. They become one
 * object in both models, which is put together when something asks what is in it.
 */
export function tablesOfBoth(before: Context, after: Context): KnownTables {
  const both = new Map<string, Table>();
  const counterparts = new Map(after.rows.relations.map((row) => [tableKey(row), row]));
  const comparison: Comparison = {
    before,
    after,
    counterparts,
    hasOwnClasses: hasOwnClasses(before) || hasOwnClasses(after),
  };
  for (const row of before.rows.relations) {
    if (row.kind !== "r" && row.kind !== "p") continue;
    const counterpart = counterparts.get(tableKey(row));
    if (counterpart !== undefined && isSame(row, counterpart, comparison))
      both.set(tableKey(row), buildTableLater(row, before));
  }
  return both;
}

interface Comparison {
  readonly before: Context;
  readonly after: Context;
  /** The relations of the other database, by `tableKey`. */
  readonly counterparts: ReadonlyMap<string, RelationRow>;
  readonly hasOwnClasses: boolean;
}

/** Whether indexes may have operator classes or collations that did not come with the server, whose oids mean something here alone. */
function hasOwnClasses({ rows }: Context): boolean {
  return [...rows.operatorClasses, ...rows.indexCollations].some(({ oid }) => Number(oid) >= FIRST_USER_OID);
}

/** What is cheap to look at, and differs most, comes first. */
function isSame(one: RelationRow, other: RelationRow, comparison: Comparison): boolean {
  const { before, after } = comparison;
  const { columns, constraints, indexes } = before.rows;
  const { columns: otherColumns, constraints: otherConstraints, indexes: otherIndexes } = after.rows;
  return (
    columns.factsOf(one.oid) === otherColumns.factsOf(other.oid) &&
    indexes.factsOf(one.oid) === otherIndexes.factsOf(other.oid) &&
    constraints.factsOf(one.oid) === otherConstraints.factsOf(other.oid) &&
    // Objects of their own in a model; and an index that is not valid is judged by what stands on the other side.
    !columns.isSpecial(one.oid) &&
    !indexes.isSpecial(one.oid) &&
    !indexes.isSpecial(other.oid) &&
    textOfRelation(one) === textOfRelation(other) &&
    textOfRest(one, before) === textOfRest(other, after) &&
    !(comparison.hasOwnClasses && usesOwnClasses(one, before)) &&
    refersToTheSame(one, comparison)
  );
}

function textOfRelation(row: RelationRow): string {
  return JSON.stringify({ ...row, oid: undefined });
}

/** What few tables have, without the oids. */
function textOfRest(row: RelationRow, context: Context): string {
  const { oid } = row;
  const { rows } = context;
  const triggers = context.triggers.get(oid) ?? [];
  const policies = context.policies.get(oid) ?? [];
  const parts = [
    ...triggers.map((trigger) => ["pg_trigger", trigger.oid] as const),
    ...policies.map((policy) => ["pg_policy", policy.oid] as const),
  ];
  return JSON.stringify([
    context.parents.get(oid)?.map(({ schema, name }) => [schema, name]),
    context.identities.get(oid)?.map((sequence) => ({ ...sequence, relation: undefined, owner: undefined })),
    triggers.map(({ name, definition, enabled }) => [name, definition, enabled]),
    policies.map((policy) => ({ ...policy, oid: undefined, relation: undefined })),
    rows.indexParts.length === 0 ? [] : rows.indexes.oidsOf(oid).map((index) => textOfParts(index, context)),
    tableDependencies(row, context),
    parts.map((part) => context.dependenciesOf([part])),
    rows.hasComments ? textOfComments(row, context, parts) : "",
  ]);
}

function textOfParts(index: string, { indexParts }: Context): unknown {
  return indexParts.get(index)?.map(({ number, expression, options }) => [number, expression, options]);
}

function textOfComments(
  { oid }: RelationRow,
  { rows }: Context,
  parts: readonly (readonly ["pg_trigger" | "pg_policy", string])[],
): unknown {
  const { commentsOn, constraints, indexes } = rows;
  return [
    commentsOn("pg_class", oid),
    ...constraints.oidsOf(oid).map(([constraint]) => commentsOn("pg_constraint", constraint)),
    ...indexes.oidsOf(oid).map((index) => commentsOn("pg_class", index)),
    ...parts.map(([catalogue, part]) => commentsOn(catalogue, part)),
  ];
}

function usesOwnClasses(row: RelationRow, { rows }: Context): boolean {
  return rows.indexes
    .of(row.oid)
    .flatMap(({ classes, collations }) => [...numbersOf(classes), ...numbersOf(collations)])
    .some((oid) => oid >= FIRST_USER_OID);
}

/** Foreign keys name the columns of their parents by numbers: those must stand for the same names. */
function refersToTheSame(row: RelationRow, { before, after, counterparts }: Comparison): boolean {
  return before.rows.constraints.oidsOf(row.oid).every(([, , target]) => {
    if (target === "0") return true;
    const parent = before.relations.get(target);
    const counterpart = parent && counterparts.get(tableKey(parent));
    return (
      counterpart !== undefined &&
      before.rows.columns.factsOf(target) === after.rows.columns.factsOf(counterpart.oid)
    );
  });
}
