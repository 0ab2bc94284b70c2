import {
  type Check,
  type DatabaseModel,
  MODEL_VERSION,
  type OtherObject,
  type Routine,
  type Sequence,
  sortModel,
  type UserType,
  type View,
} from "../../../schema/index.js";
import { optionsOf } from "./catalogue.js";
import { constraintFrom } from "./constraints.js";
import type { Context } from "./context.js";
import { traitsOf } from "./others-of-tables.js";
import { type KnownTables, tableKey } from "./same-tables.js";
import { sequenceOptionsFrom } from "./sequences.js";
import { buildIndexes, buildTable, buildTriggers } from "./tables.js";
import { compositeFrom, domainFrom, enumFrom } from "./types.js";

/** Puts together what the catalogue tells in pieces. */
export function buildModel(
  context: Context,
  serverVersion: number,
  known: KnownTables = new Map(),
): DatabaseModel {
  const { rows } = context;
  const { commentOf, grantsOf } = rows;
  const tables = rows.relations.filter((row) => row.kind === "r" || row.kind === "p");
  return sortModel({
    version: MODEL_VERSION,
    engine: "postgres",
    serverVersion,
    schemas: rows.schemas.map(({ oid, name }) => ({
      name,
      comment: commentOf("pg_namespace", oid),
      grants: grantsOf("pg_namespace", oid),
    })),
    extensions: rows.extensions.map(({ oid, name, schema, version }) => ({
      name,
      schema,
      extensionVersion: version,
      comment: commentOf("pg_extension", oid),
    })),
    types: buildTypes(context),
    sequences: buildSequences(context),
    routines: buildRoutines(context),
    tables: tables.map((row) => known.get(tableKey(row)) ?? buildTable(row, context)),
    views: buildViews(context),
    others: [...buildOthers(context), ...traitsOf(rows, context)],
  });
}

function buildTypes(context: Context): UserType[] {
  const { rows } = context;
  const { commentOf, grantsOf } = rows;
  const named = rows.types.map((row): UserType => {
    const comment = commentOf("pg_type", row.oid);
    const grants = grantsOf("pg_type", row.oid);
    if (row.kind === "e") return { ...enumFrom(row, comment), grants };
    const constraints = rows.constraints.of(row.oid);
    const checks = constraints
      .map((check) =>
        constraintFrom(check, { nameOf: () => [], comment: commentOf("pg_constraint", check.oid) }),
      )
      .filter((check): check is Check => check?.kind === "check");
    const needs: [string, string][] = [
      ["pg_type", row.oid],
      ...constraints.map((check): [string, string] => ["pg_constraint", check.oid]),
    ];
    return { ...domainFrom(row, checks, comment), grants, dependsOn: context.dependenciesOf(needs, row) };
  });
  const composite = rows.relations
    .filter((row) => row.kind === "c")
    .map((row) => ({
      ...compositeFrom(row, rows.columns.of(row.oid), commentOf("pg_class", row.oid)),
      dependsOn: context.dependenciesOf([["pg_class", row.oid]], row),
    }));
  return [...named, ...composite];
}

function buildSequences(context: Context): Sequence[] {
  const { rows } = context;
  return rows.sequences.flatMap((row): Sequence[] => {
    const relation = context.relations.get(row.relation);
    if (row.internal || relation === undefined) return [];
    const owner = row.owner === null ? undefined : context.relations.get(row.owner);
    const column = owner && context.columnName(owner.oid, row.owner_column ?? 0);
    return [
      {
        schema: relation.schema,
        name: relation.name,
        type: row.type === "bigint" ? undefined : row.type,
        ...sequenceOptionsFrom(row),
        unlogged: relation.unlogged || undefined,
        ownedBy:
          owner && column !== undefined ? { schema: owner.schema, table: owner.name, column } : undefined,
        comment: rows.commentOf("pg_class", relation.oid),
        grants: rows.grantsOf("pg_class", relation.oid),
      },
    ];
  });
}

function buildRoutines(context: Context): Routine[] {
  const { commentOf, grantsOf, routines } = context.rows;
  return routines.map((row) => ({
    kind: row.kind === "p" ? "procedure" : "function",
    schema: row.schema,
    name: row.name,
    arguments: row.arguments,
    returns: row.returns ?? undefined,
    definition: row.definition.trim(),
    comment: commentOf("pg_proc", row.oid),
    grants: grantsOf("pg_proc", row.oid),
    dependsOn: context.dependenciesOf([["pg_proc", row.oid]]),
  }));
}

function buildViews(context: Context): View[] {
  const { rows } = context;
  const { commentOf, grantsOf } = rows;
  return rows.relations
    .filter((row) => row.kind === "v" || row.kind === "m")
    .map((row) => ({
      schema: row.schema,
      name: row.name,
      materialized: row.kind === "m" || undefined,
      definition: (row.query ?? "").trim().replace(/;$/, ""),
      columns: rows.columns.of(row.oid).map((column) => ({
        name: column.name,
        type: column.type,
        comment: commentOf("pg_class", row.oid, column.number),
      })),
      triggers: buildTriggers(row.oid, context),
      indexes: buildIndexes(row.oid, context),
      options: optionsOf(row.options),
      comment: commentOf("pg_class", row.oid),
      grants: grantsOf("pg_class", row.oid),
      dependsOn: context.dependenciesOf([["pg_class", row.oid]], row),
    }));
}

function buildOthers(context: Context): OtherObject[] {
  return context.rows.others.map((row) => ({
    kind: row.kind,
    schema: row.schema,
    name: row.name,
    definition: row.definition ?? undefined,
    dependsOn: context.dependenciesOf([[row.catalogue, row.oid]]),
  }));
}
