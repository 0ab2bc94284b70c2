import type { Pair } from "./rename-pairs.js";
import type { ModelRules } from "./rules.js";
import type { Column, Table } from "./table.js";

/** Tables that this one may have become: most of the columns are the same. The likeliest first. */
export function likelyTables(source: Table, created: readonly Table[], rules: ModelRules): readonly Table[] {
  const shape = shapeOf(source, rules);
  const scored: { table: Table; likeness: number }[] = [];
  for (const table of created) {
    if (table.kind !== source.kind) continue;
    let common = 0;
    for (const column of shapeOf(table, rules)) if (shape.has(column)) common++;
    const likeness = common / Math.max(shape.size, table.columns.length, 1);
    if (likeness >= LIKELY) scored.push({ table, likeness });
  }
  return scored.sort((a, b) => b.likeness - a.likeness).map(({ table }) => table);
}

/** Less than this share of columns with the same name and type, and nobody would call it the same table. */
const LIKELY = 0.6;

function shapeOf(table: Table, rules: ModelRules): Set<string> {
  return new Set(
    table.columns.map((column) => `${rules.nameKey(column.name)}\0${rules.typeKey(column.type)}`),
  );
}

/**
 * Columns that one may have become: of the same type, and in the same place (the same position, or after the
 * same column), or the only one that is new where only one is gone. The same place counts more.
 */
export function likelySource(
  tables: Pair<Table>,
  dropped: readonly Column[],
  created: readonly Column[],
  rules: ModelRules,
): (source: Column, open: readonly Column[]) => readonly Column[] {
  const placesBefore = placesIn(tables.from, rules);
  const placesAfter = placesIn(tables.to, rules);
  const onlyPair = dropped.length === 1 && created.length === 1;
  return (source, open) => {
    const before = placesBefore.get(source.name);
    const likely: { column: Column; samePlace: boolean }[] = [];
    for (const column of open) {
      if (rules.typeKey(column.type) !== rules.typeKey(source.type)) continue;
      if ((column.generated === undefined) !== (source.generated === undefined)) continue;
      const after = placesAfter.get(column.name);
      const samePlace = before?.position === after?.position || before?.previous === after?.previous;
      if (samePlace || onlyPair) likely.push({ column, samePlace });
    }
    return likely.sort((a, b) => Number(b.samePlace) - Number(a.samePlace)).map(({ column }) => column);
  };
}

interface ColumnPlace {
  readonly position: number;
  readonly previous: string;
}

function placesIn(table: Table, rules: ModelRules): ReadonlyMap<string, ColumnPlace> {
  const places = new Map<string, ColumnPlace>();
  let previous = "";
  for (const [position, column] of table.columns.entries()) {
    places.set(column.name, { position, previous });
    previous = rules.nameKey(column.name);
  }
  return places;
}
