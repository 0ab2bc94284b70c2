import type { TableAddress } from "./dialect.js";
import type { JournalDialect } from "./journal-dialect.js";

/** The texts of all statements about the journal, for one dialect and one journal. */
export interface JournalStatements {
  readonly create: readonly string[];
  /** Layout and digest, with the number of journal rows: the one query of a run that has nothing to do. */
  readonly readState: string;
  /** The same, with what modules that follow their tables keep, and the stamp of the catalogue. */
  readonly readSynced: string;
  readonly readValue: string;
  readonly writeState: string;
  readonly readAll: string;
  /** What became of each migration, without its scripts. */
  readonly readOutcomes: string;
  readonly readOne: string;
  readonly count: string;
  /** Writes so many rows at once. */
  write(rows: number): string;
  /** Writes one row, its values given as SQL in the order of the columns. */
  writeOne(values: readonly string[]): string;
  /** A condition: there is no row with this key, given as SQL. */
  isMissing(module: string, version: string): string;
  /** A condition: the row with this key was not written since it had this status and sequence, all given as SQL. */
  isUnchanged(row: { module: string; version: string; status: string; sequence: string }): string;
  readonly writeProgress: string;
  readonly remove: string;
  rename(address: TableAddress, newName: string): string;
  selectAll(address: TableAddress): string;
}

/**
 * Makes the statements about the journal. Both tables are plain: text, integers and a primary key, in the words
 * that SQLite and PostgreSQL share, so that one text serves both.
 */
export function journalStatements(
  dialect: Pick<JournalDialect, "quote" | "placeholder" | "catalogueStamp">,
  journal: TableAddress,
  state: TableAddress,
  columns: readonly string[],
): JournalStatements {
  const { quote, placeholder } = dialect;
  const list = columns.map(quote).join(", ");
  const keys = ["module", "version"];
  const values = (row: number): string =>
    `(${columns.map((_, index) => placeholder(row * columns.length + index + 1)).join(", ")})`;
  const write = (rows: readonly string[]): string =>
    [
      `INSERT INTO ${journal.sql} (${list})`,
      `VALUES ${rows.join(",\n  ")}`,
      `ON CONFLICT ("module", "version") DO UPDATE SET`,
      updates,
    ].join("\n");
  const updates = columns
    .filter((column) => !keys.includes(column))
    .map((column) => `  ${quote(column)} = excluded.${quote(column)}`)
    .join(",\n");
  return {
    create: [
      [
        `CREATE TABLE ${journal.sql} (`,
        `  "module" TEXT NOT NULL,`,
        `  "version" TEXT NOT NULL,`,
        `  "status" TEXT NOT NULL,`,
        `  "sequence" BIGINT NOT NULL,`,
        `  "checksum" TEXT,`,
        `  "name" TEXT NOT NULL,`,
        `  "description" TEXT,`,
        `  "applied_at" TEXT NOT NULL,`,
        `  "applied_by" TEXT,`,
        `  "duration_ms" BIGINT,`,
        `  "depends_on" TEXT,`,
        `  "progress" TEXT,`,
        `  "error" TEXT,`,
        `  "down_sql" TEXT,`,
        `  "up_sql" TEXT,`,
        `  PRIMARY KEY ("module", "version")`,
        `)`,
      ].join("\n"),
      [
        `CREATE TABLE ${state.sql} (`,
        `  "key" TEXT NOT NULL PRIMARY KEY,`,
        `  "value" TEXT NOT NULL`,
        `)`,
      ].join("\n"),
    ],
    readState: [
      `SELECT "key", "value", (SELECT count(*) FROM ${journal.sql}) AS "total"`,
      `FROM ${state.sql}`,
      `WHERE "key" IN ('layout', 'applied')`,
    ].join("\n"),
    readSynced: [
      `SELECT`,
      `  "key", "value",`,
      `  (SELECT count(*) FROM ${journal.sql}) AS "total",`,
      `  (${dialect.catalogueStamp}) AS "stamp"`,
      `FROM ${state.sql}`,
      `WHERE "key" IN ('layout', 'applied') OR "key" LIKE 'tables:%'`,
    ].join("\n"),
    readValue: `SELECT "value" FROM ${state.sql} WHERE "key" = ${placeholder(1)}`,
    writeState: [
      `INSERT INTO ${state.sql} ("key", "value")`,
      `VALUES (${placeholder(1)}, ${placeholder(2)})`,
      `ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value"`,
    ].join("\n"),
    readAll: `SELECT ${list} FROM ${journal.sql} ORDER BY "sequence"`,
    readOutcomes: [
      `SELECT "module", "version", "status", "checksum", "progress", "error"`,
      `FROM ${journal.sql}`,
      `ORDER BY "sequence"`,
    ].join("\n"),
    count: `SELECT count(*) AS "total" FROM ${journal.sql}`,
    readOne: `SELECT ${list} FROM ${journal.sql} WHERE "module" = ${placeholder(1)} AND "version" = ${placeholder(2)}`,
    write: (rows) => write(Array.from({ length: rows }, (_, row) => values(row))),
    writeOne: (row) => write([`(${row.join(", ")})`]),
    isMissing: (module, version) =>
      `NOT EXISTS (SELECT 1 FROM ${journal.sql} WHERE "module" = ${module} AND "version" = ${version})`,
    isUnchanged: ({ module, version, status, sequence }) =>
      `EXISTS (SELECT 1 FROM ${journal.sql} WHERE "module" = ${module} AND "version" = ${version} AND "status" = ${status} AND "sequence" = ${sequence})`,
    writeProgress: [
      `UPDATE ${journal.sql}`,
      `SET "progress" = ${placeholder(1)}`,
      `WHERE "module" = ${placeholder(2)} AND "version" = ${placeholder(3)}`,
    ].join("\n"),
    remove: `DELETE FROM ${journal.sql} WHERE "module" = ${placeholder(1)} AND "version" = ${placeholder(2)}`,
    rename: (address, newName) => `ALTER TABLE ${address.sql} RENAME TO ${quote(newName)}`,
    selectAll: (address) => `SELECT * FROM ${address.sql}`,
  };
}
