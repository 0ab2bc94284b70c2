import type { DatabaseModel } from "./model.js";
import type { ColumnRename, TableRename } from "./renames.js";
import type { ModelRules } from "./rules.js";
import type { Table } from "./table.js";

/**
 * The renames of columns that partitions and inheriting tables have from their parents: the engine makes them together
 * with those of the parents, so nobody is asked about them.
 */
export function inheritedRenames(
  from: DatabaseModel,
  to: DatabaseModel,
  tables: readonly TableRename[],
  columns: readonly ColumnRename[],
  rules: ModelRules,
): readonly ColumnRename[] {
  if (columns.length === 0) return [];
  const keyOf = (schema: string, name: string) => `${schema}\0${rules.nameKey(name)}`;
  const targets = new Map(to.tables.map((table) => [keyOf(table.schema, table.name), table]));
  const sources = new Map(from.tables.map((table) => [keyOf(table.schema, table.name), table]));
  const oldNames = new Map(tables.map((rename) => [keyOf(rename.schema, rename.to), rename.from]));
  const found: ColumnRename[] = [];
  const done = new Map<string, readonly ColumnRename[]>();

  const renamesOf = (table: Table): readonly ColumnRename[] => {
    const key = keyOf(table.schema, table.name);
    const known = done.get(key);
    if (known !== undefined) return known;
    const own = columns.filter((rename) => keyOf(rename.schema, rename.table) === key);
    done.set(key, own);
    const source = sources.get(keyOf(table.schema, oldNames.get(key) ?? table.name));
    const inherited = parentsOf(table).flatMap((parent) => {
      const target = targets.get(keyOf(parent.schema, parent.name));
      return target === undefined ? [] : renamesOf(target);
    });
    const added = inherited
      .filter((rename) => !own.some((known) => rules.nameKey(known.from) === rules.nameKey(rename.from)))
      .filter((rename) =>
        source?.columns.some((column) => rules.nameKey(column.name) === rules.nameKey(rename.from)),
      )
      .map((rename) => ({ ...rename, schema: table.schema, table: table.name }));
    found.push(...added);
    done.set(key, [...own, ...added]);
    return [...own, ...added];
  };
  for (const table of to.tables) if (parentsOf(table).length > 0) renamesOf(table);
  return found;
}

function parentsOf({ partitionOf, inherits }: Table) {
  return partitionOf === undefined ? (inherits ?? []) : [partitionOf];
}
