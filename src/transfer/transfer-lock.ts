import { setTimeout } from "node:timers/promises";
import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { STAGING } from "./staging-names.js";

/**
 * Lets one transfer at a time into a database. The lock ends with the session, whatever ends that; but a server may take a moment to notice
 * that a process is gone, and may still be committing what the process had said. So both are waited for, for a while: the lock of the transfer, and that of the
 * sessions that load for it. https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 *
 * @throws TenonError `DATABASE_BUSY`
 */
export async function lockTransfers(connection: Connection): Promise<void> {
  await take(connection, STAGING);
  await take(connection, SESSIONS);
  await connection.query("SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))", [
    SESSIONS,
  ]);
}

/** Marks a session as one that loads for a transfer, as long as it lives. */
export async function joinTransfer(connection: Connection): Promise<void> {
  await connection.query("SELECT pg_catalog.pg_advisory_lock_shared(pg_catalog.hashtextextended($1, 0))", [
    SESSIONS,
  ]);
}

/** Gives the lock back: the session may be one that was lent. */
export async function unlockTransfers(connection: Connection): Promise<void> {
  await connection.query("SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))", [
    STAGING,
  ]);
}

const SESSIONS = `${STAGING} sessions`;
const LONGEST_WAIT_MS = 10_000;
const PAUSE_MS = 50;

async function take(connection: Connection, name: string): Promise<void> {
  const end = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const [row] = await connection.query(
      "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended($1, 0)) AS taken",
      [name],
    );
    if (row?.["taken"] === true) return;
    if (performance.now() >= end) break;
    await setTimeout(PAUSE_MS);
  }
  throw new TenonError("DATABASE_BUSY", `Another transfer into ${connection.description} is running.`, {
    hint: "Wait until it is done. Nothing was changed.",
  });
}
