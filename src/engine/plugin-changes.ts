import { TenonError } from "../errors.js";
import type { PluginRules } from "../modules/index.js";
import type { Statement } from "../sql/index.js";
import type { StepReference } from "./events.js";
import { readOwnership } from "./owners.js";
import { PluginGuard } from "./plugin-guard.js";
import { type OwnerRequest, withOwner } from "./plugin-owner.js";
import { outsideForbidden } from "./plugin-refusals.js";
import { keepRules, rulesOf } from "./plugin-rules.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";

/**
 * Changes that bring a database to a plugin's tables, held to what its migrations are held to. For a core module nothing
 * is done.
 */
export class ContainedChanges {
  readonly #context: RunContext;
  readonly #reference: StepReference;
  #rules: PluginRules | undefined;
  /** What it takes to tell an owner, once the changes are under guard. */
  #request: OwnerRequest | undefined;

  constructor(context: RunContext, reference: StepReference) {
    this.#context = context;
    this.#reference = reference;
  }

  /** @throws TenonError `PLUGIN_FORBIDDEN` */
  async open(statements: readonly Statement[]): Promise<PluginGuard | undefined> {
    const { connection, dialect, journal } = this.#context;
    const { direction, module, version, name } = this.#reference;
    this.#rules = await rulesOf(this.#context, module);
    if (this.#rules === undefined) return undefined;
    const way = { kind: "sql" as const, scripts: [] };
    const planned = { direction, module, version, name, migration: undefined, row: undefined, step: way };
    if (!connection.inTransaction) throw outsideForbidden(planned);
    for (const statement of statements) dialect.refuseInPlugin(statement, this.#rules);
    const scripts = [{ statements, settings: {} }];
    const step: PreparedStep = { planned, scripts, transaction: "inside", settings: {}, allowLoss: [] };
    const objects = await dialect.listObjects(connection, { definitions: false });
    const ownership = await readOwnership(this.#context, objects);
    this.#request = { step, ownership, objects, journal };
    return PluginGuard.open({
      context: this.#context,
      step,
      ownership,
      rules: this.#rules,
      rights: "fewer",
    });
  }

  async keepRules(): Promise<void> {
    if (this.#rules !== undefined)
      await keepRules(this.#context.journal, this.#reference.module, this.#rules);
  }

  /** The error with the owner where the engine itself has refused a plugin something of another's. */
  failed(error: unknown): unknown {
    if (this.#request === undefined || !(error instanceof TenonError)) return error;
    return withOwner(error, this.#request);
  }
}
