import {
  type Column,
  type Constraint,
  emptyModel,
  type IndexDefinition,
  type IndexPart,
  type Table,
  tableOf,
  tidyModel,
  type View,
} from "../../schema/index.js";
import type { DrizzleObjects } from "./find-objects.js";
import { readIndexPart } from "./index-part.js";
import type { DrizzleReader } from "./load-drizzle.js";
import type { ReadTables, ReadTablesOptions } from "./read-tables.js";
import { type DrizzleColumn, type DrizzleIndex, isColumn } from "./shape.js";
import { sqlText } from "./sql-text.js";
import { parentsOf, type ReadingScope, TableReading } from "./table-parts.js";

/** Tables and views of `drizzle-orm/sqlite-core` as a model of SQLite. */
export function readSqlite(
  objects: DrizzleObjects,
  drizzle: DrizzleReader,
  options: ReadTablesOptions,
): ReadTables {
  const implied = new Set<string>();
  const scope: ReadingScope = {
    engine: "sqlite",
    casing: options.casing,
    defaultSchema: "main",
    implied,
    notes: [],
  };
  const readings = objects.tables.map(
    (table) => new TableReading(table, drizzle.getTableConfig(table), scope),
  );
  return {
    model: tidyModel({
      ...emptyModel("sqlite"),
      schemas: [{ name: "main" }],
      tables: readings.map(readTable),
      views: objects.views.flatMap((view) => readView(view, drizzle, options)),
    }),
    parents: parentsOf(readings, (column) => column.getSQLType(), "main"),
    impliedNames: implied,
    notes: scope.notes,
  };
}

function readTable(reading: TableReading): Table {
  const { config } = reading;
  return tableOf({
    schema: "main",
    name: config.name,
    columns: config.columns.map((column) => readColumn(reading, column)),
    constraints: readConstraints(reading),
    indexes: [...config.indexes.map((index) => readIndex(reading, index.config)), ...uniqueIndexes(reading)],
  });
}

function readColumn(reading: TableReading, column: DrizzleColumn): Column {
  const expression = reading.generated(column);
  return {
    name: reading.nameOf(column),
    type: column.getSQLType(),
    notNull: column.notNull,
    default: expression === undefined ? reading.default(column) : undefined,
    generated:
      expression === undefined ? undefined : { expression, storage: column.generated?.mode ?? "virtual" },
  };
}

/** Names of keys are only words to SQLite, so one is there only where somebody chose it. */
function readConstraints(reading: TableReading): readonly Constraint[] {
  const key = reading.primaryKeyColumns();
  const primaryKey: Constraint[] =
    key === undefined
      ? []
      : [
          {
            kind: "primary-key",
            name: key.name,
            columns: reading.namesOf(key.columns).map((name) => ({ name })),
            autoincrement: key.columns.some((column) => column.autoIncrement === true),
          },
        ];
  const foreignKeys = reading.config.foreignKeys.map((each) => {
    const { name, key: foreignKey } = reading.foreignKey(each);
    return { ...foreignKey, name };
  });
  return [...primaryKey, ...foreignKeys, ...reading.checks()];
}

/**
 * What must be unique is an index, as in Drizzle Kit: it has a name, and it can come and go without the table being written anew.
 */
function uniqueIndexes(reading: TableReading): readonly IndexDefinition[] {
  const ofColumns = reading.config.columns
    .filter((column) => column.isUnique)
    .map((column) => ({ columns: [column], name: column.uniqueName }));
  return [...ofColumns, ...reading.config.uniqueConstraints].map(({ columns, name }) => {
    const names = reading.namesOf(columns);
    return {
      name: reading.named(name, `${reading.name}_${names.join("_")}_unique`),
      parts: names.map((column): IndexPart => ({ column })),
      unique: true,
    };
  });
}

function readIndex(reading: TableReading, index: DrizzleIndex): IndexDefinition {
  const what = `the index ${index.name ?? ""}`;
  const parts = index.columns.map((part): IndexPart => {
    if (isColumn(part)) return { column: reading.nameOf(part) };
    return readIndexPart(reading.ownText(part, what), "sqlite");
  });
  return {
    name: reading.indexName(index.name, parts),
    parts,
    unique: index.unique,
    where: index.where === undefined ? undefined : reading.ownText(index.where, what),
  };
}

function readView(view: object, drizzle: DrizzleReader, options: ReadTablesOptions): readonly View[] {
  const { name, query } = drizzle.getViewConfig(view);
  // A view that is declared as existing is somebody else's.
  if (query === undefined) return [];
  const definition = sqlText(query, { engine: "sqlite", casing: options.casing, what: `the view ${name}` });
  return [{ schema: "main", name, definition, triggers: [], indexes: [] }];
}
