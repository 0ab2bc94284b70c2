import { readOwnership } from "./owners.js";
import type { PlannedStep } from "./plan-input.js";
import { PluginGuard } from "./plugin-guard.js";
import { refuseStep, rulesOf } from "./plugin-rules.js";
import type { RunContext } from "./run.js";

/**
 * Puts the verification of a plugin's migration under guard where it runs by itself, not as part of its step: its text
 * may have been changed since, and a session that may only read must be enough for it. Undefined for a core module.
 *
 * @throws TenonError `PLUGIN_FORBIDDEN`
 */
export async function containVerification(
  context: RunContext,
  planned: PlannedStep,
): Promise<PluginGuard | undefined> {
  const rules = await rulesOf(context, planned.module);
  const verify = planned.migration?.verify;
  if (rules === undefined || verify === undefined) return undefined;
  const { connection, dialect } = context;
  const verification = { ...planned, step: verify };
  refuseStep(dialect, verification, rules);
  const listed = await dialect.listObjects(connection, { definitions: false });
  return PluginGuard.open({
    context,
    step: { planned: verification, scripts: [], transaction: "inside", settings: {}, allowLoss: [] },
    rules,
    ownership: await readOwnership(context, listed),
    rights: "session",
  });
}
