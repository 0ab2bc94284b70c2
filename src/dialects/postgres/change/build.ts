import {
  type Change,
  type Dependency,
  dependencyOrder,
  type ObjectAddress,
  signatureOf,
} from "../../../schema/index.js";
import { literal, qualified, quote } from "../names.js";
import { alterSequence, createSequence, ownedBy } from "./alter-sequence.js";
import { alterType } from "./alter-type.js";
import { buildChangedTable, buildNewTable, type OpenParts } from "./build-tables.js";
import type { ChangeWork } from "./change-work.js";
import { nameKey, parentNames } from "./model-index.js";
import { labelsOf } from "./object-labels.js";
import { changeRenamedSequences } from "./rename.js";
import { createIndex } from "./statements/create-index.js";
import { createType } from "./statements/create-type.js";
import { createView } from "./statements/create-view.js";

/** Makes what is new and changes what stays: what is needed comes before what needs it. */
export function build(work: ChangeWork): OpenParts {
  createSchemas(work);
  moveTypesAside(work);
  changeRenamedSequences(work);
  const nodes = nodesOf(work);
  const order = orderOf(work, nodes);
  const open: OpenParts = { foreignKeys: [], later: [], built: new Set(order) };
  for (const key of order) {
    const node = nodes.get(key);
    open.built.delete(key);
    node?.build(open);
  }
  for (const { text, changes } of open.later) work.add(text, changes);
  for (const change of work.of("change-sequence")) {
    const { to, differences } = change;
    if (differences.join() === "ownedBy" && to.ownedBy !== undefined)
      work.add(ownedBy(to, to.ownedBy), [change]);
  }
  return open;
}

function createSchemas(work: ChangeWork): void {
  for (const change of work.of("create-schema")) {
    work.add(`CREATE SCHEMA ${quote(change.to.name)}`, [change]);
    labelsOf(work, change.object, change.to, [change]);
  }
  for (const change of work.of("create-extension")) {
    const { name, schema, extensionVersion } = change.to;
    const version = extensionVersion === undefined ? "" : `\n  VERSION ${literal(extensionVersion)}`;
    work.add(`CREATE EXTENSION ${quote(name)}\n  SCHEMA ${quote(schema)}${version}`, [change]);
    if (change.to.comment !== undefined) labelsOf(work, change.object, change.to, [change]);
  }
  for (const change of work.of("change-extension")) {
    const { from, to } = change;
    const alter = `ALTER EXTENSION ${quote(to.name)}`;
    if (from.schema !== to.schema) work.add(`${alter}\n  SET SCHEMA ${quote(to.schema)}`, [change]);
    if (from.extensionVersion !== to.extensionVersion && to.extensionVersion !== undefined) {
      work.add(`${alter}\n  UPDATE TO ${literal(to.extensionVersion)}`, [change]);
    }
  }
}

/** The name under which a type stands that is made anew, until its columns have gone over. */
export function oldTypeName(name: string): string {
  return `tenon_old_${name}`.slice(0, 60);
}

function moveTypesAside(work: ChangeWork): void {
  for (const { item, changes } of work.aside.rebuilt.values()) {
    const noun = item.kind === "domain" ? "DOMAIN" : "TYPE";
    work.add(`ALTER ${noun} ${qualified(item)}\n  RENAME TO ${quote(oldTypeName(item.name))}`, changes);
  }
}

/** An object that is made or changed. */
interface BuildNode {
  readonly needs: readonly Dependency[];
  readonly build: (open: OpenParts) => void;
}

const RANKS: readonly Dependency["kind"][] = ["type", "sequence", "routine", "table", "view"];

function nodesOf(work: ChangeWork): ReadonlyMap<string, BuildNode> {
  const nodes = new Map<string, BuildNode>();
  const add = (
    kind: Dependency["kind"],
    object: { schema: string; name: string; dependsOn?: readonly Dependency[] | undefined },
    make: BuildNode["build"],
  ) => {
    const { schema, name, dependsOn = [] } = object;
    nodes.set(`${kind}\0${nameKey({ schema, name })}`, { needs: dependsOn, build: make });
  };
  addTypes(work, add);
  for (const change of work.of("create-sequence")) {
    add("sequence", change.to, () => {
      work.add(createSequence(change.to), [change]);
      labelsOf(work, change.object, change.to, [change]);
    });
  }
  for (const change of work.of("change-sequence")) {
    if (change.differences.join() === "ownedBy") continue;
    add("sequence", change.to, () => {
      for (const text of alterSequence(change.from, change.to)) work.add(text, [change]);
    });
  }
  addRoutines(work, add);
  addTables(work, add);
  addViews(work, add);
  return nodes;
}

type AddNode = (
  kind: Dependency["kind"],
  object: { schema: string; name: string; dependsOn?: readonly Dependency[] | undefined },
  make: BuildNode["build"],
) => void;

function addTypes(work: ChangeWork, add: AddNode): void {
  const create = (type: Parameters<typeof createType>[0], changes: Iterable<Change>) => {
    const object: ObjectAddress = { kind: "type", schema: type.schema, name: type.name };
    add("type", type, () => {
      work.add(createType(type), changes);
      labelsOf(work, object, type, changes);
    });
  };
  for (const change of work.of("create-type")) create(change.to, [change]);
  for (const { item, changes } of work.aside.rebuilt.values()) {
    const successor = work.after.type(item);
    if (successor !== undefined) create(successor, changes);
  }
  for (const change of work.of("change-type")) {
    if (work.aside.rebuilt.has(nameKey(change.to))) continue;
    add("type", change.to, () => {
      for (const text of alterType(change)) work.add(text, [change]);
    });
  }
}

