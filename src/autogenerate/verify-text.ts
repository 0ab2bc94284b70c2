import type { ChangePlan, Dialect } from "../dialects/index.js";
import type { ForeignKey, ObjectAddress } from "../schema/index.js";

/**
 * What a migration can be asked after it ran, as statements that must give no row: that a view can be read at all, and
 * that no row of a table that was there before is left without its parent. Undefined when there is nothing to ask.
 */
export function verifyText(plan: ChangePlan, dialect: Dialect, fileName: string): string | undefined {
  const parts: string[] = [];
  for (const change of plan.comparison.changes) {
    if (change.kind === "create-view" || change.kind === "change-view")
      parts.push(`-- The view ${change.to.name} can be read.\n${readView(change.object, dialect)};`);
    const isKey = change.kind === "add-constraint" || change.kind === "change-constraint";
    if (isKey && change.to.kind === "foreign-key")
      parts.push(
        `-- Every row of ${change.object.table ?? ""} has its parent in ${change.to.references.table}.\n${orphans(change.object, change.to, dialect)};`,
      );
  }
  if (parts.length === 0) return undefined;
  return `-- Each of these must give no row after ${fileName}.\n\n${parts.join("\n\n")}\n`;
}

function readView({ schema, name }: ObjectAddress, { quote }: Dialect): string {
  return `SELECT 1\nFROM ${quote(schema)}.${quote(name)}\nWHERE 1 = 0`;
}

function orphans(object: ObjectAddress, key: ForeignKey, { quote }: Dialect): string {
  const child = `${quote(object.schema)}.${quote(object.table ?? "")}`;
  const parent = `${quote(key.references.schema)}.${quote(key.references.table)}`;
  const pairs = key.columns.map(
    (column, index) =>
      `"parent".${quote(key.references.columns[index] ?? column)} = "child".${quote(column)}`,
  );
  const isSet = key.columns.map((column) => `"child".${quote(column)} IS NOT NULL`);
  return [
    `SELECT "child".*`,
    `FROM ${child} AS "child"`,
    `WHERE ${isSet.join(" AND ")}`,
    `  AND NOT EXISTS (SELECT 1 FROM ${parent} AS "parent" WHERE ${pairs.join(" AND ")})`,
  ].join("\n");
}
