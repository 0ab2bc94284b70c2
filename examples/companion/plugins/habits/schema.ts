import { registerSchema } from "tenon";

import * as tables from "./tables.js";

/** A plugin without any SQL: the database follows its tables, which were written for PostgreSQL, on every engine. */
export const habits = registerSchema("habits", "plugin", { dependsOn: ["users"] })({ tables });
