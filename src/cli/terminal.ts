import { printable, truncate } from "./display-width.js";
import { makePaint, type Paint, wantsColours } from "./paint.js";

/** A stream that is written to. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string, done?: () => void): boolean;
}

export interface TerminalOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Whether a person can be asked: both ends are a terminal. */
  readonly canAsk: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly refusesColours: boolean;
}

/** Where a command speaks: results to stdout, everything for the person who watches to stderr. */
export class Terminal {
  readonly canAsk: boolean;
  readonly isJson: boolean;
  /** Colours for what is printed on stdout, and on stderr. */
  readonly paint: Paint;
  readonly notePaint: Paint;
  readonly #options: TerminalOptions;
  #hasLine = false;

  constructor(options: TerminalOptions) {
    this.#options = options;
    const { stdout, stderr, environment, isJson, refusesColours: isRefused } = options;
    this.isJson = isJson;
    this.canAsk = options.canAsk && !isJson;
    this.paint = makePaint(wantsColours(environment, { isTerminal: stdout.isTTY === true, isRefused }));
    this.notePaint = makePaint(wantsColours(environment, { isTerminal: stderr.isTTY === true, isRefused }));
  }

  /** Columns of stdout; undefined when it is no terminal, and nothing may be cut. */
  get width(): number | undefined {
    return this.#options.stdout.isTTY === true ? columnsOf(this.#options.stdout) : undefined;
  }

  /** Whether a line on stderr can be replaced by the next one. */
  get hasLiveLine(): boolean {
    return this.#options.stderr.isTTY === true && this.#options.environment["TERM"] !== "dumb";
  }

  /** A line for the person who watches; `--quiet` leaves it out. */
  note(text: string): void {
    if (!this.#options.isQuiet) this.#writeLine(text);
  }

  /** A line that `--quiet` does not leave out. */
  warn(text: string): void {
    this.#writeLine(`${this.notePaint.yellow("warning:")} ${text}`);
  }

  /** Text on stderr as it is. */
  report(text: string): void {
    this.clearLine();
    this.#options.stderr.write(text);
  }

  /** Puts a line on stderr that the next one replaces. */
  showLine(text: string): void {
    if (this.#options.isQuiet || !this.hasLiveLine) return;
    const columns = columnsOf(this.#options.stderr);
    this.#options.stderr.write(`\r\u001b[2K${truncate(printable(text), columns - 1)}`);
    this.#hasLine = true;
  }

  clearLine(): void {
    if (this.#hasLine) this.#options.stderr.write("\r\u001b[2K");
    this.#hasLine = false;
  }

  /** Prints a result; resolves when it has left the program. */
  print(text: string): Promise<void> {
    this.clearLine();
    if (text === "") return Promise.resolve();
    return new Promise((resolve) => {
      this.#options.stdout.write(text, () => resolve());
    });
  }

  #writeLine(text: string): void {
    this.clearLine();
    this.#options.stderr.write(`${text}\n`);
  }
}

/** Some terminals do not know how wide they are, and say 0. */
function columnsOf({ columns }: OutputStream): number {
  return columns === undefined || columns < 20 ? 80 : columns;
}
