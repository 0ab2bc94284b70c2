import type { DatabaseModel, Table } from "../../schema/index.js";
import type { Casing } from "./casing.js";
import { findObjects, type TablesGiven } from "./find-objects.js";
import { loadDrizzle } from "./load-drizzle.js";
import { readPostgres } from "./read-postgres.js";
import { readSqlite } from "./read-sqlite.js";
import { refuseTwice } from "./refuse-twice.js";
import type { ReadingNote } from "./table-parts.js";

/** Drizzle tables as a model of the engine that they were written for. */
export interface ReadTables {
  /** As written: the engine has yet to put types and texts into its own words. */
  readonly model: DatabaseModel;
  /** Tables of other modules that foreign keys refer to, as far as a key needs them. */
  readonly parents: readonly Table[];
  /** Constraints and indexes whose name nobody chose, as `nameKey`; one that stands under another name may keep it. */
  readonly impliedNames: ReadonlySet<string>;
  readonly notes: readonly ReadingNote[];
}

export interface ReadTablesOptions {
  readonly casing?: Casing | undefined;
  /** Where the program is, to find its copy of Drizzle. */
  readonly baseFolder?: string | undefined;
  /** PostgreSQL: where tables are that name no schema; `public` unless told. */
  readonly defaultSchema?: string | undefined;
}

/**
 * Reads Drizzle tables, views, enums, sequences, schemas and policies. What only happens in the program (`$default`, `$onUpdate`, the type
 * that TypeScript sees) is no part of a database and left out; everything else arrives or is refused by name.
 *
 * @throws TenonError `MODULE_INVALID`, `CHANGE_UNSUPPORTED`, `MISSING_DEPENDENCY`
 */
export async function readTables(given: TablesGiven, options: ReadTablesOptions = {}): Promise<ReadTables> {
  const objects = findObjects(given);
  const read =
    objects.engine === "sqlite"
      ? readSqlite(objects, await loadDrizzle("sqlite-core", options.baseFolder), options)
      : readPostgres(objects, await loadDrizzle("pg-core", options.baseFolder), options);
  refuseTwice(read.model);
  return read;
}
