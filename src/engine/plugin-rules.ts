import { TenonError } from "../errors.js";
import type { PluginRules } from "../modules/index.js";
import { readDirectives, splitStatements } from "../sql/index.js";
import type { PlannedStep } from "./plan-input.js";
import { PluginRecords } from "./plugin-records.js";
import { codeForbidden, outsideForbidden } from "./plugin-refusals.js";
import type { RunContext } from "./run.js";

/** The rules of a plugin, from its code or, when that is gone, from the journal; undefined for a core module. */
export async function rulesOf(context: RunContext, module: string): Promise<PluginRules | undefined> {
  const known = context.catalogue.modules.find((each) => each.name === module);
  if (known !== undefined) return known.rules;
  const { connection, dialect, journal } = context;
  return (await new PluginRecords(connection, dialect, journal).read()).get(module)?.rules;
}

/**
 * Refuses the steps of plugins that say what no plugin may say, before anything has run.
 * @throws TenonError `PLUGIN_FORBIDDEN`
 */
export async function refuseForbidden(context: RunContext, planned: readonly PlannedStep[]): Promise<void> {
  const rules = new Map<string, PluginRules | undefined>();
  for (const step of planned) {
    const { module } = step;
    if (!rules.has(module)) rules.set(module, await rulesOf(context, module));
    const ofModule = rules.get(module);
    if (ofModule !== undefined) refuseStep(context, step, ofModule);
  }
}

function refuseStep({ dialect }: RunContext, planned: PlannedStep, rules: PluginRules): void {
  const { module, version, migration } = planned;
  if (planned.direction === "up" && migration?.transaction === "outside") throw outsideForbidden(planned);
  const parts = [planned.step, ...(planned.direction === "up" ? [migration?.verify] : [])];
  for (const part of parts) {
    if (part === undefined) continue;
    if (part.kind === "code") {
      if (rules.sqlOnly) throw codeForbidden(module, version, part.file ?? migration?.file);
      continue;
    }
    for (const { text, file } of part.scripts) {
      try {
        if (readDirectives(text, { file, syntax: dialect.syntax }).noTransaction)
          throw outsideForbidden(planned);
        const statements = splitStatements(text, dialect.syntax, { file });
        for (const statement of statements) dialect.refuseInPlugin(statement, rules);
      } catch (error) {
        throw error instanceof TenonError
          ? error.at({ module, version, file: file ?? migration?.file })
          : error;
      }
    }
  }
}
