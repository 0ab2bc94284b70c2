import type { Command, CommandContext, Outcome } from "../command.js";
import { layoutsOf } from "../layout-notes.js";
import { planUp, UP_FLAGS, upTask } from "../plan-up.js";
import { planOutcome } from "../steps.js";

export const command: Command = {
  takes: [],
  flags: UP_FLAGS,
  details:
    "The exact statements that `tenon up` would run now, in their order, with a comment line before each migration.\n" +
    "stdout is SQL and nothing else; it is empty when there is nothing to do. Nothing is written, not even the journal.",
  examples: [
    { line: "tenon plan", does: "what `tenon up` would run" },
    { line: "tenon plan --module calendar", does: "what bringing in a plugin would run" },
    { line: "tenon plan --json", does: "the steps, each with its statements" },
  ],
  run: plan,
};

async function plan(context: CommandContext): Promise<Outcome> {
  const project = await context.openProject("look");
  for (const { note } of layoutsOf(project, project.modules.list())) {
    if (note !== undefined) context.terminal.note(note);
  }
  return planOutcome(await planUp(await upTask(context, project)), project, context.terminal);
}
