import type { DatabaseModel } from "./model.js";
import type { Renames } from "./renames.js";
import type { ModelRules } from "./rules.js";

/**
 * The renames, with those added where the same table or column is spelled in another case on the two sides:
 * that is no question, because for the engine it is the same name.
 */
export function withCaseRenames(
  from: DatabaseModel,
  to: DatabaseModel,
  renames: Renames,
  rules: ModelRules,
): Renames {
  const { nameKey } = rules;
  const keyOf = (schema: string, name: string) => `${schema}\0${nameKey(name)}`;
  const targets = new Map(to.tables.map((table) => [keyOf(table.schema, table.name), table]));
  const renamedTables = new Map(
    renames.tables.map((rename) => [keyOf(rename.schema, rename.from), rename.to]),
  );
  const takenTables = new Set(renames.tables.map((rename) => keyOf(rename.schema, rename.to)));
  const sources = new Set(
    renames.columns.map((rename) => `${keyOf(rename.schema, rename.table)}\0${nameKey(rename.from)}`),
  );
  const takenColumns = new Set(
    renames.columns.map((rename) => `${keyOf(rename.schema, rename.table)}\0${nameKey(rename.to)}`),
  );

  const tables = [...renames.tables];
  const columns = [...renames.columns];
  for (const table of from.tables) {
    const given = renamedTables.get(keyOf(table.schema, table.name));
    const target = targets.get(keyOf(table.schema, given ?? table.name));
    if (target === undefined || target === table) continue;
    if (given === undefined) {
      if (takenTables.has(keyOf(table.schema, table.name))) continue;
      if (target.name !== table.name)
        tables.push({ schema: table.schema, from: table.name, to: target.name });
    }
    // The columns of a virtual table are its module's affair.
    if (target.kind === "virtual") continue;
    const names = new Map(target.columns.map((column) => [nameKey(column.name), column.name]));
    for (const { name } of table.columns) {
      const key = `${keyOf(target.schema, target.name)}\0${nameKey(name)}`;
      const spelled = names.get(nameKey(name));
      if (spelled === undefined || spelled === name || sources.has(key) || takenColumns.has(key)) continue;
      columns.push({ schema: target.schema, table: target.name, from: name, to: spelled });
    }
  }
  return { tables, columns };
}
