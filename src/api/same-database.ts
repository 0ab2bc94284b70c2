import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";

/** Refuses to move a database into itself, by whatever names it was given. @throws TenonError `USAGE` */
export async function refuseSameDatabase(from: Connection, to: Connection): Promise<void> {
  if (from.engine !== to.engine || from.engine !== "postgres") return;
  const [here, there] = [await identityOf(from), await identityOf(to)];
  if (here !== there) return;
  throw new TenonError("USAGE", `Source and target are the same database: ${to.description}.`, {
    hint: "Give another database as the target. Nothing was changed.",
  });
}

/** A server that was started at the same microsecond and has a database of the same number is the same one. */
async function identityOf(connection: Connection): Promise<string> {
  const [row] = await connection.query(
    `SELECT pg_catalog.pg_postmaster_start_time()::text || ' ' || oid::text AS identity
    FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()`,
  );
  return String(row?.["identity"]);
}
