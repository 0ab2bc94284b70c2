import type { HostPlugin } from "../api/index.js";
import type { ConnectOptions } from "../connection/index.js";
import type { LayoutChoice, TablesDefinition } from "../migrations/index.js";
import type { Module, PluginRulesInput } from "../modules/index.js";

/** A module that is described in the config rather than imported: a folder of migrations, tables, or both. */
export interface FolderModule extends Partial<TablesDefinition>, PluginRulesInput {
  readonly name: string;
  /** `core` unless given; a plugin is applied only when it is named. */
  readonly kind?: "core" | "plugin" | undefined;
  /** Order among modules of one kind, lower first; 100 unless given. */
  readonly priority?: number | undefined;
  /** Modules, or modules at a version (`users@2`), that must be there first. */
  readonly dependsOn?: string | readonly string[] | undefined;
  /** For plugins: modules that cannot be active beside this one. */
  readonly conflictsWith?: string | readonly string[] | undefined;
  /** The folder, relative to the config file. Without it there must be `tables`, which the database then follows. */
  readonly migrations?: string | URL | undefined;
  /** The tool in whose layout the folder is: `"goose"`, `"flyway"`, …; found out by looking unless given. */
  readonly layout?: LayoutChoice | undefined;
}

/** What stands in `tenon.config.ts`. Flags of the command and the environment are stronger. */
export interface TenonConfig {
  /** The database; `DATABASE_URL` and `--url` are stronger. A relative file is found from the config's folder. */
  readonly url?: string | undefined;
  /**
   * The modules of the application, in any order. Without `modules` and `dir`, those that the config's imports have
   * registered with `registerSchema`.
   */
  readonly modules?: readonly (Module | FolderModule)[] | undefined;
  /**
   * Plugins that the application installs without having written them: where the code of each is (`from`: a package, a path
   * from the config's folder, a URL), and what each is held to. A plugin among `modules` can be held to rules here, too.
   */
  readonly plugins?: readonly HostPlugin[] | undefined;
  /** Instead of `modules`: one folder, which is one core module called `main`. */
  readonly dir?: string | undefined;
  /** The tool in whose layout folders are, where a module does not say so itself; found out by looking unless given. */
  readonly layout?: LayoutChoice | undefined;
  readonly journal?: JournalConfig | undefined;
  /** One transaction for the whole run, or one for each migration; the engine's own choice without it. */
  readonly transaction?: "run" | "each" | undefined;
  /** Milliseconds to wait for another process that is migrating; without it the wait has no end. */
  readonly lockTimeout?: number | undefined;
  /** How the database is opened, as with `connect`. */
  readonly connection?: ConnectionConfig | undefined;
}

/** The options of `connect` that a config may set; a command knows itself whether it writes, and never a password. */
export type ConnectionConfig = Omit<ConnectOptions, "encryption" | "readOnly" | "mustExist">;

export interface JournalConfig {
  /** Name of the journal table; `schema_migrations` without it. */
  readonly table?: string | undefined;
  /** The module that a `schema_version` table from before Tenon belongs to. */
  readonly legacyModule?: string | undefined;
}

/**
 * Gives its argument back, typed: for `tenon.config.ts`.
 *
 * @example
 * ```ts
 * import { defineConfig } from "tenon";
 *
 * export default defineConfig({
 *   url: "file:app.db",
 *   modules: [{ name: "users", migrations: "./users/migrations" }],
 * });
 * ```
 */
export function defineConfig(config: TenonConfig): TenonConfig {
  return config;
}
