import { hostname, userInfo } from "node:os";

import { SchemaManager, SchemaRegistry } from "../api/index.js";
import type { Settings } from "../config/index.js";
import type { Connection } from "../connection/index.js";
import type { RunListener, RunOptions } from "../engine/index.js";
import { TenonError } from "../errors.js";
import { versionsOf } from "../migrations/index.js";
import { type Module, ModuleSet } from "../modules/index.js";
import { type Access, databaseExists, openDatabase } from "./open-database.js";
import type { Terminal } from "./terminal.js";

/** The database and the modules that a command works on. */
export class Project {
  readonly settings: Settings;
  readonly modules: ModuleSet;
  readonly connection: Connection;
  /** The database without secrets, for people. */
  readonly database: string;
  readonly #onEvent: RunListener;

  constructor(parts: ProjectParts) {
    this.settings = parts.settings;
    this.modules = parts.modules;
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
   * something applied. A plugin is brought in by its name alone.
   */
  async modulesToApply(named: string | undefined): Promise<readonly Module[]> {
    if (named !== undefined) return [this.modules.get(named)];
    const plugins = this.modules.list("plugin");
    if (plugins.length === 0) return this.modules.list();
    const status = await this.manager().getStatus();
    const present = new Set(status.filter((each) => each.applied > 0).map((each) => each.module));
    return [...this.modules.list("core"), ...plugins.filter((module) => present.has(module.name))];
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

export interface ProjectParts {
  readonly settings: Settings;
  readonly modules: ModuleSet;
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
  const modules = knownModules(settings);
  if (access === "create" && !databaseExists(settings.url)) refuseWrongModules(modules, named);
  const { connection, description, exists } = await openDatabase(settings, access, terminal);
  request.closeAtEnd(() => connection.close());
  if (!exists) terminal.note(`${description} does not exist yet; it counts as empty.`);
  return new Project({ settings, modules, connection, database: description, onEvent });
}

/** What is wrong with the modules is told before a database is made for nothing. */
function refuseWrongModules(modules: ModuleSet, named: string | undefined): void {
  if (named !== undefined) modules.get(named);
  for (const { name, source } of modules.list()) versionsOf(source, { module: name, engine: "sqlite" });
}

/**
 * The modules of the settings, or, where the config lists none, those that it registered while it was read.
 * @throws TenonError `CONFIG_INVALID`, `MODULE_DUPLICATE`
 */
export function knownModules(settings: Settings): ModuleSet {
  const modules = new ModuleSet(settings.modules ?? SchemaRegistry.default.modules);
  if (modules.size > 0 || settings.modules !== undefined) return modules;
  throw new TenonError("CONFIG_INVALID", "Nothing says which modules there are.", {
    hint: "Give --dir ./migrations, or list them in tenon.config.ts; `tenon init` writes one.",
  });
}

/** Who is written into the journal: `user@host`. */
function currentUser(): string {
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
