import type { Connection } from "../../connection/index.js";

/** The rows of SQLite's own catalogue: five queries, whatever the number of tables. */
export interface Catalogue {
  readonly objects: readonly SchemaRow[];
  readonly tables: ReadonlyMap<string, TableRow>;
  /** By name of the table, in their order. Ordinary tables only. */
  readonly columns: ReadonlyMap<string, readonly ColumnRow[]>;
  readonly virtualColumns: ReadonlyMap<string, readonly ColumnRow[]>;
  /** By name of the table: how many foreign keys SQLite sees. */
  readonly foreignKeys: ReadonlyMap<string, number>;
}

/** A row of `sqlite_schema`. */
export interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string | undefined;
}

/** A row of https://sqlite.org/pragma.html#pragma_table_list */
export interface TableRow {
  readonly type: string;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
}

/** A row of https://sqlite.org/pragma.html#pragma_table_xinfo */
export interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** Place in the primary key, from 1; 0 outside it. */
  readonly key: number;
  /** 0 ordinary, 1 hidden, 2 generated virtual, 3 generated stored. */
  readonly hidden: number;
}

export async function readCatalogue(connection: Connection): Promise<Catalogue> {
  const objects = await connection.query(
    "SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid",
  );
  const tables = await connection.query(
    "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main'",
  );
  const columns = await connection.query(columnsOf("table"));
  const foreignKeys = await connection.query(
    `SELECT t.name AS tbl, count(DISTINCT k.id) AS keys
     FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name, 'main') k
     WHERE t.schema = 'main' AND t.type = 'table' GROUP BY t.name`,
  );
  return {
    objects: objects.map((row) => ({
      type: String(row["type"]),
      name: String(row["name"]),
      table: String(row["tbl_name"]),
      sql: row["sql"] === null ? undefined : String(row["sql"]),
    })),
    tables: new Map(
      tables.map((row) => [
        String(row["name"]),
        { type: String(row["type"]), withoutRowid: row["wr"] === 1, strict: row["strict"] === 1 },
      ]),
    ),
    columns: byTable(columns),
    virtualColumns: await readVirtualColumns(connection, tables),
    foreignKeys: new Map(foreignKeys.map((row) => [String(row["tbl"]), Number(row["keys"])])),
  };
}

function columnsOf(type: "table" | "virtual"): string {
  return `SELECT t.name AS tbl, c.name AS name, c.type AS type, c."notnull" AS required, c.pk AS key, c.hidden AS hidden
    FROM pragma_table_list t JOIN pragma_table_xinfo(t.name, 'main') c
    WHERE t.schema = 'main' AND t.type = '${type}' ORDER BY t.name, c.cid`;
}

/**
 * The columns of virtual tables in one query; one by one where the extension behind one of them is not
 * loaded, which would fail the whole query.
 */
async function readVirtualColumns(connection: Connection, tables: readonly { [name: string]: unknown }[]) {
  const names = tables.filter((row) => row["type"] === "virtual").map((row) => String(row["name"]));
  if (names.length === 0) return new Map<string, ColumnRow[]>();
  const all = await rowsOrNone(connection, columnsOf("virtual"), []);
  if (all !== undefined) return byTable(all);
  const found = new Map<string, ColumnRow[]>();
  for (const name of names) {
    const rows = await rowsOrNone(connection, `${SINGLE_TABLE_COLUMNS}`, [name, name]);
    if (rows !== undefined) found.set(name, byTable(rows).get(name) ?? []);
  }
  return found;
}

const SINGLE_TABLE_COLUMNS = `SELECT ? AS tbl, name, type, "notnull" AS required, pk AS key, hidden
  FROM pragma_table_xinfo(?, 'main') ORDER BY cid`;

/**
 * Undefined when a module is missing: that is a state of the database, and every other failure is one of
 * ours.
 */
async function rowsOrNone(connection: Connection, sql: string, parameters: readonly string[]) {
  try {
    return await connection.query(sql, parameters);
  } catch (error) {
    if (error instanceof Error && /no such module|error in|vtable constructor/i.test(error.message))
      return undefined;
    throw error;
  }
}

function byTable(rows: readonly { [name: string]: unknown }[]): Map<string, ColumnRow[]> {
  const columns = new Map<string, ColumnRow[]>();
  for (const row of rows) {
    const table = String(row["tbl"]);
    const list = columns.get(table) ?? [];
    columns.set(table, list);
    list.push({
      name: String(row["name"]),
      type: String(row["type"]),
      notNull: row["required"] === 1,
      key: Number(row["key"]),
      hidden: Number(row["hidden"]),
    });
  }
  return columns;
}
