import type { Connection } from "../../connection/index.js";
import {
  type Column,
  type Constraint,
  type DatabaseModel,
  type Dependency,
  emptyModel,
  primaryKeyOf,
  selects,
  type Table,
  tableOf,
  tidyModel,
  tidyPart,
  type View,
} from "../../schema/index.js";
import type { IntrospectOptions } from "../schema-dialect.js";
import {
  type Catalogue,
  type CatalogueObjects,
  type ColumnRow,
  captureCatalogue,
  readCaptured,
  type SchemaRow,
} from "./catalogue.js";
import { readCreateView, readCreateVirtualTable } from "./read-create-view.js";
import { readTable, type TableTexts, triggersOf } from "./read-table.js";
import { nameKey, namesIn } from "./rules.js";
import { findShadowTables } from "./shadow-tables.js";

/**
 * Reads the main database into a model. The pragmas tell the columns; what they do not tell is read from the
 * CREATE statements that SQLite keeps. SQLite's own tables (`sqlite_…`) are no part of it.
 */
export async function introspect(
  connection: Connection,
  options: IntrospectOptions = {},
): Promise<DatabaseModel> {
  const catalogue = readCaptured(await captureCatalogue(connection));
  return modelOf(catalogue, listObjects(catalogue, options));
}

/** The rows of the catalogue that a model is made of. */
export interface ListedObjects {
  readonly rows: readonly SchemaRow[];
  /** The indexes and triggers of each table and view, by `nameKey`. */
  readonly parts: ReadonlyMap<string, readonly SchemaRow[]>;
  readonly shadows: ReadonlyMap<string, string>;
}

export function listObjects(catalogue: CatalogueObjects, options: IntrospectOptions): ListedObjects {
  const shadows = findShadowTables(catalogue);
  const rows = catalogue.objects.filter(
    (row) =>
      !row.name.startsWith("sqlite_") &&
      !shadows.has(row.table) &&
      selects(options, { schema: "main", name: row.table }),
  );
  const parts = new Map<string, SchemaRow[]>();
  for (const row of rows) {
    if ((row.type !== "index" && row.type !== "trigger") || row.sql === undefined) continue;
    const known = parts.get(nameKey(row.table));
    if (known === undefined) parts.set(nameKey(row.table), [row]);
    else known.push(row);
  }
  return { rows, parts, shadows };
}

/** By name: tables that need no reading. */
export type KnownTables = ReadonlyMap<string, Table>;

/** What a reading of the catalogue tells, as a model. */
export function modelOf(
  catalogue: Catalogue,
  listed: ListedObjects,
  known: KnownTables = new Map(),
): DatabaseModel {
  const tables: Table[] = [];
  const views: View[] = [];
  for (const row of listed.rows) {
    if (row.type === "table") tables.push(known.get(row.name) ?? readRelation(row, catalogue, listed));
    if (row.type === "view") views.push(readView(row, listed));
  }
  return tidyModel({
    ...emptyModel("sqlite"),
    schemas: [{ name: "main" }],
    tables: resolveParents(tables, known),
    views: withDependencies(views, tables),
  });
}

/** What SQLite keeps of an ordinary table as text. */
export function textsOf(row: SchemaRow, catalogue: CatalogueObjects, { parts }: ListedObjects): TableTexts {
  const facts = catalogue.tables.get(row.name);
  return {
    name: row.name,
    sql: row.sql ?? "",
    facts: { strict: facts?.strict === true, withoutRowid: facts?.withoutRowid === true },
    parts: parts.get(nameKey(row.name)) ?? [],
  };
}

function readRelation(row: SchemaRow, catalogue: Catalogue, listed: ListedObjects): Table {
  const { name } = row;
  if (catalogue.tables.get(name)?.type === "virtual") return readVirtualTable(row, catalogue, listed);
  return readTable(textsOf(row, catalogue, listed), {
    columns: catalogue.columns.get(name) ?? [],
    foreignKeys: catalogue.foreignKeys.get(name) ?? 0,
  });
}

function readVirtualTable(
  { name, sql = "" }: SchemaRow,
  catalogue: CatalogueObjects,
  { parts, shadows }: ListedObjects,
): Table {
  const shadowTables = [...shadows].filter(([, owner]) => owner === name).map(([shadow]) => shadow);
  return tableOf({
    schema: "main",
    name,
    kind: "virtual",
    columns: (catalogue.virtualColumns.get(name) ?? []).map((column) => virtualColumn(column)),
    triggers: triggersOf(parts.get(nameKey(name)) ?? []),
    virtual: { ...readCreateVirtualTable(sql, name), shadowTables: shadowTables.sort() },
  });
}

function virtualColumn(row: ColumnRow): Column {
  return { name: row.name, type: row.type, hidden: row.hidden === 1 };
}

/**
 * A foreign key that names no columns means the primary key of its parent:
 * https://sqlite.org/foreignkeys.html. What is known is resolved already.
 */
function resolveParents(tables: readonly Table[], known: KnownTables): readonly Table[] {
  const isOpen = (constraint: Constraint) =>
    constraint.kind === "foreign-key" && constraint.references.columns.length === 0;
  let byName: ReadonlyMap<string, Table> | undefined;
  const keyOf = (name: string) => {
    byName ??= new Map(tables.map((table) => [nameKey(table.name), table]));
    const table = byName.get(nameKey(name));
    return (table && primaryKeyOf(table))?.columns.map((column) => column.name) ?? [];
  };
  return tables.map((table) => {
    if (known.has(table.name) || !table.constraints.some(isOpen)) return table;
    const constraints = table.constraints.map((constraint) => {
      if (constraint.kind !== "foreign-key" || constraint.references.columns.length > 0) return constraint;
      const columns = keyOf(constraint.references.table);
      if (columns.length !== constraint.columns.length) return constraint;
      return { ...constraint, references: { ...constraint.references, columns } };
    });
    return tidyPart({ ...table, constraints });
  });
}

function readView(row: SchemaRow, { parts }: ListedObjects): View {
  return {
    schema: "main",
    name: row.name,
    ...readCreateView(row.sql ?? "", row.name),
    triggers: triggersOf(parts.get(nameKey(row.name)) ?? []),
    indexes: [],
  };
}

/** SQLite keeps no dependencies, so a view depends on whatever table or view its text names. */
function withDependencies(views: readonly View[], tables: readonly Table[]): readonly View[] {
  const kinds = new Map<string, Dependency>();
  for (const { name } of tables) kinds.set(nameKey(name), { kind: "table", schema: "main", name });
  for (const { name } of views) kinds.set(nameKey(name), { kind: "view", schema: "main", name });
  return views.map((view) => {
    const dependsOn: Dependency[] = [];
    for (const name of namesIn(view.definition)) {
      const dependency = kinds.get(name);
      if (dependency !== undefined && name !== nameKey(view.name)) dependsOn.push(dependency);
    }
    return { ...view, dependsOn: dependsOn.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  });
}
