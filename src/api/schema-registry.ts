import type { Connection } from "../connection/index.js";
import type { PluginStatus, RunListener } from "../engine/index.js";
import type { SourceDefinition } from "../migrations/index.js";
import { type Module, type ModuleKind, type ModuleOptions, ModuleSet } from "../modules/index.js";
import { defineModule } from "./define-module.js";
import type { MigrateOptions } from "./migrate-latest.js";
import type { PluginWork, StartOptions, StartResult } from "./plugin-work.js";
import { SchemaManager, type SchemaManagerOptions, type VersionOutput } from "./schema-manager.js";

/** What `SchemaRegistry.getSchemaInfo` tells of one module. */
export interface RegistrySchemaInfo {
  /** Of a core module: whether all of it is applied, some, or nothing. Of a plugin also what became of it. */
  readonly status: PluginStatus | "pending";
  readonly currentVersion: VersionOutput;
  readonly latestVersion: VersionOutput;
}

/** All modules of an application, core and plugins apart. */
export interface RegistryInfo {
  readonly coreSchemas: Readonly<Record<string, RegistrySchemaInfo>>;
  readonly pluginSchemas: Readonly<Record<string, RegistrySchemaInfo>>;
}

export interface RegistryRunOptions
  extends MigrateOptions,
    Pick<SchemaManagerOptions, "journal" | "appliedBy" | "clock"> {
  readonly onEvent?: RunListener | undefined;
}

/**
 * The modules that an application knows. The static calls use one registry for the whole program, into which
 * `registerSchema` puts its modules; an application that wants no global state makes its own.
 *
 * @example
 * ```ts
 * import { connect, SchemaRegistry } from "tenon";
 *
 * const registry = new SchemaRegistry();
 * registry.registerSchema("users", "core", { priority: 1 })({
 *   1: { name: "Users", up: "CREATE TABLE users (id INTEGER PRIMARY KEY)", down: "DROP TABLE users" },
 * });
 * const connection = await connect(":memory:");
 * console.log(await registry.applyCoreSchemas(connection)); // { users: 1 }
 * await connection.close();
 * ```
 */
export class SchemaRegistry {
  /** The registry that the static calls and `registerSchema` use. */
  static readonly default: SchemaRegistry = new SchemaRegistry();

  readonly #modules = new ModuleSet();

  /** All registered modules, in the order of their names. */
  get modules(): readonly Module[] {
    return this.#modules.list();
  }

  /** Adds a module. @throws TenonError `MODULE_DUPLICATE` */
  register(module: Module): Module {
    this.#modules.add(module);
    return module;
  }

  /** `registerSchema` into this registry. */
  registerSchema(name: string, kind: ModuleKind, options: ModuleOptions = {}): SchemaRegistration {
    return registration((source) => this.register(defineModule(name, kind, options, source)));
  }

  /** Applies what is pending in all core modules; gives the version of each. */
  async applyCoreSchemas(
    connection: Connection,
    options: RegistryRunOptions = {},
  ): Promise<Record<string, VersionOutput>> {
    const core = this.#modules.list("core");
    const manager = this.#manager(connection, core, options);
    return { ...(await manager.migrateToLatest(options)).versions };
  }

  /**
   * Applies what is pending in one plugin and marks it active; gives its version.
   * @throws TenonError `MODULE_UNKNOWN`, `DEPENDENCY_MISSING`, `PLUGIN_CONFLICT`, and whatever a run throws
   */
  async applyPluginSchema(
    name: string,
    connection: Connection,
    options: RegistryRunOptions = {},
  ): Promise<VersionOutput> {
    const module = this.#modules.get(name);
    const plugins = await this.#plugins(connection, options);
    return (await plugins.activate(module, options)).version;
  }

