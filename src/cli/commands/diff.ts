import { resolve } from "node:path";

import { type Diff, type DiffSide, diff as findDiff } from "../../api/index.js";
import { mainModule } from "../../config/index.js";
import { TenonError } from "../../errors.js";
import { confirm } from "../ask.js";
import { CHANGE_FLAGS, renameAnswers } from "../change-flags.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import { printable } from "../display-width.js";
import { SWITCH, text } from "../flag.js";
import { openDatabase } from "../open-database.js";
import type { Paint } from "../paint.js";
import { counted } from "../wording.js";

const list = (shown: string) => ({ kind: "list" as const, shown });

export const command: Command = {
  takes: [],
  flags: [
    {
      name: "from",
      value: text("URL"),
      summary: "what is to change: a database, or dir:FOLDER of migrations",
    },
    { name: "to", value: text("URL"), summary: "what it is to look like: a database, or dir:FOLDER" },
    { name: "sql", value: SWITCH, summary: "print the script alone; empty when there is nothing to do" },
    { name: "apply", value: SWITCH, summary: "make the changes on --from" },
    ...CHANGE_FLAGS,
    {
      name: "include",
      value: list("PATTERN"),
      summary: "only these tables and other objects: users, audit_*",
    },
    { name: "exclude", value: list("PATTERN"), summary: "not these" },
    { name: "column-order", value: SWITCH, summary: "columns in another order are a difference too" },
    { name: "concurrently", value: SWITCH, summary: "build indexes without blocking writers (PostgreSQL)" },
  ],
  details:
    "Finds what makes the database --from look like --to: as a list of changes with what they risk, as a script (--sql),\n" +
    "or made at once (--apply), under the same guards as a migration. What loses data needs --allow-loss. A change that\n" +
    "may be a rename is asked about on a terminal, and is an error where nobody can answer. Without --from the database\n" +
    "of --url is meant. Exit status 1 when something cannot be done rightly; nothing is changed then.",
  examples: [
    { line: "tenon diff --from file:app.db --to file:wanted.db", does: "what would change" },
    {
      line: "tenon diff --from file:app.db --to dir:./migrations --sql",
      does: "as a script for the sqlite3 shell",
    },
    {
      line: "tenon diff --from file:app.db --to file:wanted.db --apply --allow-loss old_table",
      does: "makes it",
    },
  ],
  run: diff,
};

async function diff(context: CommandContext): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  if (given.isSet("sql") && given.isSet("apply")) {
    throw new TenonError(
      "USAGE",
      "--sql prints the changes and --apply makes them: only one of them can be meant.",
    );
  }
  const settings = await context.settings();
  const from = given.text("from") ?? settings.url;
  const to = given.text("to");
  if (from === undefined || to === undefined) {
    throw new TenonError(
      "USAGE",
      `Nothing says what to compare: --${from === undefined ? "from" : "to"} is missing.`,
      {
        hint: "Give two databases: tenon diff --from file:app.db --to file:wanted.db.",
      },
    );
  }
  const open = async (address: string, access: "look" | "change"): Promise<DiffSide> => {
    const folder = /^dir:(.*)$/s.exec(address)?.[1];
    if (folder !== undefined)
      return { modules: [mainModule(resolve(context.workingFolder, folder), context.workingFolder)] };
    const { connection, exists, description } = await openDatabase(
      { ...settings, url: address },
      access,
      terminal,
    );
    context.closeAtEnd(() => connection.close());
    if (!exists) terminal.note(`${description} does not exist; it counts as empty.`);
    return connection;
  };
  const found = await findDiff({
    from: await open(from, given.isSet("apply") ? "change" : "look"),
    to: await open(to, "look"),
    ...(await renameAnswers(context)),
    include: given.list("include"),
    exclude: given.list("exclude"),
    columnOrder: given.isSet("column-order") ? "exact" : "ignore",
    concurrently: given.isSet("concurrently"),
    journalTable: settings.journal.table,
  });
  return answer(context, found);
}

async function answer(context: CommandContext, found: Diff): Promise<Outcome> {
  const { arguments: given, terminal } = context;
  const { changes, hazards, unjudged } = found;
  const data = { changes, hazards, unjudged };
  if (given.isSet("sql")) {
    const sql = found.toSql();
    return { data: { ...data, sql }, text: () => sql };
  }
  if (!given.isSet("apply")) return { data, text: () => describeDiff(found, terminal.paint) };
  const lossIsAllowed = given.list("allow-loss").length > 0;
  if (changes.length > 0 && terminal.canAsk && !given.isSet("yes") && !lossIsAllowed) {
    terminal.report(`${describeDiff(found, terminal.paint)}\n`);
    if (!(await confirm(terminal, `Make ${counted(changes.length, "change")}?`, { isAnswered: false }))) {
      return { data: { ...data, applied: false }, text: () => "Nothing was changed.\n", status: 1 };
    }
  }
  await found.apply({
    allowLoss: given.list("allow-loss"),
    lockTimeoutMs: (await context.settings()).lockTimeoutMs,
  });
  return {
    data: { ...data, applied: changes.length > 0 },
    text: () =>
      changes.length === 0
        ? "Nothing to do.\n"
        : `${describeDiff(found, terminal.paint)}\nMade ${counted(changes.length, "change")}.\n`,
  };
}

function describeDiff({ changes, hazards, unjudged }: Diff, paint: Paint): string {
  if (changes.length === 0 && unjudged.length === 0) return "Nothing to do: both are alike.\n";
  const risks = hazards.map((hazard) => `  ${paint.yellow(hazard.kind)}  ${printable(hazard.description)}`);
  return [
    ...changes.map((change) => printable(change.description)),
    ...(risks.length === 0 ? [] : ["", "Risks", ...risks]),
    ...(unjudged.length === 0 ? [] : ["", "Not compared", ...unjudged.map((each) => `  ${printable(each)}`)]),
    "",
  ].join("\n");
}
