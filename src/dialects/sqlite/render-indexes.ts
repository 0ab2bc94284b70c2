import type { Change, Comparison, IndexDefinition } from "../../schema/index.js";
import type { PlannedStatement } from "../schema-dialect.js";
import { quote } from "./names.js";
import { renderCreateIndex } from "./render-objects.js";
import type { TableWork } from "./table-work.js";

export function renderIndexDrops(changes: readonly Change[]): readonly PlannedStatement[] {
  return changes.flatMap((change): readonly PlannedStatement[] => {
    if (change.kind === "drop-index" || change.kind === "rename-index")
      return [{ text: `DROP INDEX ${quote(change.object.name)}`, changes: [change] }];
    if (change.kind === "change-index")
      return [{ text: `DROP INDEX ${quote(change.from.name)}`, changes: [change] }];
    return [];
  });
}

/** A table that is made anew loses its indexes and gets all that it shall have; the others get what is new. */
export function renderIndexCreations(
  { to, changes }: Comparison,
  works: readonly TableWork[],
): readonly PlannedStatement[] {
  const statements: PlannedStatement[] = [];
  const create = (index: IndexDefinition, table: string, change: Change | undefined) =>
    statements.push({ text: renderCreateIndex(index, table), changes: change === undefined ? [] : [change] });
  const anew = new Set<string>();
  for (const { after, changes: own, method } of works) {
    if (method.kind !== "rebuild") continue;
    anew.add(after.name);
    for (const index of after.indexes)
      create(
        index,
        after.name,
        own.find((change) => newIndexName(change) === index.name),
      );
  }
  const tables = new Map(to.tables.map((table) => [table.name, table]));
  for (const change of changes) {
    if (change.kind === "create-table")
      for (const index of change.to.indexes) create(index, change.to.name, change);
    const table = tables.get(change.object.table ?? "");
    const name = newIndexName(change);
    const index =
      name === undefined ? undefined : table?.indexes.find((candidate) => candidate.name === name);
    if (table !== undefined && index !== undefined && !anew.has(table.name))
      create(index, table.name, change);
  }
  return statements;
}

function newIndexName(change: Change): string | undefined {
  if (change.kind === "rename-index") return change.to;
  return change.kind === "create-index" || change.kind === "change-index" ? change.to.name : undefined;
}
