import type { Connection, EngineName } from "../connection/index.js";
import type { SqlSyntax, Statement, StatementText } from "../sql/index.js";
import type { ExactRows } from "./exact-rows.js";
import type { JournalStatements } from "./journal-statements.js";
import type { ListedObject, ListOptions } from "./listed-object.js";
import type { PluginBounds, PluginWatch, PluginWatchRequest } from "./plugin-watch.js";
import type { SchemaDialect } from "./schema-dialect.js";

/**
 * What Tenon knows of one engine's SQL, for the part that runs migrations. The engine layer never asks which
 * dialect it has: it asks for a capability, or calls one of these.
 */
export interface Dialect {
  readonly engine: EngineName;
  readonly syntax: SqlSyntax;
  readonly capabilities: Capabilities;

  /** A name as SQL, quoted. */
  quote(name: string): string;
  /** The same for all spellings of a name that the engine takes for one. */
  nameKey(name: string): string;
  /** The placeholder of the parameter at this position, from 1. */
  placeholder(position: number): string;

  /**
   * A query for the rows of a text in JSON: a list of lists of so many texts; absent where many rows are no faster so than with
   * a placeholder for each value.
   */
  rowsOf?(json: string, columns: number): string;

  /** Where the journal of this connection lives: quoted in full, so that no search path can mislead it. */
  journalAddress(connection: Connection, table: string): Promise<TableAddress>;
  /** Another table beside it, in the same schema; asks nobody. */
  addressBeside(address: TableAddress, table: string): TableAddress;
  /**
   * A query for one value that is another whenever somebody changed the catalogue: cheap, and now and then another without need.
   */
  readonly catalogueStamp: string;
  /** Columns of a table found by its exact address (not through a search path); undefined when there is none. */
  readColumns(connection: Connection, address: TableAddress): Promise<readonly string[] | undefined>;

  /** Every object that somebody made, the session's temporary ones with it: one query, whatever their number. */
  listObjects(connection: Connection, options: ListOptions): Promise<readonly ListedObject[]>;
  /** Tells what is new without listing all; absent where the engine has no cheap way to know. */
  readonly catalogueGrowth?: CatalogueGrowth;

  /** Reads a script for running: its statements, and what they ask of the session. Throws on what cannot be run. */
  prepareScript(text: string, options: PrepareOptions): PreparedScript;

  /** Takes the lock that lets one process migrate at a time, for work that goes beyond one transaction. */
  lock(connection: Connection, request: LockRequest): Promise<Lock>;
  /** Opens the transaction of a run or a step; waits for other writers no longer than the request says. */
  begin(connection: Connection, request: LockRequest): Promise<void>;
  /** What lets a step go to the engine in one piece; absent where no round trip is to be saved. */
  readonly inOnePiece?: InOnePiece | undefined;

  /** Sets the session for a step, outside any transaction, reads it back, and gives what puts it back. */
  applySettings(connection: Connection, settings: SessionSettings): Promise<() => Promise<void>>;

  /** Watches for rows and objects that a step takes away without naming them. */
  watchLosses(connection: Connection): LossWatch;
  /** Watches for rows that a step leaves without their parents; absent where the engine never lets that happen. */
  watchForeignKeys?(connection: Connection, settings: SessionSettings): ForeignKeyWatch;
  /** The violations that stand in the database now; absent where there can be none. */
  readViolations?(connection: Connection): Promise<readonly ForeignKeyViolation[]>;
  /** A text as an SQL literal, for scripts that are printed and not run. */
  literal(value: string | number | null): string;
  /** Has deferred constraints checked now, so that the step that broke one is told and not the whole run. */
  settleConstraints?(connection: Connection): Promise<void>;
  /** Refuses what no plugin may say, as far as the text tells. @throws TenonError `PLUGIN_FORBIDDEN` */
  refuseInPlugin(statement: Statement, bounds: PluginBounds): void;
  /** Puts the statements of a plugin under watch, in the transaction of the step that they are part of. */
  watchPlugin(connection: Connection, request: PluginWatchRequest): Promise<PluginWatch>;
  /** Refuses what a code step may not say on its connection, above all the words of a transaction. */
  refuseInCode(statement: Statement): void;
  /** Whether a statement of a script without a transaction may run in one of its own (then it is exact). */
  canRunInTransaction(statement: Statement): boolean;
  /**
   * Makes good what a crash left of a statement that is about to run again (an INVALID index); gives a sentence
   * about what was done.
   */
  recover?(connection: Connection, statement: Statement): Promise<string | undefined>;

