import type { EngineName } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { Dialect } from "./dialect.js";
import type { JournalDialect } from "./journal-dialect.js";
import { loadPostgres, loadPostgresJournal } from "./postgres/index.js";
import { loadSqlite, sqliteJournal } from "./sqlite/index.js";
import type * as Translate from "./translate/index.js";

/** The dialect of an engine, loaded when it is first asked for. @throws TenonError `UNSUPPORTED` */
export async function loadDialect(engine: EngineName): Promise<Dialect> {
  switch (engine) {
    case "sqlite":
      return loadSqlite();
    case "postgres":
      return loadPostgres();
    case "sqlserver":
      throw unsupported(engine);
  }
}

/** The part of a dialect that speaks to the journal; the rest is not loaded for it. @throws TenonError `UNSUPPORTED` */
export async function loadJournalDialect(engine: EngineName): Promise<JournalDialect> {
  switch (engine) {
    case "sqlite":
      return sqliteJournal;
    case "postgres":
      return loadPostgresJournal();
    case "sqlserver":
      throw unsupported(engine);
  }
}

/** The translation of models between engines, loaded when it is first asked for. */
export async function loadTranslation(): Promise<typeof Translate> {
  return import("./translate/index.js");
}

function unsupported(engine: EngineName): TenonError {
  return new TenonError("UNSUPPORTED", `Tenon cannot run migrations on ${engine} yet.`, {
    hint: "Use a SQLite database.",
  });
}
