import type { Connection } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import {
  type Column,
  type Constraint,
  type DatabaseModel,
  type Dependency,
  emptyModel,
  type IndexDefinition,
  selects,
  type Table,
  type Trigger,
  tableOf,
  tidyModel,
  tidyPart,
  type View,
} from "../../schema/index.js";
import type { IntrospectOptions } from "../schema-dialect.js";
import {
  type Catalogue,
  type ColumnRow,
  captureCatalogue,
  readCaptured,
  type SchemaRow,
} from "./catalogue.js";
import { readCreateIndex } from "./read-create-index.js";
import { readCreateTable } from "./read-create-table.js";
import { readCreateTrigger, readCreateView, readCreateVirtualTable } from "./read-create-view.js";
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
  return modelOf(readCaptured(await captureCatalogue(connection)), options);
}

/** What a reading of the catalogue tells, as a model. */
export function modelOf(catalogue: Catalogue, options: IntrospectOptions = {}): DatabaseModel {
  const shadows = findShadowTables(catalogue);
  const isOurs = (row: SchemaRow) =>
    !row.name.startsWith("sqlite_") &&
    !shadows.has(row.table) &&
    selects(options, { schema: "main", name: row.table });
  const rows = catalogue.objects.filter(isOurs);
  const parts = partsByTable(rows);

  const tables: Table[] = [];
  const views: View[] = [];
  for (const row of rows) {
    if (row.type === "table") tables.push(readOnce(row, catalogue, parts, shadows, options.known));
    if (row.type === "view") views.push(readView(row, parts));
  }
  return tidyModel({
    ...emptyModel("sqlite"),
    schemas: [{ name: "main" }],
    tables: resolveParents(tables, catalogue),
    views: withDependencies(views, tables),
  });
}

/** The indexes and triggers of each table and view, as SQLite keeps them. */
type Parts = ReadonlyMap<string, readonly SchemaRow[]>;

function partsByTable(rows: readonly SchemaRow[]): Parts {
  const byTable = new Map<string, SchemaRow[]>();
  for (const row of rows) {
    if ((row.type !== "index" && row.type !== "trigger") || row.sql === undefined) continue;
    const known = byTable.get(nameKey(row.table));
    if (known === undefined) byTable.set(nameKey(row.table), [row]);
    else known.push(row);
  }
  return byTable;
}

function indexesOf(parts: readonly SchemaRow[], columns: readonly Column[]): readonly IndexDefinition[] {
  const names = columns.map((column) => column.name);
  return parts
    .filter((row) => row.type === "index")
    .map((row) => settleIndex(readCreateIndex(row.sql ?? "", row.name, row.table, names), columns));
}

function triggersOf(parts: readonly SchemaRow[]): readonly Trigger[] {
  return parts
    .filter((row) => row.type === "trigger")
    .map((row) => readCreateTrigger(row.sql ?? "", row.name));
}

/**
 * All that SQLite knows of an ordinary table it has read from these texts itself, so equal texts mean equal tables.
 */
function readOnce(
  row: SchemaRow,
  catalogue: Catalogue,
  parts: Parts,
  shadows: ReadonlyMap<string, string>,
  known: Map<string, Table> | undefined,
): Table {
  const isVirtual = catalogue.tables.get(row.name)?.type === "virtual";
  if (known === undefined || isVirtual) return readTable(row, catalogue, parts, shadows);
  let key = `${row.name}\0${row.sql}`;
  for (const part of parts.get(nameKey(row.name)) ?? []) key += `\0${part.name}\0${part.sql}`;
  const table = known.get(key) ?? readTable(row, catalogue, parts, shadows);
  known.set(key, table);
  return table;
}

