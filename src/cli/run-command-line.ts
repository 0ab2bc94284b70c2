import { TenonError } from "../errors.js";
import { runTask } from "./command-context.js";
import { type CommandLine, glanceAtLine, type LineRequest, readLine, type Task } from "./command-line.js";
import { EXIT, exitStatusOf } from "./exit-status.js";
import type { Interruption } from "./interruption.js";
import { jsonDocument } from "./json-document.js";

/** What the program gets from outside. */
export interface Surroundings extends LineRequest {
  readonly workingFolder: string;
  readonly interruption: Interruption;
}

/** Runs one command line to its end: parse, load, run, print. Gives the exit status. */
export async function runCommandLine(surroundings: Surroundings): Promise<number> {
  const { interruption } = surroundings;
  let line = glanceAtLine(surroundings);
  const finished = (async () => {
    try {
      const read = await readLine(surroundings);
      line = read;
      return await perform(read.task, read, surroundings);
    } catch (thrown) {
      // The signal closed what the command worked on, so that it fails; the signal is what is told.
      if (interruption.signal !== undefined) return interruption.happened;
      return tellError(thrown, line, surroundings);
    }
  })();
  const interrupted = interruption.happened.then((status) => tellInterruption(status, line, surroundings));
  return Promise.race([finished, interrupted]);
}

async function perform(task: Task, line: CommandLine, surroundings: Surroundings): Promise<number> {
  const { terminal } = line;
  switch (task.kind) {
    case "version": {
      const { packageVersion } = await import("./package-version.js");
      return succeed(line, { version: packageVersion() }, () => `${packageVersion()}\n`);
    }
    case "program-help": {
      const { programHelp } = await import("./help.js");
      return succeed(line, { text: programHelp(terminal.paint) }, () => programHelp(terminal.paint));
    }
    case "command-help": {
      const [{ commandHelp }, { command }] = await Promise.all([import("./help.js"), task.entry.load()]);
      const text = commandHelp(task.entry, command, terminal.paint);
      return succeed(line, { text }, () => text);
    }
    case "run": {
      const outcome = await runTask(task, terminal, surroundings);
      return succeed(line, outcome.data, outcome.text, outcome.status);
    }
  }
}

async function succeed(
  { terminal, name }: CommandLine,
  data: Readonly<Record<string, unknown>>,
  text: () => string,
  status: number = EXIT.done,
): Promise<number> {
  await terminal.print(terminal.isJson ? jsonDocument({ ok: true, command: name, ...data }) : text());
  return status;
}

async function tellError(thrown: unknown, line: CommandLine, surroundings: Surroundings): Promise<number> {
  const { terminal, name, isVerbose } = line;
  const { workingFolder } = surroundings;
  const [{ describeError, toTenonError }, { withSuggestion }] = await Promise.all([
    import("./report-error.js"),
    import("./did-you-mean.js"),
  ]);
  const error = await withSuggestion(toTenonError(thrown));
  terminal.report(describeError(error, { paint: terminal.notePaint, workingFolder, isVerbose }));
  if (terminal.isJson) await terminal.print(failure(name, error));
  return exitStatusOf(error.code);
}

async function tellInterruption(
  status: number,
  { terminal, name }: CommandLine,
  { interruption }: Surroundings,
): Promise<number> {
  terminal.report(`Interrupted by ${interruption.signal}: what was open is rolled back.\n`);
  if (terminal.isJson) {
    const error = new TenonError("INTERRUPTED", `The command was stopped by ${interruption.signal}.`, {
      hint: "What was open is rolled back, what was finished stays. Run it again when you like.",
    });
    await terminal.print(failure(name, error));
  }
  return status;
}

function failure(command: string | null, error: TenonError): string {
  return jsonDocument({ ok: false, command, error: error.toJSON() });
}
