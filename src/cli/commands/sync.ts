import type { SyncResult } from "../../api/index.js";
import type { Module } from "../../modules/index.js";
import { confirm } from "../ask.js";
import { CHANGE_FLAGS, renameAnswers } from "../change-flags.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { describeChanges } from "../describe-changes.js";
import { SWITCH } from "../flag.js";
import type { Project } from "../project.js";
import { counted, versionForJson } from "../wording.js";

export const command: Command = {
  takes: [],
  flags: [
    {
      name: "dry-run",
      value: SWITCH,
      summary: "print the SQL and write nothing, not a schema, not an extension",
    },
    ...CHANGE_FLAGS,
  ],
  details:
    "Compares the Drizzle tables of modules that have tables alone with the database, and changes it under the guards of\n" +
    "a migration. What was done is a version of the module in the journal, with its SQL and the SQL that takes it back.\n" +
    "What would lose data is refused with how many rows it is, unless --allow-loss names it. When nothing has changed\n" +
    "since the last time, one query tells so. A plugin is brought in by its name, and followed from then on.",
  examples: [
    { line: "tenon sync --dry-run", does: "the SQL, and nothing is written" },
    { line: "tenon sync", does: "every core module that has tables alone, and the plugins in use" },
    { line: "tenon sync --module notes --allow-loss notes.draft", does: "one module; a column may go" },
  ],
  run: sync,
};

async function sync(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const isDry = given.isSet("dry-run");
  const project = await context.openProject(isDry ? "look" : "create");
  const modules = await project.modulesToApply(given.text("module"));
  const inactive = given.text("module") === undefined ? inactivePlugins(project, modules) : [];
  for (const name of inactive)
    terminal.note(`${name} is a plugin that is not applied: \`tenon sync --module ${name}\`.`);
  if (inactive.length > 0 && !modules.some(hasTablesAlone))
    return outcome(project.database, NOTHING, context);
  const manager = project.manager(modules);
  const request = {
    ...(await renameAnswers(context)),
    allowLoss: given.list("allow-loss"),
    lockTimeoutMs: project.runOptions.lockTimeoutMs,
  };
  if (isDry) {
    const wanted = await manager.sync({ ...request, dryRun: true });
    terminal.note(
      wanted.changes.length === 0
        ? "Nothing to do."
        : `${counted(wanted.changes.length, "change")} to make; nothing is changed.`,
    );
    return { data: dataOf(project.database, wanted), text: () => wanted.sql };
  }
  if (terminal.canAsk && !given.isSet("yes") && request.allowLoss.length === 0) {
    const wanted = await manager.sync({ ...request, dryRun: true });
    const risks = wanted.hazards.some((hazard) => hazard.kind === "loses-data");
    if (risks) {
      terminal.report(describeChanges(wanted.changes, wanted.hazards, terminal.paint));
      const question = `Make ${counted(wanted.changes.length, "change")}, with the losses above?`;
      if (!(await confirm(terminal, question, { isAnswered: false })))
        return {
          data: dataOf(project.database, { ...wanted, changes: [], hazards: [], sql: "" }),
          text: () => "Nothing was changed.\n",
          status: 1,
        };
      const allowLoss = wanted.hazards.map((hazard) => hazard.object);
      return outcome(project.database, await manager.sync({ ...request, allowLoss }), context);
    }
  }
  return outcome(project.database, await manager.sync(request), context);
}

/** Those that would follow their tables and that nobody has brought in. */
function inactivePlugins(project: Project, chosen: readonly Module[]): readonly string[] {
  const left = project.modules.list().filter((module) => !chosen.includes(module) && hasTablesAlone(module));
  return left.map((module) => module.name);
}

function hasTablesAlone({ source }: Module): boolean {
  return source.kind === "tables";
}

const NOTHING: SyncResult = { changes: [], hazards: [], notes: [], sql: "", steps: [] };

function outcome(database: string, result: SyncResult, { terminal }: CommandContext): Outcome {
  for (const note of result.notes) terminal.note(note);
  return {
    data: dataOf(database, result),
    text: () => {
      if (result.changes.length === 0) return "Nothing to do: the database is as the tables ask.\n";
      const versions = result.steps.map((step) => `${step.module} is at ${step.version}`).join(", ");
      return `${describeChanges(result.changes, result.hazards, terminal.paint)}\nMade ${counted(result.changes.length, "change")}: ${versions}.\n`;
    },
  };
}

function dataOf(database: string, { steps, ...result }: SyncResult): Readonly<Record<string, unknown>> {
  return {
    database,
    ...result,
    steps: steps.map(({ module, version, name, durationMs }) => ({
      module,
      version: versionForJson(version),
      name,
      durationMs,
    })),
  };
}
