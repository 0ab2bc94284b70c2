/**
 * Every way in which Tenon refuses or fails, with a one-line meaning. The code is stable: programs and the
 * `--json` output match on it.
 */
export const ERROR_CODES = {
  // wrong use
  USAGE: "the command or a function was called with arguments it does not take",
  CONFIG_INVALID: "the configuration cannot be read or contradicts itself",
  MISSING_DEPENDENCY: "an optional package is needed and not installed",
  UNSUPPORTED: "the engine cannot do what was asked",
  INTERRUPTED: "the command was stopped by a signal, or a question was left without an answer",
  INTERNAL: "Tenon found itself in a state that should be impossible",

  // connections
  URL_INVALID: "the database URL cannot be understood",
  CONNECTION_FAILED: "the database cannot be opened",
  CONNECTION_LOST: "the session with the database ended in the middle of the work",
  CONNECTION_CLOSED: "the connection was used after it was closed",
  DATABASE_BUSY: "another session holds the database",
  DATABASE_READ_ONLY: "the database cannot be written",
  DATABASE_FULL: "the disk or the database is full",
  DATABASE_CORRUPT: "the database file is damaged",
  NOT_A_DATABASE: "the file is not a database",
  SQL_FAILED: "the database refused a statement",
  MULTIPLE_STATEMENTS: "one statement was expected and several were given",
  FOREIGN_KEYS_UNAVAILABLE: "the database does not switch foreign keys as asked",

  // encryption
  ENCRYPTION_WRONG_PASSWORD: "the password does not open the key file",
  ENCRYPTION_KEY_FILE_MISSING: "an encrypted database has no key file beside it",
  ENCRYPTION_KEY_FILE_FOREIGN: "the key file belongs to another database",
  ENCRYPTION_KEY_FILE_INVALID: "the key file is damaged or of an unknown version",
  ENCRYPTION_NOT_ENCRYPTED: "a password was given for a database that is not encrypted",
  ENCRYPTION_PASSWORD_EMPTY: "an empty password was given",
  ENCRYPTION_PASSWORD_REQUIRED: "the database is encrypted and no password was given",

  // reading SQL
  SQL_UNTERMINATED: "a string, comment, quoted name or block is not closed",
  SQL_UNSUPPORTED: "the script holds something that a driver cannot run",
  DIRECTIVE_UNKNOWN: "a `-- tenon:` directive is not known",
  DIRECTIVE_INVALID: "a `-- tenon:` directive has a wrong value",
  TRANSACTION_IN_SCRIPT: "the script controls its own transaction in a way the runner cannot honour",

  // migrations and modules
  MIGRATION_NAME_INVALID: "a file in the migrations folder has a name that is not understood",
  MIGRATION_DUPLICATE: "a version is defined twice in one module",
  MIGRATION_ORPHAN: "a rollback or verify file has no migration beside it",
  MIGRATION_EMPTY: "a migration has nothing in it",
  MIGRATION_INVALID: "a migration's definition is not well formed",
  MIGRATION_NOT_UTF8: "a migration file is not UTF-8 text",
  LAYOUT_UNCLEAR: "a folder may be that of several tools, and nobody said which",
  LAYOUT_UNSUPPORTED: "a file of another tool holds what only that tool can run, or is for another engine",
  MIGRATIONS_FOLDER_MISSING: "the migrations folder does not exist",
  MODULE_DUPLICATE: "a module name is registered twice",
  MODULE_INVALID: "a module's definition is not well formed",
  MODULE_UNKNOWN: "no module of that name is registered",
  DEPENDENCY_MISSING: "a module or version that another depends on does not exist",
  DEPENDENCY_CYCLE: "modules depend on each other in a circle",
  VERSION_INVALID: "a version is not a positive integer",
  VERSION_UNKNOWN: "a module has no such version",

  // the journal and the plan
  JOURNAL_FOREIGN: "a table with the journal's name belongs to another tool",
  JOURNAL_NEWER: "the journal was written by a newer Tenon",
  JOURNAL_INVALID: "the journal holds something impossible",
  LEGACY_AMBIGUOUS: "a legacy schema_version table cannot be matched with one module",
  DATABASE_NEWER: "the journal holds versions that this program does not have",
  CHECKSUM_MISMATCH: "a migration was changed after it was applied",
  OUT_OF_ORDER: "a version below the highest applied one was never applied",
  NOT_REVERSIBLE: "a version has no down step",
  DEPENDENTS_APPLIED: "another applied migration depends on what would be rolled back",
  PLAN_OUTDATED: "the journal was changed after the plan was made, so that other steps would run",
  LOCK_TIMEOUT: "another process is migrating and did not finish in time",

  // taking over from other tools
  HISTORY_NOT_FOUND: "no other tool's history is in the database",
  HISTORY_AMBIGUOUS: "several tools have a history in the database and nobody said which counts",
  HISTORY_NOT_ADOPTED:
    "another tool has applied these migrations already, and the journal knows of none of them",
  ADOPTION_REFUSED: "what another tool has recorded cannot be taken over as it stands",

  // running
  CHECKPOINT_IMPOSSIBLE: "the history of a module does what a checkpoint cannot stand for",
  CHECKPOINT_INVALID: "the file of a checkpoint was changed by hand, or is that of a newer Tenon",
  MIGRATION_FAILED: "a statement of a migration failed",
  VERIFY_FAILED: "a migration's verification returned rows or failed",
  ROWS_LOST: "a migration removed rows from a table that it did not name",
  OBJECTS_LOST: "a migration removed objects that it did not name",
  FOREIGN_KEYS_VIOLATED: "a migration left rows that violate a foreign key",
  OUTCOME_UNKNOWN: "the session was lost while committing, so the outcome is not known",

  // plugins
  PLUGIN_FORBIDDEN: "a plugin says or does what no plugin may",
  OWNERSHIP_VIOLATED: "a plugin touches what it does not own",
  PLUGIN_CONFLICT: "two plugins cannot be active together",
  PLUGIN_NEEDED: "others depend on a plugin that is to go",
  PLUGIN_FAILED: "a plugin could not be loaded or applied",
  PLUGIN_DATA: "a plugin's rows would go and nobody said what becomes of them",

  // transfer
  TARGET_NOT_EMPTY: "a table that would be filled has rows already",
  MAPPING_INVALID: "a mapping file cannot be read, or names what is not there",
  TRANSFER_MISFITS: "rows of the source do not fit the target and nobody said what becomes of them",
  TRANSFER_DIFFERS: "what arrived is not what the source has",
  TRANSFER_UNFINISHED: "an earlier transfer was interrupted, and what it loaded is still there",
  TRANSFER_CHANGED: "an interrupted transfer cannot go on, because the source or the request was changed",

  // files that commands write
  FILE_EXISTS: "a file that would be written exists already",
  FILE_FAILED: "a file cannot be read or written",

  // comparing and changing
  DRIFT: "the database differs from what the journal says",
  OBJECT_TAKEN: "two modules want an object of the same name",
  RENAME_AMBIGUOUS: "a change may be a rename and nobody said whether it is",
  CHANGE_LOSES_DATA: "a change would remove data and was not allowed to",
  CHANGE_BLOCKED: "rows, or changes made meanwhile, stand in the way of a change",
  CHANGE_UNSUPPORTED: "a change cannot be made rightly",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Where something was refused. Every part is optional; lines and columns count from 1. */
export interface Place {
  readonly module?: string | undefined;
  readonly version?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** A table, index or other object of the database. */
  readonly object?: string | undefined;
}

export interface TenonErrorOptions {
  readonly where?: Place | undefined;
  /** What to do next, as a full sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** Facts for programs: counts, names, versions. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The one error class of Tenon: a stable `code`, a message that says what and why, the place, and a hint
 * that says what to do.
 *
 * @example
 * ```ts
 * import { connect, SchemaManager, TenonError } from "tenon";
 *
 * const connection = await connect(":memory:");
 * const manager = new SchemaManager(connection, { 1: { name: "Notes", up: "DROP TABLE notes" } });
 * try {
 *   await manager.migrateToLatest();
 * } catch (error) {
 *   if (!(error instanceof TenonError)) throw error;
 *   console.log(error.code, error.where.version); // MIGRATION_FAILED 1
 * }
 * await connection.close();
 * ```
 */
export class TenonError extends Error {
  override readonly name = "TenonError";
  readonly code: ErrorCode;
  readonly where: Place;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: TenonErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.where = options.where ?? {};
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** The same error with a more exact place: parts that are already known stay. */
  at(place: Place): TenonError {
    return this.#copy({ ...place, ...definedParts(this.where) }, this.details);
  }

  /** The same error with more facts for programs. */
  with(details: Readonly<Record<string, unknown>>): TenonError {
    return this.#copy(this.where, { ...this.details, ...details });
  }

  #copy(where: Place, details: Readonly<Record<string, unknown>>): TenonError {
    const error = new TenonError(this.code, this.message, {
      where,
      hint: this.hint,
      cause: this.cause,
      details,
    });
    if (this.stack !== undefined) error.stack = this.stack;
    return error;
  }

  toJSON(): { code: ErrorCode; message: string; where: Place; hint: string | null; details?: unknown } {
    return {
      code: this.code,
      message: this.message,
      where: this.where,
      hint: this.hint ?? null,
      ...(Object.keys(this.details).length > 0 ? { details: this.details } : {}),
    };
  }
}

/** A place as people read it: `calendar@2, migrations/002_reminders.sql:14:3`. Empty when nothing is known. */
export function describePlace(place: Place): string {
  const migration =
    place.module === undefined ? undefined : [place.module, place.version].filter(Boolean).join("@");
  const position = [place.file, place.line, place.column].filter((part) => part !== undefined).join(":");
  return [migration, position === "" ? undefined : position, place.object].filter(Boolean).join(", ");
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function definedParts(place: Place): Place {
  return Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
}
