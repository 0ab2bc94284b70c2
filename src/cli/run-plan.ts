import type { Plan, PlanRequest } from "../api/index.js";
import type { RunOptions } from "../engine/index.js";
import { confirm } from "./ask.js";
import type { CommandContext, Outcome } from "./command.js";
import type { Project } from "./project.js";
import { planOutcome, runOutcome } from "./steps.js";
import { counted } from "./wording.js";

/**
 * Plans, shows the plan with `--dry-run`, and else runs it: exactly what was planned. A step that takes something
 * back is asked for first.
 */
export async function runPlan(
  context: CommandContext,
  project: Project,
  request: PlanRequest & RunOptions,
): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const plan = await project.manager().plan({ ...project.runOptions, ...request });
  if (given.isSet("dry-run")) return planOutcome(plan, project, terminal);
  if (!(await isAgreed(context, plan))) {
    return {
      data: { database: project.database, steps: [] },
      text: () => "Nothing was changed.\n",
      status: 1,
    };
  }
  return runOutcome(await plan.run(), project, terminal);
}

async function isAgreed({ arguments: given, terminal }: CommandContext, plan: Plan): Promise<boolean> {
  const downs = plan.steps.filter((step) => step.direction === "down");
  if (downs.length === 0) return true;
  const isAnswered = given.isSet("yes");
  if (!isAnswered && terminal.canAsk) terminal.report(`${plan.explain().join("\n")}\n`);
  const names = downs.map((step) => `${step.module}@${step.version}`);
  const question = `Take back ${counted(downs.length, "migration")} (${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}), with the tables and rows that ${downs.length === 1 ? "it" : "they"} made?`;
  return confirm(terminal, question, { isAnswered });
}
