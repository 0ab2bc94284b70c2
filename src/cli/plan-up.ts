import type { Plan, SchemaManager } from "../api/index.js";
import type { RunOptions } from "../engine/index.js";
import type { Module } from "../modules/index.js";
import type { CommandContext } from "./command.js";
import { type FlagSpec, SWITCH, text } from "./flag.js";
import type { Project } from "./project.js";

/** The flags that decide what `up` and `plan` would run. */
export const UP_FLAGS: readonly FlagSpec[] = [
  { name: "to", value: text("V"), summary: "no further than this version of one module" },
  {
    name: "allow-out-of-order",
    value: SWITCH,
    summary: "also a version below the highest applied one that was never applied",
  },
  {
    name: "allow-unknown",
    value: SWITCH,
    summary: "go on though the database has versions that this program does not know",
  },
];

/** What `up` is about to do: everything pending of the modules it stands for, or one module up to a version. */
export interface UpTask {
  readonly manager: SchemaManager;
  /** Those that everything is applied of; undefined when one is named. */
  readonly modules: readonly Module[] | undefined;
  readonly options: RunOptions;
  /** Undefined for everything. */
  readonly target: { readonly to: string; readonly module: string; readonly only: "up" } | undefined;
}

export async function upTask({ arguments: given }: CommandContext, project: Project): Promise<UpTask> {
  const named = given.text("module");
  const to = given.text("to");
  const options: RunOptions = {
    ...project.runOptions,
    allowOutOfOrder: given.isSet("allow-out-of-order"),
    allowUnknown: given.isSet("allow-unknown"),
  };
  if (to === undefined) {
    const modules = await project.modulesToApply(named);
    return {
      manager: project.manager(modules),
      modules: named === undefined ? modules : undefined,
      options,
      target: undefined,
    };
  }
  const module = await project.oneModule(named);
  return { manager: project.manager(), modules: undefined, options, target: { to, module, only: "up" } };
}

export function planUp({ manager, options, target }: UpTask): Promise<Plan> {
  return manager.plan({ ...options, ...target });
}