function readTable(
  row: SchemaRow,
  catalogue: Catalogue,
  parts: Parts,
  shadows: ReadonlyMap<string, string>,
): Table {
  const { name, sql = "" } = row;
  const facts = catalogue.tables.get(name);
  const ownParts = parts.get(nameKey(name)) ?? [];
  const triggers = triggersOf(ownParts);
  if (facts?.type === "virtual") {
    const shadowTables = [...shadows].filter(([, owner]) => owner === name).map(([shadow]) => shadow);
    const columns = (catalogue.virtualColumns.get(name) ?? []).map((column) => virtualColumn(column));
    const virtual = { ...readCreateVirtualTable(sql, name), shadowTables: shadowTables.sort() };
    return tableOf({ schema: "main", name, kind: "virtual", columns, triggers, virtual });
  }

  const rows = catalogue.columns.get(name) ?? [];
  const definition = readCreateTable(
    sql,
    name,
    rows.map((column) => column.name),
  );
  const columns = rows.map((column, index): Column => {
    const read = definition.columns[index];
    if (read === undefined || read.name !== column.name) throw misread(name, `column ${column.name}`);
    if (column.hidden >= 2 !== (read.generated !== undefined)) throw misread(name, `column ${column.name}`);
    return {
      name: column.name,
      type: column.type.trim().replaceAll(/\s+/g, " "),
      notNull: column.notNull,
      notNullOptions: read.notNullConflict && { conflict: read.notNullConflict },
      default: read.default,
      collation: read.collation,
      generated: read.generated,
    };
  });
  if (definition.columns.length !== rows.length) throw misread(name, "its columns");

  const keys = definition.constraints.filter((constraint) => constraint.kind === "foreign-key");
  if (keys.length !== (catalogue.foreignKeys.get(name) ?? 0)) throw misread(name, "its foreign keys");
  const withoutRowid = facts?.withoutRowid === true;
  const settled = definition.constraints.map((constraint) => settleKey(constraint, columns, withoutRowid));
  const table = tableOf({
    schema: "main",
    name,
    columns,
    constraints: settled,
    indexes: indexesOf(ownParts, columns),
    triggers,
    options: definition.options,
    strict: facts?.strict,
    withoutRowid,
  });
  return tidyPart(table);
}

function virtualColumn(row: ColumnRow): Column {
  return { name: row.name, type: row.type, hidden: row.hidden === 1 };
}

/**
 * Decides what only the whole table tells: whether a key is the rowid, and which collations differ from the
 * column's.
 */
function settleKey(constraint: Constraint, columns: readonly Column[], withoutRowid: boolean): Constraint {
  if (constraint.kind !== "primary-key" && constraint.kind !== "unique") return constraint;
  const keyColumns = constraint.columns.map((column) => ({
    ...column,
    name: spelledAs(column.name, columns),
    collation: unlessOwn(column.collation, column.name, columns),
  }));
  if (constraint.kind === "unique") return { ...constraint, columns: keyColumns };
  const [first, ...others] = keyColumns;
  const type = columns.find((column) => column.name === first?.name)?.type;
  const isInteger = others.length === 0 && type?.toUpperCase() === "INTEGER";
  // Only `INTEGER PRIMARY KEY DESC` within a column has said `false` here.
  const rowidAlias = isInteger && !withoutRowid && constraint.rowidAlias !== false;
  return { ...constraint, columns: keyColumns, rowidAlias };
}

function settleIndex(index: IndexDefinition, columns: readonly Column[]): IndexDefinition {
  return {
    ...index,
    parts: index.parts.map((part) => {
      if (part.column === undefined) return part;
      const collation = unlessOwn(part.collation, part.column, columns);
      return { ...part, column: spelledAs(part.column, columns), collation };
    }),
  };
}

function spelledAs(name: string, columns: readonly Column[]): string {
  return columns.find((column) => nameKey(column.name) === nameKey(name))?.name ?? name;
}

function unlessOwn(
  collation: string | undefined,
  name: string,
  columns: readonly Column[],
): string | undefined {
  const column = columns.find((candidate) => nameKey(candidate.name) === nameKey(name));
  const own = column?.collation ?? "BINARY";
  return collation === undefined || nameKey(collation) === nameKey(own) ? undefined : collation;
}

/**
 * A foreign key that names no columns means the primary key of its parent:
 * https://sqlite.org/foreignkeys.html
 */
function resolveParents(tables: readonly Table[], catalogue: Catalogue): readonly Table[] {
  const keys = new Map<string, readonly string[]>();
  for (const [name, columns] of catalogue.columns) {
    const inKey = columns.filter((column) => column.key > 0).sort((a, b) => a.key - b.key);
    keys.set(
      nameKey(name),
      inKey.map((column) => column.name),
    );
  }
  const isOpen = (constraint: Constraint) =>
    constraint.kind === "foreign-key" && constraint.references.columns.length === 0;
  return tables.map((table) => {
    if (!table.constraints.some(isOpen)) return table;
    const constraints = table.constraints.map((constraint) => {
      if (constraint.kind !== "foreign-key" || constraint.references.columns.length > 0) return constraint;
      const columns = keys.get(nameKey(constraint.references.table)) ?? [];
      if (columns.length !== constraint.columns.length) return constraint;
      return { ...constraint, references: { ...constraint.references, columns } };
    });
    return tidyPart({ ...table, constraints });
  });
}

function readView(row: SchemaRow, parts: Parts): View {
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

function misread(table: string, what: string): TenonError {
  return new TenonError(
    "INTERNAL",
    `Tenon reads the definition of table ${table} differently from SQLite: ${what}.`,
    {
      where: { object: table },
      hint: "Please report the table's CREATE statement. Until then leave the table out with --exclude.",
    },
  );
}
