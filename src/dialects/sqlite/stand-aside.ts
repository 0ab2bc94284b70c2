import type { Change, Comparison, Trigger, View } from "../../schema/index.js";
import type { PlannedStatement } from "../schema-dialect.js";
import { missingRelations } from "./missing-relations.js";
import { quote } from "./names.js";
import { renderCreateView } from "./render-objects.js";
import { nameKey, namesIn } from "./rules.js";
import type { TableWork } from "./table-work.js";

export interface StandAside {
  /** Takes triggers and views out of the way. */
  readonly down: readonly PlannedStatement[];
  /** Puts them back as the model to be reached has them, and creates the new ones. */
  readonly putBack: readonly PlannedStatement[];
}

/**
 * Triggers and views while tables change. Those that change or go stand aside; so do the triggers of a table
 * that is made anew (they would go with it), and whatever names something that is renamed: SQLite would
 * rewrite their text, and the text to be reached is known better.
 * https://sqlite.org/lang_altertable.html#alter_table_rename
 */
export function standAside(comparison: Comparison, works: readonly TableWork[]): StandAside {
  const { from, renamed, to } = comparison;
  const changes = changesByObject(comparison.changes);
  const touched = touchedNames(comparison, changes, works);
  const isTouched = (text: string) => touched.size > 0 && mentions(text, touched);
  const anew = new Set(
    works.filter((work) => work.method.kind === "rebuild").map((work) => nameKey(work.after.name)),
  );
  const standing = new Set<string>();
  const down: PlannedStatement[] = [];

  // Both lists of a model keep their order when it is renamed, so the same place is the same object.
  const downViews: { readonly view: View; readonly change: Change | undefined }[] = [];
  for (const [index, view] of from.views.entries()) {
    const name = renamed.views[index]?.name ?? view.name;
    const change = changes.get(keyOf("view", name));
    const isChanged = change?.kind === "drop-view" || change?.kind === "change-view";
    if (isChanged || isTouched(view.definition) || touched.has(nameKey(view.name)))
      downViews.push({ view, change });
    else standing.add(keyOf("view", view.name));
  }

  const handleTrigger = (trigger: Trigger, ownerIsAnew: boolean) => {
    const change = changes.get(keyOf("trigger", trigger.name));
    const isChanged =
      change?.kind === "drop-trigger" ||
      change?.kind === "change-trigger" ||
      change?.kind === "create-trigger";
    if (isChanged || ownerIsAnew || isTouched(trigger.definition))
      down.push(statement(`DROP TRIGGER ${quote(trigger.name)}`, change));
    else standing.add(keyOf("trigger", trigger.name));
  };
  for (const [index, table] of from.tables.entries()) {
    const name = renamed.tables[index]?.name ?? table.name;
    // Those of a dropped table go with it.
    if (changes.get(keyOf("table", name))?.kind === "drop-table") continue;
    for (const trigger of table.triggers) handleTrigger(trigger, anew.has(nameKey(name)));
  }
  const goneViews = new Set(downViews.map(({ view }) => view));
  for (const view of from.views)
    if (!goneViews.has(view)) for (const trigger of view.triggers) handleTrigger(trigger, false);
  for (const { view, change } of inOrderOf(comparison.changes, downViews))
    down.push(statement(`DROP VIEW ${quote(view.name)}`, change));

  const newViews = to.views
    .filter((view) => !standing.has(keyOf("view", view.name)))
    .map((view) => ({ view, change: changes.get(keyOf("view", view.name)) }));
  const putBack = inOrderOf(comparison.changes, newViews).map(({ view, change }) =>
    statement(renderCreateView(view), change),
  );
  for (const { triggers } of [...to.tables, ...to.views])
    for (const trigger of triggers)
      if (!standing.has(keyOf("trigger", trigger.name)))
        putBack.push(statement(trigger.definition, changes.get(keyOf("trigger", trigger.name))));
  return { down, putBack };
}

function changesByObject(changes: readonly Change[]): ReadonlyMap<string, Change> {
  const byObject = new Map<string, Change>();
  for (const change of changes) {
    const name =
      change.kind === "drop-table" || change.kind === "drop-view" ? change.from.name : change.object.name;
    const key = keyOf(change.object.kind, name);
    // What becomes of an object comes last: one dropped here and created there is created.
    if (RELEVANT.has(change.kind)) byObject.set(key, change);
  }
  return byObject;
}

const RELEVANT: ReadonlySet<string> = new Set([
  "drop-table",
  "drop-view",
  "change-view",
  "create-view",
  "drop-trigger",
  "change-trigger",
  "create-trigger",
] satisfies Change["kind"][]);

/**
 * As the changes are ordered, so that a view comes after those it reads; what has no change keeps its place
 * in front.
 */
function inOrderOf<T extends { readonly change: Change | undefined }>(
  changes: readonly Change[],
  items: readonly T[],
) {
  const position = new Map<Change | undefined, number>(changes.map((change, index) => [change, index]));
  return [...items].sort((a, b) => (position.get(a.change) ?? -1) - (position.get(b.change) ?? -1));
}

/**
 * Every name that a rename takes away or gives, and those of the views that stand aside meanwhile: what reads
 * one of them would be found broken, because a rename or DROP COLUMN reads all views and triggers of the
 * database. So would what reads from nothing already.
 */
function touchedNames(
  { from, changes }: Comparison,
  byObject: ReadonlyMap<string, Change>,
  works: readonly TableWork[],
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const change of changes)
    if (change.kind === "rename-table" || change.kind === "rename-column")
      names.add(nameKey(change.object.name)).add(nameKey(change.to));
  const dropsInPlace = works.some(
    ({ method, changes: own }) =>
      method.kind === "in place" && own.some((change) => change.kind === "drop-column"),
  );
  if (names.size === 0 && !dropsInPlace) return names;
  for (const name of missingRelations(from)) names.add(name);
  for (let size = -1; size !== names.size; ) {
    size = names.size;
    for (const view of from.views) {
      const change = byObject.get(keyOf("view", view.name));
      const isChanged = change?.kind === "drop-view" || change?.kind === "change-view";
      if (isChanged || mentions(view.definition, names)) names.add(nameKey(view.name));
    }
  }
  return names;
}

function mentions(text: string, names: ReadonlySet<string>): boolean {
  for (const name of namesIn(text)) if (names.has(name)) return true;
  return false;
}

function keyOf(kind: string, name: string): string {
  return `${kind} ${nameKey(name)}`;
}

function statement(text: string, change: Change | undefined): PlannedStatement {
  return { text, changes: change === undefined ? [] : [change] };
}
