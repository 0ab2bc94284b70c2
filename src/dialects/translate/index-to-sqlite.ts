import type { IndexDefinition, ObjectAddress, Table } from "../../schema/index.js";
import { expressionToSqlite, type ToSqliteScope } from "./expression-to-sqlite.js";
import type { TranslationReport } from "./translation.js";

/** An index of PostgreSQL as SQLite has it; none where it has no such one, which is told. */
export function indexToSqlite(
  table: Table,
  index: IndexDefinition,
  scope: ToSqliteScope,
  report: TranslationReport,
): readonly IndexDefinition[] {
  const object: ObjectAddress = {
    kind: "index",
    schema: table.schema,
    table: table.name,
    name: index.name,
  };
  const attempt = (what: string, work: () => string) => report.attempt(object, what, "SQLite", work);
  const refuse = (reason: string): readonly IndexDefinition[] => {
    report.refuse(object, `The index ${index.name} ${reason}, which SQLite has not.`);
    return [];
  };
  if (index.method !== undefined && index.method !== "hash") return refuse(`is of the kind ${index.method}`);
  if (index.nullsNotDistinct === true) return refuse("takes NULLs as equal");
  const parts: IndexDefinition["parts"][number][] = [];
  for (const part of index.parts) {
    const special = part.operatorClass?.replace(/^pg_catalog\./, "");
    if (special !== undefined && !/_pattern_ops$|^(?:text|varchar|bpchar|int[248]|uuid)_ops$/.test(special))
      return refuse(`has the operator class ${special}`);
    if (part.collation !== undefined && !/(?:^|\.)"?(?:C|POSIX|default)"?$/.test(part.collation))
      return refuse(`has the collation ${part.collation}`);
    if (part.column !== undefined) parts.push({ column: part.column, descending: part.descending });
    else {
      const text = part.expression;
      const expression = attempt(`The index ${index.name}`, () => expressionToSqlite(text, scope));
      if (expression === undefined) return [];
      parts.push({ expression, descending: part.descending });
    }
  }
  const condition = index.where;
  const where =
    condition === undefined
      ? undefined
      : attempt(`The condition of the index ${index.name}`, () => expressionToSqlite(condition, scope));
  if (condition !== undefined && where === undefined) return [];
  const leftOut = [
    ...((index.include ?? []).length > 0 ? ["its further columns"] : []),
    ...(index.method === "hash" ? ["its kind (hash)"] : []),
    ...(index.options === undefined ? [] : ["its storage parameters"]),
  ];
  if (leftOut.length > 0)
    report.note(object, `Of the index ${index.name}, ${leftOut.join(" and ")} are left out.`);
  return [{ name: index.name, parts, unique: index.unique, where }];
}
