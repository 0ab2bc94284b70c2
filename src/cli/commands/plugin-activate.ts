import type { Command, CommandContext, Outcome } from "../command.js";
import { text } from "../flag.js";
import { stepsForJson } from "../steps.js";
import { counted } from "../wording.js";

export const command: Command = {
  takes: [{ shown: "NAME", isRequired: true, summary: "the plugin" }],
  flags: [
    {
      name: "from",
      value: text("CODE"),
      summary: "where its code is: a package, ./a/path.js, or a file: URL",
    },
  ],
  details:
    "Applies what is pending in a plugin and marks it active, in one transaction: all of it, or nothing. Tables that an earlier\n" +
    "activation left are found again. What the plugin depends on is not pulled in: what is missing is named. One that fails\n" +
    "is marked as failed, with its error, and harms no other.",
  examples: [
    { line: "tenon plugin activate calendar", does: "one of the config" },
    {
      line: "tenon plugin activate calendar --from ./plugins/calendar.ts",
      does: "one that the config does not name",
    },
  ],
  run: activate,
};

async function activate({ arguments: given, openProject, terminal }: CommandContext): Promise<Outcome> {
  const [name = ""] = given.positionals;
  const from = given.text("from");
  const project = await openProject("create");
  const { version, steps } = await project.plugins().activatePlugin(name, { ...project.runOptions, from });
  if (from !== undefined) {
    terminal.note(
      `The config does not name its code: add { name: "${name}", from: "${from}" } to \`plugins\`, so that \`tenon up\` finds it.`,
    );
  }
  return {
    data: { database: project.database, plugin: name, version, steps: stepsForJson(steps) },
    text: () =>
      `${name} is active at version ${version}: ${steps.length === 0 ? "nothing was pending" : `${counted(steps.length, "migration")} applied`}.\n`,
  };
}
