import type { ChangePlan, Dialect } from "../dialects/index.js";

/** A change plan as a script for the engine's own shell; empty when there is nothing to do. */
export function changeScript(dialect: Dialect, plan: ChangePlan): string {
  if (plan.statements.length === 0) return "";
  const { head, begin, settings } = dialect.offline;
  const around = settings(plan.settings);
  const body = plan.statements.map((statement) => `${statement.text};`);
  const wrapped = plan.transaction === "outside" ? body : [begin, ...body, "COMMIT;"];
  return `${[...head, ...around.before, ...wrapped, ...around.after].join("\n\n")}\n`;
}
