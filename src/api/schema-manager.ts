import type { Connection } from "../connection/index.js";
import {
  acceptChanged,
  type ChangedMigration,
  type ContextOptions,
  completeContext,
  findChanged,
  forgetProgress,
  type JournalRow,
  type ModuleStatus,
  type ObjectOwner,
  openStart,
  type RunContext,
  type RunListener,
  type RunOptions,
  type RunResult,
  readModel,
  readOwners,
  readSettledStatus,
  readState,
  readStatus,
  run,
  type StartContext,
  stamp,
  systemClock,
  type Target,
  type ValidateOptions,
  type Validation,
  validate,
} from "../engine/index.js";
import { TenonError } from "../errors.js";
import {
  isRepeatable,
  type Migration,
  NOTHING_APPLIED,
  parseTargetAmong,
  publicVersion,
  type SourceDefinition,
  type Version,
  versionsOf,
} from "../migrations/index.js";
import type { Module } from "../modules/index.js";
import type { CreatedMigration, CreateMigrationOptions } from "./create-migration.js";
import { defineModule, isModule } from "./define-module.js";
import type { InitializeOptions, InitializeResult } from "./initialize.js";
import type { MigrateOptions, MigrateResult } from "./migrate-latest.js";
import type { Plan } from "./plan.js";
import type { SyncRequest, SyncResult } from "./sync.js";
import { resultWhenUpToDate } from "./up-to-date.js";

/** A version as a caller writes it; 0 means "nothing applied". */
export type VersionInput = number | bigint | string;

/** A version as it is given back: a number while it is an exact one, otherwise its text. */
export type VersionOutput = number | string;

/** How a manager works; every part has a default. */
export interface SchemaManagerOptions extends ContextOptions {}

/** What `validateSchema` found, with the versions of each module. */
export interface SchemaValidation extends Validation {
  readonly currentVersion: Readonly<Record<string, VersionOutput>>;
  readonly latestVersion: Readonly<Record<string, VersionOutput>>;
}

/** What `getSchemaInfo` tells of one module. */
export interface SchemaInfo {
  readonly module: string;
  readonly currentVersion: VersionOutput;
  readonly latestVersion: VersionOutput;
  readonly needsMigration: boolean;
  readonly pendingVersions: readonly VersionOutput[];
  readonly state: ModuleStatus["state"];
  readonly history: readonly JournalRow[];
}

/**
 * Manages the schema of one module, or of several, in one database.
 *
 * Takes the connection and a module (from `registerSchema` or `defineModule`), a list of modules, or plain inline
 * versions, which become a core module named `main`.
 *
 * @example
 * ```ts
 * import { connect, SchemaManager } from "tenon";
 *
 * const connection = await connect(":memory:");
 * const manager = new SchemaManager(connection, {
 *   1: { name: "Users", up: ["CREATE TABLE users (id INTEGER PRIMARY KEY)"], down: ["DROP TABLE users"] },
 * });
 * await manager.migrateToLatest();
 * console.log(await manager.getCurrentVersion()); // 1
 * await connection.close();
 * ```
 */
export class SchemaManager {
  readonly #connection: Connection;
  readonly #modules: readonly Module[];
  readonly #options: SchemaManagerOptions;
  readonly #listeners = new Set<RunListener>();
  #start: Promise<StartContext> | undefined;
  #context: Promise<RunContext> | undefined;

  constructor(
    connection: Connection,
    modules: Module | readonly Module[] | SourceDefinition,
    options: SchemaManagerOptions = {},
  ) {
    this.#connection = connection;
    this.#modules = modulesOf(modules);
    this.#options = options;
    if (options.onEvent !== undefined) this.#listeners.add(options.onEvent);
  }

