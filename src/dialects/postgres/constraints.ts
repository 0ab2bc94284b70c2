import type { Connection } from "../../connection/index.js";
import { qualified } from "./names.js";

/** The sessions whose deferrable constraints are immediate until their transaction ends. */
const settled = new WeakSet<Connection>();

/**
 * Has deferred constraints checked now, so that the step that broke one is told and not the whole run. They stay
 * immediate: https://www.postgresql.org/docs/current/sql-set-constraints.html
 */
export async function settleConstraints(connection: Connection): Promise<void> {
  await connection.execute("SET CONSTRAINTS ALL IMMEDIATE");
  settled.add(connection);
}

/** A new transaction defers what is deferred by its definition. */
export function beginDeferring(connection: Connection): void {
  settled.delete(connection);
}

/** For the next step in the same transaction: defers again what is deferred by its definition. */
export async function deferAgain(connection: Connection): Promise<void> {
  if (!settled.delete(connection)) return;
  const rows = await connection.query<{ schema: string; name: string }>(
    `SELECT DISTINCT n.nspname::text AS schema, c.conname::text AS name
     FROM pg_catalog.pg_constraint c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
     WHERE c.condeferred`,
  );
  if (rows.length > 0) await connection.execute(`SET CONSTRAINTS ${rows.map(qualified).join(", ")} DEFERRED`);
}
