import { type ErrorCode, messageOf, TenonError } from "../errors.js";
import { firstWord } from "./libsql-statement.js";

/** What the driver throws when the engine refused: a name of the extended result code, and its number. */
interface EngineError {
  readonly code: string;
  readonly rawCode: number | undefined;
  readonly message: string;
}

/** https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
const SQLITE_BUSY_SNAPSHOT = 517;
const SQLITE_LOCKED = 6;

/** The error for something that the driver threw, with what to do about it. */
export function toTenonError(thrown: unknown, description: string, sql?: string): TenonError {
  if (thrown instanceof TenonError) return thrown;
  const engine = engineError(thrown);
  if (engine === undefined) {
    return new TenonError("SQL_FAILED", `${description}: ${messageOf(thrown)}`, { details: excerptOf(sql) });
  }
  const { code, message, hint } = explain(engine, description, sql);
  return new TenonError(code, message, {
    hint,
    details: { engineCode: engine.code, ...excerptOf(sql) },
  });
}

/**
 * True when the same statement may succeed as soon as another session lets go.
 * @param inTransaction Whether it ran in a transaction, which keeps its view of the database to its end: a view that
 *   another session has overtaken stays so. https://sqlite.org/rescode.html#busy_snapshot
 */
export function isWorthWaiting(thrown: unknown, inTransaction: boolean): boolean {
  return isBusy(thrown) && (!inTransaction || engineError(thrown)?.rawCode !== SQLITE_BUSY_SNAPSHOT);
}

/** True when the engine stopped a statement because another session holds the database. */
export function isBusy(thrown: unknown): boolean {
  const raw = engineError(thrown)?.rawCode;
  return raw !== undefined && (raw & 0xff) === SQLITE_BUSY;
}

/** True when the driver found nothing to run in a text. */
export function isEmptyStatement(thrown: unknown): boolean {
  return engineError(thrown)?.code === "SQLITE_OK";
}

/** The name of the engine's result code, for instance SQLITE_NOTADB; undefined when it was not the engine. */
export function engineCodeOf(thrown: unknown): string | undefined {
  return engineError(thrown)?.code;
}

function explain(
  engine: EngineError,
  description: string,
  sql: string | undefined,
): { code: ErrorCode; message: string; hint?: string } {
  const name = engine.code;
  if (name.startsWith("SQLITE_BUSY")) {
    if (engine.rawCode === SQLITE_BUSY_SNAPSHOT) {
      return {
        code: "DATABASE_BUSY",
        message: `Another session has changed ${description} since this transaction began to read, so it cannot write any more.`,
        hint: "Roll back and start again; begin with BEGIN IMMEDIATE when a transaction reads before it writes.",
      };
    }
    return {
      code: "DATABASE_BUSY",
      message: `Another session holds ${description}.`,
      hint: "Wait until it is done, or open with a longer busyTimeoutMs.",
    };
  }
  if (engine.rawCode !== undefined && (engine.rawCode & 0xff) === SQLITE_LOCKED) {
    return {
      code: "DATABASE_BUSY",
      message: `A result that is still being read on this connection to ${description} keeps the statement from running: ${engine.message}.`,
      hint: "Read the stream to its end, or leave its loop, first.",
    };
  }
  if (name === "SQLITE_FULL") {
    return {
      code: "DATABASE_FULL",
      message: `There is no room left for ${description}: ${engine.message}.`,
      hint: "Free space on the disk, or raise PRAGMA max_page_count where it was set.",
    };
  }
  if (name.startsWith("SQLITE_READONLY")) {
    return {
      code: "DATABASE_READ_ONLY",
      message: `${description} cannot be written: ${engine.message}.`,
      hint: "Check that the connection was not opened with readOnly, and that file and folder may be written by this user.",
    };
  }
  if (name.startsWith("SQLITE_CORRUPT")) {
    return {
      code: "DATABASE_CORRUPT",
      message: `${description} is damaged: ${engine.message}.`,
      hint: "Restore it from a backup, or save what can be read with the .recover command of the sqlite3 shell.",
    };
  }
  if (name === "SQLITE_NOTADB") {
    return {
      code: "NOT_A_DATABASE",
      message: `${description} is not a SQLite database, or is encrypted.`,
      hint: "Check the path; for an encrypted database give its password.",
    };
  }
  if (name.startsWith("SQLITE_CANTOPEN")) {
    return {
      code: "CONNECTION_FAILED",
      message: `${description} cannot be opened: ${engine.message}.`,
      hint: "Check that the folder exists and that this user may write in it.",
    };
  }
  if (name.startsWith("SQLITE_IOERR")) {
    return {
      code: "SQL_FAILED",
      message: `Reading or writing ${description} failed: ${engine.message} (${name}).`,
      hint: "Check the disk, and that nothing else has removed or replaced the file.",
    };
  }
  const shown = excerpt(sql);
  return {
    code: "SQL_FAILED",
    message: shown === undefined ? engine.message : `${engine.message}, in: ${shown}`,
  };
}

function engineError(thrown: unknown): EngineError | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown) || typeof thrown.code !== "string") return undefined;
  const rawCode = "rawCode" in thrown && typeof thrown.rawCode === "number" ? thrown.rawCode : undefined;
  const code = thrown.code.startsWith("UNKNOWN_SQLITE_ERROR_") ? primaryCode(rawCode) : thrown.code;
  return code?.startsWith("SQLITE_") ? { code, rawCode, message: thrown.message } : undefined;
}

/** The driver has no names for some extended codes (SQLITE_READONLY_DIRECTORY is one); their last byte tells the kind. */
function primaryCode(rawCode: number | undefined): string | undefined {
  return rawCode === undefined ? undefined : (PRIMARY_CODES.get(rawCode & 0xff) ?? "SQLITE_ERROR");
}

const PRIMARY_CODES = new Map([
  [5, "SQLITE_BUSY"],
  [6, "SQLITE_LOCKED"],
  [8, "SQLITE_READONLY"],
  [10, "SQLITE_IOERR"],
  [11, "SQLITE_CORRUPT"],
  [13, "SQLITE_FULL"],
  [14, "SQLITE_CANTOPEN"],
  [19, "SQLITE_CONSTRAINT"],
  [26, "SQLITE_NOTADB"],
]);

const EXCERPT_LENGTH = 200;

function excerptOf(sql: string | undefined): Readonly<Record<string, unknown>> {
  const shown = excerpt(sql);
  return shown === undefined ? {} : { statement: shown };
}

/** The beginning of a statement on one line. Bound values are not in it; a statement that may hold a key is not shown. */
function excerpt(sql: string | undefined): string | undefined {
  if (sql === undefined || mayHoldKey(sql)) return undefined;
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length <= EXCERPT_LENGTH ? line : `${line.slice(0, EXCERPT_LENGTH)}…`;
}

function mayHoldKey(sql: string): boolean {
  const word = firstWord(sql);
  return word === "ATTACH" || (word === "PRAGMA" && /key/i.test(sql));
}
