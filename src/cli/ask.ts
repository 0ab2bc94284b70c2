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
  const prompts = await import("@clack/prompts");
  const answer = await prompts.confirm({ message: question, initialValue: false, output: process.stderr });
  if (prompts.isCancel(answer)) throw interrupted();
  return answer;
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
  if (answer === undefined) throw interrupted();
  return answer.value;
}

/** Asks for a password without showing it. @throws TenonError `INTERRUPTED` */
export async function askPassword(terminal: Terminal, question: string): Promise<string> {
  terminal.clearLine();
  const prompts = await import("@clack/prompts");
  const answer = await prompts.password({ message: question, output: process.stderr });
  if (prompts.isCancel(answer)) throw interrupted();
  return answer;
}

function interrupted(): TenonError {
  return new TenonError("INTERRUPTED", "The question was left without an answer; nothing was changed.");
}
