import { TenonError } from "../errors.js";
import type { SqlOutput } from "./connection.js";
import type { PgClient } from "./pg-client.js";
import { statementError } from "./pg-errors.js";
import { PgSocket } from "./pg-socket.js";
import type { Answer, Failure, PgWire } from "./pg-wire.js";

/**
 * Uses a client that belongs to someone else. What the session holds is read before, and at the end exactly
 * what is new is undone: DISCARD ALL would also take what the owner set (a search path, a time zone).
 *
 * `release` gives the client back to its pool; without it the client simply stays with its owner.
 */
export async function borrow(
  client: PgClient,
  release: ((broken: boolean) => void) | undefined,
): Promise<PgSocket> {
  let before: SessionState | undefined;
  const socket = new PgSocket(client, async (wire) => {
    // A client that was refused is not touched; in a pool nobody would look after it again.
    const failure =
      before === undefined ? refused : await restore(wire, before).catch((error: unknown) => error);
    if (release !== undefined) release(failure !== undefined);
    else if (failure !== undefined && failure !== refused && wire.lost === undefined) throw failure;
  });
  try {
    before = await readState(socket);
  } catch (error) {
    await socket.close();
    throw error;
  }
  return socket;
}

const refused = Symbol("refused");

interface SessionState {
  /** What SET has changed in this session, by name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly role: string;
  readonly user: string;
  /** Each as the arguments of the function that releases it. */
  readonly advisoryLocks: readonly string[];
  readonly temporaryTables: readonly string[];
  readonly preparedStatements: readonly string[];
  readonly cursors: readonly string[];
  readonly channels: readonly string[];
}

// In pg_locks an advisory lock of one bigint is split in two halves with objsubid 1; one of two ints has 2:
// https://www.postgresql.org/docs/current/view-pg-locks.html
const READ_STATE = `
SELECT pg_catalog.json_build_object(
  'settings', (
    SELECT coalesce(pg_catalog.json_object_agg(name, setting), '{}')
    FROM pg_catalog.pg_settings WHERE source = 'session'
  ),
  'role', pg_catalog.current_setting('role'),
  'user', session_user,
  'advisoryLocks', (
    SELECT coalesce(pg_catalog.json_agg(
      CASE WHEN mode = 'ShareLock' THEN '_shared' ELSE '' END || '(' ||
      CASE objsubid
        WHEN 1 THEN ((classid::bigint << 32) | objid::bigint)::text
        ELSE classid::int8::bit(32)::int4 || ', ' || objid::int8::bit(32)::int4
      END || ')'), '[]')
    FROM pg_catalog.pg_locks
    WHERE locktype = 'advisory' AND granted AND pid = pg_catalog.pg_backend_pid()
  ),
  'temporaryTables', (
    SELECT coalesce(pg_catalog.json_agg(oid), '[]')
    FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.pg_my_temp_schema()
  ),
  'preparedStatements', (SELECT coalesce(pg_catalog.json_agg(name), '[]') FROM pg_catalog.pg_prepared_statements),
  'cursors', (SELECT coalesce(pg_catalog.json_agg(name), '[]') FROM pg_catalog.pg_cursors WHERE is_holdable),
  'channels', (SELECT coalesce(pg_catalog.json_agg(channel), '[]') FROM pg_catalog.pg_listening_channels() AS channel)
)::text AS state`;

async function readState(wire: PgWire): Promise<SessionState> {
  const outcome = await wire.ask(READ_STATE, []);
  // Also when a failed transaction answers with an error.
  if (wire.lost === undefined && wire.status !== "idle") throw openTransaction(wire);
  const { rows } = succeeded(wire, READ_STATE, outcome);
  return parseState(rows[0]?.["state"]);
}

function parseState(text: SqlOutput | undefined): SessionState {
  const state: SessionState = JSON.parse(String(text), (key, value: unknown) =>
    key === "temporaryTables" && Array.isArray(value) ? value.map(String) : value,
  );
  return state;
}

/** Undoes what is new; the failure when the client cannot be given back as it was. */
/** Undoes what is new; gives the reason when the session is over, and throws when it cannot be done. */
async function restore(wire: PgWire, before: SessionState): Promise<unknown> {
  if (wire.lost !== undefined) return wire.lost;
  if (wire.status !== "idle") await say(wire, ["ROLLBACK"]);
  // The user first: what follows may need its rights.
  await say(wire, ["RESET SESSION AUTHORIZATION", "RESET ROLE"]);
  await say(wire, undoing(before, await readState(wire)));
  return undefined;
}

function undoing(before: SessionState, after: SessionState): string[] {
  const fresh = (part: "advisoryLocks" | "temporaryTables" | "preparedStatements" | "cursors" | "channels") =>
    without(after[part], before[part]);
  const settings = Object.entries(before.settings).filter(([name, value]) => after.settings[name] !== value);
  return [
    ...(before.advisoryLocks.length === 0
      ? ["SELECT pg_catalog.pg_advisory_unlock_all()"]
      : fresh("advisoryLocks").map(unlocking)),
    ...fresh("cursors").map((name) => `CLOSE ${quoted(name)}`),
    ...fresh("preparedStatements").map((name) => `DEALLOCATE ${quoted(name)}`),
    ...fresh("channels").map((name) => `UNLISTEN ${quoted(name)}`),
    ...(fresh("temporaryTables").length > 0 ? [dropTemporary(before)] : []),
    ...Object.keys(after.settings)
      .filter((name) => before.settings[name] === undefined)
      .map((name) => `RESET ${name.split(".").map(quoted).join(".")}`),
    ...settings.map(
      ([name, value]) => `SELECT pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`,
    ),
    ...(before.user === after.user ? [] : [`SET SESSION AUTHORIZATION ${quoted(before.user)}`]),
    ...(before.role === after.role
      ? []
      : [`SELECT pg_catalog.set_config('role', ${literal(before.role)}, false)`]),
  ];
}

/** All temporary tables, or, when the owner has some, those that are new. */
function dropTemporary(before: SessionState): string {
  if (before.temporaryTables.length === 0) return "DISCARD TEMP";
  const kept = before.temporaryTables.join(", ");
  return `DO $$
    DECLARE found regclass;
    BEGIN
      FOR found IN
        SELECT oid FROM pg_catalog.pg_class
        WHERE relnamespace = pg_catalog.pg_my_temp_schema() AND relkind IN ('r', 'p') AND oid NOT IN (${kept})
      LOOP
        EXECUTE 'DROP TABLE ' || found || ' CASCADE';
      END LOOP;
    END $$`;
}

async function say(wire: PgWire, statements: readonly string[]): Promise<void> {
  const script = statements.join(";\n");
  succeeded(wire, script, await wire.run(script));
}

function succeeded(wire: PgWire, sql: string, outcome: Answer | Failure): Answer {
  if (outcome.kind === "answer") return outcome;
  throw statementError(outcome.thrown, { description: wire.description, sql, inTransaction: false });
}

/** A lock may be held several times over, which the catalog does not tell: it is released until it is free. */
function unlocking(lock: string): string {
  const release = `SELECT pg_catalog.pg_advisory_unlock${lock} AS held`;
  return `WITH RECURSIVE release AS (${release} UNION ALL ${release} FROM release WHERE held) SELECT FROM release`;
}

function openTransaction(wire: PgWire): TenonError {
  return new TenonError("USAGE", `The client given for ${wire.description} has a transaction open.`, {
    hint: "Commit it or roll it back first: Tenon begins and ends its transactions itself.",
  });
}

/** The elements of one list that the other has not, as often as they are more. */
function without(list: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return list.filter((element) => {
    const at = left.indexOf(element);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
