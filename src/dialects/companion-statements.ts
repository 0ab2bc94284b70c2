import type { Dialect, TableAddress } from "./dialect.js";

/** The statements about a table that stands beside the journal. */
export interface CompanionStatements {
  readonly create: string;
  readonly readAll: string;
  /** Writes so many rows at once, each over the one with the same key. */
  write(rows: number): string;
  /** Takes a row away by its key. */
  readonly remove: string;
  /** The same for any number of rows, in one parameter; undefined where the engine does not read rows out of a text. */
  readonly many?: { readonly write: string; readonly remove: string } | undefined;
}

/** A column of a companion; all are text. */
export interface CompanionColumn {
  readonly name: string;
  readonly isKey?: boolean | undefined;
  readonly isOptional?: boolean | undefined;
}

/** Plain tables in the words that SQLite and PostgreSQL share, as the journal itself is. */
export function companionStatements(
  { quote, placeholder, rowsOf }: Pick<Dialect, "quote" | "placeholder" | "rowsOf">,
  address: TableAddress,
  columns: readonly CompanionColumn[],
): CompanionStatements {
  const keys = columns.filter((column) => column.isKey === true).map((column) => quote(column.name));
  const others = columns.filter((column) => column.isKey !== true).map((column) => quote(column.name));
  const list = columns.map((column) => quote(column.name)).join(", ");
  const lines = columns.map((column) => {
    return `  ${quote(column.name)} TEXT${column.isOptional === true ? "" : " NOT NULL"},`;
  });
  const write = (rows: string): string =>
    [
      `INSERT INTO ${address.sql} (${list})`,
      rows,
      `ON CONFLICT (${keys.join(", ")}) DO UPDATE SET`,
      others.map((column) => `  ${column} = excluded.${column}`).join(",\n"),
    ].join("\n");
  const many = rowsOf && {
    write: write(rowsOf(placeholder(1), columns.length)),
    remove: `DELETE FROM ${address.sql}\nWHERE (${keys.join(", ")}) IN (${rowsOf(placeholder(1), keys.length)})`,
  };
  return {
    many,
    create: [`CREATE TABLE ${address.sql} (`, ...lines, `  PRIMARY KEY (${keys.join(", ")})`, ")"].join("\n"),
    readAll: `SELECT ${list} FROM ${address.sql} ORDER BY ${keys.join(", ")}`,
    write: (rows) => {
      const values = Array.from({ length: rows }, (_, row) => {
        return `(${columns.map((_, index) => placeholder(row * columns.length + index + 1)).join(", ")})`;
      });
      return write(`VALUES ${values.join(",\n  ")}`);
    },
    remove: [
      `DELETE FROM ${address.sql}`,
      `WHERE ${keys.map((column, index) => `${column} = ${placeholder(index + 1)}`).join(" AND ")}`,
    ].join("\n"),
  };
}
