import type { Connection } from "../../connection/index.js";
import { type ConcurrentIndex, readConcurrentIndex, type Statement } from "../../sql/index.js";
import { qualified, quote } from "./names.js";

/**
 * An interrupted CREATE INDEX CONCURRENTLY leaves an index that is marked INVALID, is used by no query, and is
 * kept up with every write; IF NOT EXISTS would take it for the real one. It is dropped before the statement runs
 * again: https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
export async function recover(connection: Connection, statement: Statement): Promise<string | undefined> {
  const wanted = readConcurrentIndex(statement);
  if (wanted === undefined) return undefined;
  const found = await findInvalidIndex(connection, wanted);
  if (found === undefined) return undefined;
  if (wanted.name === undefined) {
    return `There is an INVALID index ${found.name} on ${wanted.table.name}, perhaps left by the interrupted build; drop it when it is.`;
  }
  await connection.execute(`DROP INDEX CONCURRENTLY ${qualified(found)}`);
  return `The INVALID index ${found.name}, left by an interrupted build, was dropped; it is built again.`;
}

interface FoundIndex {
  readonly schema: string;
  readonly name: string;
}

/** Not one that a session is building right now. */
async function findInvalidIndex(
  connection: Connection,
  { name, table }: ConcurrentIndex,
): Promise<FoundIndex | undefined> {
  const tableName =
    table.schema === undefined ? quote(table.name) : qualified({ schema: table.schema, name: table.name });
  const rows = await connection.query<{ schema: string; name: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name
     FROM pg_catalog.pg_index i
     JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT i.indisvalid AND i.indrelid = pg_catalog.to_regclass($1) AND ($2::text IS NULL OR c.relname = $2)
       AND NOT EXISTS (
         SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = c.oid
       )
     ORDER BY c.oid`,
    [tableName, name ?? null],
  );
  return rows[0];
}
