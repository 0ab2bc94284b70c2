import {
  type Column,
  type Constraint,
  type Dependency,
  type IndexDefinition,
  type KnownOfTable,
  type NotNullOptions,
  type Table,
  type Trigger,
  unreadTable,
} from "../../../schema/index.js";
import { notNullName } from "../names.js";
import { numbersOf, optionsOf } from "./catalogue.js";
import { type ColumnRow, columnFrom } from "./columns.js";
import { type ConstraintRow, constraintFrom } from "./constraints.js";
import type { Context } from "./context.js";
import { includeOf, indexFrom } from "./indexes.js";
import type { RelationRow } from "./relations.js";
import { sequenceOptionsFrom } from "./sequences.js";
import { policyFrom, triggerFrom } from "./triggers.js";

export function buildTable(row: RelationRow, context: Context): Table {
  return {
    ...ownFacts(row, context),
    ...buildDefinition(row, context),
    triggers: buildTriggers(row.oid, context),
  };
}

/** The same table, of which columns, constraints and indexes are put together when something asks for them. */
export function buildTableLater(row: RelationRow, context: Context): Table {
  return unreadTable(ownFacts(row, context), {
    definition: () => buildDefinition(row, context),
    triggers: () => buildTriggers(row.oid, context),
  });
}

function buildDefinition(row: RelationRow, context: Context) {
  const constraintRows = context.rows.constraints.of(row.oid);
  return {
    columns: buildColumns(row, constraintRows, context),
    constraints: buildConstraints(constraintRows, context),
    indexes: buildIndexes(row.oid, context),
  };
}

function ownFacts(row: RelationRow, context: Context): KnownOfTable {
  const { commentOf, grantsOf } = context.rows;
  const [firstParent, ...otherParents] = (context.parents.get(row.oid) ?? []).map(({ schema, name }) => ({
    schema,
    name,
  }));
  const isPartition = row.bound !== null;
  return {
    kind: row.kind === "p" ? "partitioned" : "ordinary",
    schema: row.schema,
    name: row.name,
    unlogged: row.unlogged || undefined,
    partitionBy: row.partition_key ?? undefined,
    partitionOf: isPartition && firstParent ? { ...firstParent, bound: row.bound } : undefined,
    inherits: !isPartition && firstParent ? [firstParent, ...otherParents] : undefined,
    accessMethod: row.method === null || row.method === "heap" ? undefined : row.method,
    options: tableOptions(row),
    replicaIdentity: replicaIdentity(row, context),
    rowSecurity: row.row_security ? (row.force_row_security ? "forced" : "enabled") : undefined,
    policies: (context.policies.get(row.oid) ?? []).map((policy) => ({
      ...policyFrom(policy, commentOf("pg_policy", policy.oid)),
      dependsOn: context.dependenciesOf([["pg_policy", policy.oid]]),
    })),
    comment: commentOf("pg_class", row.oid),
    grants: grantsOf("pg_class", row.oid),
    dependsOn: tableDependencies(row, context),
  };
}

/** What a table needs together with its keys, checks and indexes. */
export function tableDependencies(row: RelationRow, context: Context): readonly Dependency[] | undefined {
  if (!context.hasDependencies) return undefined;
  const { constraints, indexes } = context.rows;
  const needs: [string, string][] = [
    ["pg_class", row.oid],
    ...constraints.oidsOf(row.oid).map(([oid]): [string, string] => ["pg_constraint", oid]),
    ...indexes.oidsOf(row.oid).map((oid): [string, string] => ["pg_class", oid]),
  ];
  return context.dependenciesOf(needs, row);
}

function buildColumns(
  table: RelationRow,
  constraints: readonly ConstraintRow[],
  context: Context,
): readonly Column[] {
  const notNulls = new Map(
    constraints
      .filter((constraint) => constraint.kind === "n")
      .map((constraint) => [numbersOf(constraint.columns)[0], constraint]),
  );
  const identities = context.identities.get(table.oid) ?? [];
  return context.rows.columns.of(table.oid).map((column) => {
    const identity = identities.find((sequence) => sequence.owner_column === column.number);
    return columnFrom(column, {
      comment: context.rows.commentOf("pg_class", table.oid, column.number),
      grants: context.rows.grantsOf("pg_class", table.oid, column.number),
      identity: identity && sequenceOptionsFrom(identity),
      notNullOptions: notNullOptions(table, column, notNulls.get(column.number)),
    });
  });
}

function notNullOptions(
  table: RelationRow,
  column: ColumnRow,
  constraint: ConstraintRow | undefined,
): NotNullOptions | undefined {
  if (constraint === undefined) return undefined;
  const name = constraint.name === notNullName(table.name, column.name) ? undefined : constraint.name;
  if (name === undefined && constraint.valid && !constraint.no_inherit) return undefined;
  return { name, notValid: !constraint.valid || undefined, noInherit: constraint.no_inherit || undefined };
}

function buildConstraints(rows: readonly ConstraintRow[], context: Context): readonly Constraint[] {
  const { commentOf } = context.rows;
  return rows.flatMap((row) => {
    const index =
      row.kind === "f" ? undefined : context.rows.indexes.of(row.owner).find(({ oid }) => oid === row.index);
    const constraint = constraintFrom(row, {
      nameOf: (relation, numbers) => numbers.map((number) => context.columnName(relation, number) ?? ""),
      target: context.relations.get(row.target),
      comment: commentOf("pg_constraint", row.oid),
      include: index && includeOf(index, context.indexLookup),
      options: index && optionsOf(index.options),
      nullsNotDistinct: index?.nulls_not_distinct || undefined,
    });
    return constraint === undefined ? [] : [constraint];
  });
}

/** Those that CREATE INDEX made: not those behind keys, nor those that the index of a partitioned table brings along. */
export function buildIndexes(relation: string, context: Context): readonly IndexDefinition[] {
  const { commentOf } = context.rows;
  return context.rows.indexes
    .of(relation)
    .filter((row) => !row.attached && !row.constraint)
    .map((row) => indexFrom(row, context.indexLookup, commentOf("pg_class", row.oid)));
}

export function buildTriggers(relation: string, context: Context): readonly Trigger[] {
  const { commentOf } = context.rows;
  return (context.triggers.get(relation) ?? []).map((row) => ({
    ...triggerFrom(row, commentOf("pg_trigger", row.oid)),
    dependsOn: context.dependenciesOf([["pg_trigger", row.oid]]),
  }));
}

function tableOptions(row: RelationRow): Readonly<Record<string, string>> | undefined {
  if (row.options === null && row.toast_options === null) return undefined;
  return { ...optionsOf(row.options), ...optionsOf(row.toast_options, "toast.") };
}

/** As ALTER TABLE … REPLICA IDENTITY takes it; absent for the primary key. */
function replicaIdentity(row: RelationRow, context: Context): string | undefined {
  if (row.replica_identity === "f") return "full";
  if (row.replica_identity === "n") return "nothing";
  if (row.replica_identity !== "i") return undefined;
  const index = context.rows.indexes.of(row.oid).find((candidate) => candidate.replica_identity);
  return index && `using index ${index.name}`;
}
