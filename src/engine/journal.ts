import type { Connection, Row } from "../connection/index.js";
import type { Dialect, JournalStatements, ObjectIdentity, TableAddress } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Version } from "../migrations/index.js";
import type { Digests } from "./digest.js";
import {
  decodeRow,
  encodeProgress,
  encodeRow,
  JOURNAL_COLUMNS,
  type JournalRow,
  type Progress,
} from "./journal-row.js";

/** The layout that this Tenon writes. A journal with a higher one was written by a newer Tenon. */
export const JOURNAL_LAYOUT = 1;

export const DEFAULT_JOURNAL_TABLE = "schema_migrations";

/** Tables that stand beside the journal: what each module owns, and the state of each plugin. */
const COMPANIONS = ["objects", "plugins"] as const;

/** What stands where the journal should be. */
export type JournalShape = "missing" | "current" | "single-module" | "foreign";

/** The columns of the journal of the single-module systems that Tenon replaces; it is carried over. */
const SINGLE_MODULE_COLUMNS = [
  "version",
  "name",
  "description",
  "applied_at",
  "applied_by",
  "duration_ms",
  "checksum",
  "status",
];

/** What stands before the name of a module in the key under which its state is kept. */
const SYNCED_KEY = "tables:";

/** What the modules that follow their tables left, and the database as it is now. */
export interface SyncedFacts {
  readonly states: ReadonlyMap<string, string>;
  /** Another whenever somebody changed the catalogue. */
  readonly stamp: string;
  readonly digests: Digests | undefined;
}

/** The journal of one database: reads and writes its rows, always by its full address. */
export class Journal {
  readonly address: TableAddress;
  readonly #connection: Connection;
  readonly #dialect: Dialect;
  readonly #state: TableAddress;
  readonly #sql: JournalStatements;
  readonly #isElsewhere: boolean;

  private constructor(
    connection: Connection,
    dialect: Dialect,
    address: TableAddress,
    stateAddress: TableAddress,
    isElsewhere: boolean,
  ) {
    this.#isElsewhere = isElsewhere;
    this.#connection = connection;
    this.#dialect = dialect;
    this.address = address;
    this.#state = stateAddress;
    this.#sql = dialect.journalStatements(address, stateAddress, JOURNAL_COLUMNS);
  }

  /** Finds where the journal of this connection lives; reads nothing of it. */
  static async open(connection: Connection, dialect: Dialect, table: string): Promise<Journal> {
    const address = await dialect.journalAddress(connection, table);
    return new Journal(
      connection,
      dialect,
      address,
      dialect.addressBeside(address, `${address.table}_state`),
      table !== address.table,
    );
  }

