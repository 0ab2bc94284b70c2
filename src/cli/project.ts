import { hostname, userInfo } from "node:os";

import { PluginManager, SchemaManager, SchemaRegistry, type StartResult } from "../api/index.js";
import type { Settings } from "../config/index.js";
import type { Connection } from "../connection/index.js";
import type { RunListener, RunOptions } from "../engine/index.js";
import { TenonError } from "../errors.js";
import { versionsOf } from "../migrations/index.js";
import { type Module, ModuleSet } from "../modules/index.js";
import type { PluginSummary } from "../plugins/index.js";
import { type Access, databaseExists, openDatabase } from "./open-database.js";
import { findModules, knownModules } from "./project-modules.js";
import type { Terminal } from "./terminal.js";

/** The database and the modules that a command works on. */
export class Project {
  readonly settings: Settings;
  /** Those that can be read: a plugin that cannot is left out. */
  readonly modules: ModuleSet;
  readonly connection: Connection;
  /** The database without secrets, for people. */
  readonly database: string;
  readonly #all: ModuleSet;
  #tellLeftOut: () => void;
  readonly #onEvent: RunListener;

  constructor(parts: ProjectParts) {
    this.settings = parts.settings;
    this.modules = parts.modules;
    this.#all = parts.all;
    this.#tellLeftOut = parts.tellLeftOut;
    this.connection = parts.connection;
    this.database = parts.database;
    this.#onEvent = parts.onEvent;
  }

  /** What every run of this project is told. */
  get runOptions(): RunOptions {
    const { transaction, lockTimeoutMs } = this.settings;
    return { transaction, lockTimeoutMs };
  }

  /** Who is written into the journal. */
  get appliedBy(): string {
    return currentUser();
  }

  /** A manager of these modules; the others may be depended on. */
  manager(modules: readonly Module[] = this.modules.list()): SchemaManager {
    // Once, and not to those who look at plugins anyway.
    this.#tellLeftOut();
    this.#tellLeftOut = () => undefined;
    const others = this.modules.list().filter((module) => !modules.includes(module));
    return new SchemaManager(this.connection, modules, {
      journal: this.settings.journal,
      appliedBy: this.appliedBy,
      onEvent: this.#onEvent,
      others,
    });
  }

  /**
   * The modules that `up` stands for: the one that is named; else all core modules, and the plugins that have
   * something applied and are not at rest. A plugin is brought in by its name alone.
   */
  async modulesToApply(named: string | undefined): Promise<readonly Module[]> {
    if (named !== undefined) return [this.modules.get(named)];
    const plugins = this.modules.list("plugin");
    if (plugins.length === 0) return this.modules.list();
    const known = await this.plugins().listPlugins();
    const inUse = new Set(known.filter(isInUse).map(({ name }) => name));
    return [...this.modules.list("core"), ...plugins.filter((module) => inUse.has(module.name))];
  }

  /** Brings the plugins up to date that are in use; those that cannot be read are left out. */
  startPlugins(options: RunOptions): Promise<StartResult> {
    const registry = new SchemaRegistry();
    for (const module of this.modules.list()) registry.register(module);
    const { journal } = this.settings;
    return registry.applyPlugins(this.connection, {
      ...options,
      journal,
      appliedBy: this.appliedBy,
      onEvent: this.#onEvent,
    });
  }

  /** The plugins that `up` leaves alone: those that nobody brought in, and those at rest. */
  async pluginsAtRest(): Promise<ReadonlySet<string>> {
    if (this.#all.list("plugin").length === 0) return new Set();
    const known = await this.plugins().listPlugins();
    return new Set(known.filter((plugin) => !isInUse(plugin)).map(({ name }) => name));
  }

  /** The plugins of the project, also those that cannot be read. */
  plugins(): PluginManager {
    const registry = new SchemaRegistry();
    for (const module of this.#all.list()) registry.register(module);
    const { journal, plugins, pluginFolder } = this.settings;
    return new PluginManager(this.connection, {
      registry,
      plugins: plugins.filter(({ name }) => !this.#all.has(name)),
      baseFolder: pluginFolder,
      journal,
      appliedBy: this.appliedBy,
      onEvent: this.#onEvent,
    });
  }

  /**
   * The name of the module that is meant: the one that is named, or the only one.
   * @throws TenonError `MODULE_UNKNOWN`, or `USAGE` when there are several and none is named
   */
  async oneModule(named: string | undefined): Promise<string> {
    if (named !== undefined) {
      await this.refuseUnknownModule(named);
      return named;
    }
    const names = this.modules.names();
    if (names.length === 1 && names[0] !== undefined) return names[0];
    throw new TenonError("USAGE", `There are ${names.length} modules, and versions are counted in each.`, {
      hint: `Say which is meant: --module ${names.slice(0, 5).join(", --module ")}${names.length > 5 ? ", …" : ""}.`,
    });
  }

  /** A module whose code is gone is still known when the journal has it. @throws TenonError `MODULE_UNKNOWN` */
  async refuseUnknownModule(name: string): Promise<void> {
    if (this.modules.has(name)) return;
    const status = await this.manager().getStatus();
    if (!status.some((each) => each.module === name)) this.modules.get(name);
  }
}

function isInUse({ status, installedVersion }: PluginSummary): boolean {
  return status === "failed" || (installedVersion !== 0 && status !== "inactive");
}

export interface ProjectParts {
  readonly settings: Settings;
  readonly modules: ModuleSet;
  readonly all: ModuleSet;
  /** Says which plugins are not among the modules, and why. */
  readonly tellLeftOut: () => void;
  readonly connection: Connection;
  readonly database: string;
  readonly onEvent: RunListener;
}

export interface OpenProjectRequest {
  readonly settings: Settings;
  readonly access: Access;
  /** The module that `--module` names. */
  readonly named: string | undefined;
  readonly terminal: Terminal;
  readonly onEvent: RunListener;
  readonly closeAtEnd: (close: () => Promise<void>) => void;
}

/** @throws TenonError `CONFIG_INVALID` when nobody names modules or a database, and whatever opening it throws */
export async function openProject(request: OpenProjectRequest): Promise<Project> {
  const { settings, access, named, terminal, onEvent } = request;
  const known = knownModules(settings);
  if (access === "create" && !databaseExists(settings.url))
    refuseWrongModules(known, settings.plugins, named);
  const { connection, description, exists } = await openDatabase(settings, access, terminal);
  request.closeAtEnd(() => connection.close());
  if (!exists) terminal.note(`${description} does not exist yet; it counts as empty.`);
  const { all, broken } = await findModules(settings, known, connection.engine);
  const error = named === undefined ? undefined : broken.get(named);
  if (error !== undefined) throw error;
  const modules = new ModuleSet(all.list().filter((module) => !broken.has(module.name)));
  const tellLeftOut = () => {
    for (const [name, { message }] of broken) terminal.note(`The plugin ${name} is left out: ${message}`);
  };
  return new Project({ settings, modules, all, tellLeftOut, connection, database: description, onEvent });
}

/** What is wrong with the modules is told before a database is made for nothing. */
function refuseWrongModules(
  modules: ModuleSet,
  plugins: Settings["plugins"],
  named: string | undefined,
): void {
  if (named !== undefined && !plugins.some((plugin) => plugin.name === named)) modules.get(named);
  for (const { name, source } of modules.list("core")) versionsOf(source, { module: name, engine: "sqlite" });
}

/** Who is written into the journal: `user@host`. */
export function currentUser(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user id that has no name: https://nodejs.org/api/os.html#osuserinfooptions
    return String(process.getuid?.() ?? "unknown");
  }
}
