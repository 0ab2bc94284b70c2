import { type Adoption, type AdoptionItem, planAdoption } from "../../api/index.js";
import type { Migration } from "../../migrations/index.js";
import { chooseOne, confirm } from "../ask.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { SWITCH, text } from "../flag.js";
import type { Paint } from "../paint.js";
import type { Project } from "../project.js";
import { type Cell, formatTable } from "../table.js";
import type { Terminal } from "../terminal.js";
import { counted, shownList, versionForJson } from "../wording.js";

export const command: Command = {
  takes: [],
  flags: [
    { name: "from", value: text("TOOL"), summary: "the tool whose history it is: sqlx, prisma, flyway, …" },
    { name: "table", value: text("NAME"), summary: "the name of its table, where it has not the usual one" },
    { name: "baseline", value: SWITCH, summary: "write the schema as it stands as the first migration" },
    {
      name: "convert",
      value: text("DIR"),
      summary: "write the history into this folder in Tenon's own layout",
    },
    {
      name: "accept-changed",
      value: SWITCH,
      summary: "take files changed since they were applied as they are now",
    },
    {
      name: "exclude",
      value: { kind: "list", shown: "PATTERN" },
      summary: "leave these objects out of a baseline",
    },
    { name: "dry-run", value: SWITCH, summary: "show what was found and write nothing" },
  ],
  details:
    "Reads the table in which another tool keeps its history, matches its rows with the files of a module, and on a yes\n" +
    "writes Tenon's journal: what was applied there counts as applied, and nothing is run. The other tool's table is never\n" +
    "changed. Where the migrations of that tool are programs, and with --baseline, the schema as it stands is written as the\n" +
    "first migration of a new folder instead.",
  examples: [
    { line: "tenon adopt --dry-run", does: "what is found, and nothing is written" },
    { line: "tenon adopt", does: "the same, and asks whether to take it over" },
    { line: "tenon adopt --from sqlx --yes", does: "where several tools have a history there" },
    { line: "tenon adopt --baseline --dir migrations", does: "for a database without any history" },
  ],
  run: adopt,
};

async function adopt(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const isDry = given.isSet("dry-run");
  const project = await context.openProject(isDry ? "look" : "change");
  const adoption = await planAdoption(project.connection, project.modules.list(), {
    journal: project.settings.journal,
    appliedBy: project.appliedBy,
    lockTimeoutMs: project.settings.lockTimeoutMs,
    module: given.text("module"),
    from: given.text("from"),
    table: given.text("table"),
    baseline: given.isSet("baseline"),
    convertTo: given.text("convert"),
    acceptChanged: given.isSet("accept-changed"),
    exclude: given.list("exclude"),
    ...(terminal.canAsk ? { chooseTool: (tools: readonly string[]) => askTool(terminal, tools) } : {}),
  });
  const isWanted = !adoption.isDone && !isDry && adoption.refusals.length === 0;
  const isAsked = isWanted && !given.isSet("yes") && terminal.canAsk;
  const shown = describeAdoption(adoption, project, terminal);
  if (isAsked) terminal.report(`${shown}\n`);
  const isAgreed =
    isWanted && (await confirm(terminal, questionOf(adoption), { isAnswered: given.isSet("yes") }));
  // What stands in the way is an error of its own kind, so that programs can tell it from a no.
  const adopted =
    isAgreed || (!isDry && adoption.refusals.length > 0) ? await runShown(adoption, terminal, shown) : [];
  return {
    data: adoptionData(adoption, adopted, isAgreed, project),
    text: () => `${isAsked ? "" : `${shown}\n`}${summarise(adoption, adopted, isAgreed)}\n`,
    status: isWanted && !isAgreed ? 1 : 0,
  };
}

/** The table is shown before the error that tells why it is not taken over. */
async function runShown(
  adoption: Adoption,
  terminal: Terminal,
  shown: string,
): Promise<readonly Migration[]> {
  if (adoption.refusals.length > 0 && !terminal.isJson) terminal.report(`${shown}\n`);
  return adoption.run();
}

