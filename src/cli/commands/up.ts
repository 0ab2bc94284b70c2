import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH } from "../flag.js";
import { planUp, UP_FLAGS, upTask } from "../plan-up.js";
import { planOutcome, runOutcome } from "../steps.js";

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
    "it stays. Any number of processes may start this together: each migration runs once.",
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
  const { manager, target } = task;
  const checkpoints = context.arguments.isSet("no-checkpoint") ? ("ignore" as const) : ("use" as const);
  const options = { ...task.options, checkpoints };
  const result =
    target === undefined ? await manager.migrateToLatest(options) : await (await planUp(task)).run();
  return runOutcome(result, project, context.terminal);
}
