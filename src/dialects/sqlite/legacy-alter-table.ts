import type { PlannedStatement } from "../schema-dialect.js";

// With this setting ALTER TABLE … RENAME changes nothing but the table itself; without it, it reads and rewrites
// every view, trigger and foreign key of the database: https://sqlite.org/pragma.html#pragma_legacy_alter_table

export const LEGACY_ON: PlannedStatement = { text: "PRAGMA legacy_alter_table = ON", changes: [] };
export const LEGACY_OFF: PlannedStatement = { text: "PRAGMA legacy_alter_table = OFF", changes: [] };
