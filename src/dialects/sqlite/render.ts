import type { Change, Comparison, IndexDefinition } from "../../schema/index.js";
import type { SessionSettings } from "../dialect.js";
import type { PlannedStatement } from "../schema-dialect.js";
import { renderVirtualChange } from "./change-virtual-table.js";
import { quote } from "./names.js";
import { renderRebuild } from "./rebuild.js";
import { renderCreateIndex } from "./render-objects.js";
import { renderCreateTable } from "./render-table.js";
import { nameKey } from "./rules.js";
import { standAside } from "./stand-aside.js";
import { findTableWorks, type TableWork } from "./table-work.js";

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
  const works = findTableWorks(comparison);
  const aside = standAside(comparison, works);
  const renames = renderRenames(comparison);
  const alterations = renderAlterations(comparison, works);
  const statements = [
    ...aside.down,
    ...renderIndexDrops(comparison.changes),
    ...renames,
    ...renderTableDrops(comparison.changes),
    ...renderTableCreations(comparison.changes),
    ...alterations,
    ...renderIndexCreations(comparison, works),
    ...aside.putBack,
  ];
  const usesLegacy = statements.some(({ text }) => text.startsWith("PRAGMA legacy_alter_table"));
  const settings: SessionSettings = {
    ...(mustSwitchForeignKeysOff(comparison, works) ? { foreignKeys: "off" } : {}),
    ...(usesLegacy ? { restore: ["legacy_alter_table"] } : {}),
  };
  return { statements, settings, works };
}

/**
 * With foreign keys on, DROP TABLE first deletes all rows of the table, which cascades to its children; also
 * in the drop that is part of a rebuild: https://sqlite.org/foreignkeys.html#fk_schemacommands
 */
function mustSwitchForeignKeysOff({ renamed, changes }: Comparison, works: readonly TableWork[]): boolean {
  if (works.some((work) => work.method.kind === "rebuild")) return true;
  const dropped = new Set<string>();
  for (const change of changes) if (change.kind === "drop-table") dropped.add(nameKey(change.from.name));
  return renamed.tables.some((table) =>
    table.constraints.some((constraint) => {
      const parent = constraint.kind === "foreign-key" ? nameKey(constraint.references.table) : undefined;
      return parent !== undefined && parent !== nameKey(table.name) && dropped.has(parent);
    }),
  );
}

function renderIndexDrops(changes: readonly Change[]): readonly PlannedStatement[] {
  return changes.flatMap((change): readonly PlannedStatement[] => {
    if (change.kind === "drop-index" || change.kind === "rename-index")
      return [{ text: `DROP INDEX ${quote(change.object.name)}`, changes: [change] }];
    if (change.kind === "change-index")
      return [{ text: `DROP INDEX ${quote(change.from.name)}`, changes: [change] }];
    return [];
  });
}

function renderRenames({ from, changes, ...models }: Comparison): readonly PlannedStatement[] {
  const views = new Set(from.views.map((view) => nameKey(view.name)));
  const statements: PlannedStatement[] = [];
  for (const change of changes) {
    const { name, table = "" } = change.object;
    if (change.kind === "rename-column") {
      const text = `ALTER TABLE ${quote(table)}\nRENAME COLUMN ${quote(name)} TO ${quote(change.to)}`;
      statements.push({ text, changes: [change] });
    } else if (change.kind === "rename-table" && !views.has(nameKey(name))) {
      // A table is in its own way for SQLite when only the case differs. A view of a name that is needed is
      // gone by now.
      const isOnlyCase = nameKey(name) === nameKey(change.to);
      const path = isOnlyCase
        ? [name, successorOf(change.to, { from, changes, ...models }), change.to]
        : [name, change.to];
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

function renderTableDrops(changes: readonly Change[]): readonly PlannedStatement[] {
  return changes.flatMap((change): readonly PlannedStatement[] =>
    change.kind === "drop-table"
      ? [{ text: `DROP TABLE ${quote(change.object.name)}`, changes: [change] }]
      : [],
  );
}

function renderTableCreations(changes: readonly Change[]): readonly PlannedStatement[] {
  return changes.flatMap((change): readonly PlannedStatement[] =>
    change.kind === "create-table" ? [{ text: renderCreateTable(change.to), changes: [change] }] : [],
  );
}

function renderAlterations(comparison: Comparison, works: readonly TableWork[]): readonly PlannedStatement[] {
  const inPlace: PlannedStatement[] = [];
  const anew: PlannedStatement[] = [];
  for (const { before, after, changes, method } of works) {
    if (method.kind === "in place") {
      inPlace.push(...method.steps);
      continue;
    }
    const render = method.kind === "virtual" ? renderVirtualChange : renderRebuild;
    for (const text of render(before, after, successorOf(after.name, comparison)))
      anew.push({ text, changes });
  }
  return anew.length === 0 ? inPlace : [...inPlace, LEGACY_ON, ...anew, LEGACY_OFF];
}

const LEGACY_ON: PlannedStatement = { text: "PRAGMA legacy_alter_table = ON", changes: [] };
const LEGACY_OFF: PlannedStatement = { text: "PRAGMA legacy_alter_table = OFF", changes: [] };

/** A name for the table that will take another's place: one that nothing on either side has. */
function successorOf(table: string, { from, renamed, to }: Comparison): string {
  const relations = [from, renamed, to].flatMap((model) => [...model.tables, ...model.views]);
  const taken = new Set(relations.map((relation) => nameKey(relation.name)));
  let name = `tenon_new_${table}`;
  for (let number = 2; taken.has(nameKey(name)); number++) name = `tenon_new${number}_${table}`;
  return name;
}

/**
 * A table that is made anew loses its indexes and gets all that it shall have; the others get what is new.
 */
function renderIndexCreations(
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
