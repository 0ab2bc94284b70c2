import type { Dialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import { NO_RULES, type PluginRules } from "../modules/index.js";
import {
  readDirectives,
  type SqlSyntax,
  type Statement,
  splitStatements,
  unwrapTransaction,
} from "../sql/index.js";
import type { Journal } from "./journal.js";
import type { PlannedStep } from "./plan-input.js";
import { PluginRecords } from "./plugin-records.js";
import { codeForbidden, outsideForbidden } from "./plugin-refusals.js";
import type { RunContext } from "./run.js";

/** The rules of a plugin, from its code or, when that is gone, from the journal; undefined for a core module. */
export async function rulesOf(context: RunContext, module: string): Promise<PluginRules | undefined> {
  const known = context.catalogue.modules.find((each) => each.name === module);
  if (known !== undefined) return known.rules;
  const { connection, dialect, journal } = context;
  const record = (await new PluginRecords(connection, dialect, journal).read()).get(module);
  if (record !== undefined) return record.rules;
  const kept = await journal.readState(RULES_KEY + module);
  return kept === undefined ? undefined : { ...NO_RULES, ...JSON.parse(kept) };
}

/**
 * Keeps the rules of a plugin beside the journal, in the transaction of its step: they hold for the SQL that takes it
 * back, also when its code is gone by then.
 */
export async function keepRules(journal: Journal, module: string, rules: PluginRules): Promise<void> {
  const text = JSON.stringify(rules);
  if ((await journal.readState(RULES_KEY + module)) !== text) {
    await journal.writeState(RULES_KEY + module, text);
  }
}

const RULES_KEY = "rules:";

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
    if (ofModule !== undefined) refuseStep(context.dialect, step, ofModule);
  }
}

/** Refuses what no plugin may say in one step or its verification. @throws TenonError `PLUGIN_FORBIDDEN` */
export function refuseStep(dialect: Dialect, planned: PlannedStep, rules: PluginRules): void {
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
        for (const statement of statementsOf(text, dialect.syntax, file)) {
          dialect.refuseInPlugin(statement, rules);
        }
      } catch (error) {
        throw error instanceof TenonError
          ? error.at({ module, version, file: file ?? migration?.file })
          : error;
      }
    }
  }
}

/** A BEGIN and COMMIT around the whole script are taken off before it runs; any other is there to be refused. */
function statementsOf(text: string, syntax: SqlSyntax, file: string | undefined): readonly Statement[] {
  const statements = splitStatements(text, syntax, { file });
  try {
    return unwrapTransaction(statements, syntax, { transaction: "inside", file });
  } catch (error) {
    if (error instanceof TenonError && error.code === "TRANSACTION_IN_SCRIPT") return statements;
    throw error;
  }
}