  /** Subscribes to the events of all runs; gives what ends the subscription. */
  subscribe(listener: RunListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Applies everything that is pending, and lets the database follow the tables of modules that have tables alone. When there
   * is nothing to do it costs one query.
   * @throws TenonError as described at `run`: `CHECKSUM_MISMATCH`, `DATABASE_NEWER`, `OUT_OF_ORDER`,
   * `MIGRATION_FAILED`, `VERIFY_FAILED`, `ROWS_LOST`, `LOCK_TIMEOUT`, …
   */
  async migrateToLatest(options: MigrateOptions = {}): Promise<MigrateResult> {
    const done = await resultWhenUpToDate(await this.#getStart(), this.#modules);
    if (done !== undefined) return done;
    const { migrateLatest } = await import("./migrate-latest.js");
    return migrateLatest(await this.#getContext(), this.#modules, options, { isPending: true });
  }

  /**
   * Lets the database follow the tables of modules that have tables alone, and tells what changed; with `dryRun`, what would.
   *
   * @throws TenonError `CHANGE_LOSES_DATA` for what is not in `allowLoss`, `CHANGE_BLOCKED` when rows contradict a change,
   * `RENAME_AMBIGUOUS`, `OBJECT_TAKEN`, `CHANGE_UNSUPPORTED`; nothing is changed then. `USAGE` when no module has tables alone
   *
   * @example
   * ```ts
   * import { connect, SchemaManager } from "tenon";
   * import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
   *
   * const notes = sqliteTable("notes", { id: integer().primaryKey(), body: text().notNull() });
   * const connection = await connect(":memory:");
   * const manager = new SchemaManager(connection, { tables: { notes } });
   * const wanted = await manager.sync({ dryRun: true });
   * console.log(wanted.sql);
   * await manager.sync();
   * await connection.close();
   * ```
   */
  async sync(request: SyncRequest & ModuleChoice = {}): Promise<SyncResult> {
    const chosen = this.#modules.filter(
      ({ name }) => request.module === undefined || name === request.module,
    );
    const { syncModules } = await import("./sync.js");
    return syncModules(await this.#getContext(), chosen, request);
  }

  /** Brings one module to a version, up or down as needed. @throws TenonError also `VERSION_UNKNOWN` */
  async migrateToVersion(version: VersionInput, options: RunOptions & ModuleChoice = {}): Promise<RunResult> {
    return this.#run(await this.#toVersion(version, options), options);
  }

  /** Takes back everything above a version; 0 takes back all. Never applies anything. */
  async rollbackToVersion(
    version: VersionInput,
    options: RunOptions & ModuleChoice = {},
  ): Promise<RunResult> {
    return this.#run({ ...(await this.#toVersion(version, options)), only: "down" }, options);
  }

  /** Takes back the last `count` applied migrations, newest first. */
  rollback(count = 1, options: RunOptions & ModuleChoice = {}): Promise<RunResult> {
    return this.#run({ kind: "back", count, module: options.module }, options);
  }

  /** Works out what a run would do, without writing anything: print it, explain it, run it. */
  async plan(request: PlanRequest & MigrateOptions = {}): Promise<Plan> {
    const { makePlan } = await import("./plan.js");
    return makePlan(await this.#getContext(), this.#modules, await this.#targetOf(request), request);
  }

  /** The highest applied version; 0 when nothing is applied. */
  async getCurrentVersion(module?: string): Promise<VersionOutput> {
    const status = await this.#statusOf(this.#chosen({ module }), this.#describe());
    return publicVersion(status.current ?? "0");
  }

  /**
   * The highest defined version; 0 when nothing is defined. Needs no database: a module that follows its tables has no defined
   * versions, and `getStatus` tells whether its tables have moved ahead.
   */
  getLatestVersion(module?: string): VersionOutput {
    const chosen = this.#chosen({ module });
    const source = this.#modules.find((each) => each.name === chosen)?.source;
    const { engine } = this.#connection;
    const versions = source === undefined ? [] : versionsOf(source, { module: chosen, engine });
    return publicVersion(versions.findLast((version) => !isRepeatable(version)) ?? NOTHING_APPLIED);
  }

  /** Whether anything is pending. Costs one query when nothing is. */
  async needsMigration(): Promise<boolean> {
    if ((await resultWhenUpToDate(await this.#getStart(), this.#modules)) !== undefined) return false;
    const { needsMigration } = await import("./migrate-latest.js");
    return needsMigration(await this.#getContext(), this.#modules);
  }

  /** All rows of the journal for these modules, in the order in which they were written. */
  async getMigrationHistory(): Promise<readonly JournalRow[]> {
    const context = await this.#getContext();
    const names = new Set(context.modules);
    return (await readState(context)).rows.filter((row) => names.has(row.module));
  }

  /** All rows of the journal, also those of modules that are not known here. */
  async getJournal(): Promise<readonly JournalRow[]> {
    return (await readState(await this.#getContext())).rows;
  }

  /** Versions, state and history of one module. */
  async getSchemaInfo(module?: string): Promise<SchemaInfo> {
    const chosen = this.#chosen({ module });
    const status = await this.#statusOf(chosen);
    return {
      module: chosen,
      currentVersion: publicVersion(status.current ?? "0"),
      latestVersion: publicVersion(status.latest ?? "0"),
      needsMigration: status.pending.length > 0,
      pendingVersions: status.pending.map(publicVersion),
      state: status.state,
      history: (await this.getMigrationHistory()).filter((row) => row.module === chosen),
    };
  }

  /** The state of every module that the program or the journal knows. */
  async getStatus(): Promise<readonly ModuleStatus[]> {
    const settled = await readSettledStatus(await this.#getStart());
    if (settled !== undefined) return settled;
    const { withSyncedModules } = await import("./synced-status.js");
    return withSyncedModules(await this.#getContext(), this.#modules, await this.#describe());
  }

  /**
   * Looks at journal, checksums, verify steps, foreign keys and drift (the schema itself, against the snapshot of
   * the last run or, with `replay`, against what the migrations build in a scratch); changes nothing.
   */
  async validateSchema(options: ValidateOptions = {}): Promise<SchemaValidation> {
    const validation = await validate(await this.#getContext(), options);
    const versions = (which: "currentVersion" | "latestVersion") =>
      Object.fromEntries(validation.modules.map((status) => [status.module, status[which]]));
    return {
      ...validation,
      currentVersion: versions("currentVersion"),
      latestVersion: versions("latestVersion"),
    };
  }

  /** Every object of the database and the module that made it; objects that no migration made have none. */
  async getObjects(): Promise<readonly ObjectOwner[]> {
    return readOwners(await this.#getContext());
  }

  /** Whether the database has no table or view, the journal's own aside. */
  async isDatabaseEmpty(): Promise<boolean> {
    const { connection, dialect, journal } = await this.#getContext();
    const model = await readModel(connection, dialect, journal);
    return model.tables.length + model.views.length === 0;
  }

  /**
   * Builds all modules in an empty database and applies what is pending in any other; safe to call again.
   *
   * @example
   * ```ts
   * import { connect, SchemaManager } from "tenon";
   *
   * const connection = await connect(":memory:");
   * const manager = new SchemaManager(connection, { 1: { name: "Notes", up: "CREATE TABLE notes (id INTEGER)" } });
   * console.log((await manager.initializeSchema()).wasEmpty); // true
   * console.log((await manager.initializeSchema()).steps); // []
   * await connection.close();
   * ```
   */
  async initializeSchema(options: InitializeOptions = {}): Promise<InitializeResult> {
    const { initialize } = await import("./initialize.js");
    return initialize(await this.#getContext(), this.#modules, await this.isDatabaseEmpty(), options);
  }

  /**
   * Writes the files of a module's next migration: empty ones to be filled in, or with `autogenerate` what its tables ask for
   * beyond its migrations. Nothing is ever overwritten; with `autogenerate` and nothing to do, nothing is written.
   * @throws TenonError `USAGE` when the module has no folder, `FILE_EXISTS`, `FILE_FAILED`; with `autogenerate` as `generate`
   */
  async createMigration(
    message: string,
    options: CreateMigrationOptions & ModuleChoice = {},
  ): Promise<CreatedMigration> {
    const { createMigration } = await import("./create-migration.js");
    const chosen = this.#chosen(options);
    const module = this.#modules.find((each) => each.name === chosen);
    const { clock = systemClock, others: known = [] } = this.#options;
    const others = [...this.#modules, ...known].filter((each) => each !== module);
    return createMigration(
      { connection: this.#connection, others, now: clock.now() },
      module,
      message,
      options,
    );
  }

  /** Marks a module's versions up to this one as applied without running them; gives those that were marked. */
  async stamp(version: VersionInput, options: RunOptions & ModuleChoice = {}): Promise<readonly Migration[]> {
    return stamp(
      await this.#getContext(),
      { module: this.#chosen(options), version: await this.#readVersion(version, options) },
      options,
    );
  }

  /** Applied migrations that were changed since, with both texts. */
  async findChanged(): Promise<readonly ChangedMigration[]> {
    return findChanged(await this.#getContext());
  }

  /** Accepts changed migrations as they are now; only those given, as they were looked at. */
  async acceptChanged(
    changes: readonly ChangedMigration[],
    options: RunOptions = {},
  ): Promise<readonly ChangedMigration[]> {
    return acceptChanged(await this.#getContext(), changes, options);
  }

  /** Lets a failed step without a transaction start at its beginning again. */
  async forgetProgress(options: RunOptions = {}): Promise<readonly JournalRow[]> {
    return forgetProgress(await this.#getContext(), options);
  }

  async #run(target: Target, options: RunOptions): Promise<RunResult> {
    return run(await this.#getContext(), target, options);
  }

  async #targetOf(request: PlanRequest): Promise<Target> {
    if (request.back !== undefined) return { kind: "back", count: request.back, module: request.module };
    if (request.to !== undefined)
      return { ...(await this.#toVersion(request.to, request)), only: request.only };
    return { kind: "latest" };
  }

  async #toVersion(version: VersionInput, choice: ModuleChoice) {
    return {
      kind: "version" as const,
      module: this.#chosen(choice),
      version: await this.#readVersion(version, choice),
    };
  }

  async #readVersion(version: VersionInput, choice: ModuleChoice): Promise<Version> {
    const module = this.#chosen(choice);
    const { catalogue } = await this.#getContext();
    const own = catalogue.migrations.filter((migration) => migration.module === module);
    return parseTargetAmong(
      version,
      own.map((migration) => migration.version),
    );
  }

  /** The module that is meant: the one named, or the only one. */
  #chosen(choice: ModuleChoice): string {
    const names = this.#modules.map((module) => module.name);
    const [only] = names;
    if (choice.module !== undefined) return choice.module;
    if (only !== undefined && names.length === 1) return only;
    throw new TenonError(
      "USAGE",
      `This manager has ${names.length} modules (${names.join(", ")}); nobody said which is meant.`,
      {
        hint: 'Name it: `{ module: "NAME" }`, or --module NAME.',
      },
    );
  }

  async #describe(): Promise<readonly ModuleStatus[]> {
    return readStatus(await this.#getContext());
  }

  async #statusOf(
    module: string,
    all: Promise<readonly ModuleStatus[]> = this.getStatus(),
  ): Promise<ModuleStatus> {
    const status = (await all).find((each) => each.module === module);
    if (status !== undefined) return status;
    throw new TenonError("MODULE_UNKNOWN", `There is no module ${module} here or in the journal.`, {
      where: { module },
      hint: "`tenon status` lists the modules.",
    });
  }

  /** The part of the context that is enough where there is nothing to do. */
  #getStart(): Promise<StartContext> {
    this.#start ??= openStart(this.#connection, this.#modules, this.#options).catch((error) => {
      this.#start = undefined;
      throw error;
    });
    return this.#start;
  }

  #getContext(): Promise<RunContext> {
    this.#context ??= this.#makeContext().catch((error) => {
      this.#context = undefined;
      throw error;
    });
    return this.#context;
  }

  async #makeContext(): Promise<RunContext> {
    return completeContext(await this.#getStart(), {
      ...this.#options,
      onEvent: (event) => {
        for (const listener of this.#listeners) listener(event);
      },
    });
  }
}

/** What a plan is to lead to: everything applied, unless `to` or `back` says otherwise. */
export interface PlanRequest extends ModuleChoice {
  readonly to?: VersionInput | undefined;
  /** With `to`: only apply, or only take back. */
  readonly only?: "up" | "down" | undefined;
  /** Take back this many applied migrations, newest first. */
  readonly back?: number | undefined;
}

/** Which module is meant, where a manager has several. */
export interface ModuleChoice {
  readonly module?: string | undefined;
}

function modulesOf(modules: Module | readonly Module[] | SourceDefinition): readonly Module[] {
  if (isModule(modules)) return [modules];
  return isModuleList(modules) ? modules : [defineModule("main", "core", {}, modules)];
}

function isModuleList(modules: readonly Module[] | SourceDefinition): modules is readonly Module[] {
  return Array.isArray(modules);
}
