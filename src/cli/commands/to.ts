import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH } from "../flag.js";
import { UP_FLAGS } from "../plan-up.js";
import { runPlan } from "../run-plan.js";

export const command: Command = {
  takes: [
    { shown: "V", isRequired: true, summary: "the version to go to; 0 takes everything of the module back" },
  ],
  flags: [
    ...UP_FLAGS.filter((flag) => flag.name !== "to"),
    { name: "dry-run", value: SWITCH, summary: "print the SQL and write nothing at all" },
  ],
  details:
    "Brings one module to a version: applies what is missing up to it, or takes back what is above it. With several\n" +
    "modules --module says which. On the way down it says what goes and asks first, as `tenon down` does.",
  examples: [
    { line: "tenon to 3", does: "the only module, to its version 3" },
    { line: "tenon to 0 --module calendar --yes", does: "all of a plugin back, without a question" },
  ],
  run: to,
};

async function to(context: CommandContext): Promise<Outcome> {
  const { arguments: given } = context;
  const [version = ""] = given.positionals;
  const project = await context.openProject(given.isSet("dry-run") ? "look" : "create");
  const module = await project.oneModule(given.text("module"));
  return runPlan(context, project, {
    to: version,
    module,
    allowOutOfOrder: given.isSet("allow-out-of-order"),
    allowUnknown: given.isSet("allow-unknown"),
  });
}
