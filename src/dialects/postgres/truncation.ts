import type { Connection } from "../../connection/index.js";
import type { Effect } from "../../sql/index.js";
import type { FoundLoss } from "./lost-rows.js";
import type { Named } from "./named-objects.js";
import { qualified, quote } from "./names.js";

/** A table with what it held, to look at once more. */
export interface CountedTable extends Named {
  readonly rows: number;
}

/**
 * Counts the rows of all tables that TRUNCATE … CASCADE would empty without naming them: those that refer to one
 * that is emptied, and so on, whatever their keys say: https://www.postgresql.org/docs/current/sql-truncate.html.
 * They have to be scanned, for nothing counts what TRUNCATE takes away.
 */
export async function countReferring(
  connection: Connection,
  truncates: readonly Effect[],
): Promise<readonly CountedTable[]> {
  const names = truncates.flatMap(({ schema, table }) => {
    if (table === undefined) return [];
    return [schema === undefined ? quote(table) : qualified({ schema, name: table })];
  });
  const tables = await connection.query<{ schema: string; name: string }>(REFERRING, [JSON.stringify(names)]);
  const counted: CountedTable[] = [];
  for (const table of tables) {
    const [row] = await connection.query(`SELECT count(*) AS n FROM ONLY ${qualified(table)}`);
    counted.push({ ...table, rows: Number(row?.["n"] ?? 0) });
  }
  return counted.filter((table) => table.rows > 0);
}

/** Those of the tables that are empty now. */
export async function findEmptied(
  connection: Connection,
  tables: readonly CountedTable[],
): Promise<readonly FoundLoss[]> {
  const losses: FoundLoss[] = [];
  for (const table of tables) {
    const [row] = await connection.query(`SELECT EXISTS (SELECT FROM ONLY ${qualified(table)}) AS "hasRows"`);
    if (row?.["hasRows"] === true) continue;
    losses.push({ kind: "rows", table, family: [table], before: table.rows, after: 0 });
  }
  return losses;
}

const REFERRING = `
  WITH RECURSIVE named (oid) AS (
    SELECT pg_catalog.to_regclass(value)::oid FROM json_array_elements_text($1::json)
  ),
  truncated (oid) AS (
    SELECT oid FROM named WHERE oid IS NOT NULL
    UNION
    SELECT next.oid
    FROM truncated t
    CROSS JOIN LATERAL (
      SELECT conrelid AS oid FROM pg_catalog.pg_constraint WHERE contype = 'f' AND confrelid = t.oid
      UNION ALL
      SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = t.oid
    ) AS next
  ),
  own (oid) AS (
    -- Partitions and heirs go with the table that is named.
    SELECT oid FROM named
    UNION
    SELECT i.inhrelid FROM own o JOIN pg_catalog.pg_inherits i ON i.inhparent = o.oid
  )
  SELECT n.nspname::text AS schema, c.relname::text AS name
  FROM truncated t
  JOIN pg_catalog.pg_class c ON c.oid = t.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND t.oid NOT IN (SELECT oid FROM own WHERE oid IS NOT NULL)
  ORDER BY 1, 2`;
