import type { Connection } from "../../connection/index.js";
import { forbidden } from "../plugin-refusal.js";
import { PLUGIN_SETTINGS } from "./plugin-code.js";

/** The settings that were made in this session, by name. */
export async function sessionSettings(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'",
  );
  return new Map(rows.map(({ name, setting }) => [name, setting]));
}

/** A lock on a number of the application's own, as the server lists it. */
interface AdvisoryLock extends Record<string, string | number | boolean> {
  readonly high: number;
  readonly low: number;
  readonly parts: number;
  readonly shared: boolean;
}

export async function advisoryLocks(connection: Connection): Promise<readonly AdvisoryLock[]> {
  return connection.query<AdvisoryLock>(
    `SELECT l.classid::int8 AS high, l.objid::int8 AS low, l.objsubid::int4 AS parts, l.mode = 'ShareLock' AS shared
     FROM pg_catalog.pg_locks l
     WHERE l.locktype = 'advisory' AND l.granted AND l.pid = pg_catalog.pg_backend_pid()`,
  );
}

/**
 * Refuses locks that a plugin has taken for the session, or given up, Tenon's own among them: no rollback does anything
 * about either. One that ends with the transaction cannot be given up, and may stay.
 */
export async function refuseKeptLocks(
  connection: Connection,
  before: readonly AdvisoryLock[],
): Promise<void> {
  const after = await advisoryLocks(connection);
  const keyOf = ({ high, low, parts, shared }: AdvisoryLock) => [high, low, parts, shared].join();
  const [then, now] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  if (before.some((lock) => !now.has(keyOf(lock))))
    throw forbidden("To give up an advisory lock", "It keeps other sessions out for the host.");
  for (const lock of after.filter((each) => !then.has(keyOf(each)))) {
    const release = `pg_catalog.pg_advisory_unlock${lock.shared ? "_shared" : ""}`;
    // A lock of one number of 64 bits is listed as its two halves: https://www.postgresql.org/docs/current/view-pg-locks.html
    const numbers =
      lock.parts === 1
        ? `(${lock.high}::int8 << 32) | ${lock.low}::int8`
        : `${lock.high}::int8::bit(32)::int4, ${lock.low}::int8::bit(32)::int4`;
    const [row] = await connection.query(`SELECT ${release}(${numbers}) AS released`);
    if (row?.["released"] === true)
      throw forbidden("An advisory lock for the session", "Take one that ends with the transaction.");
  }
}

/** Refuses settings that a plugin has changed and that would last beyond its migration. */
export async function refuseKeptSettings(
  connection: Connection,
  before: ReadonlyMap<string, string>,
): Promise<void> {
  const after = await sessionSettings(connection);
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names.find((name) => before.get(name) !== after.get(name) && !PLUGIN_SETTINGS.has(name));
  if (changed === undefined) return;
  throw forbidden(`To change the setting ${changed}`, "It would last beyond the migration.");
}
