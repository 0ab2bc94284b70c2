import { resolve } from "node:path";

import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH } from "../flag.js";
import { counted } from "../wording.js";

export const command: Command = {
  takes: [{ shown: "DIR", isRequired: true, summary: "the folder of a dump, with its manifest.json" }],
  flags: [{ name: "replace", value: SWITCH, summary: "take away what rows the plugin's tables have now" }],
  details:
    "Writes the rows of a dump back into the tables of the plugin, which has to be active at the version that was dumped. Every file is\n" +
    "checked first; all rows arrive, or none.",
  examples: [
    { line: "tenon plugin restore dumps/calendar-20260102T030405Z", does: "into tables that are empty" },
  ],
  run: restore,
};

async function restore({ arguments: given, openProject, workingFolder }: CommandContext): Promise<Outcome> {
  const [folder = ""] = given.positionals;
  const project = await openProject("change");
  const { plugin, tables } = await project.plugins().restorePluginData(resolve(workingFolder, folder), {
    ...project.runOptions,
    replace: given.isSet("replace"),
  });
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    data: { database: project.database, plugin, tables },
    text: () => `${counted(rows, "row")} of ${plugin} restored, in ${counted(tables.length, "table")}.\n`,
  };
}
