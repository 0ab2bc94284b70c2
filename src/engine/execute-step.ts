import type { Connection } from "../connection/index.js";
import type { Dialect, ForeignKeyWatch, Loss, LossWatch } from "../dialects/index.js";
import { messageOf, type Place, TenonError } from "../errors.js";
import type { Step } from "../migrations/index.js";
import type { Statement } from "../sql/index.js";
import { GuardedConnection } from "./guarded-connection.js";
import type { PlannedStep } from "./plan-input.js";
import { type PreparedStep, verifyStatements } from "./prepare-step.js";

/** What runs around each statement of a step: it refuses losses and broken foreign keys at the end. */
export class StepGuards {
  readonly #losses: LossWatch;
  readonly #foreignKeys: ForeignKeyWatch | undefined;
  readonly #step: PreparedStep;

  constructor(connection: Connection, dialect: Dialect, step: PreparedStep) {
    this.#step = step;
    this.#losses = dialect.watchLosses(connection);
    this.#losses.declare(step.scripts.flatMap((script) => script.statements));
    this.#foreignKeys = dialect.watchForeignKeys?.(connection, step.settings);
  }

  async before(statement: Statement): Promise<void> {
    await this.#losses.before(statement);
    await this.#foreignKeys?.before(statement);
  }

  async after(statement: Statement): Promise<void> {
    await this.#losses.after(statement);
  }

  /** @throws TenonError `ROWS_LOST`, `OBJECTS_LOST`, `FOREIGN_KEYS_VIOLATED` */
  async finish(): Promise<void> {
    const losses = (await this.#losses.finish()).filter((loss) => !isAllowed(loss, this.#step.allowLoss));
    if (losses[0] !== undefined) throw lossError(losses, losses[0]);
    const violations = (await this.#foreignKeys?.finish()) ?? [];
    const [violation] = violations;
    if (violation === undefined) return;
    throw new TenonError(
      "FOREIGN_KEYS_VIOLATED",
      `${violation.rows} ${violation.rows === 1 ? "row" : "rows"} of ${violation.table} would refer to rows of ${violation.parent} that do not exist` +
        `${violations.length > 1 ? `, and ${violations.length - 1} more keys are violated` : ""}. The step was rolled back.`,
      {
        where: { object: violation.table },
        hint: "Keep or correct these rows in the migration. Violations that were there before are not counted.",
        details: { violations },
      },
    );
  }
}

/** Runs the scripts or the code of a step that is in a transaction, then its verification and its guards. */
export async function executeStep(
  connection: Connection,
  dialect: Dialect,
  step: PreparedStep,
): Promise<void> {
  const guards = new StepGuards(connection, dialect, step);
  const { planned } = step;
  if (planned.step.kind === "code") {
    await runCode(connection, dialect, planned, planned.step, guards);
  } else {
    for (const script of step.scripts) {
      for (const statement of script.statements) {
        await runStatement(connection, statement, guards, placeOf(planned, script.file));
      }
    }
  }
  if (planned.direction === "up") await verifyStep(connection, dialect, planned);
  await dialect.settleConstraints?.(connection);
  await guards.finish();
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
    await connection.execute(statement.text);
    await guards.after(statement);
  } catch (error) {
    throw stepError(error, position, statement);
  }
}

/**
 * Runs the verification of a migration: each statement must return no row; code must not give `false`.
 * @throws TenonError `VERIFY_FAILED`
 */
export async function verifyStep(
  connection: Connection,
  dialect: Dialect,
  planned: PlannedStep,
): Promise<void> {
  const verify = planned.migration?.verify;
  if (verify === undefined) return;
  if (verify.kind === "code") {
    const answer = await callCode(
      verify,
      readOnlyGuard(connection, dialect),
      placeOf(planned, verify.file),
      "VERIFY_FAILED",
    );
    if (answer === false) throw verifyFailed(planned, verify.file, "its verify() gave false");
    return;
  }
  for (const { statement, file } of verifyStatements(verify, dialect)) {
    const position = { ...placeOf(planned, file), line: statement.line, column: statement.column };
    try {
      const rows = await connection.query(statement.text);
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

/** Whether a loss is allowed by name: `orders`, `main.orders`, or `orders.column` for values of a column. */
export function isAllowed(loss: Loss, allowed: readonly string[]): boolean {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  const object = loss.object.toLowerCase();
  const bare = object.slice(object.indexOf(".") + 1);
  const candidates = [object, bare, `main.${object}`, `public.${object}`];
  if (loss.column !== undefined) {
    const column = loss.column.toLowerCase();
    candidates.push(`${object}.${column}`, `${bare}.${column}`);
  }
  return candidates.some((candidate) => names.has(candidate));
}

function lossError(losses: readonly Loss[], first: Loss): TenonError {
  const isObject = first.kind === "object";
  const told = losses.map(describeLoss).join("; ");
  return new TenonError(
    isObject ? "OBJECTS_LOST" : "ROWS_LOST",
    `The migration would take away what it did not name: ${told}. It was rolled back, nothing is lost.`,
    {
      where: { object: first.object, line: first.statement.line, column: first.statement.column },
      hint:
        "This often comes from ON DELETE CASCADE when a parent table is dropped or its rows are replaced: set `PRAGMA foreign_keys=off` at the " +
        `head of a SQLite rebuild. If the loss is meant, say so in the file: \`-- tenon: allow-loss ${quoteWhenNeeded(first.object)}\`.`,
      details: {
        losses: losses.map(({ kind, object, column, before, after, statement }) => ({
          kind,
          object,
          column,
          before,
          after,
          line: statement.line,
        })),
      },
    },
  );
}

function describeLoss(loss: Loss): string {
  const by = excerpt(loss.statement.text);
  switch (loss.kind) {
    case "rows":
      return `${loss.before - loss.after} of ${loss.before} rows of ${loss.object} (by ${by})`;
    case "values":
      return `${loss.before - loss.after} of ${loss.before} values of ${loss.object}.${loss.column ?? "?"} (by ${by})`;
    case "object":
      return `${loss.object} (by ${by})`;
  }
}

function quoteWhenNeeded(name: string): string {
  return /^[\w.]+$/.test(name) ? name : `"${name}"`;
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
function readOnlyGuard(connection: Connection, dialect: Dialect): Connection {
  return new GuardedConnection(connection, dialect.syntax, {
    before: async (statement) => dialect.refuseInCode(statement),
    after: async () => undefined,
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
  const line = error.where.line === undefined ? place.line : statement.line + error.where.line - 1;
  return new TenonError(
    "MIGRATION_FAILED",
    `${place.module}@${place.version} failed: ${error.message} In: ${excerpt(statement.text)}`,
    {
      where: { ...place, line, object: error.where.object },
      hint: error.hint,
      cause: error,
      details: error.details,
    },
  );
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
