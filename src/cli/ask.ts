import { Writable } from "node:stream";

import { TenonError } from "../errors.js";
import type { Terminal } from "./terminal.js";

/**
 * Asks a person for a yes or a no. `--yes` answers for them; where there is neither, that is an error and not a no.
 * @throws TenonError `USAGE`, `INTERRUPTED`
 */
export async function confirm(
  terminal: Terminal,
  question: string,
  options: { readonly isAnswered: boolean },
): Promise<boolean> {
  if (options.isAnswered) return true;
  if (!terminal.canAsk) {
    throw new TenonError("USAGE", `There is no terminal to ask on: ${question}`, {
      hint: "Say yes beforehand with --yes.",
    });
  }
  terminal.clearLine();
  const answer = await readAnswer(`${question} [y/N] `, process.stderr);
  return /^\s*y(es)?\s*$/i.test(answer);
}

/** Asks a person to choose one of several answers; the first is where the cursor stands. @throws TenonError `INTERRUPTED` */
export async function chooseOne<T>(
  terminal: Terminal,
  question: string,
  answers: readonly { readonly label: string; readonly value: T }[],
): Promise<T> {
  terminal.clearLine();
  const prompts = await import("@clack/prompts");
  const options = answers.map(({ label }, index) => ({ label, value: index }));
  const chosen = await prompts.select({ message: question, options, output: process.stderr });
  const answer = prompts.isCancel(chosen) ? undefined : answers[chosen];
  if (answer === undefined) throw unanswered(process.stderr);
  return answer.value;
}

/** Asks for a password without showing it. @throws TenonError `INTERRUPTED` */
export async function askPassword(terminal: Terminal, question: string): Promise<string> {
  terminal.report(`${question}: `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await readAnswer("", nowhere);
  } finally {
    process.stderr.write("\n");
  }
}

/** Reads a line from the terminal; what is typed is echoed to `output`. */
async function readAnswer(prompt: string, output: NodeJS.WritableStream): Promise<string> {
  const { createInterface } = await import("node:readline");
  const reader = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  try {
    return await new Promise((resolve, reject) => {
      // Ctrl-C and Ctrl-D: raw mode makes them keys, so no signal comes.
      reader.once("SIGINT", () => reject(unanswered(output)));
      reader.once("close", () => reject(unanswered(output)));
      reader.question(prompt, resolve);
    });
  } finally {
    reader.close();
  }
}

function unanswered(output: NodeJS.WritableStream): TenonError {
  output.write("\n");
  return new TenonError("INTERRUPTED", "The question was left without an answer; nothing was changed.");
}
