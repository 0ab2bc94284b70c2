import type { Connection } from "../../connection/index.js";
import { qualified } from "./names.js";

/** The sessions in which a constraint may wait for the end of the transaction. */
const waiting = new WeakSet<Connection>();
/** Those whose deferrable constraints are immediate until their transaction ends. */
const settled = new WeakSet<Connection>();

export const SETTLE = "SET CONSTRAINTS ALL IMMEDIATE";

/**
 * Has deferred constraints checked now, so that the step that broke one is told and not the whole run. They stay
 * immediate: https://www.postgresql.org/docs/current/sql-set-constraints.html. Nothing is asked of the server where no
 * rows were changed.
 */
export async function settleConstraints(connection: Connection): Promise<void> {
  if (!waiting.delete(connection)) return;
  await connection.execute(SETTLE);
  settled.add(connection);
}

/** A new transaction defers what is deferred by its definition. */
export function beginDeferring(connection: Connection): void {
  settled.delete(connection);
  waiting.delete(connection);
}

/**
 * Before a statement that may change rows. In the next step of the same transaction what is deferred by its
 * definition is deferred again.
 */
export async function deferAgain(connection: Connection): Promise<void> {
  waiting.add(connection);
  if (!settled.delete(connection)) return;
  const rows = await connection.query<{ schema: string; name: string }>(
    `SELECT DISTINCT n.nspname::text AS schema, c.conname::text AS name
     FROM pg_catalog.pg_constraint c
     JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
     WHERE c.condeferred`,
  );
  if (rows.length > 0) await connection.execute(`SET CONSTRAINTS ${rows.map(qualified).join(", ")} DEFERRED`);
}
