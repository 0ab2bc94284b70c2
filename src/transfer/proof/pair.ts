import type { Connection } from "../../connection/index.js";
import { type ObjectName, primaryKeyOf, type Table } from "../../schema/index.js";
import { makeRowConverter } from "../fit/row-converter.js";
import { quoteName } from "../fit/table-reader.js";
import { realText } from "../fit/text-expression.js";
import type { ColumnTreatment, SqliteForm } from "../fit/treatment.js";
import type { ColumnPlan, ConvertedRow, SourceRow, TablePlan } from "../table-plan.js";
import { type CanonicalForm, canonicalSql, formOf } from "./canonical-form.js";
import { addConvertedRows } from "./converted-sums.js";
import { sumInPostgres, type TableSums } from "./postgres-sums.js";
import { RowHasher } from "./row-hasher.js";
import { addSqliteRows } from "./sqlite-sums.js";

/** A table that was moved, and where it stands now. */
export interface TableToProve {
  readonly plan: TablePlan;
  readonly at: ObjectName;
  readonly rejected: number;
  /** What the rows of the source came to when all of them were read for the load. */
  readonly read?: TableSums | undefined;
  /** What the rows went through, where it is more than the plan says: the callback of a table. */
  readonly convert?: ((row: SourceRow) => ConvertedRow | undefined) | undefined;
}

/** The sums of both sides of a table, which are the same when its rows are. */
export async function sumBoth(
  source: Connection,
  target: Connection,
  table: TableToProve,
): Promise<readonly [TableSums, TableSums]> {
  const keys = keysOf(table.plan);
  // A server works while this process reads and hashes what is in a file.
  return Promise.all([sumSource(source, target, table, keys), sumTarget(target, table, keys)]);
}

function sumTarget(
  target: Connection,
  { plan, at }: TableToProve,
  keys: readonly number[],
): Promise<TableSums> {
  if (target.engine === "postgres") return sumInPostgres(target, at, keys, plan.columns.map(targetCell));
  return sumInSqlite(target, at, plan.target, formsOf(plan), plan.columns.map(storedCell), keys);
}

async function sumSource(
  source: Connection,
  target: Connection,
  { plan, convert, read }: TableToProve,
  keys: readonly number[],
): Promise<TableSums> {
  if (read !== undefined) return read;
  const at = { schema: "main", name: plan.source.name };
  if (convert === undefined) {
    if (source.engine === "postgres") return sumPostgresSource(source, plan, keys);
    const cells = plan.columns.flatMap((column) => sentCell(column) ?? []);
    if (cells.length === plan.columns.length)
      return sumInSqlite(source, at, plan.source, formsOf(plan), cells, keys);
  }
  // Between two servers a callback may write a value in another way than they do.
  const isSame = source.engine === "postgres" && target.engine === "postgres";
  const forms = formsOf(plan).map((form) => (isSame ? "server" : form));
  const hasher = new RowHasher(forms, keys);
  await addConvertedRows({ source, target, plan, convert: convert ?? makeRowConverter(plan), forms, hasher });
  return hasher;
}

/** Sums up the rows of a table while they are read for its load; undefined where a value does not go as the source tells it. */
export function sumsWhileRead(plan: TablePlan): RowHasher | undefined {
  if (
    plan.columns.some((column) => column.treatment.kind !== "to-postgres" || sentCell(column) === undefined)
  )
    return undefined;
  return new RowHasher(formsOf(plan), keysOf(plan));
}

async function sumInSqlite(
  connection: Connection,
  at: ObjectName,
  table: Table,
  forms: readonly CanonicalForm[],
  cells: readonly string[],
  keys: readonly number[],
): Promise<TableSums> {
  const hasher = new RowHasher(forms, keys);
  await addSqliteRows(connection, at, table, cells, hasher);
  return hasher;
}

function formsOf({ columns }: TablePlan): readonly CanonicalForm[] {
  return columns.map(({ treatment }) => formOfTreatment(treatment));
}

function formOfTreatment(treatment: ColumnTreatment): CanonicalForm {
  switch (treatment.kind) {
    case "to-postgres":
      return formOf(treatment.type);
    case "to-sqlite":
      return FORMS[treatment.form];
    case "identity":
      return "verbatim";
  }
}

