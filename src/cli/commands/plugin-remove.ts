import { resolve } from "node:path";

import type { PluginsGone } from "../../api/index.js";
import { TenonError } from "../../errors.js";
import type { Removal } from "../../plugins/index.js";
import { confirm } from "../ask.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH, text } from "../flag.js";
import { describeRemoval } from "../shown-plugins.js";
import { counted } from "../wording.js";

export const command: Command = {
  takes: [{ shown: "NAME", isRequired: true, summary: "the plugin" }],
  flags: [
    {
      name: "dump",
      value: text("DIR"),
      summary: "write the rows there before they go, in a folder of their own",
    },
    { name: "no-dump", value: SWITCH, summary: "let the rows go without a dump" },
    { name: "cascade", value: SWITCH, summary: "also those plugins that need it" },
    { name: "drop-owned", value: SWITCH, summary: "drop exactly what it owns, in place of its downs" },
    { name: "dry-run", value: SWITCH, summary: "show what would go, and change nothing" },
  ],
  details:
    "Takes a plugin back to nothing, in one transaction: by its own downs, or, when its code is gone, by those that the journal keeps.\n" +
    "What would go is shown, and asked for. Where there are rows, say with --dump where they are written first, or decline that with\n" +
    "--no-dump. `tenon plugin restore` brings a dump back.",
  examples: [
    { line: "tenon plugin remove calendar --dry-run", does: "tables, rows, and who needs it" },
    { line: "tenon plugin remove calendar --dump ./dumps", does: "shows that, and asks" },
    { line: "tenon plugin remove calendar --no-dump --yes", does: "in a script" },
  ],
  run: remove,
};

async function remove(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal, workingFolder } = context;
  const [name = ""] = given.positionals;
  const isDry = given.isSet("dry-run");
  const folder = given.text("dump");
  const withoutDump = given.isSet("no-dump");
  if (folder !== undefined && withoutDump) {
    throw new TenonError("USAGE", "--dump and --no-dump are given at once.", { hint: "Keep one of them." });
  }
  const project = await context.openProject(isDry ? "look" : "change");
  const manager = project.plugins();
  const cascade = given.isSet("cascade");
  const plan = await manager.planRemoval(name, { cascade });
  const shown = describeRemoval(plan, terminal);
  const data = { database: project.database, removal: plan };
  if (isDry)
    return { data: { ...data, plugins: [], dumps: [] }, text: () => `${shown}\nNothing was changed.\n` };
  if (rowsOf(plan) > 0 && folder === undefined && !withoutDump) throw undecided(name, plan);
  const isAnswered = given.isSet("yes");
  if (!isAnswered && terminal.canAsk) terminal.report(`${shown}\n`);
  if (!(await confirm(terminal, questionOf(plan, folder), { isAnswered }))) {
    return { data: { ...data, plugins: [], dumps: [] }, text: () => "Nothing was changed.\n", status: 1 };
  }
  const gone = await manager.removePlugin(name, {
    ...project.runOptions,
    cascade,
    dumpTo: folder === undefined ? undefined : resolve(workingFolder, folder),
    withoutDump,
    dropOwned: given.isSet("drop-owned"),
  });
  return { data: { ...data, ...gone }, text: () => `${isAnswered ? `${shown}\n` : ""}${summarise(gone)}` };
}

function questionOf(plan: Removal, folder: string | undefined): string {
  const names = plan.plugins.map((plugin) => plugin.name).join(", ");
  const tables = plan.plugins.reduce((sum, plugin) => sum + plugin.tables.length, 0);
  const rows = rowsOf(plan);
  const fate = rows === 0 ? "" : folder === undefined ? ", without a dump" : `, dumped to ${folder} first`;
  return `Remove ${names}, with ${counted(tables, "table")} and ${counted(rows, "row")}${fate}?`;
}

function summarise({ plugins, dumps }: PluginsGone): string {
  const lines = dumps.map(({ plugin, folder, tables }) => {
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    return `${counted(rows, "row")} of ${plugin} dumped to ${folder}\n`;
  });
  return `${lines.join("")}${plugins.join(", ")} removed.\n`;
}

function rowsOf(plan: Removal): number {
  return plan.plugins.flatMap((plugin) => plugin.tables).reduce((sum, table) => sum + table.rows, 0);
}

function undecided(name: string, plan: Removal): TenonError {
  return new TenonError(
    "PLUGIN_DATA",
    `${counted(rowsOf(plan), "row")} would go, and nobody said what becomes of them. Nothing was removed.`,
    {
      where: { module: name },
      hint: "Say where a dump is written, --dump DIR, or that none is wanted, --no-dump. --dry-run shows what would go.",
      details: { plugins: plan.plugins },
    },
  );
}
