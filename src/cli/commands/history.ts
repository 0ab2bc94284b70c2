import type { JournalRow, JournalStatus } from "../../engine/index.js";
import type { Command, CommandContext, Outcome } from "../command.js";
import type { Paint } from "../paint.js";
import { type Cell, formatTable } from "../table.js";
import type { Terminal } from "../terminal.js";
import { shownDuration, versionForJson } from "../wording.js";

export const command: Command = {
  takes: [],
  flags: [],
  details:
    "The journal, in the order in which its rows were written: what was applied, taken back or failed, when, by whom,\n" +
    "and how long it took. Modules whose code is gone are in it too. Nothing is written.",
  examples: [
    { line: "tenon history", does: "everything" },
    { line: "tenon history --module users", does: "one module" },
    { line: "tenon history --json", does: "for a program, with checksums and errors" },
  ],
  run: history,
};

async function history(context: CommandContext): Promise<Outcome> {
  const project = await context.openProject("look");
  const named = context.arguments.text("module");
  if (named !== undefined) await project.refuseUnknownModule(named);
  const all = await project.manager().getJournal();
  const rows = all.filter((row) => named === undefined || row.module === named);
  return {
    data: { database: project.database, history: rows.map(rowData) },
    text: () => describeRows(rows, context.terminal),
  };
}

function rowData(row: JournalRow): Readonly<Record<string, unknown>> {
  const { module, version, status, name, description, appliedAt, appliedBy, durationMs, checksum, error } =
    row;
  return {
    module,
    version: versionForJson(version),
    status,
    name,
    description,
    appliedAt,
    appliedBy,
    durationMs,
    checksum,
    error,
  };
}

function describeRows(rows: readonly JournalRow[], { paint, width }: Terminal): string {
  if (rows.length === 0) return "Nothing was applied yet.\n";
  return formatTable(
    [
      { title: "WHEN" },
      { title: "MIGRATION" },
      { title: "STATUS" },
      { title: "TIME", align: "right" },
      { title: "BY", canShrink: true },
      { title: "NAME", canShrink: true },
    ],
    rows.map((row) => [
      shownTime(row.appliedAt),
      `${row.module}@${row.version}`,
      shownStatus(row.status, paint),
      row.durationMs === null ? "-" : shownDuration(row.durationMs),
      row.appliedBy ?? "-",
      row.name,
    ]),
    { paint, width },
  );
}

/** UTC, to the second: `2026-03-01 12:00:00Z`. */
function shownTime(time: string): string {
  return time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, "$1 $2Z");
}

function shownStatus(status: JournalStatus, paint: Paint): Cell {
  switch (status) {
    case "applied":
      return { text: "applied", paint: paint.green };
    case "rolled_back":
      return { text: "rolled back", paint: paint.dim };
    case "failed":
      return { text: "failed", paint: paint.red };
  }
}