  /** The schema into which this session puts a table that names none; that of the journal, unless its name says another. */
  async homeSchema(): Promise<string> {
    if (!this.#isElsewhere) return this.address.schema;
    return (await this.#dialect.journalAddress(this.#connection, DEFAULT_JOURNAL_TABLE)).schema;
  }

  /** The names of all tables that belong to the journal, with their schema. */
  get patterns(): readonly string[] {
    return this.#tables.map(({ schema, table }) => `${schema}.${table}`);
  }

  /** Whether an object is one of the journal's tables, or a part of one. */
  holds(object: ObjectIdentity): boolean {
    const name = object.table ?? object.name;
    return this.#tables.some(({ schema, table }) => schema === object.schema && table === name);
  }

  get #tables(): readonly TableAddress[] {
    return [this.address, this.#state, ...COMPANIONS.map((suffix) => this.companion(suffix))];
  }

  /** Where a further table stands that belongs to the journal: `schema_migrations_objects` for `objects`. */
  companion(suffix: (typeof COMPANIONS)[number]): TableAddress {
    return this.#dialect.addressBeside(this.address, `${this.address.table}_${suffix}`);
  }

  /**
   * The digests of what is applied, in one query. Undefined when there is no journal yet, or when its rows were
   * changed behind its back: then all rows have to be read.
   */
  async readDigests(): Promise<Digests | undefined> {
    let rows: Row[];
    try {
      rows = await this.#connection.query(this.#sql.readState);
    } catch (error) {
      // Most often the table does not exist; `shape` looks closer and tells any other trouble again.
      if (error instanceof TenonError && error.code === "SQL_FAILED") return undefined;
      throw error;
    }
    this.#checkLayout(rows);
    const stored = rows.find((row) => row["key"] === "applied");
    if (stored === undefined) return undefined;
    const { total, modules } = parseStoredDigests(String(stored["value"]));
    return total === Number(stored["total"]) ? modules : undefined;
  }

  /** What stands where the journal should be. @throws TenonError `JOURNAL_FOREIGN`, `JOURNAL_NEWER` */
  async shape(): Promise<Exclude<JournalShape, "foreign">> {
    const columns = await this.#dialect.readColumns(this.#connection, this.address);
    const shape = shapeOf(columns);
    if (shape === "foreign") throw this.#foreign(columns ?? []);
    if (shape === "current") {
      const stateColumns = await this.#dialect.readColumns(this.#connection, this.#state);
      if (stateColumns !== undefined) this.#checkLayout(await this.#connection.query(this.#sql.readState));
    }
    return shape;
  }

  /** Whether there is a journal of Tenon; false for none, and for another tool's table of that name. */
  async isOurs(): Promise<boolean> {
    return shapeOf(await this.#dialect.readColumns(this.#connection, this.address)) === "current";
  }

  async readAll(): Promise<readonly JournalRow[]> {
    return (await this.#connection.query(this.#sql.readAll)).map(decodeRow);
  }

  async readOne(module: string, version: Version): Promise<JournalRow | undefined> {
    const rows = await this.#connection.query(this.#sql.readOne, [module, version]);
    return rows[0] === undefined ? undefined : decodeRow(rows[0]);
  }

  /** Creates the journal's tables; the caller has looked at the shape before. */
  async create(): Promise<void> {
    for (const statement of this.#sql.create) await this.#connection.execute(statement);
    await this.writeState("layout", String(JOURNAL_LAYOUT));
  }

  async write(row: JournalRow): Promise<void> {
    await this.writeAll([row]);
  }

  /** Writes rows of which no two are of one migration. */
  async writeAll(rows: readonly JournalRow[]): Promise<void> {
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      const part = rows.slice(start, start + ROWS_AT_ONCE);
      await this.#connection.execute(this.#sql.write(part.length), part.flatMap(encodeRow));
    }
  }

  async writeProgress(module: string, version: Version, progress: Progress): Promise<void> {
    await this.#connection.execute(this.#sql.writeProgress, [encodeProgress(progress), module, version]);
  }

  async writeDigests(total: number, modules: Digests): Promise<void> {
    const value = JSON.stringify({ total, modules: Object.fromEntries(modules) });
    await this.writeState("applied", value);
  }

  /**
   * What modules that follow their tables keep beside the rows, with the stamp of the catalogue and the digests: the one
   * query of a start at which nothing has changed. Undefined when there is no journal yet.
   */
  async readSynced(): Promise<SyncedFacts | undefined> {
    let rows: Row[];
    try {
      rows = await this.#connection.query(this.#sql.readSynced);
    } catch (error) {
      if (error instanceof TenonError && error.code === "SQL_FAILED") return undefined;
      throw error;
    }
    this.#checkLayout(rows);
    const states = new Map(
      rows
        .filter((row) => String(row["key"]).startsWith(SYNCED_KEY))
        .map((row) => [String(row["key"]).slice(SYNCED_KEY.length), String(row["value"])]),
    );
    const applied = rows.find((row) => row["key"] === "applied");
    const stored = applied === undefined ? undefined : parseStoredDigests(String(applied["value"]));
    return {
      states,
      stamp: String(rows[0]?.["stamp"]),
      digests: stored?.total === Number(applied?.["total"]) ? stored?.modules : undefined,
    };
  }

  /** Keeps what a module that follows its tables must know at its next start. */
  async writeSynced(module: string, value: string): Promise<void> {
    await this.writeState(`${SYNCED_KEY}${module}`, value);
  }

  /** A value kept beside the rows; undefined when there is none, or no journal. */
  async readState(key: string): Promise<string | undefined> {
    if ((await this.#dialect.readColumns(this.#connection, this.#state)) === undefined) return undefined;
    const [row] = await this.#connection.query(this.#sql.readValue, [key]);
    return row === undefined ? undefined : String(row["value"]);
  }

  async writeState(key: string, value: string): Promise<void> {
    await this.#connection.execute(this.#sql.writeState, [key, value]);
  }

  /** All rows of a table that is carried over, and the statement that keeps it under another name. */
  async readForeignRows(address: TableAddress): Promise<Row[]> {
    return this.#connection.query(this.#sql.selectAll(address));
  }

  async renameForeign(address: TableAddress, newName: string): Promise<void> {
    await this.#connection.execute(this.#sql.rename(address, newName));
  }

  #checkLayout(rows: readonly Row[]): void {
    const layout = Number(rows.find((row) => row["key"] === "layout")?.["value"] ?? JOURNAL_LAYOUT);
    if (layout <= JOURNAL_LAYOUT) return;
    throw new TenonError(
      "JOURNAL_NEWER",
      `The journal ${this.address.table} has layout ${layout}; this Tenon knows layouts up to ${JOURNAL_LAYOUT}.`,
      {
        where: { object: this.address.table },
        hint: "A newer Tenon has worked on this database. Use that version, or a later one.",
      },
    );
  }

  #foreign(columns: readonly string[]): TenonError {
    return new TenonError(
      "JOURNAL_FOREIGN",
      `There is a table ${this.address.table} that is not a journal of Tenon: its columns are ${columns.join(", ")}. ` +
        "Other tools use that name for their own history, so it is left alone.",
      {
        where: { object: this.address.table },
        hint: `Choose another name for the journal: \`--journal tenon_migrations\`, or \`journal: { table: "tenon_migrations" }\` in the config.`,
      },
    );
  }
}

/** A round trip for each row would be felt where there are thousands. */
const ROWS_AT_ONCE = 50;

function shapeOf(columns: readonly string[] | undefined): JournalShape {
  if (columns === undefined) return "missing";
  const found = new Set(columns);
  if (JOURNAL_COLUMNS.every((column) => found.has(column))) return "current";
  const isSingleModule =
    found.size === SINGLE_MODULE_COLUMNS.length && SINGLE_MODULE_COLUMNS.every((column) => found.has(column));
  return isSingleModule ? "single-module" : "foreign";
}

function parseStoredDigests(value: string): { total: number; modules: Digests } {
  try {
    const stored: unknown = JSON.parse(value);
    if (typeof stored === "object" && stored !== null && "total" in stored && "modules" in stored) {
      return { total: Number(stored.total), modules: new Map(Object.entries(Object(stored.modules))) };
    }
  } catch {
    // Falls through: a value that cannot be read is as good as none, all rows are read instead.
  }
  return { total: -1, modules: new Map() };
}
