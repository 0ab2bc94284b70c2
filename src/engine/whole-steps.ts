import type { Connection } from "../connection/index.js";
import type { InOnePiece } from "../dialects/index.js";
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
  readonly parts: readonly Part[];
  readonly send: NonNullable<Connection["executeBatch"]>;
  readonly begin: readonly string[];
  readonly expect: (condition: string) => string;
}

/** One text of a piece: a statement of the step, a look that stands between them, or what settles the constraints at the end. */
interface Part {
  readonly text: string;
  readonly of: PlacedStatement | "look" | "settling";
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
  /** The journal or a table is not as it has to be, or cannot be looked at: nothing has run that stays. */
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
    const parts = partsOf(step, new StepGuards(connection, dialect, step), dialect.inOnePiece);
    return parts && { step, parts, send, begin, expect: dialect.inOnePiece.expect };
  }

  /**
   * Ends the step before, and runs this one if what the journal has of it is still `row`. It is left open when it is done, for
   * `end`; otherwise nothing of it stays. Unless told, the step before is committed.
   */
  async run({ step, parts, send, begin, expect }: WholeStep, row: JournalRow | undefined): Promise<Outcome> {
    const { connection, journal } = this.#context;
    const { module, version } = step.planned;
    const ending = this.#takeEnding();
    const before = ending === undefined ? [] : this.#textsOf(ending);
    const head = [...before, ...begin, expect(journal.conditionOf(module, version, row))];
    try {
      await send([...head, ...parts.map(({ text }) => text)]);
      return { kind: "done" };
    } catch (error) {
      if (connection.inTransaction) await connection.execute("ROLLBACK");
      const at = failedAt(error);
      if (ending !== undefined && (at === undefined ? isInDoubt(error) : at < before.length)) {
        return { kind: "not-ended", ending, error: commitError(error) };
      }
      if (at !== undefined && at < head.length) return { kind: "changed" };
      const part = at === undefined ? undefined : parts[at - head.length];
      if (part?.of === "look") return { kind: "changed" };
      return { kind: "failed", error: errorOf(error, part, step) };
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

/** The texts of a step in their order; undefined where a statement needs a program to look around it. */
function partsOf(
  step: PreparedStep,
  guards: StepGuards,
  { expect, settle }: InOnePiece,
): readonly Part[] | undefined {
  const parts: Part[] = [];
  const beforehand = new Set<string>();
  /** Conditions that hold as long as rows alone are changed. */
  let holding = new Set<string>();
  for (const placed of placedStatements(step)) {
    const { statement } = placed;
    if (guards.passes(statement)) {
      holding = new Set();
    } else {
      const condition = guards.passesIf(statement);
      if (condition === undefined) return undefined;
      beforehand.add(condition.before);
      if (!holding.has(condition.now)) parts.push({ text: expect(condition.now), of: "look" });
      holding.add(condition.now);
    }
    parts.push({ text: statement.text, of: placed });
  }
  if (beforehand.size === 0) return parts;
  // What can be told beforehand is asked first, so that no long work is done in vain.
  const looks = parts[0]?.of === "look" && beforehand.size === 1 ? [] : [...beforehand];
  return [
    ...looks.map((condition): Part => ({ text: expect(condition), of: "look" })),
    ...parts,
    { text: settle, of: "settling" },
  ];
}

function errorOf(error: unknown, part: Part | undefined, step: PreparedStep): unknown {
  const statements = placedStatements(step);
  if (part === undefined) return batchError(error, statements, 0);
  if (typeof part.of === "object") return batchError(error, [part.of], 0);
  const place = statements[0]?.place;
  return error instanceof TenonError && place !== undefined ? error.at(place) : error;
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
