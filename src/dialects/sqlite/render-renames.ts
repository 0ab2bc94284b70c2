import type { Comparison } from "../../schema/index.js";
import type { PlannedStatement } from "../schema-dialect.js";
import { LEGACY_OFF } from "./legacy-alter-table.js";
import { quote } from "./names.js";
import { nameKey } from "./rules.js";
import type { SuccessorName } from "./successor-name.js";

/** Renames tables and columns; SQLite carries the new names into indexes, checks and the foreign keys of other tables. */
export function renderRenames(
  { from, changes }: Comparison,
  virtualTablesGone: ReadonlySet<string>,
  successorOf: SuccessorName,
): readonly PlannedStatement[] {
  // Views that change their name, or make room for another, stand aside by now.
  const gone = new Set([...virtualTablesGone, ...from.views.map((view) => nameKey(view.name))]);
  const statements: PlannedStatement[] = [];
  for (const change of changes) {
    const { name, table = "" } = change.object;
    if (change.kind === "rename-column") {
      const text = `ALTER TABLE ${quote(table)}\nRENAME COLUMN ${quote(name)} TO ${quote(change.to)}`;
      statements.push({ text, changes: [change] });
    } else if (change.kind === "rename-table" && !gone.has(nameKey(change.formerly ?? name))) {
      // A table is in its own way for SQLite when only the case differs.
      const isOnlyCase = nameKey(name) === nameKey(change.to);
      const path = isOnlyCase ? [name, successorOf(change.to), change.to] : [name, change.to];
      for (const [index, target] of path.slice(1).entries())
        statements.push({
          text: `ALTER TABLE ${quote(path[index] ?? name)}\nRENAME TO ${quote(target)}`,
          changes: [change],
        });
    }
  }
  // Under legacy_alter_table a rename would leave the foreign keys of other tables behind:
  // https://sqlite.org/pragma.html#pragma_legacy_alter_table
  return statements.length === 0 ? [] : [LEGACY_OFF, ...statements];
}
