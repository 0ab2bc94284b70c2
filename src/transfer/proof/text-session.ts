import type { Connection, Row } from "../../connection/index.js";

/** What the text of a value depends on: https://www.postgresql.org/docs/current/runtime-config-client.html */
const SETTINGS: Readonly<Record<string, string>> = {
  DateStyle: "ISO, YMD",
  TimeZone: "UTC",
  IntervalStyle: "postgres",
  extra_float_digits: "1",
  bytea_output: "hex",
  xmloption: "content",
};

/** Runs `work` while a session of PostgreSQL writes every value in one way; it is set back behind it. */
export async function inTextSession<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  if (connection.engine !== "postgres") return work();
  const names = Object.keys(SETTINGS);
  const current = names.map((name) => `pg_catalog.current_setting('${name}') AS "${name}"`);
  const [before = {}] = await connection.query(`SELECT ${current.join(", ")}`);
  await set(connection, SETTINGS);
  const result = await work();
  // Where the work fails the session is of no more use, or its transaction is rolled back and the settings with it.
  await set(connection, before);
  return result;
}

async function set(connection: Connection, settings: Row): Promise<void> {
  const names = Object.keys(settings);
  const calls = names.map((name, index) => `pg_catalog.set_config('${name}', $${index + 1}, false)`);
  await connection.query(
    `SELECT ${calls.join(", ")}`,
    names.map((name) => String(settings[name])),
  );
}
