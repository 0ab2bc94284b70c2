import { type Connection, connectToLockFile } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { Lock, LockHolder, LockRequest } from "../dialect.js";

/** How long to sleep between two tries, growing from the first to the last number (milliseconds). */
const PAUSES = [1, 2, 5, 10, 20, 50, 100];
/** How often a wait is told again. */
const TELL_EVERY_MS = 5_000;

/**
 * Opens the write transaction. BEGIN IMMEDIATE takes SQLite's one write lock at once, so nobody else can migrate
 * (or write) before COMMIT: https://sqlite.org/lang_transaction.html. The driver is synchronous and would stop the
 * whole program while it waits, so a busy database is tried again from here, with pauses.
 */
export async function begin(connection: Connection, request: LockRequest): Promise<void> {
  await retryWhileBusy(connection.description, request, () =>
    connection.execute("BEGIN IMMEDIATE", [], { busyTimeoutMs: 0 }),
  );
}

/**
 * Keeps other migrators out for longer than one transaction, as steps without a transaction need it: an exclusive
 * transaction on a small lock file beside the database. The operating system frees it when the process dies.
 */
export async function lock(connection: Connection, request: LockRequest): Promise<Lock> {
  const lockFile = await connectToLockFile(connection);
  if (lockFile === undefined) return { release: async () => undefined };
  try {
    await retryWhileBusy(connection.description, request, () =>
      lockFile.execute("BEGIN EXCLUSIVE", [], { busyTimeoutMs: 0 }),
    );
  } catch (error) {
    await lockFile.close();
    throw error;
  }
  return { release: () => lockFile.close() };
}

async function retryWhileBusy(
  database: string,
  request: LockRequest,
  attempt: () => Promise<unknown>,
): Promise<void> {
  const started = performance.now();
  let told = Number.NEGATIVE_INFINITY;
  for (let tries = 0; ; tries++) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!(error instanceof TenonError) || error.code !== "DATABASE_BUSY") throw error;
      const waitedMs = performance.now() - started;
      if (request.timeoutMs !== undefined && waitedMs >= request.timeoutMs)
        throw timedOut(database, waitedMs, error);
      const holder: LockHolder = { description: "another session that is writing to the database", waitedMs };
      if (waitedMs - told >= TELL_EVERY_MS) {
        request.onWait?.(holder);
        told = waitedMs;
      }
      await pause(PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 100);
    }
  }
}

function timedOut(database: string, waitedMs: number, cause: TenonError): TenonError {
  return new TenonError(
    "LOCK_TIMEOUT",
    `${database} is held by another session that is writing to it; waited ${Math.round(waitedMs)} ms. Nothing was changed.`,
    {
      hint: "Wait until the other process is done, or end it; a longer wait is set with --lock-timeout.",
      cause,
    },
  );
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