  /**
   * At a start: brings every plugin up to date that is in use in this database. One that fails is marked as failed and
   * told; the others, and the core, go on. With `onFailure: "stop"` its error is thrown.
   */
  async applyPlugins(
    connection: Connection,
    options: RegistryRunOptions & StartOptions = {},
  ): Promise<StartResult> {
    return (await this.#plugins(connection, options)).start(options);
  }

  /**
   * Takes a plugin back to nothing: its tables and their rows go, without a dump (`PluginManager` writes one). Works for a
   * plugin whose code is gone too. @throws TenonError `PLUGIN_NEEDED`, `NOT_REVERSIBLE`
   */
  async removePluginSchema(
    name: string,
    connection: Connection,
    options: RegistryRunOptions = {},
  ): Promise<void> {
    await (await this.#plugins(connection, options)).remove({ name, withoutDump: true }, options);
  }

  /** Versions of all registered modules in one database. */
  async getSchemaInfo(connection: Connection, options: RegistryRunOptions = {}): Promise<RegistryInfo> {
    const manager = this.#manager(connection, this.#modules.list("core"), options);
    const core: Record<string, RegistrySchemaInfo> = {};
    const plugins: Record<string, RegistrySchemaInfo> = {};
    for (const status of await manager.getStatus()) {
      const info: RegistrySchemaInfo = {
        status: status.applied === 0 ? "inactive" : status.pending.length > 0 ? "pending" : "active",
        currentVersion: status.currentVersion,
        latestVersion: status.latestVersion,
      };
      if (this.#modules.find(status.module)?.kind === "core") core[status.module] = info;
      else plugins[status.module] = info;
    }
    for (const plugin of await (await this.#plugins(connection, options)).list()) {
      const { name, status, pending, installedVersion, availableVersion } = plugin;
      plugins[name] = {
        status: status === "active" && pending.length > 0 ? "pending" : status,
        currentVersion: installedVersion,
        latestVersion: availableVersion ?? 0,
      };
    }
    return { coreSchemas: core, pluginSchemas: plugins };
  }

  static applyCoreSchemas(
    connection: Connection,
    options?: RegistryRunOptions,
  ): Promise<Record<string, VersionOutput>> {
    return SchemaRegistry.default.applyCoreSchemas(connection, options);
  }

  static applyPluginSchema(
    name: string,
    connection: Connection,
    options?: RegistryRunOptions,
  ): Promise<VersionOutput> {
    return SchemaRegistry.default.applyPluginSchema(name, connection, options);
  }

  static applyPlugins(
    connection: Connection,
    options?: RegistryRunOptions & StartOptions,
  ): Promise<StartResult> {
    return SchemaRegistry.default.applyPlugins(connection, options);
  }

  static removePluginSchema(
    name: string,
    connection: Connection,
    options?: RegistryRunOptions,
  ): Promise<void> {
    return SchemaRegistry.default.removePluginSchema(name, connection, options);
  }

  static getSchemaInfo(connection: Connection, options?: RegistryRunOptions): Promise<RegistryInfo> {
    return SchemaRegistry.default.getSchemaInfo(connection, options);
  }

  /** Loaded when it is asked for: most starts have no plugins. */
  async #plugins(connection: Connection, options: RegistryRunOptions): Promise<PluginWork> {
    const { PluginWork } = await import("./plugin-work.js");
    const { journal, appliedBy, clock, onEvent } = options;
    return new PluginWork({ connection, modules: this.#modules.list(), journal, appliedBy, clock, onEvent });
  }

  #manager(connection: Connection, modules: readonly Module[], options: RegistryRunOptions): SchemaManager {
    const { journal, appliedBy, clock, onEvent } = options;
    const others = this.#modules.list().filter((module) => !modules.includes(module));
    return new SchemaManager(connection, modules, { journal, appliedBy, clock, onEvent, others });
  }
}

/** A class that carries its versions as a static field, for the decorator. */
export interface SchemaClass {
  new (): unknown;
  readonly versions: SourceDefinition;
}

/** Registers versions (or a folder), or decorates a class whose static `versions` holds them. */
export interface SchemaRegistration {
  (source: SchemaClass, context?: ClassDecoratorContext): void;
  (source: SourceDefinition): Module;
}

/**
 * Registers a module with the program's registry.
 *
 * The result is called with the module's versions (or `{ migrations: "./folder" }`), or used as a class decorator
 * on a class with `static versions`.
 *
 * @param name - the module's name, unique in the program
 * @param kind - `core`, or `plugin` for what is applied by name only
 * @param options - `priority` (lower first) and `dependsOn` (modules, or `module@version`)
 * @throws TenonError `MODULE_DUPLICATE`, `MODULE_INVALID`, `MIGRATION_INVALID`
 *
 * @example
 * ```ts
 * import { registerSchema } from "tenon";
 *
 * export const notes = registerSchema("notes", "core", { priority: 1 })({
 *   1: { name: "Notes", up: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)", down: "DROP TABLE notes" },
 * });
 * ```
 */
export function registerSchema(
  name: string,
  kind: ModuleKind,
  options: ModuleOptions = {},
): SchemaRegistration {
  return SchemaRegistry.default.registerSchema(name, kind, options);
}

function registration(register: (source: SourceDefinition) => Module): SchemaRegistration {
  function apply(source: SchemaClass, context?: ClassDecoratorContext): void;
  function apply(source: SourceDefinition): Module;
  function apply(source: SchemaClass | SourceDefinition): Module | undefined {
    if (typeof source !== "function") return register(source);
    // A class decorator that gives nothing back leaves the class as it is.
    register(source.versions);
    return undefined;
  }
  return apply;
}