function askTool(terminal: Terminal, tools: readonly string[]): Promise<string> {
  const answers = tools.map((tool) => ({ label: tool, value: tool }));
  return chooseOne(terminal, "Several tools have a history in this database. Which one counts?", answers);
}

function questionOf({ kind, items, files }: Adoption): string {
  const fresh = items.filter(isTaken).length;
  const paths = shownList(
    files.map(({ path }) => path),
    3,
  );
  if (kind === "baseline") return `Write ${paths}, and count that as applied?`;
  const count = `count ${counted(fresh, "migration")} as applied, without running`;
  if (files.length === 0) return `${count.charAt(0).toUpperCase()}${count.slice(1)}?`;
  return fresh === 0 ? `Write ${paths}?` : `Write ${paths}, and ${count}?`;
}

function isTaken({ state, isKnown }: AdoptionItem): boolean {
  return !isKnown && (state === "applied" || state === "changed");
}

function adoptionData(
  adoption: Adoption,
  adopted: readonly Migration[],
  isAgreed: boolean,
  project: Project,
): Readonly<Record<string, unknown>> {
  const { kind, from, table, journal, items, files, notes, refusals, isDone } = adoption;
  return {
    database: project.database,
    kind,
    from: from ?? null,
    table: table ?? null,
    journal,
    alreadyAdopted: isDone,
    migrations: items.map(({ state, id, name, module, version, file, reason, isKnown }) => ({
      state,
      id,
      name: name ?? null,
      module,
      version: version === undefined ? null : versionForJson(version),
      file: file ?? null,
      reason: reason ?? null,
      known: isKnown,
    })),
    notes,
    refusals,
    files: files.map(({ path }) => path),
    written: isAgreed ? files.map(({ path }) => path) : [],
    adopted: adopted.map(({ module, version, name }) => ({ module, version: versionForJson(version), name })),
  };
}

function describeAdoption(adoption: Adoption, project: Project, { paint, width }: Terminal): string {
  const { from, table, items, notes, refusals } = adoption;
  const whose = from === undefined ? "No history of another tool." : `History of ${from}, in ${table}.`;
  const rows = items
    .slice(0, MOST_LINES)
    .map((item) => [
      paintState(item, paint),
      item.id,
      item.name ?? "-",
      item.version === undefined ? "-" : `${item.module}@${item.version}`,
      item.file ?? "-",
      item.reason ?? (item.isKnown ? "in Tenon's journal already" : ""),
    ]);
  const shown =
    rows.length === 0
      ? "It is empty: nothing was applied.\n"
      : formatTable(
          [
            { title: "STATE" },
            { title: "THERE", canShrink: true },
            { title: "NAME", canShrink: true },
            { title: "HERE" },
            { title: "FILE", canShrink: true },
            { title: "NOTE", canShrink: true },
          ],
          rows,
          { paint, width },
        );
  const more = items.length > rows.length ? `… and ${items.length - rows.length} more\n` : "";
  const told = [...notes, ...refusals].map((line) => `\n${line}\n`).join("");
  return `${project.database}\n${whose}\n\n${shown}${more}${told}`;
}

const MOST_LINES = 200;

function paintState({ state }: AdoptionItem, paint: Paint): Cell {
  switch (state) {
    case "applied":
      return { text: state, paint: paint.green };
    case "pending":
      return { text: state, paint: paint.yellow };
    case "missing":
    case "changed":
    case "failed":
      return { text: state, paint: paint.red };
  }
}

function summarise(adoption: Adoption, adopted: readonly Migration[], isAgreed: boolean): string {
  const { isDone, refusals, from, files } = adoption;
  if (isDone) return "Nothing to do: this is in Tenon's journal already.";
  if (!isAgreed) {
    return refusals.length > 0 ? "It cannot be taken over as it stands." : "Nothing was written.";
  }
  const written = files.map(({ path }) => `wrote  ${path}\n`).join("");
  if (adopted.length > 0) {
    const names = adopted.map(({ module, version }) => `${module}@${version}`);
    return `${written}Counts as applied from now on, without running: ${shownList(names, 20)}.`;
  }
  return from === undefined
    ? written.trimEnd()
    : `${written}The journal was made; no migration had been applied.`;
}
