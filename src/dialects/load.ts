import type { EngineName } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { Dialect } from "./dialect.js";
import type * as Translate from "./translate/index.js";

/** The dialect of an engine, loaded when it is first asked for. @throws TenonError `UNSUPPORTED` */
export async function loadDialect(engine: EngineName): Promise<Dialect> {
  switch (engine) {
    case "sqlite":
      return (await import("./sqlite/index.js")).sqlite;
    case "postgres":
      return (await import("./postgres/index.js")).postgres;
    case "sqlserver":
      throw new TenonError("UNSUPPORTED", `Tenon cannot run migrations on ${engine} yet.`, {
        hint: "Use a SQLite database.",
      });
  }
}

/** The translation of models between engines, loaded when it is first asked for. */
export async function loadTranslation(): Promise<typeof Translate> {
  return import("./translate/index.js");
}
