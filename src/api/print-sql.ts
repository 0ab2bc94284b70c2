import type { EngineName } from "../connection/index.js";
import { loadDialect } from "../dialects/index.js";
import { Catalogue, DEFAULT_JOURNAL_TABLE, offlineScript } from "../engine/index.js";
import { TenonError } from "../errors.js";
import {
  type Migration,
  NOTHING_APPLIED,
  parseTargetAmong,
  type Version,
  VersionOrder,
} from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { VersionInput } from "./schema-manager.js";

/** What to print. */
export interface PrintSqlOptions {
  readonly engine: EngineName;
  /** Only this module; `from` and `to` need it when there are several. */
  readonly module?: string | undefined;
  /** Modules that may be depended on and are not printed. */
  readonly others?: readonly Module[] | undefined;
  /** The version that the database is at; the script then writes into its journal and does not create one. */
  readonly from?: VersionInput | undefined;
  /** The last version to print; the latest when left out. */
  readonly to?: VersionInput | undefined;
  readonly journalTable?: string | undefined;
  readonly transaction?: "run" | "each" | undefined;
}

/**
 * Prints the migrations of modules as a script for the engine's own shell, journal rows included, without a
 * database.
 *
 * @returns the script; running it and then Tenon finds nothing to do
 * @throws TenonError `UNSUPPORTED` when a migration is code or a module has tables alone, `USAGE`, `VERSION_UNKNOWN`, and what is wrong with a source
 *
 * @example
 * ```ts
 * import { defineModule, printSql } from "tenon";
 *
 * const notes = defineModule("notes", "core", {}, {
 *   1: { name: "Notes", up: "CREATE TABLE notes (id INTEGER PRIMARY KEY)", down: "DROP TABLE notes" },
 * });
 * console.log(await printSql([notes], { engine: "sqlite" }));
 * ```
 */
export async function printSql(modules: readonly Module[], options: PrintSqlOptions): Promise<string> {
  const { engine, module, others = [], journalTable = DEFAULT_JOURNAL_TABLE, transaction } = options;
  const chosen = module ?? (modules.length === 1 ? modules[0]?.name : undefined);
  if (chosen === undefined && (options.from !== undefined || options.to !== undefined)) {
    throw new TenonError("USAGE", "A version to print from or to needs a module, and there are several.", {
      hint: "Name it: --module NAME.",
    });
  }
  refuseTablesAlone(modules);
  const dialect = await loadDialect(engine);
  const catalogue = await Catalogue.load([...modules, ...others], engine);
  const known = catalogue.migrations.flatMap((each) => (each.module === chosen ? [each.version] : []));
  const from = parseTargetAmong(options.from ?? 0, known);
  const to = options.to === undefined ? undefined : parseTargetAmong(options.to, known);
  const order = new VersionOrder(catalogue.migrations);
  const names = new Set(chosen === undefined ? modules.map((each) => each.name) : [chosen]);
  const isPrinted = (migration: Migration) => names.has(migration.module);
  for (const version of [from, to]) refuseUnknown(version, catalogue.migrations.filter(isPrinted), chosen);
  const ordered = await catalogue.ordered([], isPrinted);
  const migrations = ordered.filter(
    (migration) =>
      isPrinted(migration) &&
      order.compare(migration.module, migration.version, from) > 0 &&
      (to === undefined || order.compare(migration.module, migration.version, to) <= 0),
  );
  const createJournal = from === NOTHING_APPLIED;
  return offlineScript({ dialect, migrations, journalTable, createJournal, transaction });
}

/** What a database needs to follow tables depends on what stands in it; to print nothing would be to leave it out in silence. */
function refuseTablesAlone(modules: readonly Module[]): void {
  const found = modules.find(({ source }) => source.kind === "tables");
  if (found === undefined) return;
  throw new TenonError("UNSUPPORTED", `${found.name} has tables and no migrations that could be printed.`, {
    where: { module: found.name },
    hint: `\`tenon sync --dry-run --module ${found.name}\` prints what a database needs that is at hand.`,
  });
}

function refuseUnknown(
  version: Version | undefined,
  migrations: readonly Migration[],
  module: string | undefined,
): void {
  if (version === undefined || version === NOTHING_APPLIED) return;
  if (migrations.some((migration) => migration.version === version)) return;
  throw new TenonError("VERSION_UNKNOWN", `Module ${module} has no version ${version}.`, {
    where: { module, version },
    hint: "`tenon status` lists the versions of each module.",
  });
}
