import type { Column, Constraint, ForeignKey, Table } from "../../../schema/index.js";
import { defaultExpression } from "../expression.js";
import { qualified, quote } from "../names.js";
import { type ModelIndex, nameKey } from "./model-index.js";
import { constraintClause } from "./statements/constraint-clause.js";
import { createIndex } from "./statements/create-index.js";
import { createTable } from "./statements/create-table.js";

export interface BuildOptions {
  readonly to: ModelIndex;
  /** Tables that a foreign key can name already. */
  readonly isThere: (target: { readonly schema: string; readonly name: string }) => boolean;
}

export interface BuiltTable {
  readonly statements: readonly string[];
  /** Foreign keys whose target comes later. */
  readonly open: readonly ForeignKey[];
}

/** The statements that create a table with its columns, constraints and indexes. */
export function buildTable(table: Table, { to, isThere }: BuildOptions): BuiltTable {
  const parents = to.parents(table);
  const isNew = (column: Column) => !parents.some((parent) => hasColumn(parent, column.name));
  const own = table.columns.filter((column) => isNew(column) || column.inherited !== true);
  // A partition has its columns from its parent, and repeats none.
  const columns = table.partitionOf === undefined ? own : [];
  const inline: Constraint[] = [];
  const later: Constraint[] = [];
  const open: ForeignKey[] = [];
  for (const constraint of table.constraints) {
    if (repeatsKey(constraint, inline)) later.push(constraint);
    else if ("notValid" in constraint && constraint.notValid === true && constraint.kind !== "foreign-key") {
      later.push(constraint);
    } else if (constraint.kind !== "foreign-key") inline.push(constraint);
    else if (constraint.notValid === true || !isThere(targetOf(constraint))) {
      if (nameKey(targetOf(constraint)) === nameKey(table) && constraint.notValid !== true)
        inline.push(constraint);
      else open.push(constraint);
    } else inline.push(constraint);
  }
  const alter = `ALTER TABLE ${qualified(table)}`;
  const statements = [createTable(table, { columns, constraints: inline })];
  statements.push(...columns.flatMap((column) => columnExtras(column, alter)));
  for (const column of table.columns) {
    if (!columns.includes(column)) statements.push(...overrides(column, parents, table));
  }
  for (const constraint of later) {
    statements.push(
      `${alter}\n  ADD ${constraintClause(constraint, { notValid: "notValid" in constraint && constraint.notValid === true })}`,
    );
  }
  statements.push(...table.indexes.map((index) => createIndex(index, table)));
  if (table.replicaIdentity !== undefined) statements.push(`${alter}\n  ${replicaIdentityClause(table)}`);
  return { statements, open };
}

/** CREATE TABLE makes one of two keys over the same columns, and of two equal exclusions; added later, each is made. */
function repeatsKey(constraint: Constraint, others: readonly Constraint[]): boolean {
  const content = keyContent(constraint);
  return content !== undefined && others.some((other) => keyContent(other) === content);
}

function keyContent(constraint: Constraint): string | undefined {
  switch (constraint.kind) {
    case "primary-key":
    case "unique":
      return constraint.columns.map((column) => column.name).join("\0");
    case "exclusion":
      return constraint.definition;
    default:
      return undefined;
  }
}

function targetOf({ references }: ForeignKey) {
  return { schema: references.schema, name: references.table };
}

function hasColumn(table: Table, name: string): boolean {
  return table.columns.some((column) => column.name === name);
}

/** What has no place in the clause of a column. */
function columnExtras(column: Column, alter: string): readonly string[] {
  const name = quote(column.name);
  const statements: string[] = [];
  if (column.notNull === true && column.notNullOptions?.notValid === true) {
    const constraint = column.notNullOptions.name;
    const clause = constraint === undefined ? "" : `CONSTRAINT ${quote(constraint)} `;
    statements.push(`${alter}\n  ADD ${clause}NOT NULL ${name} NOT VALID`);
  }
  if (column.storage !== undefined) {
    statements.push(`${alter}\n  ALTER COLUMN ${name} SET STORAGE ${column.storage.toUpperCase()}`);
  }
  if (column.compression !== undefined) {
    statements.push(`${alter}\n  ALTER COLUMN ${name} SET COMPRESSION ${column.compression}`);
  }
  return statements;
}

/** The statements for that in which a column is not as it comes from the parent. */
export function overrides(column: Column, parents: readonly Table[], table: Table): readonly string[] {
  const source = parents.flatMap((parent) => parent.columns.filter((item) => item.name === column.name))[0];
  if (source === undefined) return [];
  const alter = `ALTER TABLE ONLY ${qualified(table)}\n  ALTER COLUMN ${quote(column.name)}`;
  const statements: string[] = [];
  if (column.default !== source.default) {
    if (column.default === undefined) statements.push(`${alter} DROP DEFAULT`);
    else statements.push(`${alter} SET DEFAULT ${defaultExpression(column.default)}`);
  }
  if (column.notNull === true && source.notNull !== true) statements.push(`${alter} SET NOT NULL`);
  if (column.storage !== source.storage && column.storage !== undefined) {
    statements.push(`${alter} SET STORAGE ${column.storage.toUpperCase()}`);
  }
  if (column.compression !== source.compression && column.compression !== undefined) {
    statements.push(`${alter} SET COMPRESSION ${column.compression}`);
  }
  return statements;
}

export function isByIndex({ replicaIdentity }: Table): boolean {
  return replicaIdentity?.startsWith("using index ") === true;
}

export function replicaIdentityClause({ replicaIdentity }: Table): string {
  const index = /^using index (.*)$/s.exec(replicaIdentity ?? "")?.[1];
  if (index !== undefined) return `REPLICA IDENTITY USING INDEX ${quote(index)}`;
  return `REPLICA IDENTITY ${(replicaIdentity ?? "default").toUpperCase()}`;
}
