import type { Connection, Row } from "../../connection/index.js";

/**
 * What the texts that the engine deparses depend on. Without any of the user's schemas in the search path every name outside
 * `pg_catalog` is written in full; the others decide how constants in expressions are spelled.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: "pg_catalog, pg_temp",
  TimeZone: "UTC",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  extra_float_digits: "1",
  bytea_output: "hex",
  quote_all_identifiers: "off",
};

/** Runs `read` in a transaction in which the engine spells everything in one way; the session is as before after it. */
export function inReadingSession<T>(
  connection: Connection,
  read: (connection: Connection) => Promise<T>,
): Promise<T> {
  const isNested = connection.inTransaction;
  return connection.transaction(async (session) => {
    // One snapshot for all queries. Only the first statement of a transaction can say so: in the caller's own its level holds.
    if (!isNested) await session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    const names = Object.keys(SETTINGS);
    const current = names.map((name) => `pg_catalog.current_setting('${name}') AS "${name}"`);
    const [before] = await session.query<Row>(`SELECT ${current.join(", ")}`);
    await set(session, SETTINGS);
    const result = await read(session);
    // A local setting ends with the transaction, but not with a savepoint that is released.
    if (isNested) await set(session, before ?? {});
    return result;
  });
}

async function set(connection: Connection, settings: Row): Promise<void> {
  const names = Object.keys(settings);
  const calls = names.map((name, index) => `pg_catalog.set_config('${name}', $${index + 1}, true)`);
  await connection.query(
    `SELECT ${calls.join(", ")}`,
    names.map((name) => String(settings[name])),
  );
}
