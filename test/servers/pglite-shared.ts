import { onTestFinished } from "vitest";
import type { Connection } from "../../src/connection/index.js";
import { openPglite } from "../../src/connection/pglite.js";
import { TenonError } from "../../src/errors.js";

let shared: Connection | undefined;

/**
 * A PGlite session whose database is empty: one for all tests of a file, since each opening takes longer than
 * most tests, cleaned when a test has finished. A test that closes it, or breaks it, costs the next a new one.
 */
export async function sharedPglite(): Promise<Connection> {
  shared ??= await openPglite({ folder: undefined });
  const connection = shared;
  onTestFinished(async () => {
    if (!(await clean(connection))) shared = undefined;
  });
  return connection;
}

async function clean(connection: Connection): Promise<boolean> {
  try {
    if (connection.inTransaction) await connection.execute("ROLLBACK");
    await connection.execute("DISCARD ALL");
    const schemas = await connection.query<{ name: string }>(
      "SELECT quote_ident(nspname) AS name FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
    );
    await connection.executeScript(
      [...schemas.map(({ name }) => `DROP SCHEMA ${name} CASCADE`), "CREATE SCHEMA public"].join("; "),
    );
    return true;
  } catch (error) {
    if (error instanceof TenonError && ["CONNECTION_CLOSED", "CONNECTION_LOST"].includes(error.code))
      return false;
    throw error;
  }
}
