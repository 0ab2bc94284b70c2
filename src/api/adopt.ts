import type { Adoption, AdoptionItem, AdoptionRequest } from "../adopt/index.js";
import type { Connection } from "../connection/index.js";
import type { ContextOptions } from "../engine/index.js";
import type { Migration } from "../migrations/index.js";
import type { Module } from "../modules/index.js";

/** How a history is taken over; every part has a default. */
export interface AdoptOptions extends ContextOptions {
  /** The module that the history is of; needed where there are several. */
  readonly module?: string | undefined;
  /** The tool: `sqlx`, `prisma`, `flyway`, … Needed where several have a history in the database. */
  readonly from?: string | undefined;
  /** The name of that tool's table, where it has not the usual one. */
  readonly table?: string | undefined;
  /** Writes the schema as it stands as the module's first migration, rather than matching a history with files. */
  readonly baseline?: boolean | undefined;
  /**
   * A new folder into which the history is written in Tenon's own layout, and which then counts instead. What both build in scratch
   * databases is compared before anything is written.
   */
  readonly convertTo?: string | undefined;
  /** Takes files that were changed after they were applied as they are now. */
  readonly acceptChanged?: boolean | undefined;
  /** Objects that a baseline leaves out: `audit_*`, `billing.*`. */
  readonly exclude?: readonly string[] | undefined;
  /** Answers which of several tools counts; without it that is an error. */
  readonly chooseTool?: AdoptionRequest["chooseTool"];
  /** Milliseconds to wait for another process; without it the wait has no end. */
  readonly lockTimeoutMs?: number | undefined;
}

/** What was taken over. */
export interface AdoptResult {
  readonly from: string | undefined;
  /** The table of Tenon's journal. */
  readonly journal: string;
  /** What counts as applied from now on and did not before. */
  readonly adopted: readonly Migration[];
  /** The files that were written, for a baseline. */
  readonly files: readonly string[];
}

/**
 * Looks for the history that another migration tool keeps in a database, and works out what taking it over would do. Writes
 * nothing; `run` of what it gives does.
 *
 * Known are golang-migrate, dbmate, Rails, Diesel, sqlx, goose, sql-migrate, Flyway, Pop, Prisma, Drizzle, Alembic, Knex, Kysely,
 * Umzug, TypeORM, MikroORM, Liquibase, node-pg-migrate, Sqitch and Django. Where a tool's migrations are SQL files, its rows are
 * matched with the files of the module, by that tool's own checksum where it has one. Where they are programs, the schema as it
 * stands is written as the module's first migration.
 *
 * @throws TenonError `HISTORY_NOT_FOUND`, `HISTORY_AMBIGUOUS`, `USAGE`, and `CHANGE_UNSUPPORTED` for a schema that cannot be written
 * in SQL exactly
 *
 * @example
 * ```ts
 * import { connect, defineModule, planAdoption } from "tenon";
 *
 * const connection = await connect(":memory:");
 * await connection.executeScript(`
 *   CREATE TABLE notes (id INTEGER PRIMARY KEY);
 *   CREATE TABLE knex_migrations (id INTEGER PRIMARY KEY, name TEXT, batch INTEGER, migration_time TEXT);
 *   INSERT INTO knex_migrations (name, batch) VALUES ('20240131120000_notes.js', 1);
 * `);
 * const main = defineModule("main", "core", {}, { migrations: "./migrations" });
 * const adoption = await planAdoption(connection, [main]);
 * console.log(adoption.from, adoption.items[0]?.state); // knex applied
 * console.log(adoption.files.map((file) => file.path).join(" ")); // migrations/001_baseline.sqlite.sql migrations/001_baseline_rollback.sqlite.sql
 * await connection.close();
 * ```
 */
export async function planAdoption(
  connection: Connection,
  modules: Module | readonly Module[],
  options: AdoptOptions = {},
): Promise<Adoption> {
  const { planAdoption: planned } = await import("../adopt/index.js");
  const { journal, appliedBy, onEvent, others, clock, ...request } = options;
  const list: readonly Module[] = "name" in modules ? [modules] : modules;
  return planned({
    ...request,
    connection,
    modules: list,
    context: { journal, appliedBy, onEvent, others, clock },
  });
}

/**
 * Takes over the history that another migration tool keeps in a database: its applied migrations count as applied in
 * Tenon's journal, written in one transaction. Nothing is run, and that tool's table is never changed, so that going back is
 * possible. Safe to call again.
 *
 * @throws TenonError as `planAdoption`, and `ADOPTION_REFUSED` for what is failed, missing or changed there, `PLAN_OUTDATED`,
 * `LOCK_TIMEOUT`, `FILE_EXISTS`
 *
 * @example
 * ```ts
 * import { adopt, connect, defineModule, SchemaManager } from "tenon";
 *
 * const connection = await connect(":memory:");
 * await connection.executeScript(`
 *   CREATE TABLE notes (id INTEGER PRIMARY KEY);
 *   CREATE TABLE schema_migration (version TEXT NOT NULL);
 *   INSERT INTO schema_migration VALUES ('1');
 * `);
 * const main = defineModule("main", "core", {}, {
 *   1: { name: "Notes", up: "CREATE TABLE notes (id INTEGER PRIMARY KEY)" },
 *   2: { name: "Text", up: "ALTER TABLE notes ADD COLUMN text TEXT" },
 * });
 * const { from, adopted } = await adopt(connection, main);
 * console.log(from, adopted.map((migration) => migration.version)); // pop [ '1' ]
 * const { steps } = await new SchemaManager(connection, main).migrateToLatest();
 * console.log(steps.map((step) => step.version)); // [ '2' ]
 * await connection.close();
 * ```
 */
export async function adopt(
  connection: Connection,
  modules: Module | readonly Module[],
  options: AdoptOptions = {},
): Promise<AdoptResult> {
  const adoption = await planAdoption(connection, modules, options);
  const adopted = adoption.isDone ? [] : await adoption.run();
  const files = adoption.isDone ? [] : adoption.files.map((file) => file.path);
  return { from: adoption.from, journal: adoption.journal, adopted, files };
}

export type { Adoption, AdoptionItem };
