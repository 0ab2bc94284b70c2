import type { Connection } from "../connection/index.js";
import {
  Catalogue,
  type ContextOptions,
  openContext,
  PluginRecords,
  type RunContext,
  type RunOptions,
  type StepResult,
} from "../engine/index.js";
import { messageOf, TenonError } from "../errors.js";
import { publicVersion } from "../migrations/index.js";
import { type Module, orderModules } from "../modules/index.js";
import {
  activate,
  deactivate,
  dropScript,
  isActiveAndCurrent,
  isCore,
  type PluginCode,
  type PluginInfo,
  type PluginSummary,
  planRemoval,
  type Removal,
  type RemovalRequest,
  type Removed,
  type RemoveRequest,
  type RestoreOptions,
  type RestoreResult,
  readFacts,
  recordFailure,
  refuseUnknownPlugin,
  remove,
  restoreDump,
  summarise,
  withTables,
} from "../plugins/index.js";
import { type MigrateOptions, migrateLatest } from "./migrate-latest.js";

export interface PluginWorkRequest extends Omit<ContextOptions, "others"> {
  readonly connection: Connection;
  /** All modules that the program knows, core modules too. */
  readonly modules: readonly Module[];
}

/** What an activation did. */
export interface ActivateResult {
  readonly plugin: string;
  /** The version that it is at now. */
  readonly version: number | string;
  /** What was applied; empty when its tables were there already. */
  readonly steps: readonly StepResult[];
}

/** What became of the plugins at a start. */
export interface StartResult {
  readonly started: readonly ActivateResult[];
  readonly failed: readonly { readonly plugin: string; readonly error: TenonError }[];
  /** In use in the database, and without code here. */
  readonly missing: readonly string[];
}

export interface StartOptions extends MigrateOptions {
  /** `continue` (unless given) reports a plugin that fails and goes on with the others; `stop` throws its error. */
  readonly onFailure?: "continue" | "stop" | undefined;
}

/** Plugins of one database, with the modules that one program knows. */
export class PluginWork {
  readonly #request: PluginWorkRequest;
  #base: Promise<RunContext> | undefined;

  constructor(request: PluginWorkRequest) {
    this.#request = request;
  }

