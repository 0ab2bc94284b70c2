import { type ErrorCode, messageOf, type Place, TenonError } from "../errors.js";
import { firstWord } from "./pg-first-word.js";
import { endsSession, isServerError, type ServerError } from "./pg-server-error.js";
import type { PgWire } from "./pg-wire.js";

/** What was under way when something failed. */
export interface Circumstances {
  /** The address without secrets. */
  readonly description: string;
  readonly sql: string;
  /** What stood before `sql` in what was sent. */
  readonly prefix?: string | undefined;
  /** Whether a transaction was open before the statement. */
  readonly inTransaction: boolean;
  /** For a script: how many of its statements were finished before. */
  readonly finished?: number | undefined;
  /** For a batch: which of its statements `sql` is. */
  readonly statement?: number | undefined;
  /** For a batch: whether `sql` or a statement after it commits. */
  readonly commits?: boolean | undefined;
}

/** The error of a statement, as Tenon tells it. */
export function statementError(thrown: unknown, circumstances: Circumstances): TenonError {
  if (thrown instanceof TenonError) return thrown;
  if (!isServerError(thrown) || endsSession(thrown)) return sessionLost(thrown, circumstances);

  const { code, hint } = classify(thrown);
  return new TenonError(code, messageFor(thrown), {
    where: placeOf(thrown, circumstances),
    hint: hint ?? thrown.hint,
    cause: thrown,
    details: factsOf(thrown, circumstances),
  });
}

/** The error of a session that ended during a statement: it says what is certain about the database and what is not. */
function sessionLost(thrown: unknown, circumstances: Circumstances): TenonError {
  const { description, sql, inTransaction, commits = isCommit(sql) } = circumstances;
  if (commits) {
    return lost(thrown, description, "unknown", "Whether the transaction was committed is not known.");
  }
  if (inTransaction) return lost(thrown, description, "rolled-back", ROLLED_BACK);
  return lost(
    thrown,
    description,
    "unknown",
    "No transaction was open: what was said before is done, but whether the last statement was carried out is not known.",
  );
}

/** Whether a statement ends a transaction and keeps what was done in it, now or, with PREPARE TRANSACTION, later. */
export function isCommit(sql: string): boolean {
  return ["commit", "end", "prepare"].includes(firstWord(sql));
}

/** The error of a session that ended between two statements. */
export function sessionLostWhileIdle(wire: PgWire): TenonError {
  return wire.status === "idle"
    ? lost(
        wire.lost,
        wire.description,
        "not-sent",
        "What was said before is done; this statement was not sent.",
      )
    : lost(wire.lost, wire.description, "rolled-back", ROLLED_BACK);
}

const ROLLED_BACK = "The server rolls the open transaction back: nothing of it stays.";

function lost(
  thrown: unknown,
  description: string,
  outcome: "rolled-back" | "unknown" | "not-sent",
  known: string,
): TenonError {
  const reason = messageOf(thrown).replace(/\.?$/, ".");
  return new TenonError("CONNECTION_LOST", `The session with ${description} ended: ${reason} ${known}`, {
    hint: "Connect again: the next run reads the journal and goes on from what is there.",
    cause: thrown,
    details: { outcome, ...(isServerError(thrown) ? { sqlState: thrown.code } : {}) },
  });
}

function classify(error: ServerError): { code: ErrorCode; hint?: string } {
  // The routine is the only mark of this error that is not translated with lc_messages.
  if (error.code === "42601" && error.routine === "exec_parse_message") {
    return {
      code: "MULTIPLE_STATEMENTS",
      hint: "Use executeScript for several statements, or one call for each.",
    };
  }
  switch (error.code) {
    case "25006":
      return {
        code: "DATABASE_READ_ONLY",
        hint: "This is a replica, or default_transaction_read_only is on: connect to the primary server, with a role that may write.",
      };
    case "53100":
      return { code: "DATABASE_FULL", hint: "Make room on the server's disk, then run again." };
    case "XX001":
    case "XX002":
      return {
        code: "DATABASE_CORRUPT",
        hint: "The server finds its own files damaged: restore a backup before anything else is written.",
      };
    case "55P03":
      return { code: "SQL_FAILED", hint: "Another session holds a lock on this object: try again later." };
    case "25001":
      return {
        code: "SQL_FAILED",
        hint: "PostgreSQL runs this statement outside of transactions only: put it into a migration of its own that starts with `-- tenon: no-transaction`.",
      };
    case "55P04":
      return {
        code: "SQL_FAILED",
        hint: "A new value of an enum can be used only once it is committed: add it in a migration of its own before this one.",
      };
    case "57014":
      return {
        code: "SQL_FAILED",
        hint: "The statement was cancelled, by statement_timeout or by an administrator.",
      };
    default:
      return { code: "SQL_FAILED" };
  }
}

function messageFor(error: ServerError): string {
  // The detail of these two holds the whole row, which may hold secrets.
  const holdsRow = error.code === "23502" || error.code === "23514";
  const detail = error.detail !== undefined && !holdsRow ? ` (${error.detail})` : "";
  return `${error.message}${detail}`;
}

function placeOf(error: ServerError, { sql, prefix = "" }: Circumstances): Place {
  const object = [error.schema, error.table].filter((part) => part !== undefined).join(".");
  const position = Number(error.position) - characters(prefix);
  const place = position > 0 ? lineAndColumn(sql, position) : {};
  return object === "" ? place : { ...place, object };
}

/** As PostgreSQL counts: by code points. */
function characters(text: string): number {
  return text === "" ? 0 : Array.from(text).length;
}

/** Line and column of a character, counted as PostgreSQL counts: by code points. */
function lineAndColumn(sql: string, position: number): { line: number; column: number } {
  const before = Array.from(sql).slice(0, position - 1);
  const lineStart = before.lastIndexOf("\n") + 1;
  return {
    line: before.filter((character) => character === "\n").length + 1,
    column: before.length - lineStart + 1,
  };
}

function factsOf(
  error: ServerError,
  { finished, statement, prefix = "" }: Circumstances,
): Record<string, unknown> {
  const facts = {
    sqlState: error.code,
    position: error.position === undefined ? undefined : Number(error.position) - characters(prefix),
    schema: error.schema,
    table: error.table,
    column: error.column,
    dataType: error.dataType,
    constraint: error.constraint,
    context: error.where,
    finishedStatements: finished,
    statement,
  };
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
}
