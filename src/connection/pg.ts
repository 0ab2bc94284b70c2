import { messageOf, TenonError } from "../errors.js";
import type { Connection } from "./connection.js";
import { loadPackage } from "./optional-package.js";
import {
  describePgClient,
  isPgClient,
  type PgClient,
  type PgPool,
  type PooledPgClient,
} from "./pg-client.js";
import { connectError } from "./pg-connect-errors.js";
import { PgConnection } from "./pg-connection.js";
import { loadPg } from "./pg-load.js";
import { borrow } from "./pg-loan.js";
import { applyOptions, type PgSessionOptions } from "./pg-session-options.js";
import { PgSocket } from "./pg-socket.js";

export interface PgOptions extends PgSessionOptions {
  /** What the server shows in pg_stat_activity unless the URL or PGAPPNAME says otherwise; `tenon`. */
  readonly applicationName?: string | undefined;
  /** Milliseconds to wait for the server, or for a free client of a pool; 30 seconds. */
  readonly connectTimeoutMs?: number | undefined;
}

const CONNECT_TIMEOUT_MS = 30_000;

/** Opens a session of its own. URL and environment (PGHOST, PGPASSWORD, PGSSLMODE, …) are read as `pg` reads them. */
export async function openPg(url: string, options: PgOptions = {}): Promise<Connection> {
  return await settled(await openSocket(url, options), options);
}

async function openSocket(
  url: string,
  options: PgOptions,
  onClosed?: () => Promise<void>,
): Promise<PgSocket> {
  const client = await newClient(url, options);
  const description = describePgClient(client);
  // The client reports a failure to connect in its promise, and sometimes once more as an event.
  client.on("error", ignore);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(ignore);
    throw connectError(error, description);
  }
  const giveBack = async () => {
    await client.end();
    await onClosed?.();
  };
  const socket = new PgSocket(client, giveBack, (second) =>
    openSocket(
      second.database === undefined ? url : onDatabase(url, second.database),
      options,
      second.onClosed,
    ),
  );
  client.off("error", ignore);
  return socket;
}

/**
 * Uses a client of the caller, or exactly one of the caller's pool. `close` gives it back as it was: without
 * a transaction, lock or setting that was not there before. What cannot be given back so is destroyed.
 */
export async function borrowPg(lender: PgPool | PgClient, options: PgOptions = {}): Promise<Connection> {
  if (isPgClient(lender)) {
    if (lender.processID === null || lender.processID === undefined)
      return await connectGiven(lender, options);
    return await settled(await borrow(lender, undefined), options);
  }
  const client = await takeFrom(lender, options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
  return await settled(await borrow(client, (broken) => client.release(broken)), options);
}

function onDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}

async function newClient(url: string, options: PgOptions): Promise<PgClient> {
  const pg = await loadPackage("pg", "PostgreSQL", loadPg);
  try {
    const client: unknown = new pg.Client({
      connectionString: url,
      fallback_application_name: options.applicationName ?? "tenon",
      connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      // A migration may wait long for a lock with nothing on the wire: firewalls forget silent connections.
      keepAlive: true,
    });
    if (isPgClient(client)) return client;
  } catch (error) {
    throw new TenonError("URL_INVALID", `The PostgreSQL URL cannot be used: ${messageOf(error)}.`, {
      hint: "Write postgres://user@host:5432/database, with characters such as @ or / in a password percent-encoded.",
    });
  }
  throw new TenonError("UNSUPPORTED", "The installed package pg is not one that Tenon knows.", {
    hint: "Install version 8: npm install pg@8",
  });
}

/** A client that was made and not connected yet: it is connected here, and so also ended by `close`. */
async function connectGiven(client: PgClient, options: PgOptions): Promise<Connection> {
  try {
    await client.connect();
  } catch (error) {
    throw connectError(error, describePgClient(client));
  }
  return await settled(new PgSocket(client, () => client.end()), options);
}

async function takeFrom(pool: PgPool, timeoutMs: number): Promise<PooledPgClient> {
  const taken = pool.connect();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    const client = await Promise.race([taken, late]);
    if (client !== undefined) return client;
  } catch (error) {
    throw connectError(error, "A client of the pool");
  } finally {
    clearTimeout(timer);
  }
  // Whoever comes too late goes straight back.
  taken.then((client) => client.release(), ignore);
  throw new TenonError(
    "CONNECTION_FAILED",
    `The pool gave no client within ${timeoutMs} ms: ${pool.totalCount - pool.idleCount} are in use and it may have ${pool.options?.max ?? "no more"}.`,
    { hint: "Give a pool with a client to spare, or a URL: then Tenon opens a session of its own." },
  );
}

async function settled(socket: PgSocket, options: PgOptions): Promise<Connection> {
  const connection = new PgConnection(socket);
  try {
    await applyOptions(connection, options);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return connection;
}

function ignore(): void {}