  /**
   * A statement that failed because it writes texts in double quotes, with those that the error names in single ones; undefined
   * where that is not why it failed. Absent where no driver takes such texts.
   */
  readQuotedTexts?(statement: Statement, error: unknown): Statement | undefined;

  /** What a script for the engine's own shell needs around the statements. */
  readonly offline: OfflineSyntax;
  /** The statements about a journal. */
  journalStatements(
    journal: TableAddress,
    state: TableAddress,
    columns: readonly string[],
  ): JournalStatements;
  /**
   * What holds when just these digests, by module, stand beside the journal and are those of its rows; for connections that can be asked
   * whether a condition holds. No higher layout than this one may stand there.
   */
  appliedCondition?(
    journal: TableAddress,
    state: TableAddress,
    digests: ReadonlyMap<string, string>,
    layout: number,
  ): string;

  /**
   * Opens an empty throw-away database of the same engine, on the server of `connection` where there is one;
   * closing it makes it go away.
   */
  openScratch(connection: Connection | undefined): Promise<Connection>;

  /** What the dialect knows of schemas: loaded when it is first asked for, since most runs need none of it. */
  loadSchema(): Promise<SchemaDialect>;

  /** What the dialect knows of rows: loaded when it is first asked for. */
  loadRows(): Promise<ExactRows>;

  /** Whether a failed step may be tried again as it stands (a lock timeout, a serialization failure). */
  isTransient(error: unknown): boolean;
}

/** For a step that is sent in one piece, so that a statement before it has to judge what else a program would look at. */
export interface InOnePiece {
  /** The statements of `begin`; undefined where the answer to one of them must be looked at. */
  begin(connection: Connection): readonly string[] | undefined;
  /** A statement that fails, and all that follows with it, unless the condition holds. */
  expect(condition: string): string;
  /** What `settleConstraints` says where rows were changed. */
  readonly settle: string;
}

/** How a script reads that is printed for a person and run in the engine's own shell. */
export interface OfflineSyntax {
  /** Lines at the top: what the shell must be told, so that it stops at the first error. */
  readonly head: readonly string[];
  readonly begin: string;
  /** Where the journal lives when nobody can be asked. */
  journalAddress(table: string): TableAddress;
  /** The time now in UTC as ISO 8601 text, and the person who runs the script, as SQL expressions. */
  readonly utcNow: string;
  readonly currentUser: string;
  settings(settings: SessionSettings): {
    readonly before: readonly string[];
    readonly after: readonly string[];
  };
}

export interface Capabilities {
  /** Tables live in schemas, and a plugin can have one of its own. */
  readonly hasSchemas: boolean;
  /** What a run uses unless told: one transaction for all its steps, or one for each. */
  readonly defaultTransaction: "run" | "each";
  /** Opening the write transaction already keeps other migrators out (SQLite); no other lock is needed inside it. */
  readonly transactionIsLock: boolean;
  /** Rows that violate foreign keys can exist (constraints can be off or deferred past a step). */
  readonly canViolateForeignKeys: boolean;
  /** `loadSchema` gives what is needed to read a database into a model, so that a snapshot can be taken. */
  readonly readsModels: boolean;
  /**
   * A model can be normalised in a database that holds others, in a transaction that is rolled back: no scratch is needed
   * where there is a connection.
   */
  readonly normalisesInPlace: boolean;
}

