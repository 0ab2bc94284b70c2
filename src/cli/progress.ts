import type { RunEvent, StepReference } from "../engine/index.js";
import { printable } from "./display-width.js";
import type { Terminal } from "./terminal.js";

/** Milliseconds between two lines where there is no terminal, and between two looks of the live line. */
const PLAIN_EVERY_MS = 2000;
const LIVE_EVERY_MS = 50;
/** A step that takes long says so again and again, as far as the driver lets timers run. */
const STILL_EVERY_MS = 10_000;

/**
 * Tells on stderr how a run goes: on a terminal one line that is replaced, elsewhere a line now and then. What
 * somebody should know in any case gets a line of its own.
 */
export class Progress {
  readonly #terminal: Terminal;
  readonly #elapsed: () => number;
  #lastShown: number;
  #current: { readonly step: StepReference; readonly since: number } | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  /** `elapsed` gives milliseconds from an arbitrary start. */
  constructor(terminal: Terminal, elapsed: () => number) {
    this.#terminal = terminal;
    this.#elapsed = elapsed;
    this.#lastShown = elapsed();
  }

  onEvent(event: RunEvent): void {
    // What fails because an interruption closed the connection is no news.
    if (this.#isClosed) return;
    switch (event.kind) {
      case "waiting":
        this.#say(`Waiting for ${event.holder.description} (${seconds(event.holder.waitedMs)}).`);
        break;
      case "carried-over":
        this.#terminal.note(
          `Carried over ${count(event.rows, "version")} from ${event.from}, which is kept as ${event.keptAs}.`,
        );
        break;
      case "step-started":
        this.#current = { step: event.step, since: this.#elapsed() };
        this.#timer ??= setInterval(() => this.#still(), STILL_EVERY_MS).unref();
        this.#show(`${describeStep(event.step)}`);
        break;
      case "statement-finished":
        this.#show(`${describeStep(event.step)}: ${event.finished} of ${event.of} statements`);
        break;
      case "step-retried":
        this.#terminal.note(
          `${nameOf(event.step)} met an obstacle and is tried again (${event.attempt}): ${printable(event.error.message)}`,
        );
        break;
      case "step-skipped":
        this.#terminal.note(`${nameOf(event.step)} was done by another process meanwhile.`);
        break;
      case "warning":
        this.#terminal.warn(printable(event.message));
        break;
      case "step-finished":
      case "step-failed":
        this.#current = undefined;
        break;
    }
  }

  /** Ends the line and the timer. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#terminal.clearLine();
  }

  #still(): void {
    if (this.#current === undefined) return;
    const { step, since } = this.#current;
    this.#say(`${describeStep(step)} (still running, ${seconds(this.#elapsed() - since)})`);
  }

  /** Shows a line unless one was shown just before. */
  #show(line: string): void {
    const isDue =
      this.#elapsed() - this.#lastShown >= (this.#terminal.hasLiveLine ? LIVE_EVERY_MS : PLAIN_EVERY_MS);
    if (isDue) this.#say(line);
  }

  #say(line: string): void {
    this.#lastShown = this.#elapsed();
    if (this.#terminal.hasLiveLine) this.#terminal.showLine(line);
    else this.#terminal.note(printable(line));
  }
}

function describeStep(step: StepReference): string {
  const verb = step.direction === "up" ? "applying" : "taking back";
  return `[${step.index}/${step.total}] ${verb} ${nameOf(step)} ${step.name}`;
}

function nameOf(step: StepReference): string {
  return `${step.module}@${step.version}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
