import { diff } from "./tasks/diff.mjs";
import { fleet } from "./tasks/fleet.mjs";
import { nothing, up } from "./tasks/migrate.mjs";
import { loading, status } from "./tasks/start.mjs";
import { transfer } from "./tasks/transfer.mjs";

export const tasks = [
  up("sqlite"),
  up("postgres"),
  nothing("sqlite"),
  nothing("postgres"),
  loading,
  status,
  diff("sqlite"),
  diff("postgres"),
  fleet,
  transfer,
];

export function taskNamed(name) {
  const found = tasks.find((task) => task.name === name);
  if (found === undefined)
    throw new Error(`There is no task ${name}: ${tasks.map((task) => task.name).join(", ")}.`);
  return found;
}