  async activate(module: Module, options: MigrateOptions = {}): Promise<ActivateResult> {
    if (module.kind === "core") throw isCore(module.name);
    const base = await this.#getBase();
    try {
      const context = await this.#contextOf([module]);
      const { connection, dialect, journal, catalogue } = context;
      const record = (await new PluginRecords(connection, dialect, journal).read()).get(module.name);
      const version = publicVersion(catalogue.latest.get(module.name) ?? "0");
      if (isActiveAndCurrent(context, module, record, await journal.readDigests())) {
        return { plugin: module.name, version, steps: [] };
      }
      // What follows its tables is brought up by a comparison, which has a transaction of its own.
      const synced = catalogue.synced.has(module.name)
        ? await migrateLatest(context, [module], options)
        : undefined;
      const { steps } = await activate({ context, module, modules: this.#request.modules }, options);
      return {
        plugin: module.name,
        version: synced?.versions[module.name] ?? version,
        steps: [...(synced?.steps ?? []), ...steps],
      };
    } catch (error) {
      if (error instanceof TenonError && isItsOwn(error)) await this.#recordOnce(base, module, error);
      throw error;
    }
  }

  /** Marks a plugin as failed whose code cannot even be loaded. */
  async recordFailure(name: string, error: TenonError): Promise<void> {
    await recordFailure(await this.#getBase(), name, undefined, error);
  }

  async deactivate(
    name: string,
    options: Omit<RemovalRequest, "name"> & RunOptions,
  ): Promise<readonly string[]> {
    const { modules } = this.#request;
    return deactivate(await this.#getBase(), modules, { name, cascade: options.cascade }, options);
  }

  async planRemoval(request: RemovalRequest): Promise<Removal> {
    return planRemoval(await this.#contextForRemoval(request), this.#request.modules, request);
  }

  async remove(
    request: Omit<RemoveRequest, "drops"> & { readonly dropOwned?: boolean | undefined },
    options: RunOptions,
  ): Promise<Removed> {
    const { modules } = this.#request;
    const context = await this.#contextForRemoval(request);
    if (request.dropOwned !== true) return remove(context, modules, request, options);
    const { plugins } = await planRemoval(context, modules, request);
    const drops = new Map<string, string>();
    for (const { name } of plugins) drops.set(name, await dropScript(context, name));
    return remove(context, modules, { ...request, drops }, options);
  }

  async restore(folder: string, options: RestoreOptions): Promise<RestoreResult> {
    return restoreDump(await this.#getBase(), folder, options);
  }

  /** Every plugin that the program or the database knows, and those named, by name. */
  async list(others: readonly string[] = []): Promise<readonly PluginSummary[]> {
    const { modules } = this.#request;
    const facts = await readFacts(await this.#getBase(), modules);
    const known = modules.filter((module) => module.kind === "plugin").map((module) => module.name);
    const names = [
      ...new Set([
        ...known,
        ...others,
        ...facts.records.keys(),
        ...facts.present.filter((name) => facts.isPlugin(name)),
      ]),
    ];
    return Promise.all(names.sort().map(async (name) => summarise(name, await this.#codeOf(name), facts)));
  }

  async info(name: string): Promise<PluginInfo> {
    const base = await this.#getBase();
    const facts = await readFacts(base, this.#request.modules);
    refuseUnknownPlugin(name, facts);
    return withTables(base, summarise(name, await this.#codeOf(name), facts));
  }

  /** Brings every plugin that is in use up to date; one that fails keeps no other from its start. */
  async start(options: StartOptions = {}): Promise<StartResult> {
    const base = await this.#getBase();
    const { connection, dialect, journal } = base;
    const facts = await readFacts(base, this.#request.modules);
    const wanted = new Set(
      [...facts.records.keys(), ...facts.present].filter(
        (name) => facts.isPlugin(name) && (facts.isInUse(name) || facts.statusOf(name) === "failed"),
      ),
    );
    const ordered = inOrder(this.#request.modules).filter(({ name }) => wanted.has(name));
    const started: ActivateResult[] = [];
    const failed: { plugin: string; error: TenonError }[] = [];
    const applied = await new PluginRecords(connection, dialect, journal).read();
    const digests = await journal.readDigests();
    for (const module of ordered) {
      try {
        const context = await this.#contextOf([module]);
        const isCurrent = isActiveAndCurrent(context, module, applied.get(module.name), digests);
        const version = publicVersion(context.catalogue.latest.get(module.name) ?? "0");
        started.push(
          isCurrent ? { plugin: module.name, version, steps: [] } : await this.activate(module, options),
        );
      } catch (thrown) {
        const error = asPluginError(module.name, thrown);
        if (options.onFailure === "stop") throw error;
        failed.push({ plugin: module.name, error });
      }
    }
    const known = new Set(ordered.map((module) => module.name));
    return { started, failed, missing: [...wanted].filter((name) => !known.has(name)).sort() };
  }

  async #codeOf(name: string): Promise<PluginCode | undefined> {
    const module = this.#request.modules.find((each) => each.name === name);
    if (module === undefined) return undefined;
    try {
      const { migrations } = await Catalogue.load([module], this.#request.connection.engine);
      return { module, migrations, problem: undefined };
    } catch (error) {
      return { module, migrations: [], problem: messageOf(error) };
    }
  }

  /** A context whose downs come from the code where that can be read, and from the journal where it cannot. */
  async #contextForRemoval(request: RemovalRequest): Promise<RunContext> {
    const { modules } = this.#request;
    const plan = await planRemoval(await this.#getBase(), modules, request);
    const leaving = new Set(plan.plugins.map((plugin) => plugin.name));
    const readable: Module[] = [];
    for (const module of modules.filter((each) => leaving.has(each.name))) {
      if ((await this.#codeOf(module.name))?.problem === undefined) readable.push(module);
    }
    return this.#contextOf(readable);
  }

  async #contextOf(modules: readonly Module[]): Promise<RunContext> {
    const base = await this.#getBase();
    const others = this.#request.modules.filter((module) => !modules.includes(module));
    const catalogue = await Catalogue.load(modules, base.dialect.engine, others);
    return { ...base, catalogue, modules: modules.map((module) => module.name) };
  }

  #getBase(): Promise<RunContext> {
    this.#base ??= openContext(this.#request.connection, [], this.#request).catch((error) => {
      this.#base = undefined;
      throw error;
    });
    return this.#base;
  }

  /** The run itself writes down what failed in a step; here is what was refused before. */
  async #recordOnce(base: RunContext, module: Module, error: TenonError): Promise<void> {
    const { connection, dialect, journal } = base;
    const record = (await new PluginRecords(connection, dialect, journal).read()).get(module.name);
    if (record?.status === "failed" && record.error === error.message) return;
    await recordFailure(base, module.name, module, error);
  }
}

/** Each after what it depends on; by name where they depend on each other in a circle, which each of those then tells. */
function inOrder(modules: readonly Module[]): readonly Module[] {
  const plugins = modules.filter((module) => module.kind === "plugin");
  try {
    return orderModules(plugins);
  } catch {
    return plugins;
  }
}

/** Whether an error is a failing of the plugin, and not of the moment, or of what is around it. */
function isItsOwn(error: TenonError): boolean {
  return (
    !/^(CONNECTION_|DATABASE_(?!NEWER)|JOURNAL_|LEGACY_)/.test(error.code) && !OF_THE_MOMENT.has(error.code)
  );
}

const OF_THE_MOMENT: ReadonlySet<string> = new Set([
  "USAGE",
  "INTERRUPTED",
  "LOCK_TIMEOUT",
  "OUTCOME_UNKNOWN",
  "PLAN_OUTDATED",
  "DEPENDENCY_MISSING",
  "PLUGIN_CONFLICT",
]);

function asPluginError(name: string, thrown: unknown): TenonError {
  if (thrown instanceof TenonError) return thrown.at({ module: name });
  return new TenonError("PLUGIN_FAILED", `The plugin ${name} failed: ${messageOf(thrown)}`, {
    where: { module: name },
    hint: "This came from the plugin's own code; the cause holds the error.",
    cause: thrown,
  });
}
