import { createHash } from "node:crypto";

import type { Connection } from "../connection/index.js";
import { type Place, TenonError } from "../errors.js";
import { type Statement, setsSession } from "../sql/index.js";
import type { StepReference } from "./events.js";
import { runStatement, verifyStep } from "./execute-step.js";
import type { JournalRow, Progress } from "./journal-row.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";
import { StepGuards } from "./step-guards.js";

interface PlacedStatement {
  readonly statement: Statement;
  readonly file: string | undefined;
}

/**
 * Runs a step that must not be in a transaction: statement by statement, each finished one recorded in the
 * journal, going on after the last finished one of an earlier try. A statement that can run in a transaction gets
 * one of its own together with its record, so that it is never run twice; only one that cannot may be, after a
 * crash between it and its record.
 */
export async function executeOutsideTransaction(
  context: RunContext,
  step: PreparedStep,
  reference: StepReference,
  begun: JournalRow,
): Promise<void> {
  const { connection, dialect, journal, onEvent } = context;
  const { module, version } = reference;
  if (step.planned.step.kind === "code") {
    throw new TenonError(
      "UNSUPPORTED",
      `${module}@${version} is code and asks to run without a transaction.`,
      {
        where: { module, version, file: step.planned.step.file },
        hint: "Only SQL can run without a transaction, for only its statements can be recorded one by one.",
      },
    );
  }
  const statements = step.scripts.flatMap((script) =>
    script.statements.map((statement): PlacedStatement => ({ statement, file: script.file })),
  );
  const hashes = prefixHashes(statements);
  const current = await journal.readOne(module, version);
  const resumed = current?.status === "failed" ? current.progress : null;
  refuseChangedPrefix(resumed, hashes, reference, step);
  const start = resumed?.finished ?? 0;
  await journal.write({ ...begun, progress: resumed ?? { finished: 0, prefix: hashes[0] ?? "" } });

  const guards = new StepGuards(connection, dialect, step);
  for (const [index, { statement, file }] of statements.entries()) {
    if (index < start) {
      // What an earlier try has set was set for its own session.
      if (setsSession(statement, dialect.syntax)) await connection.execute(statement.text);
      continue;
    }
    if (index === start && resumed !== null) {
      const done = await dialect.recover?.(connection, statement);
      if (done !== undefined) onEvent({ kind: "warning", message: done });
    }
    const place = { module, version, file: file ?? step.planned.migration?.file };
    const progress: Progress = { finished: index + 1, prefix: hashes[index + 1] ?? "" };
    const record = () => journal.writeProgress(module, version, progress);
    // What the script itself opened with BEGIN is guarded before its COMMIT and recorded inside it.
    if (connection.inTransaction) {
      if (!isLastOfTransaction(statement)) {
        await runStatement(connection, statement, guards, place);
        await record();
      } else {
        await guards.finish();
        await record();
        await runStatement(connection, statement, guards, place);
      }
    } else if (dialect.canRunInTransaction(statement)) {
      await inOwnTransaction(connection, async () => {
        await runStatement(connection, statement, guards, place);
        await guards.finishStatement();
        await record();
      });
    } else {
      await runStatement(connection, statement, guards, place);
      if (!connection.inTransaction) await record();
    }
    onEvent({ kind: "statement-finished", step: reference, finished: index + 1, of: statements.length });
  }
  if (connection.inTransaction) {
    throw new TenonError(
      "TRANSACTION_IN_SCRIPT",
      `${module}@${version} opens a transaction and does not close it.`,
      {
        where: { module, version, file: step.planned.migration?.file },
        hint: "End the script with COMMIT.",
      },
    );
  }
  if (step.planned.direction === "up") await verifyStep(connection, dialect, step.planned);
  await finishWhatStands(guards, { module, version, file: step.planned.migration?.file });
}

/** What only shows when all statements have run is told, though they are committed. */
async function finishWhatStands(guards: StepGuards, place: Place): Promise<void> {
  try {
    await guards.finish();
  } catch (error) {
    if (!(error instanceof TenonError)) throw error;
    const told = error.message.replace(/ (?:It|The step) was rolled back(?:, nothing is lost)?\.$/, "");
    throw new TenonError(error.code, `${told} The step ran without a transaction, and what it did stands.`, {
      where: { ...place, ...error.where },
      hint: "Correct the data by hand; the next run takes the step as done.",
      cause: error,
      details: error.details,
    });
  }
}

/** The hash of the first n statements, for n from 0: what has run must not have changed when a run goes on. */
function prefixHashes(statements: readonly PlacedStatement[]): string[] {
  const hash = createHash("sha256");
  const hashes = [hash.copy().digest("hex").slice(0, 32)];
  for (const { statement } of statements) {
    hash.update(statement.text.replaceAll("\r\n", "\n")).update("\0");
    hashes.push(hash.copy().digest("hex").slice(0, 32));
  }
  return hashes;
}

function refuseChangedPrefix(
  resumed: Progress | null,
  hashes: readonly string[],
  reference: StepReference,
  step: PreparedStep,
): void {
  if (resumed === null || hashes[resumed.finished] === resumed.prefix) return;
  const { module, version } = reference;
  throw new TenonError(
    "CHECKSUM_MISMATCH",
    `${module}@${version} stopped after ${resumed.finished} ${resumed.finished === 1 ? "statement" : "statements"}, and what has run was changed since: it cannot go on from there.`,
    {
      where: { module, version, file: step.planned.migration?.file },
      hint: "Restore the statements that have run (later ones may change), or undo them by hand and forget the progress with `tenon repair --restart`.",
    },
  );
}

function isLastOfTransaction(statement: Statement): boolean {
  return /^(?:COMMIT|END)\b/i.test(statement.text);
}

async function inOwnTransaction(connection: Connection, work: () => Promise<void>): Promise<void> {
  await connection.execute("BEGIN");
  try {
    await work();
  } catch (error) {
    if (connection.inTransaction) await connection.execute("ROLLBACK");
    throw error;
  }
  await connection.execute("COMMIT");
}