function sumPostgresSource(source: Connection, plan: TablePlan, keys: readonly number[]): Promise<TableSums> {
  const columns = plan.columns.map(({ select, treatment, source: { type } }, index) => ({
    value: select,
    cell: treatment.kind === "to-sqlite" ? sourceCell(`c${index}`, treatment.form, type) : `c${index}::text`,
  }));
  return sumInPostgres(source, plan.source, keys, columns);
}

function targetCell({ target, treatment }: ColumnPlan, index: number) {
  const value = quoteName(target.name);
  if (treatment.kind !== "to-postgres") return { value, cell: `c${index}::text` };
  const { type } = treatment;
  const zone = type.kind === "timestamp" ? type.zone : "without";
  return { value, cell: canonicalSql(`c${index}`, formOf(type), zone) };
}

/** SQL of SQLite for the text of a cell on its way to PostgreSQL; undefined where it has to be converted here. */
function sentCell({ source, selectText, treatment }: ColumnPlan): string | undefined {
  if (treatment.kind === "identity") return taggedCell(source.name);
  if (selectText === undefined || treatment.kind !== "to-postgres") return undefined;
  const name = quoteName(source.name);
  switch (treatment.type.kind) {
    case "bytes":
      return hexOf(name);
    case "double":
      return realText(name);
    case "other":
      return undefined;
    case "json":
      return treatment.type.isBinary ? undefined : selectText;
    default:
      return selectText;
  }
}

const hexOf = (name: string) => `CASE WHEN ${name} IS NOT NULL THEN lower(hex(${name})) END`;

/** How a value of PostgreSQL that went to SQLite is summed up there. */
const FORMS: Readonly<Record<SqliteForm, CanonicalForm>> = {
  text: "verbatim",
  integer: "verbatim",
  boolean: "verbatim",
  real: "double",
  number: "number",
  bytes: "verbatim",
};

function sourceCell(column: string, form: SqliteForm, type: string): string {
  switch (form) {
    case "boolean":
      return `${column}::int::text`;
    case "real":
      // A real is what its digits say, not what its bits do: 0.1 is 0.1 on SQLite, too.
      return canonicalSql(type === "real" ? `${column}::text::float8` : column, "double", "without");
    case "number":
      return `trim_scale(${column}::numeric)::text`;
    case "bytes":
      return `encode(${column}, 'hex')`;
    default:
      return `${column}::text`;
  }
}

/** SQL of SQLite for the text of a cell that came from PostgreSQL: of the storage class that it has to have, or it is told with another. */
function storedCell({ target, treatment }: ColumnPlan): string {
  const name = quoteName(target.name);
  if (treatment.kind !== "to-sqlite") return taggedCell(target.name);
  const other = `ELSE typeof(${name}) || ' ' || hex(${name})`;
  switch (treatment.form) {
    case "text":
      return `CASE typeof(${name}) WHEN 'text' THEN ${name} WHEN 'null' THEN NULL ${other} END`;
    case "integer":
    case "boolean":
      return `CASE typeof(${name}) WHEN 'integer' THEN ${name} WHEN 'null' THEN NULL ${other} END`;
    case "real":
      return `CASE typeof(${name}) WHEN 'real' THEN ${realText(name)} WHEN 'text' THEN ${name} WHEN 'null' THEN NULL ${other} END`;
    case "number":
      return `CASE typeof(${name}) WHEN 'real' THEN ${realText(name)} WHEN 'blob' THEN 'blob' ELSE ${name} END`;
    case "bytes":
      return `CASE typeof(${name}) WHEN 'blob' THEN lower(hex(${name})) WHEN 'null' THEN NULL ${other} END`;
  }
}

/** A cell with its storage class, of any content: between two databases of SQLite. */
function taggedCell(column: string): string {
  const name = quoteName(column);
  const text = `CASE WHEN instr(${name}, char(0)) > 0 THEN 'x' || hex(${name}) ELSE 't' || ${name} END`;
  return `CASE typeof(${name}) WHEN 'text' THEN ${text} WHEN 'blob' THEN 'b' || hex(${name}) WHEN 'real' THEN 'r' || printf('%!.20g', ${name}) ELSE ${name} END`;
}

/** The places of the primary key's columns, where all of them move. */
function keysOf({ target, columns }: TablePlan): readonly number[] {
  const key = primaryKeyOf(target)?.columns ?? [];
  const places = key.map(({ name }) => columns.findIndex((column) => column.target.name === name));
  return places.includes(-1) ? [] : places;
}
