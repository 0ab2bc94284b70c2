import type { Change, Comparison } from "../../schema/index.js";
import type { SessionSettings } from "../dialect.js";
import type { PlannedStatement } from "../schema-dialect.js";
import { renderVirtualCopy } from "./change-virtual-table.js";
import { LEGACY_OFF, LEGACY_ON } from "./legacy-alter-table.js";
import { quote } from "./names.js";
import { renderRebuild } from "./rebuild.js";
import { renderIndexCreations, renderIndexDrops } from "./render-indexes.js";
import { renderRenames } from "./render-renames.js";
import { renderCreateTable } from "./render-table.js";
import { nameKey } from "./rules.js";
import { standAside } from "./stand-aside.js";
import { type SuccessorName, successorNames } from "./successor-name.js";
import { findTableWorks, type TableWork } from "./table-work.js";
import { isIndexedAgain, isVirtualDrop, virtualTablesAside } from "./virtual-tables-aside.js";

export interface Rendered {
  readonly statements: readonly PlannedStatement[];
  readonly settings: SessionSettings;
  readonly works: readonly TableWork[];
}

/**
 * Turns changes into statements. SQLite alters little in place and reads every view and trigger when it does,
 * so those stand aside first; then tables are renamed, dropped, created, altered or rebuilt; and at last
 * indexes, views and triggers are made as the model to be reached has them.
 */
export function renderChanges(comparison: Comparison): Rendered {
  const { changes } = comparison;
  const works = findTableWorks(comparison);
  const aside = standAside(comparison, works);
  const virtualTables = virtualTablesAside(comparison, works);
  const successorOf = successorNames(comparison);
  const statements = [
    ...aside.down,
    ...virtualTables.down,
    ...renderIndexDrops(changes),
    ...renderRenames(comparison, virtualTables.gone, successorOf),
    ...renderTableDrops(changes),
    ...renderTableCreations(changes),
    ...renderAlterations(works, successorOf),
    ...virtualTables.putBack,
    ...renderIndexCreations(comparison, works),
    ...aside.putBack,
  ];
  return { statements, settings: settingsFor(comparison, works, statements), works };
}

function settingsFor(
  comparison: Comparison,
  works: readonly TableWork[],
  statements: readonly PlannedStatement[],
): SessionSettings {
  const usesLegacy = statements.includes(LEGACY_ON) || statements.includes(LEGACY_OFF);
  return {
    ...(mustSwitchForeignKeysOff(comparison, works) ? { foreignKeys: "off" } : {}),
    ...(usesLegacy ? { restore: ["legacy_alter_table"] } : {}),
  };
}

/**
 * With foreign keys on, DROP TABLE first deletes all rows of the table, which cascades to its children; also
 * in the drop that is part of a rebuild: https://sqlite.org/foreignkeys.html#fk_schemacommands
 */
function mustSwitchForeignKeysOff({ renamed, changes }: Comparison, works: readonly TableWork[]): boolean {
  if (works.some((work) => work.method.kind === "rebuild")) return true;
  const dropped = new Set<string>();
  for (const change of changes) if (change.kind === "drop-table") dropped.add(nameKey(change.from.name));
  if (dropped.size === 0) return false;
  return renamed.tables.some((table) =>
    table.constraints.some((constraint) => {
      const parent = constraint.kind === "foreign-key" ? nameKey(constraint.references.table) : undefined;
      return parent !== undefined && parent !== nameKey(table.name) && dropped.has(parent);
    }),
  );
}

function renderTableDrops(changes: readonly Change[]): readonly PlannedStatement[] {
  return changes.flatMap((change): readonly PlannedStatement[] =>
    change.kind === "drop-table" && !isVirtualDrop(change)
      ? [{ text: `DROP TABLE ${quote(change.from.name)}`, changes: [change] }]
      : [],
  );
}

function renderTableCreations(changes: readonly Change[]): readonly PlannedStatement[] {
  return changes.flatMap((change): readonly PlannedStatement[] =>
    change.kind === "create-table" ? [{ text: renderCreateTable(change.to), changes: [change] }] : [],
  );
}

function renderAlterations(
  works: readonly TableWork[],
  successorOf: SuccessorName,
): readonly PlannedStatement[] {
  const inPlace: PlannedStatement[] = [];
  const anew: PlannedStatement[] = [];
  for (const work of works) {
    const { before, after, changes, method } = work;
    if (method.kind === "in place") inPlace.push(...method.steps);
    if (method.kind === "in place" || isIndexedAgain(work)) continue;
    const render = method.kind === "virtual" ? renderVirtualCopy : renderRebuild;
    for (const text of render(before, after, successorOf(after.name))) anew.push({ text, changes });
  }
  return anew.length === 0 ? inPlace : [...inPlace, LEGACY_ON, ...anew, LEGACY_OFF];
}
