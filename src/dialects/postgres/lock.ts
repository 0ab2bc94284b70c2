import type { Connection } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { InOnePiece, Lock, LockRequest } from "../dialect.js";
import { beginDeferring, SETTLE } from "./constraints.js";
import { describeHolder } from "./lock-holder.js";
import { lockKey } from "./lock-key.js";
import { literal } from "./names.js";
import { refusePooler } from "./pooler.js";

/** How long to sleep between two tries, growing from the first to the last number (milliseconds). */
const PAUSES = [2, 5, 10, 20, 50, 100];
/** How often a wait is told again. */
const TELL_EVERY_MS = 5_000;

/** What a session that holds the lock has to keep to, until it gives the lock back. */
interface Held {
  readonly key: bigint;
  readonly searchPath: string;
  /** The session may be changed under us, so every transaction looks whether the lock is still there. */
  readonly isDoubtful: boolean;
}

const held = new WeakMap<Connection, Held>();

/**
 * Takes a session advisory lock: it belongs to this session and ends with it, whatever ends it.
 *
 * It is tried again and again rather than waited for: a waiting statement would hold a snapshot, and a CREATE INDEX
 * CONCURRENTLY of the holder waits for all older snapshots, so that both would wait for ever.
 * https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export async function lock(connection: Connection, request: LockRequest): Promise<Lock> {
  const isDoubtful = await refusePooler(connection);
  const [session] = await connection.query<{ database: string; path: string }>(
    "SELECT current_database()::text AS database, current_setting('search_path') AS path",
  );
  if (session === undefined) throw new TenonError("INTERNAL", "The server told nothing about the session.");
  const key = lockKey(session.database, request.journal);
  await waitForLock(connection, key, request);
  held.set(connection, { key, searchPath: session.path, isDoubtful });
  return { release: () => release(connection) };
}

/**
 * Opens a transaction with the search path that the session had when the run began, whatever the migrations
 * before have made of it.
 */
export async function begin(connection: Connection, _request: LockRequest): Promise<void> {
  const session = held.get(connection);
  await connection.executeScript(beginning(connection).join("; "));
  if (session?.isDoubtful === true) await expectLock(connection, session.key);
}

export const inOnePiece: InOnePiece = {
  begin: (connection) => (held.get(connection)?.isDoubtful === true ? undefined : beginning(connection)),
  // A division by zero is an error whatever the session's settings: no function is needed to raise one.
  expect: (condition) => `SELECT 1 / (${condition})::int`,
  settle: SETTLE,
};

function beginning(connection: Connection): readonly string[] {
  beginDeferring(connection);
  const session = held.get(connection);
  if (session === undefined) return ["BEGIN"];
  return ["BEGIN", `SELECT pg_catalog.set_config('search_path', ${literal(session.searchPath)}, true)`];
}

async function waitForLock(connection: Connection, key: bigint, request: LockRequest): Promise<void> {
  const started = performance.now();
  let told = Number.NEGATIVE_INFINITY;
  for (let tries = 0; ; tries++) {
    const [row] = await connection.query("SELECT pg_catalog.pg_try_advisory_lock($1) AS taken", [key]);
    if (row?.["taken"] === true) return;
    const waitedMs = performance.now() - started;
    const isLate = request.timeoutMs !== undefined && waitedMs >= request.timeoutMs;
    if (isLate || (request.onWait !== undefined && waitedMs - told >= TELL_EVERY_MS)) {
      const description = (await describeHolder(connection, key)) ?? "another session";
      if (isLate) throw timedOut(connection, description, waitedMs);
      request.onWait?.({ description, waitedMs });
      told = waitedMs;
    }
    const pause = PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 100;
    const left = request.timeoutMs === undefined ? pause : request.timeoutMs - waitedMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(pause, left))));
  }
}

function timedOut(connection: Connection, holder: string, waitedMs: number): TenonError {
  return new TenonError(
    "LOCK_TIMEOUT",
    `${connection.description} is being migrated by ${holder}; waited ${Math.round(waitedMs)} ms. Nothing was changed.`,
    {
      hint: "Wait until the other one is done; a longer wait is set with --lock-timeout. A session that hangs is ended with pg_terminate_backend.",
      details: { holder },
    },
  );
}

async function release(connection: Connection): Promise<void> {
  const session = held.get(connection);
  if (session === undefined) return;
  held.delete(connection);
  try {
    await connection.query(
      `SELECT pg_catalog.pg_advisory_unlock($1),
              CASE WHEN current_setting('search_path') <> $2 THEN pg_catalog.set_config('search_path', $2, false) END`,
      [session.key, session.searchPath],
    );
  } catch (error) {
    // The lock went with the session.
    const isGone =
      error instanceof TenonError && ["CONNECTION_LOST", "CONNECTION_CLOSED"].includes(error.code);
    if (!isGone) throw error;
  }
}

async function expectLock(connection: Connection, key: bigint): Promise<void> {
  const [row] = await connection.query(
    `SELECT EXISTS (
       SELECT FROM pg_catalog.pg_locks
       WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND pid = pg_catalog.pg_backend_pid()
         AND classid = ((($1::bigint >> 32) & 4294967295)::text)::oid
         AND objid = (($1::bigint & 4294967295)::text)::oid
     ) AS held`,
    [key],
  );
  if (row?.["held"] === true) return;
  throw new TenonError(
    "CONNECTION_LOST",
    `The lock on ${connection.description} is gone: something between here and the server has changed the session.`,
    {
      hint: "Connect to the server itself, or through a pooler in session mode. Nothing of this step was kept.",
      details: { outcome: "rolled-back" },
    },
  );
}
