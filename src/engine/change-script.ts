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

/** A plan as the text of a migration: what the session needs, then the statements. Empty when nothing changes. */
export function planScript(plan: ChangePlan, dialect: Dialect): string {
  if (plan.statements.length === 0) return "";
  const { before, after } = dialect.offline.settings(plan.settings);
  const statements = plan.statements.map((statement) => `${statement.text};`);
  const head = plan.transaction === "outside" ? ["-- tenon: no-transaction"] : [];
  return `${[...head, ...before, ...statements, ...after].join("\n\n")}\n`;
}
