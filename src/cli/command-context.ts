import { resolve } from "node:path";

import type { Settings } from "../config/index.js";
import { TenonError } from "../errors.js";
import type { LayoutChoice } from "../migrations/index.js";
import type { Arguments } from "./arguments.js";
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
      settings ??= settingsOf(parsed, request);
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

async function settingsOf(parsed: Arguments, request: ContextRequest): Promise<Settings> {
  const { environment, workingFolder } = request;
  const [{ readSettings }, { LAYOUT_CHOICES }] = await Promise.all([
    import("../config/index.js"),
    import("../migrations/index.js"),
  ]);
  const layout = parsed.text("layout");
  const path = (flag: string) => {
    const given = parsed.text(flag);
    return given === undefined ? undefined : resolve(workingFolder, given);
  };
  const transaction = parsed.text("transaction");
  return readSettings({
    flags: {
      url: parsed.text("url"),
      dir: path("dir"),
      layout: layout === undefined ? undefined : readLayoutFlag(layout, LAYOUT_CHOICES),
      journal: parsed.text("journal"),
      legacyModule: parsed.text("legacy-module"),
      lockTimeoutMs: parsed.milliseconds("lock-timeout"),
      transaction: transaction === "run" || transaction === "each" ? transaction : undefined,
      passwordFile: path("password-file"),
    },
    configFile: parsed.text("config"),
    iniFile: parsed.text("env"),
    environment,
    workingFolder,
  });
}

function readLayoutFlag(given: string, known: readonly LayoutChoice[]): LayoutChoice {
  const found = known.find((name) => name === given);
  if (found !== undefined) return found;
  throw new TenonError("USAGE", `There is no layout "${given}".`, {
    hint: `The layouts are ${known.join(", ")}.`,
  });
}
