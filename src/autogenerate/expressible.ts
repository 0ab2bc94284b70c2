import type { SchemaDialect } from "../dialects/index.js";
import type { Column, Constraint, DatabaseModel, IndexDefinition, Table, Unique } from "../schema/index.js";
import { impliedNameKey } from "./drizzle/implied-names.js";

export interface KeepOptions {
  readonly impliedNames: ReadonlySet<string>;
  /**
   * Whether the row security of a table is somebody else's while the tables say nothing about it: taking it away because a module is silent
   * would open rows to everyone.
   */
  readonly keepsSecurity: (table: Table) => boolean;
}

interface Keeping {
  readonly engine: DatabaseModel["engine"];
  readonly schema: SchemaDialect;
  readonly options: KeepOptions;
}

/**
 * The desired model with everything that Drizzle has no word for left as it stands in the database: a trigger, a comment, a
 * collation, STRICT, storage parameters, the name of a constraint that nobody named. To drop these because the tables do not
 * say them would be to lose them in silence.
 */
export function keepInexpressible(
  desired: DatabaseModel,
  current: DatabaseModel,
  schema: SchemaDialect,
  options: KeepOptions,
): DatabaseModel {
  const byName = new Map(current.tables.map((table) => [keyOf(table, schema), table]));
  const views = new Map(current.views.map((view) => [keyOf(view, schema), view]));
  const kept = {
    ...desired,
    tables: desired.tables.map((table) => {
      const standing = byName.get(keyOf(table, schema));
      return standing === undefined
        ? table
        : keepTable(table, standing, { engine: current.engine, schema, options });
    }),
    views: desired.views.map((view) => {
      const standing = views.get(keyOf(view, schema));
      if (standing === undefined) return view;
      const { triggers, comment, grants } = standing;
      // Drizzle has no indexes on materialised views.
      return { ...view, triggers, comment, grants, indexes: standing.indexes };
    }),
    types: desired.types.map((type) => {
      const standing = current.types.find((each) => keyOf(each, schema) === keyOf(type, schema));
      return standing === undefined ? type : { ...type, comment: standing.comment, grants: standing.grants };
    }),
    sequences: desired.sequences.map((sequence) => {
      const standing = current.sequences.find((each) => keyOf(each, schema) === keyOf(sequence, schema));
      return standing === undefined
        ? sequence
        : { ...sequence, comment: standing.comment, grants: standing.grants };
    }),
  };
  return keepImpliedNames(kept, current, options.impliedNames, schema);
}

function keepTable(table: Table, standing: Table, keeping: Keeping): Table {
  const { schema, options } = keeping;
  const columns = new Map(standing.columns.map((column) => [schema.rules.nameKey(column.name), column]));
  const isSilent = table.rowSecurity === undefined && (table.policies ?? []).length === 0;
  const isForced = standing.rowSecurity === "forced" && table.rowSecurity === "enabled";
  const security =
    isSilent && options.keepsSecurity(table)
      ? { rowSecurity: standing.rowSecurity, policies: standing.policies }
      : {
          rowSecurity: isForced ? standing.rowSecurity : table.rowSecurity,
          policies: table.policies?.map((policy) => ({
            ...policy,
            comment: standing.policies?.find((each) => each.name === policy.name)?.comment,
          })),
        };
  return {
    ...table,
    kind: standing.kind === "partitioned" ? standing.kind : table.kind,
    triggers: standing.triggers,
    strict: standing.strict,
    withoutRowid: standing.withoutRowid,
    unlogged: standing.unlogged,
    partitionBy: standing.partitionBy,
    partitionOf: standing.partitionOf,
    inherits: standing.inherits,
    accessMethod: standing.accessMethod,
    options: standing.options,
    replicaIdentity: standing.replicaIdentity,
    comment: standing.comment,
    grants: standing.grants,
    ...security,
    columns: table.columns.map((column) => {
      const same = columns.get(schema.rules.nameKey(column.name));
      return same === undefined ? column : keepColumn(column, same, schema);
    }),
    constraints: keepConstraints(table, standing, keeping),
    indexes: table.indexes
      .filter((index) => !isStandingUnique(index, table, standing, keeping))
      .map((index) => keepIndex(index, standing)),
  };
}

function keepColumn(column: Column, standing: Column, { rules }: SchemaDialect): Column {
  const isSameType = rules.typeKey(column.type) === rules.typeKey(standing.type);
  const bothNotNull = column.notNull === true && standing.notNull === true;
  return {
    ...column,
    collation: column.collation ?? (isSameType ? standing.collation : undefined),
    storage: standing.storage,
    compression: standing.compression,
    comment: standing.comment,
    grants: standing.grants,
    inherited: standing.inherited,
    notNullOptions: bothNotNull ? standing.notNullOptions : column.notNullOptions,
  };
}

