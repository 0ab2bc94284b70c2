import { TenonError } from "../../errors.js";
import {
  type Column,
  type Constraint,
  type IndexDefinition,
  type Table,
  type Trigger,
  tableOf,
  tidyPart,
  unreadTable,
} from "../../schema/index.js";
import type { ColumnRow, SchemaRow, TableRow } from "./catalogue.js";
import { readCreateIndex } from "./read-create-index.js";
import { type ColumnDefinition, readCreateTable, type TableDefinition } from "./read-create-table.js";
import { readCreateTrigger } from "./read-create-view.js";
import { nameKey } from "./rules.js";
import { toldType } from "./told-type.js";

/** What SQLite keeps of an ordinary table as text. */
export interface TableTexts {
  readonly name: string;
  readonly sql: string;
  readonly facts: Pick<TableRow, "strict" | "withoutRowid">;
  /** Its indexes and triggers. */
  readonly parts: readonly SchemaRow[];
}

/** What the pragmas tell of it beside. */
export interface TablePragmas {
  readonly columns: readonly ColumnRow[];
  readonly foreignKeys: number;
}

/** Reads a table from its texts and the pragmas, and notices where the two do not agree. */
export function readTable(texts: TableTexts, pragmas: TablePragmas): Table {
  const { name, sql, facts } = texts;
  const rows = pragmas.columns;
  const definition = readCreateTable(
    sql,
    name,
    rows.map((column) => column.name),
  );
  const columns = rows.map((column, index): Column => {
    const read = definition.columns[index];
    if (read === undefined || read.name !== column.name) throw misread(name, `column ${column.name}`);
    if (column.hidden >= 2 !== (read.generated !== undefined)) throw misread(name, `column ${column.name}`);
    return columnFrom(read, { type: column.type, notNull: column.notNull });
  });
  if (definition.columns.length !== rows.length) throw misread(name, "its columns");

  const keys = definition.constraints.filter((constraint) => constraint.kind === "foreign-key");
  if (keys.length !== pragmas.foreignKeys) throw misread(name, "its foreign keys");
  const parts = settledParts(texts, definition, columns);
  return tidyPart(tableOf({ schema: "main", name, ...facts, ...parts, triggers: triggersOf(texts.parts) }));
}

/** Whether the texts alone tell of a table what is known of it before it is read. */
export function canBeReadLater({ sql }: TableTexts): boolean {
  return !/\brandom\b/i.test(sql);
}

/**
 * The same table from its texts alone, read when something asks for it. It is for a table that two databases have to the
 * letter: nothing can differ in it, so it is mostly asked for nothing but its name.
 */
export function readTableLater(texts: TableTexts): Table {
  const { name, sql, facts, parts } = texts;
  return unreadTable(tidyPart({ schema: "main", name, kind: "ordinary", ...facts }), {
    definition: () => {
      const names = readCreateTable(sql, name, []).columns.map((column) => column.name);
      const definition = readCreateTable(sql, name, names);
      const isNotNull = notNullByKey(definition, facts);
      const columns = definition.columns.map((read) =>
        columnFrom(read, { type: toldType(read.type), notNull: read.notNull || isNotNull(read.name) }),
      );
      const { constraints, indexes } = settledParts(texts, definition, columns);
      return { columns, constraints, indexes };
    },
    triggers: () => triggersOf(parts),
  });
}

function columnFrom(read: ColumnDefinition, { type, notNull }: { type: string; notNull: boolean }): Column {
  return {
    name: read.name,
    type: type.trim().replaceAll(/\s+/g, " "),
    notNull,
    notNullOptions: read.notNullConflict && { conflict: read.notNullConflict },
    default: read.default,
    collation: read.collation,
    generated: read.generated,
  };
}

/**
 * The primary key of a STRICT table or one WITHOUT ROWID takes no NULL, unless it is the rowid:
 * https://sqlite.org/stricttables.html, https://sqlite.org/withoutrowid.html
 */
function notNullByKey(
  { columns, constraints }: TableDefinition,
  { strict, withoutRowid }: TableTexts["facts"],
): (column: string) => boolean {
  const key = constraints.find((constraint) => constraint.kind === "primary-key");
  if (key === undefined || (!strict && !withoutRowid)) return () => false;
  const settled = settleKey(key, columns, withoutRowid);
  if (settled.kind !== "primary-key" || settled.rowidAlias === true) return () => false;
  const names = new Set(settled.columns.map((column) => nameKey(column.name)));
  return (column) => names.has(nameKey(column));
}

function settledParts({ facts, parts }: TableTexts, definition: TableDefinition, columns: readonly Column[]) {
  return {
    columns,
    constraints: definition.constraints.map((each) => settleKey(each, columns, facts.withoutRowid)),
    indexes: indexesOf(parts, columns),
    options: definition.options,
  };
}

function indexesOf(parts: readonly SchemaRow[], columns: readonly Column[]): readonly IndexDefinition[] {
  const names = columns.map((column) => column.name);
  return parts
    .filter((row) => row.type === "index")
    .map((row) => settleIndex(readCreateIndex(row.sql ?? "", row.name, row.table, names), columns));
}

export function triggersOf(parts: readonly SchemaRow[]): readonly Trigger[] {
  return parts
    .filter((row) => row.type === "trigger")
    .map((row) => readCreateTrigger(row.sql ?? "", row.name));
}

type NamedColumn = Pick<Column, "name" | "type" | "collation">;

/**
 * Decides what only the whole table tells: whether a key is the rowid, and which collations differ from the
 * column's.
 */
function settleKey(
  constraint: Constraint,
  columns: readonly NamedColumn[],
  withoutRowid: boolean,
): Constraint {
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

function settleIndex(index: IndexDefinition, columns: readonly NamedColumn[]): IndexDefinition {
  return {
    ...index,
    parts: index.parts.map((part) => {
      if (part.column === undefined) return part;
      const collation = unlessOwn(part.collation, part.column, columns);
      return { ...part, column: spelledAs(part.column, columns), collation };
    }),
  };
}

function spelledAs(name: string, columns: readonly NamedColumn[]): string {
  return columns.find((column) => nameKey(column.name) === nameKey(name))?.name ?? name;
}

function unlessOwn(
  collation: string | undefined,
  name: string,
  columns: readonly NamedColumn[],
): string | undefined {
  const column = columns.find((candidate) => nameKey(candidate.name) === nameKey(name));
  const own = column?.collation ?? "BINARY";
  return collation === undefined || nameKey(collation) === nameKey(own) ? undefined : collation;
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
