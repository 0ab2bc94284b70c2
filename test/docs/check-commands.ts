import { tmpdir } from "node:os";

import type { Section } from "./read-examples.js";
import { runInFolder } from "./run-in-folder.js";

/** What a section's `sh` blocks say to `tenon` that it does not know: commands and flags. Nothing is run but --help. */
export async function findUnknownWords(section: Section): Promise<string[]> {
  const unknown: string[] = [];
  for (const block of section.blocks.filter((each) => each.language === "sh")) {
    for (const [index, line] of block.code.split("\n").entries()) {
      const words = tenonWords(line);
      if (words === undefined) continue;
      const place = `${section.file}:${block.line + index}`;
      const help = await helpOf(words);
      if (help === undefined) unknown.push(`${place}: there is no command \`tenon ${words.join(" ")}\``);
      const flags = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/=.*$/, ""));
      for (const flag of flags) {
        if (help !== undefined && !help.includes(flag)) unknown.push(`${place}: there is no flag ${flag}`);
      }
    }
  }
  return unknown;
}

/** The words after `tenon` in a line of shell; undefined when the line is about something else. */
function tenonWords(line: string): readonly string[] | undefined {
  const [, rest] = /^\s*(?:\w+=\S+ )*(?:npx )?tenon\b(.*)$/.exec(line) ?? [];
  const [command = ""] = (rest ?? "").split(/ [#|>&]/);
  return rest === undefined ? undefined : command.trim().split(/\s+/).filter(Boolean);
}

const known = new Map<string, Promise<string | undefined>>();

/** The help of the command that the words name; of the program when they name none. */
function helpOf(words: readonly string[]): Promise<string | undefined> {
  const [first = ""] = words;
  const command = first.startsWith("-") ? "" : first;
  const name = command === "plugin" ? words.slice(0, 2).join(" ") : command;
  const found = known.get(name) ?? askForHelp(name);
  known.set(name, found);
  return found;
}

async function askForHelp(name: string): Promise<string | undefined> {
  const parameters = [...name.split(" ").filter(Boolean), "--help"];
  const { status, output } = await runInFolder(tmpdir(), "tenon", parameters);
  return status === 0 ? output : undefined;
}
