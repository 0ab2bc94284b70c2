import { Terminal } from "../../../src/cli/terminal.js";

/** A stream that keeps what is written to it. */
export class Recorder {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  text = "";

  constructor(columns?: number) {
    this.isTTY = columns !== undefined;
    this.columns = columns;
  }

  write(text: string, done?: () => void): boolean {
    this.text += text;
    done?.();
    return true;
  }
}

export function makeTerminal(
  streams: { stdout?: Recorder; stderr?: Recorder },
  flags: { isJson?: boolean; isQuiet?: boolean; environment?: Record<string, string> } = {},
): Terminal {
  return new Terminal({
    stdout: streams.stdout ?? new Recorder(),
    stderr: streams.stderr ?? new Recorder(),
    canAsk: true,
    environment: flags.environment ?? { NO_COLOR: "1" },
    isJson: flags.isJson ?? false,
    isQuiet: flags.isQuiet ?? false,
    refusesColours: false,
  });
}
