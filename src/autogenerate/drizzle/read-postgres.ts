import { withNamedDependencies } from "../../dialects/index.js";
import {
  type Column,
  type Constraint,
  type EnumType,
  emptyModel,
  type IndexDefinition,
  type IndexPart,
  type Sequence,
  type SequenceOptions,
  type Table,
  tableOf,
  tidyModel,
  type View,
} from "../../schema/index.js";
import { cutName } from "../../sql/index.js";

import { extensionsFor } from "./extensions.js";
import type { DrizzleObjects } from "./find-objects.js";
import { nullsOf, readIndexPart } from "./index-part.js";
import { arrayDimensions } from "./literal.js";
import type { DrizzleReader } from "./load-drizzle.js";
import { readPolicies } from "./policies.js";
import type { ReadTables, ReadTablesOptions } from "./read-tables.js";
import {
  type DrizzleColumn,
  type DrizzleEnum,
  type DrizzleIndex,
  type DrizzleIndexedColumn,
  type DrizzleSequence,
  type DrizzleSequenceOptions,
  type DrizzleViewConfig,
  isColumn,
  isKind,
} from "./shape.js";
import { quoteName, sqlText } from "./sql-text.js";
import { parentsOf, type ReadingScope, TableReading, unsupported } from "./table-parts.js";

/** Tables, views, enums, sequences, schemas and policies of `drizzle-orm/pg-core` as a model of PostgreSQL. */
export function readPostgres(
  objects: DrizzleObjects,
  drizzle: DrizzleReader,
  options: ReadTablesOptions,
): ReadTables {
  const defaultSchema = options.defaultSchema ?? "public";
  const scope: ReadingScope = {
    engine: "postgres",
    casing: options.casing,
    defaultSchema,
    implied: new Set(),
    notes: [],
  };
  const readings = objects.tables.map(
    (table) => new TableReading(table, drizzle.getTableConfig(table), scope),
  );
  const policies = readPolicies(objects.policies, readings);
  const tables = readings.map((reading) => {
    const own = policies.get(reading.table) ?? [];
    const isGuarded = reading.config.enableRLS === true || own.length > 0;
    return {
      ...readTable(reading),
      policies: own,
      rowSecurity: isGuarded ? ("enabled" as const) : undefined,
    };
  });
  const columns = readings.flatMap((reading) => reading.config.columns);
  const enums = new Set([...objects.enums, ...columns.flatMap((column) => enumOf(column) ?? [])]);
  const model = {
    ...emptyModel("postgres"),
    types: typesOf([...enums], defaultSchema),
    sequences: objects.sequences.map((sequence) => readSequence(sequence, defaultSchema)),
    tables,
    views: [
      ...objects.views.map((view) => ({ config: drizzle.getViewConfig(view), materialized: false })),
      ...objects.materializedViews.map((view) => ({
        config: drizzle.getMaterializedViewConfig?.(view) ?? drizzle.getViewConfig(view),
        materialized: true,
      })),
    ].flatMap((view) => readView(view, scope)),
  };
  const existing = objects.schemas.filter((schema) => schema.isExisting === true);
  const schemas = new Set([
    defaultSchema,
    ...objects.schemas.map((schema) => schema.schemaName),
    ...[model.types, model.sequences, model.tables, model.views].flat().map((object) => object.schema),
  ]);
  for (const schema of existing) schemas.delete(schema.schemaName);
  return {
    model: tidyModel(
      withNamedDependencies({
        ...model,
        schemas: [...schemas].map((name) => ({ name })),
        extensions: extensionsFor(model, defaultSchema),
      }),
    ),
    parents: parentsOf(readings, (column) => typeOf(column, defaultSchema, SERIAL_BASES), defaultSchema),
    impliedNames: scope.implied,
    notes: scope.notes,
  };
}

