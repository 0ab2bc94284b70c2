import Database from "libsql";

/** Reads a database file through the bare driver, and never through the code that is tested. */
export function readRows(file: string, sql: string): unknown[] {
  const database = new Database(file);
  try {
    return database.prepare(sql).raw().all();
  } finally {
    database.close();
  }
}

/** The names of the tables that an application would see. */
export function tablesOf(file: string): unknown[] {
  const rows = readRows(
    file,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'schema_migrations%' ORDER BY name",
  );
  return rows.flat();
}
