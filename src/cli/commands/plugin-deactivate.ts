import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH } from "../flag.js";

export const command: Command = {
  takes: [{ shown: "NAME", isRequired: true, summary: "the plugin" }],
  flags: [{ name: "cascade", value: SWITCH, summary: "also those plugins that need it" }],
  details:
    "Marks a plugin as inactive. Its tables and their rows stay, `tenon up` leaves them alone, and an activation finds them again.\n" +
    "Refused while others that are in use need it, unless they go along.",
  examples: [
    { line: "tenon plugin deactivate calendar", does: "it rests, and nothing is lost" },
    { line: "tenon plugin deactivate calendar --cascade", does: "with those that need it" },
  ],
  run: deactivate,
};

async function deactivate({ arguments: given, openProject }: CommandContext): Promise<Outcome> {
  const [name = ""] = given.positionals;
  const project = await openProject("change");
  const { plugins } = await project
    .plugins()
    .deactivatePlugin(name, { ...project.runOptions, cascade: given.isSet("cascade") });
  return {
    data: { database: project.database, plugins },
    text: () =>
      plugins.length === 0
        ? `${name} is not active; nothing was changed.\n`
        : `${plugins.join(", ")} ${plugins.length === 1 ? "is" : "are"} inactive now; tables and rows stay.\n`,
  };
}
