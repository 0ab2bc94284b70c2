import type { Connection } from "../connection/index.js";

/** A table whose rows are read or written exactly. */
export interface StoredTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly StoredColumn[];
  readonly rows: number;
  /** What it takes on the disk, its indexes with it; undefined where the engine does not tell. */
  readonly bytes: number | undefined;
}

/** A column that holds something of its own: what is generated from others is left out. */
export interface StoredColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * A value as JSON keeps it without loss. PostgreSQL's are its own texts. On SQLite a number is an integer, or has a
 * fraction; what that does not tell has its name: `{ "integer": "9223372036854775807" }`, `{ "real": "Infinity" }`,
 * `{ "blob": "AP8=" }`, and `{ "text": "/w==" }` for text that is not UTF-8.
 */
export type StoredValue =
  | null
  | number
  | string
  | { readonly integer: string }
  | { readonly real: string }
  | { readonly blob: string }
  | { readonly text: string };

export type StoredRow = readonly StoredValue[];

/** Where the numbering of a table's rows, or a sequence, stands. */
export interface Counter {
  readonly schema: string;
  readonly name: string;
  readonly value: string;
  /** PostgreSQL: false when the value itself is the next one. */
  readonly isCalled?: boolean | undefined;
}

export interface NamedObject {
  readonly schema: string;
  readonly name: string;
}

/** What a dialect knows of rows: reading them and writing them back, each value exactly as it is stored. */
export interface ExactRows {
  /** Keeps all others off these tables until the transaction ends. */
  hold(connection: Connection, tables: readonly NamedObject[]): Promise<void>;
  /** Runs work, inside a transaction, in a session whose texts are exact; puts its settings back. */
  withExactTexts(connection: Connection, work: () => Promise<void>): Promise<void>;
  /** Those of the given tables that hold rows themselves, in their order; views, virtual and foreign tables are left out. */
  describe(connection: Connection, tables: readonly NamedObject[]): Promise<readonly StoredTable[]>;
  read(connection: Connection, table: StoredTable): AsyncIterable<StoredRow>;
  /** Where the numbering stands: of these tables, and of sequences. */
  readCounters(
    connection: Connection,
    tables: readonly NamedObject[],
    sequences: readonly NamedObject[],
  ): Promise<readonly Counter[]>;
  writeCounters(connection: Connection, counters: readonly Counter[]): Promise<void>;
  /** Writes rows into the named columns. */
  write(
    connection: Connection,
    table: NamedObject,
    columns: readonly string[],
    rows: readonly StoredRow[],
  ): Promise<void>;
  /** Puts triggers and foreign keys of these tables aside, runs the work, and puts them back as they were: all rows are checked then. */
  withoutSideEffects(
    connection: Connection,
    tables: readonly NamedObject[],
    work: () => Promise<void>,
  ): Promise<void>;
}
