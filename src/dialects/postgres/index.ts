import type { Dialect } from "../dialect.js";
import type { JournalDialect } from "../journal-dialect.js";

// What Tenon knows of PostgreSQL, as a server and as PGlite. A start needs only what it says to the journal.
export { postgres } from "./dialect.js";

/** The whole, loaded when it is first asked for. */
export async function loadPostgres(): Promise<Dialect> {
  return (await import("./dialect.js")).postgres;
}

/** What is said to the journal; loaded by itself, for a program on SQLite needs none of it. */
export async function loadPostgresJournal(): Promise<JournalDialect> {
  return (await import("./journal.js")).postgresJournal;
}
