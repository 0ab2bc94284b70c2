import type { LockRequest } from "../dialects/index.js";
import { messageOf, TenonError } from "../errors.js";
import type { StepReference } from "./events.js";
import { executeStep } from "./execute-step.js";
import { ForeignHistory } from "./foreign-history.js";
import { type History, prepareJournal, readHistory } from "./history.js";
import { ModuleWatch } from "./module-watch.js";
import { commitError } from "./outcome.js";
import { isDone } from "./plan-input.js";
import type { PreparedStep } from "./prepare-step.js";
import type { RunContext, RunOptions, RunResult, StepResult } from "./run.js";
import { RunBooks } from "./run-books.js";
import { executeOutsideTransaction } from "./run-outside.js";
import type { Segment } from "./segments.js";
import { type FailedEnding, WholeSteps } from "./whole-steps.js";

interface FailedStep {
  readonly step: PreparedStep;
  readonly reference: StepReference;
  readonly error: TenonError;
}

/** Reads the journal again under the lock and tells whether the plan still holds. */
export type Recheck = () => Promise<{ readonly history: History; readonly isCurrent: boolean }>;

/** One run of a plan: walks its segments, each in its transaction, and keeps the journal. */
export class RunSession {
  readonly #context: RunContext;
  readonly #options: RunOptions;
  readonly #mode: "run" | "each";
  readonly #request: LockRequest;
  readonly #total: number;
  readonly #watch: ModuleWatch;
  readonly #books: RunBooks;
  readonly #adopted: ForeignHistory;
  readonly #whole: WholeSteps;
  readonly #results: StepResult[] = [];
  #history: History | undefined;
  #last: Segment | undefined;
  #index = 0;

  constructor(
    context: RunContext,
    options: RunOptions,
    mode: "run" | "each",
    request: LockRequest,
    total: number,
  ) {
    this.#context = context;
    this.#options = options;
    this.#mode = mode;
    this.#request = request;
    this.#total = total;
    this.#watch = new ModuleWatch(context, { isOneTransaction: mode === "run" });
    this.#books = new RunBooks(context, this.#watch);
    this.#adopted = new ForeignHistory(context);
    this.#whole = new WholeSteps(context);
  }

  async run(segments: readonly Segment[], recheck: Recheck): Promise<RunResult | "outdated"> {
    if (segments.length === 0) return this.#runWithoutSteps(recheck);
    this.#last = segments.at(-1);
    try {
      for (const segment of segments) {
        const outcome =
          segment.transaction === "outside"
            ? await this.#runOutside(segment, recheck)
            : await this.#runInside(segment, recheck);
        if (outcome === "outdated") return "outdated";
      }
    } finally {
      // Also when a listener has thrown: what has finished stays.
      await this.#arrive();
    }
    if (this.#mode === "each") await this.#closeBooks();
    return { steps: this.#results };
  }

  /** Nothing is pending, but an older table waits to become the journal, or other work is bound to the run. */
  async #runWithoutSteps(recheck: Recheck): Promise<RunResult | "outdated"> {
    return this.#inTransaction(async () => {
      if (!(await this.#isCurrent(recheck))) return "outdated";
      const isJournalNew = this.#history?.journal !== "current";
      await this.#prepareJournal();
      await this.#context.bound?.finish();
      if (isJournalNew) await this.#books.close(true);
      return { steps: [] };
    });
  }

  async #runInside(segment: Segment, recheck: Recheck): Promise<"done" | "outdated"> {
    const indexBefore = this.#index;
    const whole = await this.#tryWhole(segment);
    if (whole === "done") return "done";
    await this.#arrive();
    const restore = await this.#context.dialect.applySettings(this.#context.connection, segment.settings);
    try {
      for (let attempt = 1; ; attempt++) {
        const isTried = attempt === 1 && whole !== "look";
        const failure = isTried ? whole : await this.#trySegment(segment, recheck, attempt);
        if (failure === undefined) return "done";
        if (failure === "outdated") return "outdated";
        await this.#retryOrThrow(failure, attempt);
        this.#index = indexBefore;
      }
    } finally {
      await restore();
    }
  }

