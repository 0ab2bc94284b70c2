import type { Connection, EngineName } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { publicVersion } from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { RenameAnswers } from "../schema/index.js";
import type { DiffChange, DiffHazard } from "./described-plan.js";

export interface GenerateOptions {
  /** A module that has a folder of migrations and tables: `{ migrations: "./migrations", tables: { users } }`. */
  readonly module: Module;
  /** The other modules of the program: what the tables refer to is built from them. */
  readonly others?: readonly Module[] | undefined;
  /** The engine that the migration is for; that of the connection, else the one that the tables were written for. */
  readonly engine?: EngineName | undefined;
  /**
   * Writes files for each of these engines alone, as one version: `002_add_email.sqlite.sql`, `002_add_email.postgres.sql`. For a
   * module whose tables are brought to several. When one of them cannot be written, none is.
   */
  readonly engines?: readonly EngineName[] | undefined;
  /** A session with the PostgreSQL server on which the scratch database is made; without it a PGlite in memory. */
  readonly connection?: Connection | undefined;
  /** Renames that are known: `users.name:users.full_name`, `old_table:new_table`, `users.name:` for "dropped". */
  readonly renames?: readonly string[] | undefined;
  /** Answers what is left open; without it an open question is an error. */
  readonly askRename?: RenameAnswers["ask"];
  /** Tables (`users`) and columns (`users.email`) that go with all they hold, and that no rollback brings back. */
  readonly allowLoss?: readonly string[] | undefined;
  /** Only looks whether the tables have moved ahead of the migrations; writes nothing. */
  readonly check?: boolean | undefined;
  /** What relative folders are found from; the process's working directory when left out. */
  readonly baseFolder?: string | undefined;
  /** The time for folders that count by timestamps; now when left out. */
  readonly now?: Date | undefined;
}

/** What a migration that was generated does, and where it stands. */
export interface GenerateResult {
  /** Undefined when there is nothing to do, and with `check`. */
  readonly version: number | string | undefined;
  readonly changes: readonly DiffChange[];
  readonly hazards: readonly DiffHazard[];
  readonly notes: readonly string[];
  /** The files that were written: the migration, its rollback, its verification. */
  readonly files: readonly string[];
}

/**
 * Writes the migration that brings a module from what its migrations build to what its Drizzle tables ask for. The
 * migrations are replayed in a scratch database and compared with the tables; what comes out is run there, forth and back,
 * before it is written. When there is nothing to do no file is written.
 *
 * @param title - what the migration does, in a few words; it becomes the file's name
 * @throws TenonError `CHANGE_LOSES_DATA` for what is not in `allowLoss`, `RENAME_AMBIGUOUS`, `CHANGE_UNSUPPORTED`, `FILE_EXISTS`,
 * `FILE_FAILED`, `MISSING_DEPENDENCY`, and what is wrong with the migrations that are there
 *
 * @example
 * ```ts
 * import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
 * import { defineModule, generate } from "tenon";
 *
 * const users = sqliteTable("users", { id: integer().primaryKey(), email: text().notNull().unique() });
 * const module = defineModule("users", "core", {}, { migrations: "./users/migrations", tables: { users } });
 * const { files } = await generate("Users", { module });
 * console.log(files.join(", ")); // users/migrations/001_users.sql, users/migrations/001_users_rollback.sql
 * console.log((await generate("Nothing new", { module })).files.length); // 0
 * ```
 */
export async function generate(title: string, options: GenerateOptions): Promise<GenerateResult> {
  const { generateMigrations, engineOfTables } = await import("../autogenerate/index.js");
  const { describePlan } = await import("./described-plan.js");
  const { module, connection } = options;
  const { source } = module;
  const given = source.kind === "inline" ? undefined : source.tables;
  if (given === undefined) {
    throw new TenonError("USAGE", `${module.name} has no tables to generate a migration from.`, {
      where: { module: module.name },
      hint: 'Give them beside its folder: { migrations: "./migrations", tables: { users, posts } }.',
    });
  }
  const request = {
    module,
    others: options.others ?? [],
    title,
    now: options.now ?? new Date(),
    baseFolder: options.baseFolder,
    renames: options.renames,
    askRename: options.askRename,
    allowLoss: options.allowLoss,
    check: options.check,
  };
  const engines = [...new Set(options.engines)];
  const generated = await generateMigrations(
    engines.length === 0
      ? [{ ...request, engine: options.engine ?? connection?.engine ?? engineOfTables(given), connection }]
      : engines.map((engine) => ({
          ...request,
          engine,
          isForEngineAlone: true,
          // Only a session of the same engine can give a scratch.
          connection: connection?.engine === engine ? connection : undefined,
        })),
  );
  const described = generated.map(({ plan }) => describePlan(plan));
  const version = generated.find((each) => each.version !== undefined)?.version;
  return {
    version: version === undefined ? undefined : publicVersion(version),
    changes: eachOnce(described.flatMap(({ changes }) => changes)),
    hazards: eachOnce(described.flatMap(({ hazards }) => hazards)),
    notes: [...new Set(generated.flatMap(({ notes }) => notes))],
    files: generated.flatMap(({ files }) => files.map((file) => file.path)),
  };
}

/** What several engines have alike is told once. */
function eachOnce<T extends { readonly kind: string; readonly description: string }>(
  items: readonly T[],
): readonly T[] {
  return [...new Map(items.map((item) => [`${item.kind} ${item.description}`, item])).values()];
}
