import type { Command, CommandContext, Outcome } from "../command.js";
import { describePlugins } from "../shown-plugins.js";

export const command: Command = {
  takes: [],
  flags: [],
  details:
    "Every plugin that the config or the database knows: active, inactive (what tables it has are kept), removed, or failed\n" +
    "with its error; the version that is installed in the database, and the one that its code has. Nothing is written.",
  examples: [
    { line: "tenon plugin list", does: "all plugins" },
    { line: "tenon plugin list --json", does: "for a program" },
  ],
  run: list,
};

async function list({ openProject, terminal }: CommandContext): Promise<Outcome> {
  const project = await openProject("look");
  const plugins = await project.plugins().listPlugins();
  return {
    data: { database: project.database, plugins },
    text: () => `${project.database}\n\n${describePlugins(plugins, terminal)}`,
  };
}
