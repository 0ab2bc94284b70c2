import { TenonError } from "../errors.js";
import type { PlannedStep } from "./plan-input.js";

/** The error for a program in a plugin that is to be SQL alone. */
export function codeForbidden(module: string, version: string, file: string | undefined): TenonError {
  return new TenonError(
    "PLUGIN_FORBIDDEN",
    `${module}@${version} is a program, and ${module} is held to SQL.`,
    {
      where: { module, version, file },
      hint: "A program runs in the host's own process, where nothing contains it. Write the step as SQL, or lift `sqlOnly` for a plugin that you trust.",
    },
  );
}

/** The error for a plugin's step that asks to run without a transaction. */
export function outsideForbidden(planned: PlannedStep): TenonError {
  const { module, version, migration } = planned;
  return new TenonError("PLUGIN_FORBIDDEN", `${module}@${version} asks to run without a transaction.`, {
    where: { module, version, file: migration?.file },
    hint: "What a plugin does is judged before it is committed, so all of it runs in a transaction. Leave `no-transaction` out.",
  });
}
