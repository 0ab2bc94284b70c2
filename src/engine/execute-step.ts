import type { Connection } from "../connection/index.js";
import type { Dialect } from "../dialects/index.js";
import { messageOf, type Place, TenonError } from "../errors.js";
import type { Step } from "../migrations/index.js";
import type { Statement } from "../sql/index.js";
import { GuardedConnection } from "./guarded-connection.js";
import type { PlannedStep } from "./plan-input.js";
import type { StepContainment } from "./plugin-guard.js";
import { type PreparedStep, verifyStatements } from "./prepare-step.js";
import { excerpt, type Rephrase, StepGuards } from "./step-guards.js";

/** Runs the scripts or the code of a step that is in a transaction, then its verification and its guards. */
export async function executeStep(
  connection: Connection,
  dialect: Dialect,
  step: PreparedStep,
  plugin?: StepContainment,
): Promise<void> {
  const guards = new StepGuards(connection, dialect, step, plugin);
  const session = plugin?.connection ?? connection;
  const { planned } = step;
  if (planned.step.kind === "code") {
    await runCode(session, dialect, planned, planned.step, guards);
  } else {
    await runStatements(session, placedStatements(step), guards);
  }
  if (planned.direction === "up") await verifyStep(session, dialect, planned, plugin);
  try {
    await plugin?.settle();
    await dialect.settleConstraints?.(connection);
    await guards.finish();
  } catch (error) {
    throw error instanceof TenonError ? error.at(placeOf(planned, step.scripts[0]?.file)) : error;
  }
}

/** A statement and the migration and file that it stands in. */
export interface PlacedStatement {
  readonly statement: Statement;
  readonly place: Place;
}

/** The statements of all scripts of a step. */
export function placedStatements({ planned, scripts }: PreparedStep): readonly PlacedStatement[] {
  return scripts.flatMap(({ statements, file }) => {
    const place = placeOf(planned, file);
    return statements.map((statement) => ({ statement, place }));
  });
}

/** Runs statements in their order; neighbours that pass the guards go to the server in one round trip. */
async function runStatements(
  connection: Connection,
  statements: readonly PlacedStatement[],
  guards: StepGuards,
): Promise<void> {
  let batch: PlacedStatement[] = [];
  for (const placed of statements) {
    if (connection.executeBatch !== undefined && guards.passes(placed.statement)) {
      batch.push(placed);
      continue;
    }
    await runBatch(connection, batch);
    batch = [];
    await runStatement(connection, placed.statement, guards, placed.place);
  }
  await runBatch(connection, batch);
}

async function runBatch(connection: Connection, batch: readonly PlacedStatement[]): Promise<void> {
  if (batch.length === 0) return;
  try {
    await connection.executeBatch?.(batch.map(({ statement }) => statement.text));
  } catch (error) {
    const index = error instanceof TenonError ? Number(error.details["statement"] ?? 0) : 0;
    throw batchError(error, batch, index);
  }
}

/** The error of statements that were sent together: of the one with this index, or of the first where there is none. */
export function batchError(error: unknown, batch: readonly PlacedStatement[], index: number): unknown {
  const failed = batch[index] ?? batch[0];
  if (failed === undefined) return error;
  const { statement, place } = failed;
  return stepError(error, { ...place, line: statement.line, column: statement.column }, statement);
}

/** Runs one statement under the guards; a failure tells the line of the file. */
export async function runStatement(
  connection: Connection,
  statement: Statement,
  guards: StepGuards,
  place: Place,
): Promise<void> {
  const position = { ...place, line: statement.line, column: statement.column };
  try {
    await guards.before(statement);
    await executeAsMeant(connection, statement, guards.rephrase);
    await guards.after(statement);
  } catch (error) {
    throw stepError(error, position, statement);
  }
}

/** Runs a statement, spelt another way where it fails as it stands and another tool's driver would have understood it. */
export async function executeAsMeant(
  connection: Connection,
  statement: Statement,
  rephrase: Rephrase | undefined,
): Promise<void> {
  let failure: unknown;
  for (let spelling: Statement | undefined = statement; spelling !== undefined; ) {
    try {
      await connection.execute(spelling.text);
      return;
    } catch (error) {
      failure ??= error;
      spelling = rephrase?.(spelling, error);
    }
  }
  throw failure;
}

/**
 * Runs the verification of a migration: each statement must return no row; code must not give `false`.
 * @throws TenonError `VERIFY_FAILED`
 */