/** A table's full address. `sql` is quoted and qualified. */
export interface TableAddress {
  readonly schema: string;
  readonly table: string;
  readonly sql: string;
}

export interface PrepareOptions {
  /** `outside`: the script says `no-transaction`. */
  readonly transaction: "inside" | "outside";
  readonly file?: string | undefined;
}

export interface PreparedScript {
  readonly statements: readonly Statement[];
  readonly settings: SessionSettings;
}

/** What a step asks of its session; set by the runner outside the transaction. */
export interface SessionSettings {
  readonly foreignKeys?: "on" | "off" | undefined;
  /** Names of session settings that the script changes itself and that are put back after it. */
  readonly restore?: readonly string[] | undefined;
}

export interface LockRequest {
  readonly journal: TableAddress;
  /** Milliseconds to wait; undefined waits without end. */
  readonly timeoutMs?: number | undefined;
  /** Called when the lock is held by another, and again now and then while waiting. */
  readonly onWait?: ((holder: LockHolder) => void) | undefined;
}

export interface LockHolder {
  readonly description: string;
  readonly waitedMs: number;
}

export interface Lock {
  release(): Promise<void>;
}

/** One loss found: rows (or values of a column) that were there before a statement and are gone after it. */
export interface Loss {
  readonly kind: "rows" | "values" | "object";
  /** The table or object, unquoted; qualified with its schema where that is not the default one. */
  readonly object: string;
  /** For `values`: the column whose values became NULL or their default. */
  readonly column?: string | undefined;
  readonly before: number;
  readonly after: number;
  /** The statement that took them away. */
  readonly statement: Statement;
}

/**
 * Looks at every statement of a step before and after it runs. `finish` gives the losses that no statement of
 * the step named itself; the engine takes off what `allow-loss` names and refuses the rest.
 */
export interface LossWatch {
  /** Tells all statements that the step will run, as far as they are known, so that their names count from the start. */
  declare(statements: readonly Statement[]): void;
  /**
   * True for a statement of which nothing has to be looked at: it then runs without `before` and `after`, together
   * with its neighbours where the connection can. Absent where every statement is looked at.
   */
  passes?(statement: Statement): boolean;
  /**
   * For a statement that changes rows: the condition in SQL under which nothing has to be looked at either, as it must hold when the
   * statement runs, and what of it can be told before the step has begun. Undefined where there is none.
   */
  passesIf?(statement: Statement): { readonly now: string; readonly before: string } | undefined;
  before(statement: Statement): Promise<void>;
  after(statement: Statement): Promise<void>;
  /** What single statements took away so far; absent where that is the same as `finish`. */
  soFar?(): readonly Loss[];
  finish(): Promise<readonly Loss[]>;
}

/** Rows of one foreign key that were fine before a step and refer to nothing after it. */
export interface ForeignKeyViolation {
  readonly table: string;
  readonly parent: string;
  readonly rows: number;
}

export interface ForeignKeyWatch {
  /** True for a statement of which nothing has to be looked at, as that of `LossWatch`. */
  passes?(statement: Statement): boolean;
  before(statement: Statement): Promise<void>;
  /** The violations that were not there before the step. */
  finish(): Promise<readonly ForeignKeyViolation[]>;
}

/** Sees what statements make that drop and rename nothing. */
export interface CatalogueGrowth {
  /**
   * True where `madeSince` tells what is new and nothing else, as long as nobody else writes. Otherwise it also tells what
   * others made, and what was there before and has been altered.
   */
  readonly isExact: boolean;
  /** Where a catalogue stands that holds nothing; absent where that has to be asked. */
  readonly ofNothing?: string | undefined;
  /** Where the catalogue stands now; asked in a transaction that may write. */
  mark(connection: Connection): Promise<string>;
  /** What was made after a mark, if nothing but statements that only let the catalogue grow has run since. */
  madeSince(connection: Connection, mark: string): Promise<readonly ListedObject[]>;
  /** False where the statement may drop, rename or make something temporary. */
  onlyGrows(statement: StatementText): boolean;
}
