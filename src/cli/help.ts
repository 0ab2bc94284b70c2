import type { Command } from "./command.js";
import { COMMANDS, type CommandEntry } from "./command-list.js";
import { displayWidth } from "./display-width.js";
import { type FlagSpec, GLOBAL_FLAGS } from "./flag.js";
import type { Paint } from "./paint.js";
import { describeValue } from "./parse-arguments.js";

/** What `tenon --help` prints. */
export function programHelp(paint: Paint): string {
  return [
    "Tenon fits the tables of many modules into one database: it orders their migrations, applies them, checks them",
    "and takes them back.",
    "",
    heading("Usage", paint),
    "  tenon COMMAND [flags]",
    "",
    heading("Commands", paint),
    ...twoColumns(COMMANDS.map((entry) => [entry.name, entry.summary])),
    "",
    heading("Flags of every command", paint),
    ...flagLines(GLOBAL_FLAGS),
    "",
    heading("Examples", paint),
    ...exampleLines(
      [
        { line: "tenon init", does: "a config and a first module, to begin with" },
        { line: "tenon up --url file:app.db --dir ./migrations", does: "without a config" },
        { line: "tenon status --json", does: "for a program" },
      ],
      paint,
    ),
    "",
    heading("Settings", paint),
    "  A flag is stronger than the environment (DATABASE_URL, TENON_PASSWORD), that than tenon.config.*, and that than",
    "  the [database] section of env.ini.",
    "",
    heading("Exit status", paint),
    "  0 done, 1 failed, 2 wrong use or config, 3 a check found something (`status --check`, `verify`).",
    "",
    "`tenon COMMAND --help` tells about one command.",
    "",
  ].join("\n");
}

/** What `tenon COMMAND --help` prints. */
export function commandHelp(entry: CommandEntry, command: Command, paint: Paint): string {
  const words = command.takes.map((each) => (each.isRequired ? each.shown : `[${each.shown}]`));
  const flags = command.flags.map((flag) => `[${flagUsage(flag)}]`);
  const sections = [
    `tenon ${entry.name} ${entry.summary}.`,
    "",
    command.details,
    "",
    heading("Usage", paint),
    `  ${["tenon", entry.name, ...words, ...flags, "[flags]"].join(" ")}`,
    "",
  ];
  if (command.takes.length > 0) {
    sections.push(...twoColumns(command.takes.map((each) => [each.shown, each.summary])), "");
  }
  if (command.flags.length > 0) sections.push(heading("Flags", paint), ...flagLines(command.flags), "");
  sections.push(heading("Flags of every command", paint), ...flagLines(GLOBAL_FLAGS), "");
  sections.push(heading("Examples", paint), ...exampleLines(command.examples, paint), "");
  return sections.join("\n");
}

function heading(text: string, paint: Paint): string {
  return paint.bold(text);
}

function flagLines(flags: readonly FlagSpec[]): string[] {
  return twoColumns(
    flags.map((flag) => [
      `${flagUsage(flag)}${flag.short === undefined ? "" : `, -${flag.short}`}`,
      flag.summary,
    ]),
  );
}

function flagUsage(flag: FlagSpec): string {
  const name = flag.value.kind === "switch" && flag.value.isOn === true ? `no-${flag.name}` : flag.name;
  return `--${name} ${describeValue(flag)}`.trimEnd();
}

function exampleLines(examples: readonly { line: string; does: string }[], paint: Paint): string[] {
  const width = Math.max(...examples.map((each) => displayWidth(each.line)));
  return examples.map(({ line, does }) => `  ${line.padEnd(width)}  ${paint.dim(`# ${does}`)}`);
}

function twoColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => displayWidth(first)));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}
