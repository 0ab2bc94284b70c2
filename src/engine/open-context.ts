import type { Connection } from "../connection/index.js";
import { loadDialect, loadJournalDialect } from "../dialects/index.js";
import type { Module } from "../modules/index.js";
import { Catalogue } from "./catalogue.js";
import { type Clock, systemClock } from "./clock.js";
import type { RunListener } from "./events.js";
import { Journal } from "./journal.js";
import type { StartContext } from "./nothing-to-do.js";
import type { RunContext } from "./run.js";

/** What everything that works on a database may be told; every part has a default. */
export interface ContextOptions {
  /** Name of the journal table, and the module that a legacy `schema_version` table belongs to. */
  readonly journal?:
    | { readonly table?: string | undefined; readonly legacyModule?: string | undefined }
    | undefined;
  /** Who is written into the journal as `applied_by`. */
  readonly appliedBy?: string | undefined;
  /** Gets every event of every run. */
  readonly onEvent?: RunListener | undefined;
  /** Modules that may be depended on but are not managed here. */
  readonly others?: readonly Module[] | undefined;
  readonly clock?: Clock | undefined;
}

/** Loads modules and finds the journal. @throws TenonError whatever is wrong with a module's source */
export async function openContext(
  connection: Connection,
  modules: readonly Module[],
  options: ContextOptions,
): Promise<RunContext> {
  return completeContext(await openStart(connection, modules, options), options);
}

/** As much of a context as tells whether there is anything to do; `completeContext` adds the rest. */
export async function openStart(
  connection: Connection,
  modules: readonly Module[],
  options: ContextOptions,
): Promise<StartContext> {
  const { journal = {}, others = [] } = options;
  const dialect = await loadJournalDialect(connection.engine);
  const catalogue = await Catalogue.load(modules, connection.engine, others);
  return {
    connection,
    journal: await Journal.open(connection, dialect, journal.table),
    catalogue,
    modules: modules.map((module) => module.name),
  };
}

export async function completeContext(start: StartContext, options: ContextOptions): Promise<RunContext> {
  const { journal = {}, appliedBy = null, clock = systemClock, others = [] } = options;
  const isAlone = start.modules.length === 1 && others.length === 0;
  return {
    ...start,
    dialect: await loadDialect(start.connection.engine),
    legacyModule: journal.legacyModule ?? (isAlone ? start.modules[0] : undefined),
    clock,
    appliedBy,
    onEvent: options.onEvent ?? (() => {}),
  };
}
