import type { Dependency } from "./address.js";
import type { Change } from "./change.js";
import type { Constraint, KeyColumn } from "./constraint.js";
import { appendTo } from "./matching.js";
import type { DatabaseModel } from "./model.js";
import { displacedNames, finalNames, type RenameStep, renameSteps } from "./rename-steps.js";
import type { Renames } from "./renames.js";
import type { ModelRules } from "./rules.js";
import type { Table } from "./table.js";
import type { IndexDefinition, IndexPart } from "./table-index.js";

export interface Renamed {
  /** The model as it is once the renames are made. */
  readonly model: DatabaseModel;
  /** The renames in an order in which they can be made. */
  readonly changes: readonly Change[];
  /**
   * What was renamed only to make room was called so before: by schema, table and, for a column, its name, as
   * keys.
   */
  readonly displaced: ReadonlyMap<string, string>;
}

/**
 * Makes renames in a model, wherever the names occur as data: keys, indexes, foreign keys of other tables,
 * dependencies, and expressions over the columns of the table itself. Views, triggers, policies and routines
 * keep their old text and so count as changed: only the engine knows which of two columns of the same name
 * they mean.
 */
export function applyRenames(model: DatabaseModel, renames: Renames, rules: ModelRules): Renamed {
  const { nameKey } = rules;
  const changes: Change[] = [];
  const displaced = new Map<string, string>();

  const tableNames = new Map<string, string>();
  for (const [schema, list] of groupBy(renames.tables, (rename) => rename.schema)) {
    const existing = [...model.tables, ...model.views].filter((table) => table.schema === schema);
    const steps = renameSteps(
      existing.map((table) => table.name),
      list,
      nameKey,
    );
    for (const step of steps)
      changes.push({
        kind: "rename-table",
        object: { kind: "table", schema, name: step.from },
        ...stepFacts(step),
      });
    for (const [from, to] of finalNames(steps, nameKey)) tableNames.set(`${schema}\0${from}`, to);
    for (const [name, origin] of displacedNames(steps, nameKey)) displaced.set(`${schema}\0${name}`, origin);
  }
  const tableName = (schema: string, name: string) => tableNames.get(`${schema}\0${nameKey(name)}`) ?? name;

  // Columns are looked up under the new name of their table.
  const columnNames = new Map<string, ReadonlyMap<string, string>>();
  const tables = new Map(
    model.tables.map((table) => [`${table.schema}\0${nameKey(tableName(table.schema, table.name))}`, table]),
  );
  for (const [key, list] of groupBy(
    renames.columns,
    (rename) => `${rename.schema}\0${nameKey(rename.table)}`,
  )) {
    const table = tables.get(key);
    if (table === undefined) continue;
    const steps = renameSteps(
      table.columns.map((column) => column.name),
      list,
      nameKey,
    );
    changes.push(...columnChanges(table.schema, tableName(table.schema, table.name), steps));
    columnNames.set(key, finalNames(steps, nameKey));
    for (const [name, origin] of displacedNames(steps, nameKey)) displaced.set(`${key}\0${name}`, origin);
  }
  const columnsOf = (schema: string, table: string): ReadonlyMap<string, string> =>
    columnNames.get(`${schema}\0${nameKey(table)}`) ?? NONE;

  if (changes.length === 0) return { model, changes, displaced };

  const dependency = (item: Dependency): Dependency => {
    if (item.kind !== "table" && item.kind !== "view") return item;
    const name = tableName(item.schema, item.name);
    const columns = columnsOf(item.schema, name);
    return { ...item, name, columns: item.columns?.map((column) => columns.get(nameKey(column)) ?? column) };
  };
  const withDependencies = <T extends { readonly dependsOn?: readonly Dependency[] | undefined }>(
    item: T,
  ): T => (item.dependsOn === undefined ? item : { ...item, dependsOn: item.dependsOn.map(dependency) });

  const renamed: DatabaseModel = {
    ...model,
    routines: model.routines.map(withDependencies),
    types: model.types.map(withDependencies),
    views: model.views.map((view) => ({
      ...withDependencies(view),
      name: tableName(view.schema, view.name),
      triggers: view.triggers.map(withDependencies),
    })),
    tables: model.tables.map((original) => {
      const name = tableName(original.schema, original.name);
      const names = columnsOf(original.schema, name);
      const table = renameWithin({ ...withDependencies(original), name }, names, rules);
      return {
        ...table,
        triggers: table.triggers.map(withDependencies),
        policies: table.policies?.map(withDependencies),
        partitionOf: table.partitionOf && {
          ...table.partitionOf,
          name: tableName(table.partitionOf.schema, table.partitionOf.name),
        },
        inherits: table.inherits?.map((parent) => ({
          ...parent,
          name: tableName(parent.schema, parent.name),
        })),
        constraints: table.constraints.map((constraint) => {
          if (constraint.kind !== "foreign-key") return constraint;
          const { schema, table: target, columns } = constraint.references;
          const parent = tableName(schema, target);
          const parentColumns = columnsOf(schema, parent);
          return {
            ...constraint,
            references: {
              schema,
              table: parent,
              columns: columns.map((column) => parentColumns.get(nameKey(column)) ?? column),
            },
          };
        }),
      };
    }),
    sequences: model.sequences.map((sequence) => {
      if (sequence.ownedBy === undefined) return sequence;
      const { schema, table, column } = sequence.ownedBy;
      const owner = tableName(schema, table);
      const ownerColumn = columnsOf(schema, owner).get(nameKey(column)) ?? column;
      return { ...sequence, ownedBy: { schema, table: owner, column: ownerColumn } };
    }),
  };
  return { model: renamed, changes, displaced };
}

