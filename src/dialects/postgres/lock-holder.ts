import type { Connection } from "../../connection/index.js";

/** Whom the lock of this number is granted to, in words; undefined when it was given back just now. */
export async function describeHolder(connection: Connection, key: bigint): Promise<string | undefined> {
  const [row] = await connection.query<HolderRow>(HOLDER, [key]);
  return row === undefined ? undefined : describe(row);
}

interface HolderRow extends Record<string, string | number | null> {
  readonly pid: number;
  readonly user: string | null;
  readonly application: string | null;
  readonly address: string | null;
  readonly since: string | null;
  readonly state: string | null;
}

// One bigint is shown as its two halves: https://www.postgresql.org/docs/current/view-pg-locks.html
const HOLDER = `
  SELECT l.pid, a.usename::text AS user, a.application_name AS application, host(a.client_addr) AS address,
         to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS since, a.state
  FROM pg_catalog.pg_locks l
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
    AND l.classid = ((($1::bigint >> 32) & 4294967295)::text)::oid
    AND l.objid = (($1::bigint & 4294967295)::text)::oid`;

/** Of another user's session an ordinary user sees little more than its number: then only that is told. */
function describe({ pid, user, application, address, since, state }: HolderRow): string {
  const facts = [
    application === null || application === "" ? undefined : application,
    user === null ? undefined : `user ${user}`,
    address === null ? undefined : `from ${address}`,
    since === null ? undefined : `connected since ${since} UTC`,
    state === "idle in transaction" ? "idle in its transaction" : undefined,
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? `session ${pid}` : `session ${pid} (${facts.join(", ")})`;
}
