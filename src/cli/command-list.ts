import type { Command } from "./command.js";

/** One line of the program's help; the command itself is loaded when it is used. */
export interface CommandEntry {
  /** One word, or two for a command of a group. */
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "init",
    summary: "writes a config and a first module",
    load: () => import("./commands/init.js"),
  },
  {
    name: "create",
    summary: "writes the files of a new, empty migration",
    load: () => import("./commands/create.js"),
  },
  {
    name: "generate",
    summary: "writes the next migration of a module from its tables",
    load: () => import("./commands/generate.js"),
  },
  {
    name: "sync",
    summary: "lets the database follow the tables of modules that have tables alone",
    load: () => import("./commands/sync.js"),
  },
  {
    name: "status",
    summary: "shows each module: current, latest, pending, state",
    load: () => import("./commands/status.js"),
  },
  {
    name: "plan",
    summary: "prints the exact SQL that `up` would run",
    load: () => import("./commands/plan.js"),
  },
  { name: "up", summary: "applies what is pending", load: () => import("./commands/up.js") },
  { name: "down", summary: "takes applied migrations back", load: () => import("./commands/down.js") },
  {
    name: "to",
    summary: "brings a module to a version, up or down",
    load: () => import("./commands/to.js"),
  },
  {
    name: "history",
    summary: "lists what was applied, when and by whom",
    load: () => import("./commands/history.js"),
  },
  {
    name: "verify",
    summary: "checks journal, checksums, verify steps, foreign keys and drift",
    load: () => import("./commands/verify.js"),
  },
  {
    name: "inspect",
    summary: "shows what a database looks like",
    load: () => import("./commands/inspect.js"),
  },
  {
    name: "diff",
    summary: "finds what makes one database look like another, and makes it",
    load: () => import("./commands/diff.js"),
  },
  {
    name: "transfer",
    summary: "moves schema and rows of one database into another",
    load: () => import("./commands/transfer.js"),
  },
  {
    name: "repair",
    summary: "shows what was changed after it was applied, and accepts it",
    load: () => import("./commands/repair.js"),
  },
  {
    name: "checkpoint",
    summary: "writes what a history builds as one file, for empty databases",
    load: () => import("./commands/checkpoint.js"),
  },
  {
    name: "stamp",
    summary: "marks versions as applied without running them",
    load: () => import("./commands/stamp.js"),
  },
  {
    name: "adopt",
    summary: "takes over what another tool has applied, or writes a baseline",
    load: () => import("./commands/adopt.js"),
  },
  {
    name: "sql",
    summary: "prints a script for a DBA; needs no database",
    load: () => import("./commands/sql.js"),
  },
  {
    name: "plugin list",
    summary: "lists the plugins and their state",
    load: () => import("./commands/plugin-list.js"),
  },
  {
    name: "plugin info",
    summary: "shows one plugin, with its tables and rows",
    load: () => import("./commands/plugin-info.js"),
  },
  {
    name: "plugin activate",
    summary: "brings a plugin in, or finds it again",
    load: () => import("./commands/plugin-activate.js"),
  },
  {
    name: "plugin deactivate",
    summary: "lets a plugin rest; its rows stay",
    load: () => import("./commands/plugin-deactivate.js"),
  },
  {
    name: "plugin remove",
    summary: "takes a plugin away, with its tables; its rows are dumped first",
    load: () => import("./commands/plugin-remove.js"),
  },
  {
    name: "plugin restore",
    summary: "brings the rows of a removed plugin back",
    load: () => import("./commands/plugin-restore.js"),
  },
];

/** The command that the first words name, the longest name first: `plugin list` before `plugin`. */
export function findCommand(words: readonly string[]): CommandEntry | undefined {
  const two = words.slice(0, 2).join(" ");
  return COMMANDS.find((entry) => entry.name === two) ?? COMMANDS.find((entry) => entry.name === words[0]);
}
