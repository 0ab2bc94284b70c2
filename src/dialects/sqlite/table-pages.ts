import type { Connection } from "../../connection/index.js";
import { quote } from "./names.js";
import { readProgram } from "./program.js";

interface Place {
  readonly schema: string;
  readonly table: string;
}

/**
 * Which table begins at which page of the file, for it is by their pages that SQLite's programs name tables and
 * indexes: https://sqlite.org/fileformat2.html#storage_of_the_sql_database_schema
 */
export class TablePages {
  readonly #connection: Connection;
  #versions = "";
  #pages: ReadonlyMap<string, Place> = new Map();
  #pointers: ReadonlyMap<string, Place> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What was read is no longer true: it is read again when it is next asked for. */
  forget(): void {
    this.#versions = "";
  }

  /** The table, or that of the index, which begins at this page; undefined in a database that was attached. */
  async tableAt(page: number, database: number): Promise<Place | undefined> {
    if (page === 1 && database <= 1) return { schema: schemaOf(database), table: "sqlite_schema" };
    await this.#refresh();
    return this.#pages.get(`${database}:${page}`);
  }

  /**
   * The virtual table that a program names by its address in memory; the schema is empty for one that is there
   * without being made and that merely tells something. Undefined for any other.
   */
  async virtualTableAt(pointer: string): Promise<Place | undefined> {
    await this.#refresh();
    const known = this.#pointers?.get(pointer);
    if (known !== undefined) return known;
    this.#pointers = await this.#readPointers();
    return this.#pointers.get(pointer);
  }

  async #refresh(): Promise<void> {
    const versions: unknown[] = [];
    for (const schema of ["main", "temp"]) {
      versions.push(
        ...(await this.#connection.query(`PRAGMA ${schema}.schema_version`)).flatMap(Object.values),
      );
    }
    if (versions.join() === this.#versions) return;
    const rows = await this.#connection.query(
      `SELECT 0 AS "database", rootpage, tbl_name FROM main.sqlite_schema WHERE rootpage > 0
       UNION ALL SELECT 1, rootpage, tbl_name FROM temp.sqlite_schema WHERE rootpage > 0`,
    );
    this.#pages = new Map(
      rows.map((row) => {
        const database = Number(row["database"]);
        return [
          `${database}:${row["rootpage"]}`,
          { schema: schemaOf(database), table: String(row["tbl_name"]) },
        ];
      }),
    );
    this.#versions = versions.join();
    this.#pointers = undefined;
  }

  /** Asks the engine for the program of a query on each virtual table: its address stands in it. */
  async #readPointers(): Promise<ReadonlyMap<string, Place>> {
    const rows = await this.#connection.query(
      "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage = 0",
    );
    const sources = [
      ...rows.map((row) => {
        const name = String(row["name"]);
        return { text: `main.${quote(name)}`, place: { schema: "main", table: name } };
      }),
      ...TELLING.map((text) => ({ text, place: { schema: "", table: text } })),
    ];
    const pointers = new Map<string, Place>();
    for (const { text, place } of sources) {
      const program = await readProgram(this.#connection, { text: `SELECT 1 FROM ${text}` });
      const opened = program?.find(({ opcode }) => opcode === "VOpen");
      if (opened !== undefined) pointers.set(opened.p4, place);
    }
    return pointers;
  }
}

/** Tables that nobody made, and that tell something without changing anything. */
const TELLING = [
  "json_each('[]')",
  "json_tree('[]')",
  "generate_series(1, 1)",
  ...["foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_xinfo"].map(
    (name) => `pragma_${name}('x')`,
  ),
  "pragma_foreign_key_check",
  "pragma_table_list",
];

function schemaOf(database: number): string {
  return database === 1 ? "temp" : "main";
}
