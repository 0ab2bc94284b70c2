import type { ChangedMigration, JournalRow } from "../../engine/index.js";
import { confirm } from "../ask.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { type Difference, describeDifference, differenceOf } from "../difference.js";
import { SWITCH } from "../flag.js";
import type { Project } from "../project.js";
import { counted, shownList, versionForJson } from "../wording.js";

export const command: Command = {
  takes: [],
  flags: [
    { name: "dry-run", value: SWITCH, summary: "show the differences and accept nothing" },
    { name: "restart", value: SWITCH, summary: "forget how far a failed step without a transaction came" },
  ],
  details:
    "Shows, line by line, how applied migrations were changed since, and on a yes accepts them as they are now: their\n" +
    "checksums and texts in the journal are replaced, and nothing is run. Do that only when the database is right as it\n" +
    "is. With --restart it instead lets a failed `no-transaction` migration start at its first statement again.",
  examples: [
    { line: "tenon repair --dry-run", does: "what was changed after it was applied" },
    { line: "tenon repair", does: "the same, and asks whether to accept it" },
    { line: "tenon repair --restart --yes", does: "a failed step without a transaction begins anew" },
  ],
  run: repair,
};

async function repair(context: CommandContext): Promise<Outcome> {
  const { arguments: given } = context;
  const project = await context.openProject(given.isSet("dry-run") ? "look" : "change");
  return given.isSet("restart") ? restart(context, project) : acceptChanges(context, project);
}

async function acceptChanges(context: CommandContext, project: Project): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const manager = project.manager(modulesOf(context, project));
  const changes = await manager.findChanged();
  const differences = await Promise.all(changes.map(differenceOf));
  const isDry = given.isSet("dry-run");
  const isAsked = changes.length > 0 && !isDry && !given.isSet("yes") && terminal.canAsk;
  const shown = differences.map((each) => describeDifference(each, terminal.paint)).join("\n");
  if (isAsked) terminal.report(`${shown}\n`);
  const question = `Accept ${counted(changes.length, "changed migration")} as ${changes.length === 1 ? "it is" : "they are"} now?`;
  const isAccepted =
    changes.length > 0 && !isDry && (await confirm(terminal, question, { isAnswered: given.isSet("yes") }));
  const accepted = isAccepted ? await manager.acceptChanged(changes, project.runOptions) : [];
  return {
    data: {
      database: project.database,
      changed: differences.map(differenceData),
      accepted: accepted.map(nameOf),
    },
    text: () => `${isAsked ? "" : shown}${summarise(changes, accepted, isDry)}\n`,
    status: changes.length > 0 && !isDry && !isAccepted ? 1 : 0,
  };
}

async function restart(context: CommandContext, project: Project): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const modules = modulesOf(context, project);
  const names = new Set(modules.map((module) => module.name));
  const manager = project.manager(modules);
  const stopped = (await manager.getJournal()).filter(
    (row) => row.status === "failed" && row.progress !== null && names.has(row.module),
  );
  const isWanted = stopped.length > 0 && !given.isSet("dry-run");
  const question = `Forget how far ${stopped.map(nameOf).join(", ")} came, so that the next run starts at the first statement?`;
  const isAgreed = isWanted && (await confirm(terminal, question, { isAnswered: given.isSet("yes") }));
  const restarted = isAgreed ? await manager.forgetProgress(project.runOptions) : [];
  return {
    data: {
      database: project.database,
      stopped: stopped.map(progressData),
      restarted: restarted.map(nameOf),
    },
    text: () => describeRestart(stopped, restarted),
    status: isWanted && !isAgreed ? 1 : 0,
  };
}

function modulesOf({ arguments: given }: CommandContext, project: Project) {
  const named = given.text("module");
  return named === undefined ? project.modules.list() : [project.modules.get(named)];
}

function differenceData({ change, patch }: Difference): Readonly<Record<string, unknown>> {
  return {
    module: change.module,
    version: versionForJson(change.version),
    file: change.file ?? null,
    appliedChecksum: change.appliedChecksum,
    definedChecksum: change.definedChecksum,
    diff: patch ?? null,
  };
}

function progressData(row: JournalRow): Readonly<Record<string, unknown>> {
  return {
    module: row.module,
    version: versionForJson(row.version),
    finishedStatements: row.progress?.finished ?? 0,
  };
}

function summarise(
  changes: readonly ChangedMigration[],
  accepted: readonly ChangedMigration[],
  isDry: boolean,
): string {
  if (changes.length === 0) return "Nothing to repair: everything applied is as it was when it ran.";
  if (accepted.length > 0) return `Accepted as defined now: ${shownList(accepted.map(nameOf), 20)}.`;
  const names = shownList(changes.map(nameOf), 20);
  return isDry ? `Changed since applied: ${names}. Nothing was accepted.` : "Nothing was accepted.";
}

function describeRestart(stopped: readonly JournalRow[], restarted: readonly JournalRow[]): string {
  if (stopped.length === 0) return "Nothing to restart: no failed step has progress to forget.\n";
  const lines = stopped.map(
    (row) => `${nameOf(row)} stopped after ${counted(row.progress?.finished ?? 0, "statement")}`,
  );
  const end =
    restarted.length === 0
      ? "Nothing was changed."
      : `Starts at the first statement again: ${shownList(restarted.map(nameOf), 20)}.`;
  return `${lines.join("\n")}\n${end}\n`;
}

function nameOf(item: { readonly module: string; readonly version: string }): string {
  return `${item.module}@${item.version}`;
}
