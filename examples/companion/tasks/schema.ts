import { registerSchema } from "tenon";

import { openTasks, tasks } from "./tables.js";

/**
 * What is to be done. It has Drizzle tables, and its migrations are made from them for each engine:
 * `tenon generate NAME --module tasks --engine sqlite --engine postgres`.
 */
export const taskList = registerSchema("tasks", "core", { priority: 4, dependsOn: ["users"] })({
  migrations: new URL("./migrations", import.meta.url),
  tables: { tasks, openTasks },
});
