import type { RunResult } from "../../engine/index.js";
import { applyAll } from "../apply-all.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH } from "../flag.js";
import { planUp, UP_FLAGS, type UpTask, upTask } from "../plan-up.js";
import type { Project } from "../project.js";
import { planOutcome, runOutcome } from "../steps.js";
import type { Terminal } from "../terminal.js";

export const command: Command = {
  takes: [],
  flags: [
    ...UP_FLAGS,
    {
      name: "no-checkpoint",
      value: SWITCH,
      summary: "an empty database too goes through all migrations, one by one",
    },
    { name: "dry-run", value: SWITCH, summary: "print the SQL and write nothing at all" },
  ],
  details:
    "Applies what is defined and not applied: of all core modules, and of those plugins that are in use. A plugin is\n" +
    "brought in by its name. A migration that fails leaves no trace but a `failed` row in the journal; what ran before\n" +
    "it stays. A plugin that fails keeps no other from its turn. Any number of processes may start this together: each\n" +
    "migration runs once.",
  examples: [
    { line: "tenon up", does: "everything that is pending" },
    { line: "tenon up --dry-run", does: "the SQL, and nothing is written" },
    { line: "tenon up --module users", does: "one module" },
    { line: "tenon up --module users --to 3", does: "one module, up to its version 3" },
  ],
  run: up,
};

async function up(context: CommandContext): Promise<Outcome> {
  const isDry = context.arguments.isSet("dry-run");
  const project = await context.openProject(isDry ? "look" : "create");
  const task = await upTask(context, project);
  if (isDry) return planOutcome(await planUp(task), project, context.terminal);
  const checkpoints = context.arguments.isSet("no-checkpoint") ? ("ignore" as const) : ("use" as const);
  return runOutcome(await run(task, checkpoints, project, context.terminal), project, context.terminal);
}

async function run(
  task: UpTask,
  checkpoints: "use" | "ignore",
  project: Project,
  terminal: Terminal,
): Promise<RunResult> {
  const { manager, modules, target } = task;
  const options = { ...task.options, checkpoints };
  if (target !== undefined) return (await planUp(task)).run();
  return modules === undefined
    ? manager.migrateToLatest(options)
    : applyAll(project, modules, options, terminal);
}
