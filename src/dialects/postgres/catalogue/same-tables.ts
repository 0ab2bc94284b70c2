import type { Table } from "../../../schema/index.js";
import { FIRST_USER_OID, numbersOf } from "./catalogue.js";
import type { Context } from "./context.js";
import type { RelationRow } from "./relations.js";
import { buildTableLater } from "./tables.js";

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
  const standing = new Map(tablesOf(before).map((row) => [tableKey(row), row]));
  for (const row of tablesOf(after)) {
    const counterpart = standing.get(tableKey(row));
    if (counterpart === undefined) continue;
    const text = textOf(counterpart, before);
    if (text === undefined || text !== textOf(row, after)) continue;
    if (!refersToTheSame(counterpart, row, before, after)) continue;
    both.set(tableKey(row), buildTableLater(counterpart, before));
  }
  return both;
}

function tablesOf({ rows }: Context): readonly RelationRow[] {
  return rows.relations.filter((row) => row.kind === "r" || row.kind === "p");
}

/**
 * All that is read of a table, without the oids, which mean something in one database alone. Undefined where an oid cannot be
 * done without (an operator class or collation that did not come with the server), and where something of the table is an
 * object of its own or is judged by what stands on the other side (an index that is not valid).
 */
function textOf(row: RelationRow, context: Context): string | undefined {
  const { rows, parents, identities, triggers, policies, dependenciesOf } = context;
  const { columns, constraints, indexes, commentsOn } = rows;
  const { oid } = row;
  if (columns.isSpecial(oid) || indexes.isSpecial(oid)) return undefined;
  const keys = constraints.oidsOf(oid);
  const indexOids = indexes.oidsOf(oid);
  const indexOrder = new Map(indexOids.map(([index], position) => [index, position]));
  const ownTriggers = triggers.get(oid) ?? [];
  const ownPolicies = policies.get(oid) ?? [];
  for (const [, classes, collations] of indexOids)
    if ([...numbersOf(classes), ...numbersOf(collations)].some((number) => number >= FIRST_USER_OID))
      return undefined;
  return JSON.stringify([
    { ...row, oid: undefined },
    (parents.get(oid) ?? []).map(({ schema, name }) => [schema, name]),
    columns.factsOf(oid),
    (identities.get(oid) ?? []).map((sequence) => ({ ...sequence, relation: undefined, owner: undefined })),
    constraints.factsOf(oid),
    keys.map(([, index, target]) => {
      const relation = context.relations.get(target);
      return [indexOrder.get(index), relation?.schema, relation?.name];
    }),
    indexes.factsOf(oid),
    indexOids.map(([index, classes, collations]) => [
      classes,
      collations,
      (context.indexParts.get(index) ?? []).map(({ number, expression, options }) => [
        number,
        expression,
        options,
      ]),
    ]),
    ownTriggers.map(({ name, definition, enabled }) => [name, definition, enabled]),
    ownPolicies.map((policy) => ({ ...policy, oid: undefined, relation: undefined })),
    dependenciesOf(
      [
        ["pg_class", oid],
        ...keys.map(([key]) => ["pg_constraint", key] as const),
        ...indexOids.map(([index]) => ["pg_class", index] as const),
      ],
      row,
    ),
    [
      ...ownTriggers.map((trigger) => ["pg_trigger", trigger.oid] as const),
      ...ownPolicies.map((policy) => ["pg_policy", policy.oid] as const),
    ].map((part) => dependenciesOf([part])),
    rows.hasComments
      ? [
          commentsOn("pg_class", oid),
          ...keys.map(([key]) => commentsOn("pg_constraint", key)),
          ...indexOids.map(([index]) => commentsOn("pg_class", index)),
          ...ownTriggers.map((trigger) => commentsOn("pg_trigger", trigger.oid)),
          ...ownPolicies.map((policy) => commentsOn("pg_policy", policy.oid)),
        ]
      : [],
  ]);
}

/** Foreign keys name the columns of their parents by numbers: those must stand for the same names. */
function refersToTheSame(one: RelationRow, other: RelationRow, before: Context, after: Context): boolean {
  const targets = after.rows.constraints.oidsOf(other.oid);
  return before.rows.constraints.oidsOf(one.oid).every(([, , target], index) => {
    const counterpart = targets[index]?.[2] ?? "";
    if (target === "0" && counterpart === "0") return true;
    return before.rows.columns.factsOf(target) === after.rows.columns.factsOf(counterpart);
  });
}
