import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

import { messageOf, TenonError } from "../errors.js";
import type { RenameAnswer, RenameQuestion } from "../schema/index.js";
import { chooseOne } from "./ask.js";
import type { CommandContext } from "./command.js";
import { type FlagSpec, text } from "./flag.js";

const list = (shown: string) => ({ kind: "list" as const, shown });

/** The flags of commands that change a schema: what may go, and what is only called otherwise now. */
export const CHANGE_FLAGS: readonly FlagSpec[] = [
  {
    name: "allow-loss",
    value: list("NAME"),
    summary: "a TABLE or TABLE.COLUMN whose data may go (repeatable)",
  },
  {
    name: "rename",
    value: list("OLD:NEW"),
    summary: "users.name:users.full_name, or old:new; users.name: for dropped",
  },
  { name: "renames", value: text("FILE"), summary: "a file with one such line for each rename" },
];

/** The answers to what may be a rename: flags, a file, and a person where there is one. */
export async function renameAnswers(context: CommandContext): Promise<{
  readonly renames: readonly string[];
  readonly askRename: ((question: RenameQuestion) => Promise<RenameAnswer | undefined>) | undefined;
}> {
  const { arguments: given, terminal } = context;
  return {
    renames: [...given.list("rename"), ...(await readRenames(context))],
    askRename: terminal.canAsk ? (question) => askRename(context, question) : undefined,
  };
}

async function readRenames({ arguments: given, workingFolder }: CommandContext): Promise<readonly string[]> {
  const file = given.text("renames");
  if (file === undefined) return [];
  try {
    const lines = (await readFile(resolve(workingFolder, file), "utf8")).split(/\r\n|\r|\n/);
    return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  } catch (cause) {
    throw new TenonError("FILE_FAILED", `The file of renames cannot be read: ${messageOf(cause)}.`, {
      where: { file },
      hint: "It holds one line for each rename, such as users.name:users.full_name.",
      cause,
    });
  }
}

async function askRename(
  { terminal }: CommandContext,
  question: RenameQuestion,
): Promise<RenameAnswer | undefined> {
  const place = question.table === undefined ? question.from : `${question.table}.${question.from}`;
  const answers = [
    ...question.candidates.map((to) => ({ label: `it was renamed to ${to}`, value: to })),
    { label: "it was dropped, with what it held", value: undefined },
  ];
  const to = await chooseOne(terminal, `${question.kind} ${place} is gone. What became of it?`, answers);
  return to === undefined ? "dropped" : { to };
}