const NONE: ReadonlyMap<string, string> = new Map();

function columnChanges(schema: string, table: string, steps: readonly RenameStep[]): readonly Change[] {
  return steps.map((step) => ({
    kind: "rename-column",
    object: { kind: "column", schema, table, name: step.from },
    ...stepFacts(step),
  }));
}

function stepFacts({ from, to, origin, isInterim }: RenameStep) {
  return { to, isInterim, formerly: origin === from ? undefined : origin };
}

function renameWithin(table: Table, names: ReadonlyMap<string, string>, rules: ModelRules): Table {
  if (names.size === 0) return table;
  const rename = (name: string) => names.get(rules.nameKey(name)) ?? name;
  const expression = (text: string) => rules.renameColumns(text, names);
  return {
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      name: rename(column.name),
      generated: column.generated && {
        ...column.generated,
        expression: expression(column.generated.expression),
      },
    })),
    constraints: table.constraints.map((constraint) => renameInConstraint(constraint, rename, expression)),
    indexes: table.indexes.map((index) => renameInIndex(index, rename, expression)),
  };
}

type Rewrite = (text: string) => string;

function renameInConstraint(constraint: Constraint, rename: Rewrite, expression: Rewrite): Constraint {
  switch (constraint.kind) {
    case "primary-key":
    case "unique": {
      const columns = constraint.columns.map(
        (column): KeyColumn => ({ ...column, name: rename(column.name) }),
      );
      return { ...constraint, columns, include: constraint.include?.map(rename) };
    }
    case "check":
      return { ...constraint, expression: expression(constraint.expression) };
    case "foreign-key":
      return {
        ...constraint,
        columns: constraint.columns.map(rename),
        onDeleteColumns: constraint.onDeleteColumns?.map(rename),
      };
    case "exclusion":
      return { ...constraint, definition: expression(constraint.definition) };
  }
}

function renameInIndex(index: IndexDefinition, rename: Rewrite, expression: Rewrite): IndexDefinition {
  return {
    ...index,
    include: index.include?.map(rename),
    where: index.where === undefined ? undefined : expression(index.where),
    parts: index.parts.map(
      (part): IndexPart =>
        part.column === undefined
          ? { ...part, expression: expression(part.expression) }
          : { ...part, column: rename(part.column) },
    ),
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) appendTo(groups, keyOf(item), item);
  return groups;
}
