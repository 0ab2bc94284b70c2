import type { Connection } from "../../src/connection/index.js";
import { openPglite } from "../../src/connection/pglite.js";
import { TenonError } from "../../src/errors.js";

let shared: Promise<Connection> | undefined;

/**
 * A PGlite session whose database is empty: one for all tests of a file, since each opening takes longer than most
 * tests. It stays open when a test closes it; a test that breaks it costs the next one a new session.
 */
export async function sharedPglite(): Promise<Connection> {
  shared ??= openPglite({ folder: undefined }).then(keptOpen);
  const connection = await shared;
  if (await empty(connection)) return connection;
  shared = undefined;
  return await sharedPglite();
}

/** False when the session is over. */
async function empty(connection: Connection): Promise<boolean> {
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
    if (error instanceof TenonError && error.code === "CONNECTION_LOST") return false;
    throw error;
  }
}

function keptOpen(connection: Connection): Connection {
  return new Proxy(connection, {
    get(target, name) {
      if (name === "close") return async () => undefined;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
