import type { Connection } from "../connection/index.js";
import { type Dialect, identityOf, type ListedObject } from "../dialects/index.js";
import type { PluginRules } from "../modules/index.js";
import { executeStep } from "./execute-step.js";
import type { PlannedStep } from "./plan-input.js";
import { refuseStep } from "./plugin-rules.js";
import type { PreparedStep } from "./prepare-step.js";
import type { ScratchPlugins } from "./scratch-plugins.js";

/**
 * Runs steps in a scratch database, those of plugins contained. There is nothing of anybody there that could come to
 * harm, but the scratch may be on the host's own server, with its files and its other databases.
 */
export class PluginsInScratch {
  readonly #scratch: Connection;
  readonly #dialect: Dialect;
  readonly #plugins: ScratchPlugins;

  constructor(scratch: Connection, dialect: Dialect, plugins: ScratchPlugins) {
    this.#scratch = scratch;
    this.#dialect = dialect;
    this.#plugins = plugins;
  }

  /** @throws TenonError `PLUGIN_FORBIDDEN` */
  refuse(planned: PlannedStep): void {
    const rules = this.#plugins.rules.get(planned.module);
    if (rules !== undefined) refuseStep(this.#dialect, planned, rules);
  }

  async run(step: PreparedStep): Promise<void> {
    const rules = this.#plugins.rules.get(step.planned.module);
    if (rules === undefined) await executeStep(this.#scratch, this.#dialect, step);
    else await this.#runContained(step, rules);
  }

  async #runContained(step: PreparedStep, rules: PluginRules): Promise<void> {
    const { module, step: way } = step.planned;
    const before = new Set((await this.#list()).map(identityOf));
    const owned = this.#plugins.made.get(module) ?? [];
    const watch = await this.#dialect.watchPlugin(this.#scratch, {
      bounds: rules,
      owned,
      statements: step.scripts.flatMap((script) => script.statements),
      rights: way.kind === "code" ? "session" : "fewer",
    });
    await executeStep(this.#scratch, this.#dialect, step, {
      connection: watch.connection,
      passes: watch.passes,
      before: async (statement) => void (await watch.before(statement)),
      after: async (statement) => void (await watch.after(statement)),
      settle: async () => void (await watch.settle()),
    });
    await watch.end();
    const made = (await this.#list()).filter((object) => !before.has(identityOf(object)));
    this.#plugins.made.set(module, [...owned, ...made]);
  }

  #list(): Promise<readonly ListedObject[]> {
    return this.#dialect.listObjects(this.#scratch, { definitions: false });
  }
}