export async function verifyStep(
  connection: Connection,
  dialect: Dialect,
  planned: PlannedStep,
  plugin?: StepContainment,
): Promise<void> {
  const verify = planned.migration?.verify;
  if (verify === undefined) return;
  if (verify.kind === "code") {
    const answer = await callCode(
      verify,
      readOnlyGuard(connection, dialect, plugin),
      placeOf(planned, verify.file),
      "VERIFY_FAILED",
    );
    if (answer === false) throw verifyFailed(planned, verify.file, "its verify() gave false");
    return;
  }
  for (const { statement, file } of verifyStatements(verify, dialect)) {
    const position = { ...placeOf(planned, file), line: statement.line, column: statement.column };
    try {
      await plugin?.before(statement);
      const rows = await connection.query(statement.text);
      await plugin?.after(statement);
      if (rows.length > 0) {
        throw new TenonError(
          "VERIFY_FAILED",
          `The verification of ${planned.module}@${planned.version} found ${rows.length} ${rows.length === 1 ? "row" : "rows"} where none may be: ${excerpt(statement.text)}`,
          {
            where: position,
            hint: "Each SELECT of a verification must return no row. Correct the migration or the data, then run again.",
          },
        );
      }
    } catch (error) {
      if (error instanceof TenonError && error.code === "SQL_FAILED") {
        throw new TenonError(
          "VERIFY_FAILED",
          `The verification of ${planned.module}@${planned.version} failed: ${error.message}`,
          {
            where: position,
            hint: "Correct the verification.",
            cause: error,
          },
        );
      }
      throw error instanceof TenonError ? error.at(position) : error;
    }
  }
}

async function runCode(
  connection: Connection,
  dialect: Dialect,
  planned: PlannedStep,
  step: Extract<Step, { kind: "code" }>,
  guards: StepGuards,
): Promise<void> {
  const guarded = new GuardedConnection(connection, dialect.syntax, {
    before: async (statement) => {
      dialect.refuseInCode(statement);
      await guards.before(statement);
    },
    after: (statement) => guards.after(statement),
  });
  await callCode(step, guarded, placeOf(planned, step.file), "MIGRATION_FAILED");
}

/** A verification may look at everything and change nothing that lasts: what it writes is refused. */
function readOnlyGuard(connection: Connection, dialect: Dialect, plugin?: StepContainment): Connection {
  return new GuardedConnection(connection, dialect.syntax, {
    before: async (statement) => {
      dialect.refuseInCode(statement);
      await plugin?.before(statement);
    },
    after: async (statement) => plugin?.after(statement),
  });
}

async function callCode(
  step: Extract<Step, { kind: "code" }>,
  connection: Connection,
  place: Place,
  code: "MIGRATION_FAILED" | "VERIFY_FAILED",
): Promise<unknown> {
  try {
    return await step.run(connection);
  } catch (error) {
    if (error instanceof TenonError && error.code !== "SQL_FAILED") throw error.at(place);
    throw new TenonError(code, `${place.module}@${place.version} failed: ${messageOf(error)}`, {
      where: error instanceof TenonError ? { ...place, object: error.where.object } : place,
      hint: error instanceof TenonError ? error.hint : "The error came from the migration's own code.",
      cause: error,
    });
  }
}

function verifyFailed(planned: PlannedStep, file: string | undefined, why: string): TenonError {
  return new TenonError(
    "VERIFY_FAILED",
    `The verification of ${planned.module}@${planned.version} failed: ${why}.`,
    { where: placeOf(planned, file), hint: "Correct the migration or the data, then run again." },
  );
}

function placeOf(planned: PlannedStep, file: string | undefined): Place {
  return { module: planned.module, version: planned.version, file: file ?? planned.migration?.file };
}

/** An engine's refusal becomes MIGRATION_FAILED with its place; what already has a meaning of its own keeps it. */
function stepError(error: unknown, place: Place, statement: Statement): unknown {
  if (!(error instanceof TenonError)) return error;
  if (error.code !== "SQL_FAILED") return error.at(place);
  const within = error.where;
  const line = within.line === undefined ? place.line : statement.line + within.line - 1;
  // Only the first line of a statement may begin further to the right.
  const column =
    within.column === undefined
      ? place.column
      : within.line === 1
        ? statement.column + within.column - 1
        : within.column;
  const shown = excerpt(statement.text);
  const told = error.message.includes(shown.slice(0, 40)) ? "" : ` In: ${shown}`;
  return new TenonError(
    "MIGRATION_FAILED",
    `${place.module === undefined ? "The change" : `${place.module}@${place.version}`} failed: ${error.message}${told}`,
    {
      where: { ...place, line, column, object: within.object },
      hint: error.hint,
      cause: error,
      details: error.details,
    },
  );
}
