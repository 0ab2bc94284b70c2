import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { StepReference } from "./events.js";
import { batchError, type PlacedStatement, placedStatements } from "./execute-step.js";
import type { JournalRow } from "./journal-row.js";
import { commitError } from "./outcome.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext } from "./run.js";
import { StepGuards } from "./step-guards.js";

/** A step between whose statements nothing has to be looked at. */
export interface WholeStep {
  readonly step: PreparedStep;
  readonly statements: readonly PlacedStatement[];
  readonly send: NonNullable<Connection["executeBatch"]>;
  readonly begin: readonly string[];
  readonly expect: (condition: string) => string;
}

/** A step whose statements have run, with the row that is to be committed with them. */
export interface Ending {
  readonly step: PreparedStep;
  readonly reference: StepReference;
  readonly row: JournalRow;
}

/** A step that could not be committed, so that nothing of it stays, or nobody knows. */
export interface FailedEnding {
  readonly ending: Ending;
  readonly error: unknown;
}

export type Outcome =
  | { readonly kind: "done" }
  /** The journal is not as it was read, or cannot be looked at: nothing has run. */
  | { readonly kind: "changed" }
  | { readonly kind: "failed"; readonly error: unknown }
  /** The step before: its row and its COMMIT were under way. */
  | ({ readonly kind: "not-ended" } & FailedEnding);

/**
 * Runs steps in one piece each: the row and the COMMIT of the step before, BEGIN, a look at the journal, and all statements
 * go to the engine together, so that waiting for answers is no part of the time. The engine itself looks whether the
 * journal is as it was read, and stops where it is not.
 */
export class WholeSteps {
  readonly #context: RunContext;
  #ending: (Ending & { readonly send: WholeStep["send"] }) | undefined;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** Whether a step has run that is not committed yet. */
  get isEnding(): boolean {
    return this.#ending !== undefined;
  }

  /** The step for `run`; undefined where an answer decides how it goes on. */
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
    return { step, statements, send, begin, expect: dialect.inOnePiece.expect };
  }

  /**
   * Ends the step before, and runs this one if what the journal has of it is still `row`. It is left open when it is done, for
   * `end`; otherwise nothing of it stays. Unless told, the step before is committed.
   */
  async run(
    { step, statements, send, begin, expect }: WholeStep,
    row: JournalRow | undefined,
  ): Promise<Outcome> {
    const { connection, journal } = this.#context;
    const { module, version } = step.planned;
    const ending = this.#takeEnding();
    const before = ending === undefined ? [] : this.#textsOf(ending);
    const head = [...before, ...begin, expect(journal.conditionOf(module, version, row))];
    try {
      await send([...head, ...statements.map(({ statement }) => statement.text)]);
      return { kind: "done" };
    } catch (error) {
      if (connection.inTransaction) await connection.execute("ROLLBACK");
      const at = failedAt(error);
      if (ending !== undefined && (at === undefined ? isInDoubt(error) : at < before.length)) {
        return { kind: "not-ended", ending, error: commitError(error) };
      }
      if (at !== undefined && at < head.length) return { kind: "changed" };
      return { kind: "failed", error: batchError(error, statements, (at ?? 0) - head.length) };
    }
  }

  /** Lets the step that has run be committed with what is sent next. */
  end(ending: Ending, { send }: WholeStep): void {
    this.#ending = { ...ending, send };
  }

  /** Commits the last step now; gives what went wrong. */
  async arrive(): Promise<FailedEnding | undefined> {
    const { connection } = this.#context;
    const ending = this.#takeEnding();
    if (ending === undefined) return undefined;
    try {
      await ending.send(this.#textsOf(ending));
      return undefined;
    } catch (error) {
      if (connection.inTransaction) await connection.execute("ROLLBACK");
      return { ending, error: commitError(error) };
    }
  }

  #takeEnding() {
    const ending = this.#ending;
    this.#ending = undefined;
    return ending;
  }

  #textsOf({ row }: Ending): readonly string[] {
    return [this.#context.journal.writingOf(row), "COMMIT"];
  }
}

/** Which statement the engine refused; undefined where it was none, or the session is over. */
function failedAt(error: unknown): number | undefined {
  const at = error instanceof TenonError ? error.details["statement"] : undefined;
  return typeof at === "number" ? at : undefined;
}

/** The session was lost before a COMMIT was answered. */
function isInDoubt(error: unknown): boolean {
  return error instanceof TenonError && error.details["outcome"] === "unknown";
}
