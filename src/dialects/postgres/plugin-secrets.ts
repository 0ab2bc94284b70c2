import type { Connection } from "../../connection/index.js";
import { forbidden } from "../plugin-refusal.js";

/**
 * The tables of the server that hold passwords and that this transaction has read: who may read all data reads these,
 * too (https://www.postgresql.org/docs/current/predefined-roles.html). A table that was read stays locked until the end
 * of the transaction, by whatever view or function it was.
 */
export async function readSecrets(connection: Connection): Promise<ReadonlySet<string>> {
  const rows = await connection.query<{ name: string }>(
    `SELECT l.relation::regclass::text AS name
     FROM pg_catalog.pg_locks l
     WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'AccessShareLock'
       AND l.relation = ANY (ARRAY['pg_catalog.pg_authid', 'pg_catalog.pg_user_mapping', 'pg_catalog.pg_subscription']::regclass[])`,
  );
  return new Set(rows.map(({ name }) => name));
}

/** @throws TenonError `PLUGIN_FORBIDDEN` when a plugin has read one that was not read before */
export async function refuseReadSecrets(connection: Connection, before: ReadonlySet<string>): Promise<void> {
  const read = [...(await readSecrets(connection))].find((name) => !before.has(name));
  if (read === undefined) return;
  throw forbidden(
    `To read ${read}`,
    "It holds the passwords of the server; views of it (pg_roles, pg_user) read it, too.",
  );
}
