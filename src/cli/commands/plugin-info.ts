import type { Command, CommandContext, Outcome } from "../command.js";
import { describePlugin } from "../shown-plugins.js";

export const command: Command = {
  takes: [{ shown: "NAME", isRequired: true, summary: "the plugin" }],
  flags: [],
  details:
    "One plugin: its state and since when, its versions, what it depends on and who needs it, and its tables with their rows\n" +
    "and, where the engine tells, their size. Nothing is written.",
  examples: [{ line: "tenon plugin info calendar", does: "all that is known of it" }],
  run: info,
};

async function info({ arguments: given, openProject, terminal }: CommandContext): Promise<Outcome> {
  const [name = ""] = given.positionals;
  const project = await openProject("look");
  const plugin = await project.plugins().getPluginInfo(name);
  return {
    data: { database: project.database, plugin },
    text: () => describePlugin(plugin, terminal),
  };
}
