import type { Connection } from "../connection/index.js";
import {
  type CompanionColumn,
  type CompanionStatements,
  companionStatements,
  type Dialect,
  type TableAddress,
} from "../dialects/index.js";
import { TenonError } from "../errors.js";

/** Texts by column; null where a column is optional. */
export type CompanionRow = Readonly<Record<string, string | null>>;

/** A table beside the journal, of texts alone. It is made when something is first written into it. */
export class Companion {
  readonly address: TableAddress;
  readonly #connection: Connection;
  readonly #dialect: Dialect;
  readonly #columns: readonly CompanionColumn[];
  readonly #sql: CompanionStatements;

  constructor(
    connection: Connection,
    dialect: Dialect,
    address: TableAddress,
    columns: readonly CompanionColumn[],
  ) {
    this.address = address;
    this.#connection = connection;
    this.#dialect = dialect;
    this.#columns = columns;
    this.#sql = companionStatements(dialect, address, columns);
  }

  /** All rows; undefined when there is no such table yet. @throws TenonError `JOURNAL_FOREIGN` */
  async read(): Promise<readonly CompanionRow[] | undefined> {
    const columns = await this.#dialect.readColumns(this.#connection, this.address);
    if (columns === undefined) return undefined;
    const missing = this.#columns.find((column) => !columns.includes(column.name));
    if (missing !== undefined) throw foreign(this.address.table, missing.name);
    const rows = await this.#connection.query(this.#sql.readAll);
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]),
      ),
    );
  }

  async create(): Promise<void> {
    await this.#connection.execute(this.#sql.create);
  }

  async write(rows: readonly CompanionRow[]): Promise<void> {
    if (this.#sql.many !== undefined) {
      await this.#executeMany(this.#sql.many.write, this.#columns, rows);
      return;
    }
    for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
      const part = rows.slice(start, start + ROWS_AT_ONCE);
      const values = part.flatMap((row) => this.#columns.map((column) => row[column.name] ?? null));
      await this.#connection.execute(this.#sql.write(part.length), values, { values: "in-text" });
    }
  }

  async remove(rows: readonly CompanionRow[]): Promise<void> {
    const keys = this.#keys;
    if (this.#sql.many !== undefined) {
      await this.#executeMany(this.#sql.many.remove, keys, rows);
      return;
    }
    for (const row of rows) {
      await this.#connection.execute(
        this.#sql.remove,
        keys.map((column) => row[column.name] ?? null),
      );
    }
  }

  async #executeMany(
    sql: string,
    columns: readonly CompanionColumn[],
    rows: readonly CompanionRow[],
  ): Promise<void> {
    if (rows.length === 0) return;
    // One statement may write no row twice; of those with one key the last counts, as if they were written in turn.
    const distinct = new Map(
      rows.map((row) => [JSON.stringify(this.#keys.map(({ name }) => row[name])), row]),
    );
    const values = [...distinct.values()].map((row) => columns.map(({ name }) => row[name] ?? null));
    await this.#connection.execute(sql, [JSON.stringify(values)]);
  }

  get #keys(): readonly CompanionColumn[] {
    return this.#columns.filter((column) => column.isKey === true);
  }
}

/** A round trip for each row would be felt where there are thousands. */
const ROWS_AT_ONCE = 50;

function foreign(table: string, column: string): TenonError {
  return new TenonError(
    "JOURNAL_FOREIGN",
    `There is a table ${table} that is not Tenon's: it has no column ${column}.`,
    {
      where: { object: table },
      hint: "Choose another name for the journal: `--journal tenon_migrations`, or `journal: { table: … }` in the config.",
    },
  );
}
