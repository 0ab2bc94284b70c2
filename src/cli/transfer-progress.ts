import type { TransferEvent } from "../api/index.js";
import { printable } from "./display-width.js";
import type { Terminal } from "./terminal.js";
import { counted, shownDuration } from "./wording.js";

const PLAIN_EVERY_MS = 2000;
const LIVE_EVERY_MS = 50;

/** Tells on stderr how a transfer goes: one line that is replaced on a terminal, elsewhere a line now and then. */
export class TransferProgress {
  readonly #terminal: Terminal;
  readonly #elapsed: () => number;
  #lastShown = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  /** `elapsed` gives milliseconds from an arbitrary start. */
  constructor(terminal: Terminal, elapsed: () => number) {
    this.#terminal = terminal;
    this.#elapsed = elapsed;
  }

  onEvent(event: TransferEvent): void {
    if (this.#isClosed) return;
    switch (event.kind) {
      case "phase":
        this.#show(PHASES[event.phase], "always");
        break;
      case "resumed":
        this.#terminal.note(
          `Going on: ${counted(event.rows, "row")} in ${counted(event.chunks, "chunk")} are there already.`,
        );
        break;
      case "rows":
      case "table-loaded": {
        const { table, rows, of, allRows, ofAll, rate, secondsLeft } = event.progress;
        const share = ofAll === 0 ? 100 : Math.floor((allRows / ofAll) * 100);
        const left = secondsLeft === undefined ? "" : `, ${shownDuration(secondsLeft * 1000)} left`;
        this.#show(
          `${table}: ${number(rows)} of ${number(of)} rows; ${share}% of all, ${number(rate)} rows/s${left}`,
          "now and then",
        );
        break;
      }
      case "statement":
        this.#show(`Building keys, indexes and views: ${event.finished} of ${event.of}`, "now and then");
        break;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#terminal.clearLine();
  }

  #show(line: string, when: "always" | "now and then"): void {
    const every = this.#terminal.hasLiveLine ? LIVE_EVERY_MS : PLAIN_EVERY_MS;
    if (when !== "always" && this.#elapsed() - this.#lastShown < every) return;
    this.#lastShown = this.#elapsed();
    if (this.#terminal.hasLiveLine) this.#terminal.showLine(line);
    else this.#terminal.note(printable(line));
  }
}

const PHASES = {
  scan: "Looking at the source",
  load: "Loading",
  prove: "Comparing what arrived with the source",
  finish: "Building keys, indexes and views",
} as const;

function number(value: number): string {
  return value.toLocaleString("en-US");
}
