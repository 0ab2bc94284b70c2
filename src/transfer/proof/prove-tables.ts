import type { Connection } from "../../connection/index.js";
import { type ObjectName, primaryKeyOf } from "../../schema/index.js";
import { makeRowConverter } from "../fit/row-converter.js";
import { quoteName } from "../fit/table-reader.js";
import { realText } from "../fit/text-expression.js";
import type { ColumnPlan, ConvertedRow, SourceRow, TablePlan } from "../table-plan.js";
import { type CanonicalForm, canonicalSql, formOf } from "./canonical-form.js";
import { addConvertedRows } from "./converted-sums.js";
import { sumInPostgres, type TableSums } from "./postgres-sums.js";
import { RowHasher } from "./row-hasher.js";
import { addSqliteRows } from "./sqlite-sums.js";
import { checksum, type Proof, proofOf, type TableProof } from "./table-proof.js";
import { inTextSession } from "./text-session.js";

/** A table that was moved, and where it stands now. */
export interface TableToProve {
  readonly plan: TablePlan;
  readonly at: ObjectName;
  readonly rejected: number;
  /** What the rows went through, where it is more than the plan says: the callback of a table. */
  readonly convert?: ((row: SourceRow) => ConvertedRow | undefined) | undefined;
}

export interface ProveRequest {
  /** In the snapshot from which the rows were read. */
  readonly source: Connection;
  readonly target: Connection;
  readonly tables: readonly TableToProve[];
  /** `rows` compares only how many there are. */
  readonly level: "full" | "rows";
  readonly onTable?: ((table: string, done: number, of: number) => void) | undefined;
}

/** Compares what arrived with what the source has: the databases themselves are asked, and nothing that was kept while the rows moved. */
export async function proveTables(request: ProveRequest): Promise<Proof> {
  const { source, target, tables } = request;
  const proofs: TableProof[] = [];
  await inTextSession(target, async () => {
    for (const [index, table] of tables.entries()) {
      request.onTable?.(table.plan.source.name, index, tables.length);
      proofs.push(await proveTable(source, target, table));
    }
  });
  return proofOf(proofs);
}

async function proveTable(source: Connection, target: Connection, table: TableToProve): Promise<TableProof> {
  const { plan, at, rejected } = table;
  const forms = plan.columns.map(formOfColumn);
  const keys = keysOf(plan);
  // The server works while this process reads and hashes the source.
  const [there, here] = await Promise.all([
    sumInPostgres(
      target,
      at,
      plan.columns.map((column) => column.target.name),
      plan.columns.map((column, index) =>
        canonicalSql(`c${index}`, forms[index] ?? "verbatim", zoneOf(column)),
      ),
      keys,
    ),
    sumSource(source, target, table, forms, keys),
  ]);
  const columns = plan.columns.map((column, index) => ({
    column: column.source.name,
    ...checksum(here.sums[index], there.sums[index]),
  }));
  const rowChecksum = checksum(here.sums.at(-1), there.sums.at(-1));
  return {
    table: plan.source.name,
    sourceRows: here.rows,
    targetRows: there.rows,
    rejected,
    columns,
    rowChecksum,
    isEqual: here.rows === there.rows && rowChecksum.isEqual && columns.every((each) => each.isEqual),
  };
}

async function sumSource(
  source: Connection,
  target: Connection,
  { plan, convert }: TableToProve,
  forms: readonly CanonicalForm[],
  keys: readonly number[],
): Promise<TableSums> {
  const hasher = new RowHasher(forms, keys);
  const cells = plan.columns.map((column) => cellSql(column));
  const isPlain = (cell: string | undefined): cell is string => cell !== undefined;
  if (convert === undefined && cells.every(isPlain)) await addSqliteRows(source, plan.source, cells, hasher);
  else
    await addConvertedRows({
      source,
      target,
      plan,
      convert: convert ?? makeRowConverter(plan),
      forms,
      hasher,
    });
  return { rows: hasher.rows, sums: hasher.sums };
}

/** SQL of SQLite for the text of a cell; undefined where it has to be converted here. */
function cellSql({ source, selectText, treatment }: ColumnPlan): string | undefined {
  if (selectText === undefined || treatment.kind !== "to-postgres") return undefined;
  const name = quoteName(source.name);
  switch (treatment.type.kind) {
    case "bytes":
      return `CASE WHEN ${name} IS NOT NULL THEN lower(hex(${name})) END`;
    case "double":
    case "numeric":
      return treatment.type.kind === "double" ? realText(name) : selectText;
    case "other":
      return undefined;
    case "json":
      return treatment.type.isBinary ? undefined : selectText;
    default:
      return selectText;
  }
}

function formOfColumn({ treatment }: ColumnPlan): CanonicalForm {
  return treatment.kind === "to-postgres" ? formOf(treatment.type) : "verbatim";
}

function zoneOf({ treatment }: ColumnPlan): "with" | "without" {
  return treatment.kind === "to-postgres" && treatment.type.kind === "timestamp"
    ? treatment.type.zone
    : "without";
}

/** The places of the primary key's columns, where all of them move. */
function keysOf({ target, columns }: TablePlan): readonly number[] {
  const key = primaryKeyOf(target)?.columns ?? [];
  const places = key.map(({ name }) => columns.findIndex((column) => column.target.name === name));
  return places.includes(-1) ? [] : places;
}
