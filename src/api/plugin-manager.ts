import type { Connection } from "../connection/index.js";
import type { ContextOptions, RunOptions } from "../engine/index.js";
import { TenonError } from "../errors.js";
import { type Module, ModuleSet } from "../modules/index.js";
import type {
  PluginInfo,
  PluginSummary,
  Removal,
  RestoreOptions,
  RestoreResult,
  WrittenDump,
} from "../plugins/index.js";
import type { HostPlugin } from "./load-plugin.js";
import type { MigrateOptions } from "./migrate-latest.js";
import type { ActivateResult, PluginWork, StartOptions, StartResult } from "./plugin-work.js";
import { SchemaRegistry } from "./schema-registry.js";

/** How a manager of plugins works; every part has a default. */
export interface PluginManagerOptions extends Omit<ContextOptions, "others"> {
  /** The modules of the application, plugins and core; the program's own registry unless given. */
  readonly registry?: SchemaRegistry | undefined;
  /** Plugins that the host installs: where the code of each is, and what it is held to. */
  readonly plugins?: readonly HostPlugin[] | undefined;
  /** The folder from which relative paths and packages of plugins are found; the working folder unless given. */
  readonly baseFolder?: string | undefined;
}

export interface ActivateOptions extends MigrateOptions {
  /** Where the plugin's code is: a package, a path, or a `file:` URL; as in `plugins`. */
  readonly from?: HostPlugin["from"];
}

/** Whether others may go along with a plugin. */
export interface CascadeOption {
  /** Takes those along that need the plugin. */
  readonly cascade?: boolean | undefined;
}

/** What becomes of the rows of a plugin that is removed: one of the two is asked for when there are any. */
export interface RemovePluginOptions extends RunOptions, CascadeOption {
  /** The folder in which a dump of its rows is written, in a folder of its own, before they go. */
  readonly dumpTo?: string | undefined;
  /** Lets the rows go without a dump. */
  readonly withoutDump?: boolean | undefined;
  /** Drops exactly what the plugin owns, in place of its downs: for one without a way back. */
  readonly dropOwned?: boolean | undefined;
}

export interface DeactivateOptions extends RemovePluginOptions {
  /** Removes the plugin's tables and rows, too: `removePlugin`. Without it they stay. */
  readonly removeData?: boolean | undefined;
}

/** What a deactivation or a removal did. */
export interface PluginsGone {
  /** Those that went, in the order in which they did. */
  readonly plugins: readonly string[];
  readonly dumps: readonly WrittenDump[];
}

/**
 * Activates, deactivates and removes plugins: modules that a host did not write. What was decided is kept in the database, and
 * changes in the same transaction as the plugin's tables.
 *
 * @example
 * ```ts
 * import { connect, PluginManager, registerSchema } from "tenon";
 *
 * registerSchema("calendar", "plugin")({
 *   1: { name: "Events", up: "CREATE TABLE calendar_events (title TEXT)", down: "DROP TABLE calendar_events" },
 * });
 * const connection = await connect(":memory:");
 * const plugins = new PluginManager(connection);
 * console.log((await plugins.activatePlugin("calendar")).version); // 1
 * await plugins.deactivatePlugin("calendar");
 * console.log((await plugins.getPluginInfo("calendar")).status); // inactive
 * await plugins.removePlugin("calendar", { dumpTo: "./dumps" });
 * await connection.close();
 * ```
 */
export class PluginManager {
  readonly #connection: Connection;
  readonly #options: PluginManagerOptions;
  readonly #hosted: ReadonlyMap<string, HostPlugin>;
  /** Modules that came from code which the host named. */
  readonly #loaded = new Map<string, Module>();

  constructor(connection: Connection, options: PluginManagerOptions = {}) {
    this.#connection = connection;
    this.#options = options;
    this.#hosted = new Map((options.plugins ?? []).map((plugin) => [plugin.name, plugin]));
  }