function readTable(reading: TableReading): Table {
  return tableOf({
    schema: reading.schema,
    name: reading.name,
    columns: reading.config.columns.map((column) => readColumn(reading, column)),
    constraints: readConstraints(reading),
    indexes: reading.config.indexes.map((index) => readIndex(reading, index.config)),
  });
}

function readColumn(reading: TableReading, column: DrizzleColumn): Column {
  const { generatedIdentity: identity } = column;
  const expression = reading.generated(column);
  const name = reading.nameOf(column);
  const sequence = identity?.sequenceName;
  if (sequence !== undefined && cutName(sequence) !== cutName(`${reading.name}_${name}_seq`)) {
    throw unsupported(
      `${reading.name}.${name}`,
      `The identity of ${reading.name}.${name} asks for a sequence named ${sequence}; the sequence of an identity has the name that PostgreSQL gives it.`,
      "Take the name away, or use pgSequence() and a default of nextval().",
    );
  }
  return {
    name,
    type: typeOf(column, reading.defaultSchema),
    notNull: column.notNull,
    default: expression === undefined && identity === undefined ? reading.default(column) : undefined,
    generated: expression === undefined ? undefined : { expression, storage: "stored" },
    identity: identity && {
      generation: identity.type === "byDefault" ? "by default" : "always",
      ...sequenceOptions(identity.sequenceOptions),
    },
  };
}

/** The type as SQL. Size limits of arrays are left out: PostgreSQL takes and forgets them. */
function typeOf(
  column: DrizzleColumn,
  defaultSchema: string,
  bases: Readonly<Record<string, string>> = {},
): string {
  if (isColumn(column.baseColumn)) return `${typeOf(column.baseColumn, defaultSchema, bases)}[]`;
  const own = column.enum
    ? `${quoteName(column.enum.schema ?? defaultSchema)}.${quoteName(column.enum.enumName)}`
    : column.getSQLType();
  return (bases[own] ?? own) + "[]".repeat(arrayDimensions(column));
}

/** The type of a column that refers to a serial one. */
const SERIAL_BASES: Readonly<Record<string, string>> = {
  serial: "integer",
  bigserial: "bigint",
  smallserial: "smallint",
};

function enumOf(column: DrizzleColumn): DrizzleEnum | undefined {
  return isColumn(column.baseColumn) ? enumOf(column.baseColumn) : column.enum;
}

/** An enum that was made twice in the same words is one type. */
function typesOf(enums: readonly DrizzleEnum[], defaultSchema: string): readonly EnumType[] {
  const types = enums.map((each) => ({
    kind: "enum" as const,
    schema: each.schema ?? defaultSchema,
    name: each.enumName,
    values: [...each.enumValues],
  }));
  return [...new Map(types.map((type) => [JSON.stringify(type), type])).values()];
}

function readConstraints(reading: TableReading): readonly Constraint[] {
  const { config, name: table } = reading;
  const key = reading.primaryKeyColumns();
  const primaryKey = (): Constraint[] => {
    if (key === undefined) return [];
    const names = reading.namesOf(key.columns);
    const made = config.primaryKeys.length > 0 ? `${table}_${names.join("_")}_pk` : `${table}_pkey`;
    return [
      { kind: "primary-key", name: reading.named(key.name, made), columns: names.map((name) => ({ name })) },
    ];
  };
  const uniques = [
    ...config.columns
      .filter((column) => column.isUnique)
      .map((column) => ({
        columns: [column],
        name: column.uniqueName,
        nullsNotDistinct: column.uniqueType === "not distinct",
      })),
    ...config.uniqueConstraints,
  ].map(({ columns, name, nullsNotDistinct }): Constraint => {
    const names = reading.namesOf(columns);
    return {
      kind: "unique",
      name: reading.named(name, `${table}_${names.join("_")}_unique`),
      columns: names.map((column) => ({ name: column })),
      nullsNotDistinct,
    };
  });
  const foreignKeys = config.foreignKeys.map((each): Constraint => {
    const { name, key: foreignKey } = reading.foreignKey(each);
    const { columns, references } = foreignKey;
    const made = [table, ...columns, references.table, ...references.columns].join("_");
    return { ...foreignKey, name: reading.named(name, `${made}_fk`) };
  });
  return [...primaryKey(), ...uniques, ...foreignKeys, ...reading.checks()];
}

