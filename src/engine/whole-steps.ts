import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { batchError, type PlacedStatement, placedStatements } from "./execute-step.js";
import type { JournalRow } from "./journal-row.js";
import { commitError } from "./outcome.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";
import { StepGuards } from "./step-guards.js";

/**
 * Steps between whose statements nothing has to be looked at. Such a step goes to the engine in one piece, from BEGIN to its
 * last statement, and its row goes with the COMMIT: where a round trip is made for each, waiting is most of the time. What
 * the program would look at before the first statement, the engine looks at itself, and stops there.
 */
export class WholeSteps {
  readonly #context: RunContext;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** The step in one piece; undefined where an answer decides how it goes on. */
  read(step: PreparedStep): WholeStep | undefined {
    const { connection, dialect } = this.#context;
    const { planned, settings } = step;
    const asksMore =
      planned.step.kind !== "sql" ||
      step.transaction === "outside" ||
      step.rephrase !== undefined ||
      settings.foreignKeys !== undefined ||
      (settings.restore ?? []).length > 0 ||
      (planned.direction === "up" && planned.migration?.verify !== undefined);
    const send = connection.executeBatch?.bind(connection);
    const begin = asksMore ? undefined : dialect.inOnePiece?.begin(connection);
    if (send === undefined || begin === undefined || dialect.inOnePiece === undefined) return undefined;
    const guards = new StepGuards(connection, dialect, step);
    const statements = placedStatements(step);
    if (!statements.every(({ statement }) => guards.passes(statement))) return undefined;
    return new WholeStep(this.#context, { step, statements, begin, send, expect: dialect.inOnePiece.expect });
  }
}

interface Piece {
  readonly step: PreparedStep;
  readonly statements: readonly PlacedStatement[];
  readonly begin: readonly string[];
  readonly send: NonNullable<Connection["executeBatch"]>;
  readonly expect: (condition: string) => string;
}

/** One such step. */
class WholeStep {
  readonly #context: RunContext;
  readonly #piece: Piece;

  constructor(context: RunContext, piece: Piece) {
    this.#context = context;
    this.#piece = piece;
  }

  /**
   * Opens the transaction and runs the statements, provided that what the journal has of the step is still `row`. Where it
   * is not, or cannot be told, the transaction is left as failed as the engine left it, and the answer is "changed".
   */
  async run(row: JournalRow | undefined): Promise<"done" | "changed"> {
    const { step, statements, begin, send, expect } = this.#piece;
    const { module, version } = step.planned;
    const head = [...begin, expect(this.#context.journal.conditionOf(module, version, row))];
    try {
      await send([...head, ...statements.map(({ statement }) => statement.text)]);
      return "done";
    } catch (error) {
      const at = error instanceof TenonError ? error.details["statement"] : undefined;
      if (typeof at === "number" && at < head.length && isAnswer(error)) return "changed";
      throw batchError(error, statements, typeof at === "number" ? at - head.length : 0);
    }
  }

  /** Writes the row and commits. @throws TenonError `OUTCOME_UNKNOWN` when the session is lost meanwhile */
  async commit(row: JournalRow): Promise<void> {
    try {
      await this.#piece.send([this.#context.journal.writingOf(row), "COMMIT"]);
    } catch (error) {
      throw commitError(error);
    }
  }
}

/** The engine refused a statement, and the session goes on. */
function isAnswer(error: unknown): boolean {
  return error instanceof TenonError && error.code === "SQL_FAILED";
}