  async #trySegment(
    segment: Segment,
    recheck: Recheck,
    attempt: number,
  ): Promise<FailedStep | "outdated" | undefined> {
    return this.#inTransaction(async () => {
      if (this.#history === undefined && !(await this.#isCurrent(recheck))) return "outdated";
      await this.#prepareJournal();
      await this.#adopted.open(this.#books.rows());
      const needsLook = this.#results.length > 0 || attempt > 1 || this.#mode === "each";
      for (const step of segment.steps) {
        const reference = this.#reference(step);
        if (needsLook && (await this.#isDoneByAnother(step))) {
          this.#context.onEvent({ kind: "step-skipped", step: reference });
          continue;
        }
        const error = await this.#runStep(step, reference);
        if (error !== undefined) return { step, reference, error };
      }
      await this.#context.bound?.finish();
      if (this.#mode === "run") await this.#books.close(segment === this.#last);
      return undefined;
    });
  }

  /** Pauses where the step may be tried again; otherwise writes down that it has failed. @throws its error */
  async #retryOrThrow(failed: FailedStep, attempt: number): Promise<void> {
    const { reference, error } = failed;
    if (!this.#mayRetry(error, attempt)) return this.#throwFailure(failed);
    this.#context.onEvent({ kind: "step-retried", step: reference, attempt, error });
    await pause(backoffMs(attempt));
  }

  async #throwFailure({ step, reference, error }: FailedStep): Promise<never> {
    this.#context.onEvent({ kind: "step-failed", step: reference, error });
    await this.#recordFailureApart(step, error);
    throw error;
  }

  /**
   * Runs a step in one piece; "look" where something has to be looked at first, and nothing of it has happened yet. It is
   * committed with the next piece, or by `#arrive`.
   */
  async #tryWhole({ steps: [step] }: Segment): Promise<FailedStep | "done" | "look"> {
    const { clock, onEvent } = this.#context;
    if (this.#mode === "run" || this.#history?.journal !== "current") return "look";
    const whole = step !== undefined && this.#watch.isReadyFor(step) ? this.#whole.read(step) : undefined;
    if (step === undefined || whole === undefined) return "look";
    const indexBefore = this.#index;
    const reference = this.#reference(step);
    onEvent({ kind: "step-started", step: reference });
    const started = clock.elapsed();
    const outcome = await this.#whole.run(whole, this.#books.rowOf(step.planned));
    if (outcome.kind === "not-ended") return this.#throwNotEnded(outcome);
    this.#watch.committed();
    if (outcome.kind !== "done") {
      this.#forgetUncommitted();
      if (outcome.kind === "failed")
        return { step, reference, error: asTenonError(outcome.error, reference) };
      this.#index = indexBefore;
      return "look";
    }
    this.#watch.ran(step);
    const durationMs = Math.round(clock.elapsed() - started);
    const row = this.#books.finished(step, durationMs);
    this.#books.know(row);
    this.#whole.end({ step, reference, row }, whole);
    this.#finished(reference, durationMs);
    return "done";
  }

  /** Commits the last step that ran in one piece. */
  async #arrive(): Promise<void> {
    if (!this.#whole.isEnding) return;
    const failed = await this.#whole.arrive();
    if (failed !== undefined) await this.#throwNotEnded(failed);
    this.#watch.committed();
  }

  async #throwNotEnded({ ending: { step, reference }, error: thrown }: FailedEnding): Promise<never> {
    this.#forgetUncommitted();
    const error = asTenonError(thrown, reference);
    if (error.code === "OUTCOME_UNKNOWN") throw error;
    return this.#throwFailure({ step, reference, error });
  }

  /**
   * Runs one step and writes its row. In a transaction for the whole run the step has a savepoint, so that on a
   * failure what ran before it stays; in a transaction of its own all of it is rolled back.
   */
  async #runStep(step: PreparedStep, reference: StepReference): Promise<TenonError | undefined> {
    const { connection, dialect, clock, onEvent } = this.#context;
    onEvent({ kind: "step-started", step: reference });
    const started = clock.elapsed();
    const work = async () => {
      const plugin = await this.#watch.contain(step);
      await executeStep(connection, dialect, this.#adopted.tolerated(step), plugin);
      await this.#watch.release(step, plugin);
      const durationMs = Math.round(clock.elapsed() - started);
      this.#books.keep(this.#books.finished(step, durationMs));
      if (this.#mode === "each") await this.#books.writeKept();
      return durationMs;
    };
    try {
      if (this.#books.mayBeReadBy(step)) await this.#books.writeKept();
      await this.#watch.before(step, this.#books.rows());
      const durationMs = this.#mode === "run" ? await connection.transaction(work) : await work();
      this.#finished(reference, durationMs);
      return undefined;
    } catch (error) {
      return asTenonError(this.#watch.failed(step, error), reference);
    }
  }

  async #runOutside(segment: Segment, recheck: Recheck): Promise<"done" | "outdated"> {
    const { connection, clock, onEvent } = this.#context;
    const [step] = segment.steps;
    if (step === undefined) return "done";
    await this.#arrive();
    if (this.#history === undefined) {
      const prepared = await this.#inTransaction(async () => {
        if (!(await this.#isCurrent(recheck))) return "outdated" as const;
        await this.#prepareJournal();
        await this.#adopted.open(this.#books.rows());
        return "done" as const;
      });
      if (prepared === "outdated") return "outdated";
    }
    const reference = this.#reference(step);
    if (await this.#isDoneByAnother(step)) {
      onEvent({ kind: "step-skipped", step: reference });
      return "done";
    }
    onEvent({ kind: "step-started", step: reference });
    await this.#inTransaction(() => this.#watch.before(step, this.#books.rows()));
    const started = clock.elapsed();
    const begun = this.#books.failed(step, "not finished");
    const restore = await this.#context.dialect.applySettings(connection, step.settings);
    try {
      await executeOutsideTransaction(this.#context, this.#adopted.tolerated(step), reference, begun);
      const durationMs = Math.round(clock.elapsed() - started);
      await this.#books.write(this.#books.finished(step, durationMs));
      await this.#closeBooks();
      this.#finished(reference, durationMs);
      return "done";
    } catch (thrown) {
      const error = asTenonError(thrown, reference);
      onEvent({ kind: "step-failed", step: reference, error });
      if (connection.inTransaction) await connection.execute("ROLLBACK");
      const current = await this.#context.journal.readOne(reference.module, reference.version);
      await this.#books.write({ ...begun, progress: current?.progress ?? null, error: error.message });
      throw error;
    } finally {
      await restore();
    }
  }

  /** Runs work between BEGIN and COMMIT; what it throws rolls everything back, what it gives decides nothing. */
  async #inTransaction<T>(work: () => Promise<T>): Promise<T> {
    const { connection, dialect } = this.#context;
    await dialect.begin(connection, this.#request);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      if (connection.inTransaction) await connection.execute("ROLLBACK");
      this.#books.rolledBack();
      this.#adopted.rolledBack();
      this.#watch.rolledBack();
      throw error;
    }
    await this.#end(result);
    return result;
  }

  /** A failed step keeps what ran before it (run) or nothing at all (each); an outdated plan wrote nothing. */
  async #end(result: unknown): Promise<void> {
    const { connection } = this.#context;
    if (!connection.inTransaction) return;
    const failed = typeof result === "object" && result !== null && "error" in result && "step" in result;
    const isAllOrNothing = this.#mode === "each" || this.#context.bound !== undefined;
    if (result === "outdated" || (failed && isAllOrNothing)) {
      await connection.execute("ROLLBACK");
      if (this.#context.bound !== undefined) this.#results.length = 0;
      this.#forgetUncommitted();
      return;
    }
    if (failed) await this.#keepWhatRanBefore();
    else await this.#commit();
  }

  /** Some errors make SQLite roll back the whole transaction by itself; then nothing of the run can be kept. */
  async #keepWhatRanBefore(): Promise<void> {
    const { connection, onEvent } = this.#context;
    try {
      await this.#books.close(true);
      await this.#commit();
    } catch (error) {
      if (connection.inTransaction) await connection.execute("ROLLBACK");
      this.#results.length = 0;
      this.#forgetUncommitted();
      onEvent({
        kind: "warning",
        message: `The database took back the whole run, also the steps that had finished: ${messageOf(error)}`,
      });
    }
  }

  async #commit(): Promise<void> {
    try {
      await this.#context.connection.execute("COMMIT");
      this.#watch.committed();
    } catch (error) {
      if (this.#context.connection.inTransaction) await this.#context.connection.execute("ROLLBACK");
      this.#watch.rolledBack();
      throw commitError(error);
    }
  }

  async #isCurrent(recheck: Recheck): Promise<boolean> {
    const { history, isCurrent } = await recheck();
    if (!isCurrent) return false;
    this.#history = history;
    this.#books.open(history);
    await this.#context.bound?.begin(history);
    return true;
  }

  async #prepareJournal(): Promise<void> {
    const history = this.#history;
    if (history === undefined || history.journal === "current") return;
    await prepareJournal(this.#context.journal, history);
    if (history.isDatabaseEmpty) this.#watch.beginEmpty();
    this.#history = { ...history, journal: "current" };
    if (history.carryOver !== undefined) {
      const { source, keptAs, rows } = history.carryOver;
      this.#context.onEvent({ kind: "carried-over", from: source.table, keptAs, rows: rows.length });
    }
  }

  /** After a rollback the journal may be missing again, so the next transaction looks anew. */
  #forgetUncommitted(): void {
    this.#books.rolledBack();
    this.#adopted.rolledBack();
    this.#watch.rolledBack();
    if (this.#results.length === 0) this.#history = undefined;
  }

  async #isDoneByAnother(step: PreparedStep): Promise<boolean> {
    const { module, version, direction, migration } = step.planned;
    const row = await this.#context.journal.readOne(module, version);
    if (direction === "down") return row?.status !== "applied";
    return migration === undefined ? row?.status === "applied" : isDone(row, migration);
  }

  /** Between transactions others may have written, so the books are made from what the journal really holds. */
  async #closeBooks(): Promise<void> {
    await this.#inTransaction(async () => this.#books.close(true, await this.#context.journal.readAll()));
  }

  /** Writes the `failed` row in a transaction of its own; the first error must not be hidden by a second one. */
  async #recordFailureApart(step: PreparedStep, error: TenonError): Promise<void> {
    if (step.planned.direction === "down") return;
    try {
      await this.#inTransaction(async () => {
        if (this.#history === undefined) this.#history = await readHistory(this.#context);
        await this.#prepareJournal();
        await this.#books.write(this.#books.failed(step, error.message));
        await this.#books.close(true, await this.#context.journal.readAll());
        await this.#context.bound?.fail(error);
      });
    } catch (second) {
      this.#context.onEvent({
        kind: "warning",
        message: `The failure could not be recorded in the journal: ${messageOf(second)}`,
      });
    }
  }

  #reference(step: PreparedStep): StepReference {
    const { direction, module, version, name } = step.planned;
    return { direction, module, version, name, index: ++this.#index, total: this.#total };
  }

  #finished(reference: StepReference, durationMs: number): void {
    const { direction, module, version, name } = reference;
    this.#results.push({ direction, module, version, name, durationMs });
    this.#context.onEvent({ kind: "step-finished", step: reference, durationMs });
  }

  #mayRetry(error: TenonError, attempt: number): boolean {
    return (
      (this.#mode === "each" || this.#context.bound !== undefined) &&
      attempt <= (this.#options.retries ?? 5) &&
      this.#context.dialect.isTransient(error)
    );
  }
}

function asTenonError(error: unknown, reference: StepReference): TenonError {
  const place = { module: reference.module, version: reference.version };
  if (error instanceof TenonError) return error.at(place);
  return new TenonError("MIGRATION_FAILED", `${place.module}@${place.version} failed: ${messageOf(error)}`, {
    where: place,
    hint: "This came from outside the database; the cause holds the error.",
    cause: error,
  });
}

function backoffMs(attempt: number): number {
  return Math.min(5000, 100 * 2 ** (attempt - 1)) * (0.5 + Math.random());
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