function readIndex(reading: TableReading, index: DrizzleIndex): IndexDefinition {
  const what = `the index ${index.name ?? ""}`;
  const method = index.method ?? "btree";
  const parts = index.columns.map((part): IndexPart => {
    if (isIndexedColumn(part)) return indexedColumn(part, reading.nameOf(part));
    return readIndexPart(reading.ownText(part, what), "postgres");
  });
  const name = reading.indexName(index.name, parts);
  if (index.concurrently === true) {
    reading.noteIndex(
      name,
      `The index ${name} of ${reading.name} is built in the transaction of its change, which blocks writers of the table meanwhile; CONCURRENTLY cannot run there. Build it beforehand by hand where that is too long: it is then found standing.`,
    );
  }
  return {
    name,
    parts,
    unique: index.unique,
    method: method === "btree" ? undefined : method,
    where: index.where === undefined ? undefined : reading.ownText(index.where, what),
    options: textOptions(index.with),
  };
}

function isIndexedColumn(part: unknown): part is DrizzleIndexedColumn {
  return isKind(part, "IndexedColumn") || isColumn(part);
}

/** Drizzle says `nulls last` for every column, also where the direction implies the other: then it is meant. */
function indexedColumn(part: DrizzleIndexedColumn, column: string): IndexPart {
  const { order, nulls, opClass } = part.indexConfig ?? {};
  const descending = order === "desc";
  return {
    column,
    descending: descending || undefined,
    nulls: nullsOf(descending, nulls === "first", nulls === "last"),
    operatorClass: opClass,
  };
}

function readSequence(sequence: DrizzleSequence, defaultSchema: string): Sequence {
  return {
    schema: sequence.schema ?? defaultSchema,
    name: sequence.seqName ?? "",
    ...sequenceOptions(sequence.seqOptions),
  };
}

function sequenceOptions(options: DrizzleSequenceOptions = {}): SequenceOptions {
  const text = (value: number | string | undefined) => (value === undefined ? undefined : String(value));
  return {
    start: text(options.startWith),
    increment: text(options.increment),
    minimum: text(options.minValue),
    maximum: text(options.maxValue),
    cache: text(options.cache),
    cycle: options.cycle,
  };
}

function readView(
  { config, materialized }: { readonly config: DrizzleViewConfig; readonly materialized: boolean },
  scope: ReadingScope,
): readonly View[] {
  // A view that is declared as existing is somebody else's.
  if (config.query === undefined) return [];
  for (const [what, value] of [
    ["its own access method", config.using === "heap" ? undefined : config.using],
    ["a tablespace", config.tablespace],
    ["no data at first", config.withNoData || undefined],
  ] as const) {
    if (value === undefined) continue;
    throw unsupported(
      config.name,
      `The materialized view ${config.name} asks for ${what}, which Tenon does not build.`,
      "Take it away, or create the view in a migration of its own and declare it with .existing().",
    );
  }
  const definition = sqlText(config.query, { ...scope, what: `the view ${config.name}` });
  return [
    {
      schema: config.schema ?? scope.defaultSchema,
      name: config.name,
      materialized,
      definition,
      triggers: [],
      indexes: [],
      options: textOptions(config.with),
    },
  ];
}

/** `{ checkOption: "local", fillfactor: 70 }` as the catalogue has it: `{ check_option: "local", fillfactor: "70" }`. */
function textOptions(given: Readonly<Record<string, unknown>> | undefined) {
  const options = Object.entries(given ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      String(value),
    ]);
  return options.length === 0 ? undefined : Object.fromEntries(options);
}
