import type { Dialect } from "../dialect.js";

// What Tenon knows of SQLite and libSQL. A start needs only what it says to the journal.
export { sqlite } from "./dialect.js";
export { sqliteJournal } from "./journal.js";

/** The whole, loaded when it is first asked for. */
export async function loadSqlite(): Promise<Dialect> {
  return (await import("./dialect.js")).sqlite;
}
