import type { Connection } from "../../connection/index.js";
import type { TableAddress } from "../dialect.js";

/** A name as SQL, quoted: https://sqlite.org/lang_keywords.html */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The journal lives in the main database, whatever a migration attaches or hides behind a temporary table. */
export async function journalAddress(_connection: Connection, table: string): Promise<TableAddress> {
  return addressOf(table);
}

/** The full address of a table of the main database. */
export function addressOf(table: string): TableAddress {
  return { schema: "main", table, sql: `"main".${quote(table)}` };
}

/** The columns of a table of the main database; undefined when there is none of that name. */
export async function readColumns(
  connection: Connection,
  address: TableAddress,
): Promise<readonly string[] | undefined> {
  const rows = await connection.query("SELECT name FROM pragma_table_info(?, ?)", [
    address.table,
    address.schema,
  ]);
  return rows.length === 0 ? undefined : rows.map((row) => String(row["name"]));
}
