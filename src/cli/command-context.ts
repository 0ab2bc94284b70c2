import type { Settings } from "../config/index.js";
import type { CommandContext, Outcome } from "./command.js";
import type { Task } from "./command-line.js";
import type { Interruption } from "./interruption.js";
import type { Terminal } from "./terminal.js";

export interface ContextRequest {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  readonly interruption: Interruption;
}

/** Runs a command with what it needs; closes what it opened, whatever happens. */
export async function runTask(
  { command, arguments: parsed }: Extract<Task, { kind: "run" }>,
  terminal: Terminal,
  request: ContextRequest,
): Promise<Outcome> {
  const { environment, workingFolder, interruption } = request;
  const closers: (() => Promise<void>)[] = [];
  let settings: Promise<Settings> | undefined;
  const context: CommandContext = {
    arguments: parsed,
    terminal,
    environment,
    workingFolder,
    settings: () => {
      settings ??= import("./line-settings.js").then(({ settingsOf }) => settingsOf(parsed, request));
      return settings;
    },
    openProject: async (access) => {
      // Loaded here and not above: what needs no database must not wait for what does.
      const [{ openProject }, { Progress }] = await Promise.all([
        import("./project.js"),
        import("./progress.js"),
      ]);
      const progress = new Progress(terminal, () => performance.now());
      context.closeAtEnd(async () => progress.close());
      return openProject({
        settings: await context.settings(),
        access,
        named: parsed.text("module"),
        terminal,
        onEvent: progress.onEvent.bind(progress),
        closeAtEnd: context.closeAtEnd,
      });
    },
    closeAtEnd: (close) => {
      closers.unshift(close);
      interruption.whenInterrupted(close);
    },
  };
  try {
    return await command.run(context);
  } finally {
    for (const close of closers) await close();
  }
}
