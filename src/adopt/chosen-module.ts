import { TenonError } from "../errors.js";
import type { Module } from "../modules/index.js";

/** The module that a history is of: the one that is named, or the only one. @throws TenonError `USAGE`, `MODULE_UNKNOWN` */
export function chosenModule(modules: readonly Module[], named: string | undefined): Module {
  const names = modules.map((module) => module.name);
  const module = named === undefined ? modules[0] : modules.find((each) => each.name === named);
  if (module !== undefined && (named !== undefined || modules.length === 1)) return module;
  if (named !== undefined) {
    throw new TenonError("MODULE_UNKNOWN", `There is no module ${named}.`, {
      where: { module: named },
      hint: names.length === 0 ? "Give a folder with --dir." : `The modules are ${names.join(", ")}.`,
    });
  }
  throw new TenonError("USAGE", `There are ${names.length} modules, and a history is of one.`, {
    hint:
      names.length === 0
        ? "Give a folder with --dir."
        : `Say which: ${names.map((name) => `--module ${name}`).join(", ")}.`,
  });
}
