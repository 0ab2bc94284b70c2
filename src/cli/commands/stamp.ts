import type { Migration } from "../../migrations/index.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { counted, shownList, versionForJson } from "../wording.js";

export const command: Command = {
  takes: [{ shown: "V", isRequired: true, summary: "the version up to which everything is marked" }],
  flags: [],
  details:
    "Marks the versions of a module up to and with V as applied, without running them: for a database that has been\n" +
    "brought there in another way. Only the journal is written. With several modules --module says which.",
  examples: [
    { line: "tenon stamp 4", does: "the only module counts as applied up to 4" },
    { line: "tenon stamp 2 --module users", does: "one of several" },
  ],
  run: stamp,
};

async function stamp(context: CommandContext): Promise<Outcome> {
  const { arguments: given } = context;
  const [version = ""] = given.positionals;
  const project = await context.openProject("create");
  const module = await project.oneModule(given.text("module"));
  const marked = await project.manager().stamp(version, { ...project.runOptions, module });
  return {
    data: {
      database: project.database,
      module,
      stamped: marked.map((migration) => ({
        version: versionForJson(migration.version),
        name: migration.name,
      })),
    },
    text: () => describeMarked(module, marked),
  };
}

function describeMarked(module: string, marked: readonly Migration[]): string {
  if (marked.length === 0) return "Nothing to do: all of these are applied already.\n";
  const names = marked.map((migration) => `${module}@${migration.version}`);
  return `Marked ${counted(marked.length, "migration")} as applied, without running: ${shownList(names, 20)}.\n`;
}
