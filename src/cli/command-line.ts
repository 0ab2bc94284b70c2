import { TenonError } from "../errors.js";
import type { Arguments } from "./arguments.js";
import type { Command } from "./command.js";
import { COMMANDS, type CommandEntry, findCommand } from "./command-list.js";
import { GLOBAL_FLAGS } from "./flag.js";
import { parseArguments } from "./parse-arguments.js";
import { type OutputStream, Terminal } from "./terminal.js";

/** What a command line is read with. */
export interface LineRequest {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly canAsk: boolean;
}

/** A command line, as far as it is understood. */
export interface CommandLine {
  readonly terminal: Terminal;
  /** Of the command; null when none is named. */
  readonly name: string | null;
  readonly isVerbose: boolean;
}

/** What a command line asks for. */
export type Task =
  | { readonly kind: "version" }
  | { readonly kind: "program-help" }
  | { readonly kind: "command-help"; readonly entry: CommandEntry }
  | { readonly kind: "run"; readonly command: Command; readonly arguments: Arguments };

/** What can be told before anything is parsed: how to speak, and which command is named. */
export function glanceAtLine(request: LineRequest): CommandLine {
  const words = flagWords(request.words);
  return {
    terminal: makeTerminal(request, {
      isJson: words.includes("--json"),
      isQuiet: words.includes("--quiet") || words.includes("-q"),
      refusesColours: words.includes("--no-color"),
    }),
    name: findCommand(words.filter((word) => !word.startsWith("-")))?.name ?? null,
    isVerbose: words.includes("--verbose") || isOn(request.environment["TENON_DEBUG"]),
  };
}

/** Reads a command line whole; loads the command that it names. @throws TenonError `USAGE` */
export async function readLine(request: LineRequest): Promise<CommandLine & { readonly task: Task }> {
  const glance = glanceAtLine(request);
  const asksHelp = flagWords(request.words).some((word) => word === "--help" || word === "-h");
  const before = parseArguments(request.words, { flags: GLOBAL_FLAGS, stopAtWord: true, command: "tenon" });
  const isHelpCommand = before.rest[0] === "help";
  const words = isHelpCommand ? before.rest.slice(1) : before.rest;
  const entry = findCommand(words);
  if (entry === undefined && words[0] !== undefined) throw unknownCommand(words[0]);
  if (asksHelp || isHelpCommand) {
    const task: Task = entry === undefined ? { kind: "program-help" } : { kind: "command-help", entry };
    return { ...glance, name: "help", task };
  }
  if (entry === undefined && before.arguments.isSet("version")) {
    return { ...glance, name: "version", task: { kind: "version" } };
  }
  if (entry === undefined) throw noCommand();
  return readCommandLine(request, entry, before.rest);
}

async function readCommandLine(
  request: LineRequest,
  entry: CommandEntry,
  rest: readonly string[],
): Promise<CommandLine & { readonly task: Task }> {
  const { command } = await entry.load();
  const before = request.words.slice(0, request.words.length - rest.length);
  const { arguments: parsed } = parseArguments([...before, ...rest.slice(entry.name.split(" ").length)], {
    flags: [...GLOBAL_FLAGS, ...command.flags],
    takes: command.takes,
    command: `tenon ${entry.name}`,
  });
  return {
    terminal: makeTerminal(request, {
      isJson: parsed.isSet("json"),
      isQuiet: parsed.isSet("quiet"),
      refusesColours: !parsed.isSet("color"),
    }),
    name: entry.name,
    isVerbose: parsed.isSet("verbose") || isOn(request.environment["TENON_DEBUG"]),
    task: { kind: "run", command, arguments: parsed },
  };
}

/** What stands before `--`: only there a word can be a flag. */
function flagWords(words: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  return end < 0 ? words : words.slice(0, end);
}

function makeTerminal(
  { stdout, stderr, canAsk, environment }: LineRequest,
  options: { readonly isJson: boolean; readonly isQuiet: boolean; readonly refusesColours: boolean },
): Terminal {
  return new Terminal({ stdout, stderr, canAsk, environment, ...options });
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

function unknownCommand(given: string): TenonError {
  return new TenonError("USAGE", `There is no command ${given}.`, {
    hint: isGroup(given) ? `Say which: ${groupOf(given).join(", ")}.` : "`tenon --help` lists the commands.",
    details: { given, known: COMMANDS.map((each) => each.name) },
  });
}

/** Whether a word begins the names of commands, as `plugin` does. */
function isGroup(word: string): boolean {
  return groupOf(word).length > 0;
}

function groupOf(word: string): readonly string[] {
  return COMMANDS.filter(({ name }) => name.startsWith(`${word} `)).map(({ name }) => name);
}

function noCommand(): TenonError {
  return new TenonError("USAGE", "No command is given.", {
    hint: "`tenon --help` lists the commands; `tenon init` begins a project.",
  });
}
