import { primaryKeyOf, type Table } from "../../schema/index.js";
import { renderCopy } from "./copy-rows.js";
import { quote } from "./names.js";
import { renderCreateTable } from "./render-table.js";

/**
 * Makes a table anew in its new form, as https://sqlite.org/lang_altertable.html#otheralter says: create the
 * successor, copy the rows, drop the table, let the successor take its name. Foreign keys must be off, or
 * DROP TABLE would delete the children; and legacy_alter_table must be on, or the last step would read every
 * view and trigger of the database while the table is away. Indexes and triggers go with the old table and
 * are created again by the caller.
 */
export function renderRebuild(before: Table, after: Table, successor: string): readonly string[] {
  return [
    renderCreateTable(after, successor),
    renderCopy(before, after, successor),
    ...renderHighWaterMark(before, after, successor),
    `DROP TABLE ${quote(before.name)}`,
    `ALTER TABLE ${quote(successor)}\nRENAME TO ${quote(after.name)}`,
  ];
}

/**
 * AUTOINCREMENT never gives a number twice, also not those of rows that are gone. The copy only brings the
 * highest number that is there: https://sqlite.org/autoinc.html
 */
function renderHighWaterMark(before: Table, after: Table, successor: string): readonly string[] {
  if (primaryKeyOf(before)?.autoincrement !== true || primaryKeyOf(after)?.autoincrement !== true) return [];
  return [
    `DELETE FROM "sqlite_sequence"\nWHERE "name" = ${literal(successor)}`,
    `INSERT INTO "sqlite_sequence" ("name", "seq")\nSELECT ${literal(successor)}, "seq"\nFROM "sqlite_sequence"\nWHERE "name" = ${literal(before.name)}`,
  ];
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