  /**
   * Loads a plugin, applies what is pending in it, and marks it active: all of it, or nothing. What it depends on is not
   * pulled in: what is missing is named. One that fails is marked as failed, with its error.
   *
   * @throws TenonError `MODULE_UNKNOWN`, `PLUGIN_FAILED` when its code cannot be loaded, `DEPENDENCY_MISSING`,
   * `PLUGIN_CONFLICT`, and whatever a run throws
   */
  async activatePlugin(name: string, options: ActivateOptions = {}): Promise<ActivateResult> {
    const { from, ...run } = options;
    const host = { name, ...this.#hosted.get(name) };
    const module = await this.#load(name, from === undefined ? host : { ...host, from });
    return (await this.#work()).activate(module, run);
  }

  /**
   * Marks a plugin as inactive. Its tables and rows stay, and an activation finds them again; with `removeData` they go,
   * as with `removePlugin`.
   * @throws TenonError `MODULE_UNKNOWN`, `PLUGIN_NEEDED` when others need it
   */
  async deactivatePlugin(name: string, options: DeactivateOptions = {}): Promise<PluginsGone> {
    if (options.removeData === true) return this.removePlugin(name, options);
    const others = ["dumpTo", "withoutDump", "dropOwned"].filter(
      (key) => Reflect.get(options, key) !== undefined,
    );
    if (others.length > 0) {
      throw new TenonError(
        "USAGE",
        `${others.join(" and ")} says what becomes of data that is to go, and nothing is.`,
        {
          hint: "Say `removeData: true` as well, or leave it out.",
        },
      );
    }
    return { plugins: await (await this.#work()).deactivate(name, options), dumps: [] };
  }

  /** What would go with a plugin: tables and their rows, other objects, and with `cascade` who needs it. Changes nothing. */
  async planRemoval(name: string, options: CascadeOption = {}): Promise<Removal> {
    return (await this.#work()).planRemoval({ name, cascade: options.cascade });
  }

  /**
   * Takes a plugin back to nothing, in one transaction: by its own downs; by those in the journal when its code is gone; or,
   * with `dropOwned`, by dropping exactly what it owns. Before rows go, a dump of them is written, or declined.
   *
   * @throws TenonError `MODULE_UNKNOWN`, `PLUGIN_NEEDED`, `PLUGIN_DATA` when nobody said what becomes of the rows,
   * `NOT_REVERSIBLE` without downs or when they leave something behind, `FILE_FAILED` when the dump cannot be written
   */
  async removePlugin(name: string, options: RemovePluginOptions = {}): Promise<PluginsGone> {
    const { cascade, dumpTo, withoutDump, dropOwned, ...run } = options;
    if (dumpTo !== undefined && withoutDump === true) {
      throw new TenonError("USAGE", "A dump is asked for and declined at once.", {
        hint: "Give `dumpTo`, or `withoutDump: true`.",
      });
    }
    return (await this.#work()).remove({ name, cascade, dumpTo, withoutDump, dropOwned }, run);
  }

  /** Writes the rows of a dump back into the plugin's tables. @throws TenonError `PLUGIN_DATA`, `FILE_FAILED` */
  async restorePluginData(folder: string, options: RestoreOptions = {}): Promise<RestoreResult> {
    return (await this.#work()).restore(folder, options);
  }

  /** All that is known of one plugin, with the rows and the size of its tables. @throws TenonError `MODULE_UNKNOWN` */
  async getPluginInfo(name: string): Promise<PluginInfo> {
    await this.#loadHosted(name);
    return (await this.#work()).info(name);
  }

  /** Every plugin that the program or the database knows, in the order of their names. */
  async listPlugins(): Promise<readonly PluginSummary[]> {
    const problems = new Map<string, string>();
    for (const name of this.#hosted.keys()) {
      const problem = await this.#loadHosted(name);
      if (problem !== undefined) problems.set(name, problem.message);
    }
    const known = await (await this.#work()).list([...problems.keys()]);
    return known.map((each) => ({ ...each, error: each.error ?? problems.get(each.name) ?? null }));
  }

  /**
   * At a start: brings every plugin up to date that is in use in the database. One that fails is marked as failed and told;
   * the others go on. With `onFailure: "stop"` its error is thrown.
   */
  async startPlugins(options: StartOptions = {}): Promise<StartResult> {
    const inUse = new Map((await (await this.#work()).list()).map((plugin) => [plugin.name, plugin.status]));
    const failed: { plugin: string; error: TenonError }[] = [];
    for (const name of this.#hosted.keys()) {
      const status = inUse.get(name);
      if (status !== "active" && status !== "failed") continue;
      const error = await this.#loadHosted(name);
      if (error === undefined) continue;
      await (await this.#work()).recordFailure(name, error);
      if (options.onFailure === "stop") throw error;
      failed.push({ plugin: name, error });
    }
    const result = await (await this.#work()).start(options);
    const broken = new Set(failed.map(({ plugin }) => plugin));
    return {
      ...result,
      failed: [...failed, ...result.failed],
      missing: result.missing.filter((name) => !broken.has(name)),
    };
  }

  /** The module of a plugin, from the code that the host names, or from the registry. */
  async #load(name: string, host: HostPlugin): Promise<Module> {
    const { loadPlugin, withHostRules } = await import("./load-plugin.js");
    const registered = () => this.#registry.modules.find((module) => module.name === name);
    if (host.from === undefined) {
      const module = registered() ?? this.#loaded.get(name);
      return withHostRules(module ?? new ModuleSet(this.#registry.modules).get(name), host);
    }
    try {
      const module = await loadPlugin({ ...host, baseFolder: this.#options.baseFolder, registered });
      this.#loaded.set(name, module);
      return module;
    } catch (error) {
      if (error instanceof TenonError) await (await this.#work()).recordFailure(name, error);
      throw error;
    }
  }

  /** Loads the code of a plugin that the host installs, once; gives what is wrong with it. */
  async #loadHosted(name: string): Promise<TenonError | undefined> {
    const host = this.#hosted.get(name);
    if (host?.from === undefined || this.#loaded.has(name)) return undefined;
    const { loadPlugin } = await import("./load-plugin.js");
    const registered = () => this.#registry.modules.find((module) => module.name === name);
    try {
      this.#loaded.set(name, await loadPlugin({ ...host, baseFolder: this.#options.baseFolder, registered }));
      return undefined;
    } catch (error) {
      if (error instanceof TenonError) return error;
      throw error;
    }
  }

  get #registry(): SchemaRegistry {
    return this.#options.registry ?? SchemaRegistry.default;
  }

  /** Loaded when it is asked for: a program that makes a manager at its start may never need it. */
  async #work(): Promise<PluginWork> {
    const [{ PluginWork }, { withHostRules }] = await Promise.all([
      import("./plugin-work.js"),
      import("./load-plugin.js"),
    ]);
    const { journal, appliedBy, clock, onEvent } = this.#options;
    const registered = this.#registry.modules.filter((module) => !this.#loaded.has(module.name));
    const modules = [...registered, ...this.#loaded.values()].map((module) => {
      const host = this.#hosted.get(module.name);
      return host === undefined ? module : withHostRules(module, host);
    });
    return new PluginWork({ connection: this.#connection, modules, journal, appliedBy, clock, onEvent });
  }
}
