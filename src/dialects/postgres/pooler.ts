import { type Connection, type PgSession, pgSessionOf } from "../../connection/index.js";
import { TenonError } from "../../errors.js";

/**
 * Refuses a connection that goes through a pooler in transaction mode: each transaction may then run in another
 * session of the server, so that neither the lock nor a setting would hold. Gives true when something stands
 * between here and the server and it could not be found out how it works.
 *
 * A server tells a client the number of its session when it connects, for cancel requests. A pooler tells a number
 * of its own: when it is not that of `pg_backend_pid()`, there is one. Poolers in session mode are fine, so the
 * proof is made with a second connection: while that one is in a transaction, a pooler in transaction mode has
 * given away the session that we were in just before.
 */
export async function refusePooler(connection: Connection): Promise<boolean> {
  const session = pgSessionOf(connection);
  if (session?.announcedPid === undefined) return false;
  const first = await backendOf(connection);
  if (first === session.announcedPid) return false;
  for (let look = 0; look < 3; look++) {
    if ((await backendOf(connection)) !== first) throw refusal(connection);
  }
  return await isShared(connection, session, first);
}

/** Throws when the session is shared; true when a second connection cannot be had to look. */
async function isShared(connection: Connection, session: PgSession, own: number): Promise<boolean> {
  const second = await session.openSecond().catch(() => undefined);
  if (second === undefined) return true;
  try {
    await second.execute("BEGIN");
    const taken = await backendOf(second);
    if (taken === own || (await backendOf(connection)) !== own) throw refusal(connection);
    return false;
  } finally {
    await second.close();
  }
}

async function backendOf(connection: Connection): Promise<number> {
  const [row] = await connection.query("SELECT pg_catalog.pg_backend_pid() AS pid");
  return Number(row?.["pid"]);
}

function refusal(connection: Connection): TenonError {
  return new TenonError(
    "UNSUPPORTED",
    `${connection.description} is reached through a pooler in transaction mode: it gives each transaction another session, so that neither a lock nor a setting holds. Nothing was changed.`,
    {
      hint:
        "Migrate over a direct connection, or through a pooler in session mode: with PgBouncer the server's own port " +
        "(5432 rather than 6432), at Supabase port 5432 rather than 6543, at Neon the host without -pooler.",
    },
  );
}
