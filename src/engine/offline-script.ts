import type { Dialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { Migration } from "../migrations/index.js";
import { JOURNAL_LAYOUT } from "./journal.js";
import { encodeRow, JOURNAL_COLUMNS } from "./journal-row.js";
import type { PlannedStep } from "./plan-input.js";
import { type PreparedStep, prepareStep } from "./prepare-step.js";
import { finishedRow } from "./recorded-row.js";
import { cutIntoSegments } from "./segments.js";

export interface OfflineRequest {
  readonly dialect: Dialect;
  /** The migrations to print, in the order in which they may run. */
  readonly migrations: readonly Migration[];
  /** Name of the journal table. */
  readonly journalTable: string;
  /** Whether the script creates the journal: true for a database that Tenon has never seen. */
  readonly createJournal: boolean;
  readonly transaction?: "run" | "each" | undefined;
}

/**
 * Prints a script that brings a database forward without Tenon: for a person who runs it in the engine's own
 * shell. Journal rows are part of it, so that the next run of Tenon finds nothing to do.
 *
 * @throws TenonError `UNSUPPORTED` when a migration is code, which no script can hold
 */
export function offlineScript(request: OfflineRequest): string {
  const { dialect } = request;
  const steps = request.migrations.map((migration) => prepareStep(plannedUp(migration), dialect));
  const segments = cutIntoSegments(steps, request.transaction ?? dialect.capabilities.defaultTransaction);
  const sql = dialect.offline;
  const parts: string[] = [...sql.head];
  if (request.createJournal) parts.push(...inTransaction(dialect, createJournal(request)));
  let sequence = 0;
  for (const segment of segments) {
    const body = segment.steps.flatMap((step) => [
      `-- ${step.planned.module}@${step.planned.version} ${oneLine(step.planned.name)}`,
      ...statementsOf(step),
      recordRow(request, step, ++sequence),
    ]);
    const settings = dialect.offline.settings(segment.settings);
    parts.push(...settings.before);
    parts.push(...(segment.transaction === "outside" ? body : inTransaction(dialect, body)));
    parts.push(...settings.after);
  }
  return `${parts.join("\n\n")}\n`;
}

function plannedUp(migration: Migration): PlannedStep {
  const { module, version, name, up, file } = migration;
  if (up.kind === "code") {
    throw new TenonError(
      "UNSUPPORTED",
      `${module}@${version} is code; a script for a shell cannot hold it.`,
      {
        where: { module, version, file },
        hint: "Print up to the version before it with --to, run `tenon up --to` for this one, and print the rest with --from.",
      },
    );
  }
  return { direction: "up", module, version, name, migration, row: undefined, step: up };
}

function createJournal(request: OfflineRequest): string[] {
  const { dialect } = request;
  const { rows, state } = addresses(request);
  const statements = dialect.journalStatements(rows, state, JOURNAL_COLUMNS);
  return [
    ...statements.create.map((statement) => `${statement};`),
    `INSERT INTO ${state.sql} ("key", "value")\nVALUES ('layout', '${JOURNAL_LAYOUT}');`,
  ];
}

function addresses({ dialect, journalTable }: OfflineRequest) {
  const rows = dialect.offline.journalAddress(journalTable);
  return { rows, state: dialect.offline.journalAddress(`${journalTable}_state`) };
}

function statementsOf(step: PreparedStep): string[] {
  return step.scripts.flatMap((script) => script.statements.map((statement) => `${statement.text};`));
}

/**
 * The row as Tenon would write it; its time comes from the engine that runs the script. In a journal that is there
 * already, the row of a failed or rolled back try gives way, and that of an applied one stops the script.
 */
function recordRow(request: OfflineRequest, step: PreparedStep, sequence: number): string {
  const { dialect, createJournal: isNew } = request;
  const journal = addresses(request).rows.sql;
  const row = finishedRow(step.planned, { appliedAt: "", appliedBy: null }, { durationMs: null, sequence });
  const values = encodeRow(row).map((value, index) => {
    switch (JOURNAL_COLUMNS[index]) {
      case "applied_at":
        return dialect.offline.utcNow;
      case "applied_by":
        return dialect.offline.currentUser;
      case "sequence":
        return isNew ? String(sequence) : `(SELECT coalesce(max("sequence"), 0) + 1 FROM ${journal})`;
      default:
        return dialect.literal(value);
    }
  });
  const insert = [
    `INSERT INTO ${journal} (${JOURNAL_COLUMNS.map(dialect.quote).join(", ")})`,
    `VALUES (${values.join(", ")});`,
  ].join("\n");
  if (isNew) return insert;
  const clear = [
    `DELETE FROM ${journal}`,
    `WHERE "module" = ${dialect.literal(row.module)} AND "version" = ${dialect.literal(row.version)} AND "status" <> 'applied';`,
  ].join("\n");
  return `${clear}\n\n${insert}`;
}

function inTransaction(dialect: Dialect, body: readonly string[]): string[] {
  return [dialect.offline.begin, ...body, "COMMIT;"];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
