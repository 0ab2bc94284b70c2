import type { PgQuery } from "./pg-query.js";

/** The parts of a `pg` client that are used here; any version 8, from any copy of the package. */
export interface PgClient {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly database?: string | undefined;
  /** Known once the client is connected. */
  readonly processID?: number | null | undefined;
  connect(): Promise<unknown>;
  /** Takes any object that speaks the protocol itself. */
  query(query: PgQuery): unknown;
  end(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  off(event: "end", listener: () => void): unknown;
}

export interface PooledPgClient extends PgClient {
  release(destroy?: boolean): void;
}

/** A pool of the package `pg`. */
export interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly options?: { readonly max?: number | undefined } | undefined;
  connect(): Promise<PooledPgClient>;
}

/** Tells the state of the transaction after each answer. */
export interface PgReadiness {
  on(event: "readyForQuery", listener: (message: { readonly status: string }) => void): unknown;
  off(event: "readyForQuery", listener: (message: { readonly status: string }) => void): unknown;
}

/** The client's protocol object; undefined for pg-native, which has none, and in pipeline mode, where it is shared. */
export function readinessOf(client: object): PgReadiness | undefined {
  if (!("connection" in client) || ("pipeline" in client && client.pipeline === true)) return undefined;
  return isReadiness(client.connection) ? client.connection : undefined;
}

function isReadiness(protocol: unknown): protocol is PgReadiness {
  return typeof protocol === "object" && protocol !== null && "on" in protocol && "off" in protocol;
}

export function isPgPool(given: unknown): given is PgPool {
  return (
    typeof given === "object" &&
    given !== null &&
    "totalCount" in given &&
    "idleCount" in given &&
    "connect" in given
  );
}

export function isPgClient(given: unknown): given is PgClient {
  return (
    typeof given === "object" &&
    given !== null &&
    "connect" in given &&
    "query" in given &&
    "end" in given &&
    "processID" in given
  );
}

/** `postgres://user@host:port/database`, without the password. */
export function describePgClient(client: PgClient): string {
  const { user, host = "localhost", port, database } = client;
  const account = user === undefined || user === "" ? "" : `${encodeURIComponent(user)}@`;
  const place = host.startsWith("/") ? encodeURIComponent(host) : host.includes(":") ? `[${host}]` : host;
  return `postgres://${account}${place}${port === undefined ? "" : `:${port}`}/${database ?? ""}`;
}
