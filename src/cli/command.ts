import type { Environment, Settings } from "../config/index.js";
import type { Arguments } from "./arguments.js";
import type { ArgumentSpec, FlagSpec } from "./flag.js";
import type { Access } from "./open-database.js";
import type { Project } from "./project.js";
import type { Terminal } from "./terminal.js";

/** One command: what it takes, what it says about itself, and what it does. */
export interface Command {
  /** What stands after the name, in order. */
  readonly takes: readonly ArgumentSpec[];
  /** Flags beside those that every command has. */
  readonly flags: readonly FlagSpec[];
  /** What a newcomer should know, in a few sentences. */
  readonly details: string;
  readonly examples: readonly Example[];
  run(context: CommandContext): Promise<Outcome>;
}

export interface Example {
  readonly line: string;
  readonly does: string;
}

/** What a command gives back to be printed. */
export interface Outcome {
  /** What `--json` prints beside `ok` and `command`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What people read on stdout; made only when it is printed. */
  readonly text: () => string;
  /** 0 unless given: 1 for what a person declined, 3 for what a check found. */
  readonly status?: 0 | 1 | 3 | undefined;
}

/** Everything that a command works with: nothing else of the outside reaches it. */
export interface CommandContext {
  readonly arguments: Arguments;
  readonly terminal: Terminal;
  readonly environment: Environment;
  readonly workingFolder: string;
  /** Flags, environment and files, settled; read when first asked for. */
  settings(): Promise<Settings>;
  /** Opens the database and the modules; it is closed when the command ends or is interrupted. */
  openProject(access: Access): Promise<Project>;
  /** Has something closed when the command ends or is interrupted, the last thing first. */
  closeAtEnd(close: () => Promise<void>): void;
}
