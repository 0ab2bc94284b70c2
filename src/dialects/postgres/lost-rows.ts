import type { Connection } from "../../connection/index.js";
import type { Named } from "./named-objects.js";
import { qualified } from "./names.js";
import type { RowCounts } from "./row-changes.js";

/** Rows that are gone, or values that were set to NULL or a default, in a table and by a statement yet to be judged. */
export interface FoundLoss {
  readonly kind: "rows" | "values";
  readonly table: Named;
  readonly column?: string | undefined;
  /** The table itself and those that it is a part of: naming any of them names it. */
  readonly family: readonly Named[];
  readonly before: number;
  readonly after: number;
}

/**
 * Finds tables that have fewer rows than before, and foreign keys that were set to NULL or a default because their
 * row is gone. Only now tables are scanned, for exact numbers: whoever gets here is likely to be rolled back.
 */
export async function findLosses(
  connection: Connection,
  changes: readonly RowCounts[],
): Promise<readonly FoundLoss[]> {
  return [...(await findLostRows(connection, changes)), ...(await findLostValues(connection, changes))];
}

async function findLostRows(connection: Connection, changes: readonly RowCounts[]): Promise<FoundLoss[]> {
  // A row that moves to another partition is deleted in one and inserted in the other.
  const byRoot = new Map<number, { lost: number; parts: number[] }>();
  for (const { oid, root, inserted, deleted } of changes) {
    const sum = byRoot.get(root) ?? { lost: 0, parts: [] };
    sum.lost += deleted - inserted;
    if (deleted > inserted) sum.parts.push(oid);
    byRoot.set(root, sum);
  }
  const losses: FoundLoss[] = [];
  for (const [root, { lost, parts }] of byRoot) {
    if (lost <= 0) continue;
    const family = await readFamily(connection, parts);
    const table = family.find((member) => member.oid === root);
    if (table === undefined) continue;
    const after = await count(connection, table, "*");
    losses.push({ kind: "rows", table, family, before: after + lost, after });
  }
  return losses;
}

async function findLostValues(connection: Connection, changes: readonly RowCounts[]): Promise<FoundLoss[]> {
  const updated = changes.filter((change) => change.updated > 0);
  const gone = changes.filter((change) => change.deleted > 0 || change.updated > 0);
  if (updated.length === 0 || gone.length === 0) return [];
  const keys = await connection.query<KeyRow>(CLEARING_KEYS, [arrayOf(updated.map(({ oid }) => oid))]);
  const losses: FoundLoss[] = [];
  for (const { child, parent, column, onDelete, onUpdate, toDefault } of keys) {
    const isCaused = gone.some(
      (change) =>
        (change.oid === parent || change.root === parent) &&
        ((onDelete && change.deleted > 0) || (onUpdate && change.updated > 0)),
    );
    if (!isCaused) continue;
    const family = await readFamily(connection, [child]);
    const table = family.find((member) => member.oid === child);
    if (table === undefined) continue;
    const values = await count(connection, table, column);
    const set = updated.find(({ oid }) => oid === child)?.updated ?? 0;
    const before = toDefault ? values : values + set;
    losses.push({ kind: "values", table, column, family, before, after: before - set });
  }
  return losses;
}

interface KeyRow extends Record<string, string | number | boolean> {
  readonly child: number;
  readonly parent: number;
  readonly column: string;
  readonly onDelete: boolean;
  readonly onUpdate: boolean;
  /** What is taken away is replaced by a default, and not by NULL. */
  readonly toDefault: boolean;
}

// ON DELETE SET NULL (columns) can name some of the key's columns, from PostgreSQL 15 on; 14 has no such column
// in its catalog, so it is read by way of JSON.
const CLEARING_KEYS = `
  SELECT DISTINCT k.conrelid AS child, k.confrelid AS parent, a.attname::text AS column,
         k.confdeltype IN ('n', 'd') AS "onDelete", k.confupdtype IN ('n', 'd') AS "onUpdate",
         a.atthasdef AND 'd' IN (k.confdeltype, k.confupdtype) AS "toDefault"
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid
  CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(k) -> 'confdelsetcols' AS columns) AS cleared
  WHERE k.contype = 'f' AND k.conrelid = ANY ($1::text::oid[])
    AND (k.confdeltype IN ('n', 'd') OR k.confupdtype IN ('n', 'd'))
    AND a.attnum = ANY (k.conkey)
    AND (jsonb_typeof(cleared.columns) IS DISTINCT FROM 'array' OR cleared.columns @> to_jsonb(a.attnum))`;

interface FamilyRow extends Record<string, string | number> {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
}

/**
 * These tables, those that they are partitions or heirs of, and the views through which their rows are deleted by
 * themselves (16 stands for DELETE): who deletes from such a view names its table.
 */
async function readFamily(connection: Connection, tables: readonly number[]): Promise<readonly FamilyRow[]> {
  return await connection.query<FamilyRow>(
    `WITH RECURSIVE family (oid) AS (
       SELECT unnest($1::text::oid[])
       UNION
       SELECT next.oid
       FROM family f
       CROSS JOIN LATERAL (
         SELECT inhparent AS oid FROM pg_catalog.pg_inherits WHERE inhrelid = f.oid
         UNION ALL
         SELECT w.ev_class
         FROM pg_catalog.pg_depend d
         JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid AND w.rulename = '_RETURN'
         WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = f.oid
           AND w.ev_class <> f.oid AND pg_catalog.pg_relation_is_updatable(w.ev_class, false) & 16 <> 0
       ) AS next
     )
     SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name
     FROM family f
     JOIN pg_catalog.pg_class c ON c.oid = f.oid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`,
    [arrayOf(tables)],
  );
}

async function count(connection: Connection, table: Named, column: string): Promise<number> {
  const counted = column === "*" ? "*" : qualified({ schema: "t", name: column });
  const [row] = await connection.query(`SELECT count(${counted}) AS n FROM ${qualified(table)} AS t`);
  return Number(row?.["n"] ?? 0);
}

function arrayOf(oids: readonly number[]): string {
  return `{${oids.join(",")}}`;
}