function addRoutines(work: ChangeWork, add: AddNode): void {
  const make = (
    routine: (typeof work.after.model.routines)[number],
    changes: Iterable<Change>,
    isNew: boolean,
  ) => {
    const object: ObjectAddress = { kind: "routine", schema: routine.schema, name: signatureOf(routine) };
    add("routine", { ...routine, name: object.name }, () => {
      work.add(routine.definition, changes);
      if (isNew) labelsOf(work, object, routine, changes);
    });
  };
  for (const change of work.of("create-routine")) make(change.to, [change], true);
  for (const change of work.of("change-routine"))
    make(change.to, [change], work.aside.routines.has(keyOf(change.object)));
  for (const [key, { changes }] of work.aside.routines) {
    const routine = work.after.model.routines.find(
      (item) => nameKey({ ...item, name: signatureOf(item) }) === key,
    );
    const isMade = work.of("change-routine").some((change) => keyOf(change.object) === key);
    if (routine !== undefined && !isMade) make(routine, changes, true);
  }
}

function keyOf({ schema, name }: ObjectAddress): string {
  return nameKey({ schema, name });
}

function addTables(work: ChangeWork, add: AddNode): void {
  for (const change of work.of("create-table")) {
    const needs = [...(change.to.dependsOn ?? []), ...parentsAsNeeds(change.to)];
    add("table", { ...change.to, dependsOn: needs }, (open) => buildNewTable(work, change, open));
  }
  const created = new Set(work.of("create-table").map((change) => nameKey(change.to)));
  for (const table of work.after.model.tables) {
    const before = work.before.table(table);
    if (before === undefined || created.has(nameKey(table)) || !work.isAffected(table)) continue;
    const needs = [...(table.dependsOn ?? []), ...parentsAsNeeds(table)];
    add("table", { ...table, dependsOn: needs }, (open) => buildChangedTable(work, before, table, open));
  }
}

function parentsAsNeeds(table: Parameters<typeof parentNames>[0]): readonly Dependency[] {
  return parentNames(table).map(({ schema, name }) => ({ kind: "table", schema, name }));
}

function addViews(work: ChangeWork, add: AddNode): void {
  const create = (
    view: (typeof work.after.model.views)[number],
    changes: Iterable<Change>,
    replace: boolean,
  ) => {
    const object: ObjectAddress = { kind: "view", schema: view.schema, name: view.name };
    add("view", view, () => {
      const traits = work.before.other("tablespace", view);
      work.add(createView(view, { replace, tablespace: traits?.definition }), changes);
      if (replace) return;
      labelsOf(work, object, view, changes);
      for (const column of view.columns ?? []) {
        const address: ObjectAddress = {
          kind: "column",
          schema: view.schema,
          table: view.name,
          name: column.name,
        };
        labelsOf(work, address, column, changes);
      }
      for (const index of view.indexes) {
        work.add(createIndex(index, view), changes);
        labelsOf(
          work,
          { kind: "index", schema: view.schema, table: view.name, name: index.name },
          index,
          changes,
        );
      }
    });
  };
  const asides = work.aside.views;
  for (const change of work.of("create-view")) create(change.to, [change], false);
  for (const change of work.of("change-view")) {
    if (!asides.has(nameKey(change.to))) create(change.to, [change], true);
  }
  const created = new Set(work.of("create-view").map((change) => nameKey(change.to)));
  for (const [key, { item, changes }] of asides) {
    const view = work.after.view(item);
    if (view === undefined || created.has(key)) continue;
    const own = work.of("change-view").filter((change) => nameKey(change.to) === key);
    create(view, [...changes, ...own], false);
  }
  addViewIndexes(work, add);
}

/** Indexes of a materialised view that stays. */
function addViewIndexes(work: ChangeWork, add: AddNode): void {
  for (const view of work.after.model.views) {
    if (view.materialized !== true || work.aside.views.has(nameKey(view))) continue;
    const changes = [...work.of("create-index"), ...work.of("change-index")].filter(
      (change) => change.object.table === view.name && change.object.schema === view.schema,
    );
    if (changes.length === 0 || work.of("create-view").some((change) => nameKey(change.to) === nameKey(view)))
      continue;
    add("view", view, () => {
      for (const change of changes) {
        work.add(createIndex(change.to, view), [change]);
        labelsOf(work, change.object, change.to, [change]);
      }
    });
  }
}

function orderOf(work: ChangeWork, nodes: ReadonlyMap<string, BuildNode>): readonly string[] {
  const rank = (key: string) => RANKS.findIndex((kind) => key.startsWith(`${kind}\0`));
  const keys = [...nodes.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const tables = new Map(work.after.model.tables.map((table) => [`table\0${nameKey(table)}`, table]));
  const targetsOf = (key: string) =>
    (tables.get(key)?.constraints ?? []).flatMap((constraint) =>
      constraint.kind === "foreign-key"
        ? `table\0${nameKey({ schema: constraint.references.schema, name: constraint.references.table })}`
        : [],
    );
  return dependencyOrder(keys, {
    needs: (key) =>
      (nodes.get(key)?.needs ?? [])
        .map((need) => `${need.kind}\0${nameKey(need)}`)
        .filter((need) => nodes.has(need) && need !== key),
    prefers: (key) => targetsOf(key).filter((target) => nodes.has(target) && target !== key),
  }).order;
}
