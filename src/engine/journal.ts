import type { Connection, Row } from "../connection/index.js";
import type { JournalDialect, JournalStatements, ObjectIdentity, TableAddress } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Version } from "../migrations/index.js";
import { ADOPTED_KEY, type AdoptedHistory, readAdoptedHistories } from "./adopted-history.js";
import { type Digests, parseStoredDigests } from "./digest.js";
import {
  decodeOutcome,
  decodeRow,
  encodeProgress,
  encodeRow,
  JOURNAL_COLUMNS,
  type JournalOutcome,
  type JournalRow,
  type Progress,
} from "./journal-row.js";
import { foreignTable, type JournalShape, shapeOf } from "./journal-shape.js";

/** The layout that this Tenon writes. A journal with a higher one was written by a newer Tenon. */
export const JOURNAL_LAYOUT = 1;

export const DEFAULT_JOURNAL_TABLE = "schema_migrations";

/**
 * The journal's name in a database in which another tool has a table of the default name: golang-migrate, dbmate and Rails
 * do. That table stays as it is, so that its tool can go on. Nobody has to say this name: it is found.
 */
export const JOURNAL_BESIDE_ANOTHER = "tenon_schema_migrations";

/** Tables that stand beside the journal: what each module owns, and the state of each plugin. */
const COMPANIONS = ["objects", "plugins"] as const;

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
  readonly #connection: Connection;
  readonly #dialect: JournalDialect;
  readonly #isElsewhere: boolean;
  #address: TableAddress;
  #state: TableAddress;
  #sql: JournalStatements;
  /** Its tables with their schemas; every object of a database is compared with them. */
  #ownNames: ReadonlySet<string> | undefined;
  /** Whether it is still to be found out which of the two names the journal has. */
  #isUnsettled: boolean;

  private constructor(
    connection: Connection,
    dialect: JournalDialect,
    address: TableAddress,
    naming: Naming,
  ) {
    this.#isElsewhere = naming.isElsewhere;
    this.#isUnsettled = !naming.isGiven;
    this.#connection = connection;
    this.#dialect = dialect;
    this.#address = address;
    this.#state = dialect.addressBeside(address, `${address.table}_state`);
    this.#sql = dialect.journalStatements(address, this.#state, JOURNAL_COLUMNS);
  }

  /** Finds where the journal of this connection lives; reads nothing of it. */
  static async open(
    connection: Connection,
    dialect: JournalDialect,
    table: string | undefined,
  ): Promise<Journal> {
    const name = table ?? DEFAULT_JOURNAL_TABLE;
    const address = await dialect.journalAddress(connection, name);
    const isElsewhere = name !== address.table;
    return new Journal(connection, dialect, address, { isGiven: table !== undefined, isElsewhere });
  }

  /** Where the journal is; settled by the first look at it, or by `settle`. */
  get address(): TableAddress {
    return this.#address;
  }

  /**
   * Finds out which name the journal has when nobody gave one: the other one where a table of the default name belongs to
   * another tool. With `isNew` also when the journal has still to be made there.
   */
  async settle({ isNew }: { readonly isNew: boolean } = { isNew: false }): Promise<void> {
    if (!this.#isUnsettled) return;
    if (shapeOf(await this.#columnsOf(this.#address)) === "foreign") {
      const beside = this.#dialect.addressBeside(this.#address, JOURNAL_BESIDE_ANOTHER);
      if (!isNew && shapeOf(await this.#columnsOf(beside)) !== "current") return;
      this.#address = beside;
      this.#ownNames = undefined;
      this.#state = this.#dialect.addressBeside(beside, `${beside.table}_state`);
      this.#sql = this.#dialect.journalStatements(beside, this.#state, JOURNAL_COLUMNS);
    }
    this.#isUnsettled = false;
  }

  #columnsOf(address: TableAddress): Promise<readonly string[] | undefined> {
    return this.#dialect.readColumns(this.#connection, address);
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
    this.#ownNames ??= new Set(this.#tables.map(({ schema, table }) => `${schema}\0${table}`));
    return this.#ownNames.has(`${object.schema}\0${object.table ?? object.name}`);
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
    const rows = await this.#tryQuery((sql) => sql.readState);
    if (rows === undefined) return undefined;
    this.#checkLayout(rows);
    const stored = rows.find((row) => row["key"] === "applied");
    if (stored === undefined) return undefined;
    const { total, modules } = parseStoredDigests(String(stored["value"]));
    return total === Number(stored["total"]) ? modules : undefined;
  }

  /**
   * Whether just these are the digests of what is applied, asked without a statement that outlives the answer: closing a session is quicker
   * without one. False also where it cannot be asked so.
   */
  async hasDigests(digests: Digests): Promise<boolean> {
    const { holds } = this.#connection;
    const condition = this.#dialect.appliedCondition?.(this.#address, this.#state, digests, JOURNAL_LAYOUT);
    return holds !== undefined && condition !== undefined && holds.call(this.#connection, condition);
  }

  /** Whether the journal has so many rows, whatever became of their migrations. */
  async hasRows(count: number): Promise<boolean> {
    if (await this.#connection.holds?.(`(${this.#sql.count}) = ${count}`)) return true;
    const [row] = await this.#connection.query(this.#sql.count);
    return Number(row?.["total"]) === count;
  }

  /** Undefined when there is no journal; whether it has the other name is only looked for then, to save a query. */
  async #tryQuery(choose: (sql: JournalStatements) => string): Promise<Row[] | undefined> {
    if (await this.#connection.holdsNothing?.()) return undefined;
    const text = choose(this.#sql);
    try {
      return await this.#connection.query(text);
    } catch (error) {
      // Most often the table does not exist; `shape` looks closer and tells any other trouble again.
      if (!(error instanceof TenonError) || error.code !== "SQL_FAILED") throw error;
    }
    if (this.#connection.inTransaction) return undefined;
    await this.settle();
    return choose(this.#sql) === text ? undefined : this.#tryQuery(choose);
  }

  /** What stands where the journal should be. @throws TenonError `JOURNAL_FOREIGN`, `JOURNAL_NEWER` */
  async shape(): Promise<Exclude<JournalShape, "foreign">> {
    await this.settle();
    const columns = await this.#columnsOf(this.#address);
    const shape = shapeOf(columns);
    if (shape === "foreign") throw foreignTable(this.address, columns ?? []);
    if (shape === "current") {
      const stateColumns = await this.#columnsOf(this.#state);
      if (stateColumns !== undefined) this.#checkLayout(await this.#connection.query(this.#sql.readState));
    }
    return shape;
  }

  /** Whether there is a journal of Tenon; false for none, and for another tool's table of that name. */
  async isOurs(): Promise<boolean> {
    await this.settle();
    return shapeOf(await this.#columnsOf(this.#address)) === "current";
  }

  async readAll(): Promise<readonly JournalRow[]> {
    return (await this.#connection.query(this.#sql.readAll)).map(decodeRow);
  }

  /** What became of every migration; to be asked where there is a journal. */
  async readOutcomes(): Promise<readonly JournalOutcome[]> {
    return (await this.#connection.query(this.#sql.readOutcomes)).map(decodeOutcome);
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
      await this.#connection.execute(this.#sql.write(part.length), part.flatMap(encodeRow), {
        values: "in-text",
      });
    }
  }

  /** The statement that writes a row, with its values in its text. */
  writingOf(row: JournalRow): string {
    return this.#sql.writeOne(encodeRow(row).map((value) => this.#dialect.literal(value)));
  }

  /** A condition in SQL: what stands of a migration is still `row`, or nothing where that is undefined. */
  conditionOf(module: string, version: Version, row: JournalRow | undefined): string {
    const { literal } = this.#dialect;
    const key = { module: literal(module), version: literal(version) };
    if (row === undefined) return this.#sql.isMissing(key.module, key.version);
    return this.#sql.isUnchanged({
      ...key,
      status: literal(row.status),
      sequence: literal(row.sequence),
    });
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
    const rows = await this.#tryQuery((sql) => sql.readSynced);
    if (rows === undefined) return undefined;
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

  /** The histories that were taken over from other tools. */
  async readAdopted(): Promise<readonly AdoptedHistory[]> {
    return readAdoptedHistories(await this.readState(ADOPTED_KEY));
  }

  async writeAdopted(histories: readonly AdoptedHistory[]): Promise<void> {
    await this.writeState(ADOPTED_KEY, JSON.stringify(histories));
  }

  /** Patterns of what no module makes: the journal's own tables, and those of the tools whose histories were taken over. */
  async patternsOfNobody(): Promise<readonly string[]> {
    return [...this.patterns, ...(await this.readAdopted()).flatMap((history) => history.tables)];
  }

  /** A value kept beside the rows; undefined when there is none, or no journal. */
  async readState(key: string): Promise<string | undefined> {
    await this.settle();
    if ((await this.#columnsOf(this.#state)) === undefined) return undefined;
    const [row] = await this.#connection.query(this.#sql.readValue, [key]);
    return row === undefined ? undefined : String(row["value"]);
  }

  async writeState(key: string, value: string): Promise<void> {
    await this.#connection.execute(this.#sql.writeState, [key, value], { values: "in-text" });
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
}

/** A round trip for each row would be felt where there are thousands. */
const ROWS_AT_ONCE = 50;

interface Naming {
  /** Somebody gave the name: no other is looked for. */
  readonly isGiven: boolean;
  /** The name says another schema. */
  readonly isElsewhere: boolean;
}