function keepConstraints(table: Table, standing: Table, keeping: Keeping): readonly Constraint[] {
  const { schema } = keeping;
  const kept = table.constraints.map((constraint): Constraint => {
    const same = standing.constraints.find(
      (each) => each.kind === constraint.kind && sameReach(each, constraint, schema),
    );
    if (same === undefined) return constraint;
    const { comment } = same;
    if (constraint.kind === "primary-key" && same.kind === "primary-key") {
      const { conflict, deferrable, initiallyDeferred, include, options } = same;
      return { ...constraint, comment, conflict, deferrable, initiallyDeferred, include, options };
    }
    if (constraint.kind === "unique" && same.kind === "unique") {
      const { conflict, deferrable, initiallyDeferred, include, options } = same;
      return { ...constraint, comment, conflict, deferrable, initiallyDeferred, include, options };
    }
    if (constraint.kind === "foreign-key" && same.kind === "foreign-key") {
      const { deferrable, initiallyDeferred, match, notValid, notEnforced } = same;
      return { ...constraint, comment, deferrable, initiallyDeferred, match, notValid, notEnforced };
    }
    return { ...constraint, comment };
  });
  const exclusions = standing.constraints.filter((constraint) => constraint.kind === "exclusion");
  const uniques = standing.constraints.filter(
    (constraint) => constraint.kind === "unique" && isWantedAsIndex(constraint, table, keeping),
  );
  return [...kept, ...exclusions, ...uniques];
}

/** Two keys of the same columns, or two checks of one name: the rest of them may differ. */
function sameReach(a: Constraint, b: Constraint, { rules }: SchemaDialect): boolean {
  if (a.kind === "check" || b.kind === "check" || a.kind === "exclusion" || b.kind === "exclusion")
    return a.name !== undefined && a.name === b.name;
  return reach(a, rules.nameKey) === reach(b, rules.nameKey);
}

function reach(
  key: Exclude<Constraint, { kind: "check" | "exclusion" }>,
  nameKey: (name: string) => string,
): string {
  const columns = key.columns.map((column) => nameKey(typeof column === "string" ? column : column.name));
  if (key.kind !== "foreign-key") return columns.join("\0");
  return [
    ...columns,
    key.references.schema,
    nameKey(key.references.table),
    ...key.references.columns.map(nameKey),
  ].join("\0");
}

/**
 * SQLite: where a UNIQUE constraint stands in place of the unique index that is wanted, it does the same; to replace it would
 * write the table anew for nothing. On PostgreSQL the two are told apart in Drizzle.
 */
function isStandingUnique(index: IndexDefinition, table: Table, standing: Table, keeping: Keeping): boolean {
  if (standing.indexes.some((each) => each.name === index.name)) return false;
  return standing.constraints.some(
    (constraint) =>
      constraint.kind === "unique" && isWantedAsIndex(constraint, { ...table, indexes: [index] }, keeping),
  );
}

function isWantedAsIndex(constraint: Unique, table: Table, { engine, schema: { rules } }: Keeping): boolean {
  if (engine !== "sqlite") return false;
  const columns = constraint.columns.map((column) => rules.nameKey(column.name)).join("\0");
  return table.indexes.some(
    (index) =>
      index.unique === true &&
      index.where === undefined &&
      index.parts.every((part) => part.column !== undefined && part.collation === undefined) &&
      index.parts.map((part) => rules.nameKey(part.column ?? "")).join("\0") === columns,
  );
}

function keepIndex(index: IndexDefinition, standing: Table): IndexDefinition {
  const same = standing.indexes.find((each) => each.name === index.name);
  if (same === undefined) return index;
  return {
    ...index,
    include: same.include,
    nullsNotDistinct: index.nullsNotDistinct ?? same.nullsNotDistinct,
    comment: same.comment,
  };
}

/** A constraint or index that stands under another name keeps it, where nobody chose the one that it would get. */
function keepImpliedNames(
  desired: DatabaseModel,
  current: DatabaseModel,
  impliedNames: ReadonlySet<string>,
  schema: SchemaDialect,
): DatabaseModel {
  const standing = new Map<string, string>();
  for (const change of schema.compare(current, desired).changes) {
    const table = { schema: change.object.schema, name: change.object.table ?? "" };
    if (change.kind === "rename-constraint" && change.from.name !== undefined && change.to.name !== undefined)
      standing.set(impliedNameKey(table, change.to.name), change.from.name);
    if (change.kind === "rename-index") standing.set(impliedNameKey(table, change.to), change.object.name);
  }
  const nameFor = (table: Table, name: string): string => {
    const key = impliedNameKey(table, name);
    return impliedNames.has(key) ? (standing.get(key) ?? name) : name;
  };
  return {
    ...desired,
    tables: desired.tables.map((table) => ({
      ...table,
      constraints: table.constraints.map((constraint) =>
        constraint.name === undefined ? constraint : { ...constraint, name: nameFor(table, constraint.name) },
      ),
      indexes: table.indexes.map((index) => ({ ...index, name: nameFor(table, index.name) })),
    })),
  };
}

function keyOf(object: { readonly schema: string; readonly name: string }, { rules }: SchemaDialect): string {
  return `${object.schema}\0${rules.nameKey(object.name)}`;
}
