import type { Column, Constraint, Table } from "../../../../schema/index.js";
import { qualified } from "../../names.js";
import { columnClause } from "./column-clause.js";
import { constraintClause } from "./constraint-clause.js";
import { optionList } from "./option-list.js";

/** What of a table stands in CREATE TABLE itself; the rest follows as statements of its own. */
export interface CreateTableParts {
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly tablespace?: string | undefined;
}

export function createTable(table: Table, { columns, constraints }: CreateTableParts): string {
  const unlogged = table.unlogged === true ? "UNLOGGED " : "";
  const clauses = [
    ...columns.map(columnClause),
    ...constraints.map((constraint) => constraintClause(constraint)),
  ];
  const body = clauses.map((clause) => `  ${clause}`).join(",\n");
  const head = `CREATE ${unlogged}TABLE ${qualified(table)}`;
  const lines: string[] = [];
  if (table.partitionOf !== undefined) {
    lines.push(`${head} PARTITION OF ${qualified(table.partitionOf)}${body === "" ? "" : ` (\n${body}\n)`}`);
    lines.push(table.partitionOf.bound);
  } else lines.push(body === "" ? `${head} ()` : `${head} (\n${body}\n)`);
  if (table.inherits !== undefined) lines.push(`INHERITS (${table.inherits.map(qualified).join(", ")})`);
  if (table.partitionBy !== undefined) lines.push(`PARTITION BY ${table.partitionBy}`);
  if (table.accessMethod !== undefined) lines.push(`USING ${table.accessMethod}`);
  if (table.options !== undefined) lines.push(`WITH (${optionList(table.options)})`);
  return lines.join("\n");
}
