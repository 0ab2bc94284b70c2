import { constants } from "node:os";

import { EXIT } from "./exit-status.js";

/** How long an interrupted command may take to roll back before it ends all the same; the database sees to it then. */
const PATIENCE_MS = 2000;

/** The process, as far as it gets signals. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(status: number): void;
}

/**
 * Listens for signals that end a command. At the first, what is open is closed, which rolls it back; a second one
 * ends the program at once.
 */
export class Interruption {
  /** Settles with the exit status when a signal came and everything is closed. */
  readonly happened: Promise<number>;
  readonly #cleanups = new Set<() => Promise<void>>();
  #signal: NodeJS.Signals | undefined;

  constructor(source: SignalSource) {
    this.happened = new Promise((resolve) => {
      for (const signal of SIGNALS) {
        source.on(signal, () => {
          const status = EXIT.signal + constants.signals[signal];
          if (this.#signal !== undefined) source.exit(status);
          this.#signal = signal;
          void this.#cleanUp().then(() => resolve(status));
        });
      }
    });
  }

  get signal(): NodeJS.Signals | undefined {
    return this.#signal;
  }

  /** Has something done when a signal comes; gives what takes that back. */
  whenInterrupted(cleanup: () => Promise<void>): () => void {
    this.#cleanups.add(cleanup);
    return () => this.#cleanups.delete(cleanup);
  }

  async #cleanUp(): Promise<void> {
    const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
    // What cannot be closed is closed by the end of the process; there is nobody left to tell.
    const closed = Promise.allSettled([...this.#cleanups].map((cleanup) => cleanup()));
    await Promise.race([closed, patience]);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
