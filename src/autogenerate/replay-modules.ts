import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Connection } from "../connection/index.js";
import type { Dialect } from "../dialects/index.js";
import { Catalogue, type ObjectOwner, planScript, pluginsAmong, replayInto } from "../engine/index.js";
import type { Migration, SourceTables } from "../migrations/index.js";
import { type Module, orderModules } from "../modules/index.js";
import type { DatabaseModel, ObjectName } from "../schema/index.js";
import { type DesiredModel, readDesiredModel } from "./desired-model.js";
import { NOTHING_OWNED, type OwnedObjects } from "./owned-objects.js";
import { normaliseDesired } from "./scratch-model.js";
import { targetModel } from "./target-model.js";
import { runScript } from "./try-out.js";

export interface ReplayRequest {
  readonly module: Module;
  readonly others: readonly Module[];
  /** Where the module's migrations are. */
  readonly folder: string;
  readonly baseFolder: string | undefined;
  /** What the tables of the module ask for. */
  readonly desired: DesiredModel;
}

/** What stands after a replay, and whose it is. */
export interface Replayed {
  readonly current: DatabaseModel;
  /** What the module's own migrations made. */
  readonly own: OwnedObjects;
  /** What each of the modules made. */
  readonly owners: readonly ObjectOwner[];
}

/** Builds the other modules and this one, and tells what of all that is this one's. */
export async function replayModules(
  scratch: Connection,
  dialect: Dialect,
  request: ReplayRequest,
): Promise<Replayed> {
  const { module, baseFolder, desired } = request;
  const schema = await dialect.loadSchema();
  const before = modulesBefore(module, request.others);
  const existing = existsSync(request.folder) ? module : withoutVersions(module);
  const modules = [...before, existing].map((each) => foundFrom(each, baseFolder));
  const catalogue = await Catalogue.load(modules, dialect.engine);
  const plugins = pluginsAmong(modules);
  const runs = runsOf(await catalogue.ordered([], () => true));
  const firstOwn = runs.findIndex((run) => run[0]?.module === module.name);
  const start = firstOwn === -1 ? runs.length : firstOwn;

  const owners = new Map<string, ObjectOwner>();
  const note = async (name: string | undefined): Promise<void> => {
    for (const object of await dialect.listObjects(scratch, { definitions: false })) {
      const key = [object.kind, object.schema, object.table, object.name].join("\0");
      if (!owners.has(key)) owners.set(key, { ...object, module: name, version: undefined });
    }
  };

  for (const run of runs.slice(0, start)) {
    await replayInto(scratch, dialect, run, plugins);
    await note(run[0]?.module);
  }
  for (const each of before) {
    if (each.source.kind !== "tables") continue;
    await buildTables(scratch, dialect, each.source.tables, baseFolder);
    await note(each.name);
  }
  let current = await addMissing(scratch, dialect, await schema.introspect(scratch), desired.parents);
  let own = NOTHING_OWNED;
  for (const run of runs.slice(start)) {
    const standing = current;
    await replayInto(scratch, dialect, run, plugins);
    current = await schema.introspect(scratch);
    await note(run[0]?.module);
    if (run[0]?.module === module.name) own = withAdded(own, standing, current);
  }
  return { current, own, owners: [...owners.values()] };
}

/** The modules that this one may refer to: all but those that need it first. */
function modulesBefore(module: Module, others: readonly Module[]): readonly Module[] {
  const needing = new Set([module.name]);
  const candidates = others.filter((each) => each.name !== module.name);
  for (let size = 0; size !== needing.size; ) {
    size = needing.size;
    for (const each of candidates)
      if (each.dependsOn.some((reference) => needing.has(reference.module))) needing.add(each.name);
  }
  const before = candidates.filter((each) => !needing.has(each.name));
  return orderModules(before.filter((each) => canBeReplayed(each, before)));
}

/** A module whose own needs are not known here is left out; what this one refers to of it is taken from its tables. */
function canBeReplayed(module: Module, known: readonly Module[]): boolean {
  return module.dependsOn.every((reference) => known.some((each) => each.name === reference.module));
}

/** Migrations of one module after the other, as they run. */
function runsOf(migrations: readonly Migration[]): readonly (readonly Migration[])[] {
  const runs: Migration[][] = [];
  for (const migration of migrations) {
    const last = runs.at(-1);
    if (last?.[0]?.module === migration.module) last.push(migration);
    else runs.push([migration]);
  }
  return runs;
}

/** Builds what a module without migrations has. */
async function buildTables(
  scratch: Connection,
  dialect: Dialect,
  tables: SourceTables,
  baseFolder: string | undefined,
): Promise<void> {
  const schema = await dialect.loadSchema();
  const desired = await readDesiredModel(tables, { engine: dialect.engine, baseFolder });
  const current = await addMissing(scratch, dialect, await schema.introspect(scratch), desired.parents);
  const normalised = await normaliseDesired({ desired, current, dialect, connection: scratch });
  const target = targetModel(current, normalised, NOTHING_OWNED, schema);
  await runScript(scratch, dialect, planScript(await schema.planChanges(current, target), dialect));
}

/** Puts tables that foreign keys refer to and that no known module brings into the scratch. */
async function addMissing(
  scratch: Connection,
  dialect: Dialect,
  current: DatabaseModel,
  parents: DesiredModel["parents"],
): Promise<DatabaseModel> {
  const schema = await dialect.loadSchema();
  const known = new Set(current.tables.map((table) => schema.rules.nameKey(`${table.schema}.${table.name}`)));
  const missing = parents.filter(
    (table) => !known.has(schema.rules.nameKey(`${table.schema}.${table.name}`)),
  );
  if (missing.length === 0) return current;
  const schemas = new Set(
    [...current.schemas, ...missing.map((table) => ({ name: table.schema }))].map((each) => each.name),
  );
  const target = {
    ...current,
    schemas: [...schemas].map((name) => current.schemas.find((each) => each.name === name) ?? { name }),
    tables: [...current.tables, ...missing],
  };
  await runScript(scratch, dialect, planScript(await schema.planChanges(current, target), dialect));
  return schema.introspect(scratch);
}

function withAdded(own: OwnedObjects, before: DatabaseModel, after: DatabaseModel): OwnedObjects {
  const key = ({ schema, name }: ObjectName) => `${schema}\0${name}`;
  const fresh = (kind: "tables" | "views" | "types" | "sequences"): readonly ObjectName[] => {
    const known = new Set(before[kind].map(key));
    return [...own[kind], ...after[kind].filter((object) => !known.has(key(object)))];
  };
  return {
    tables: fresh("tables"),
    views: fresh("views"),
    types: fresh("types"),
    sequences: fresh("sequences"),
    secured: [],
  };
}

/** The folder is made with the first migration. */
function withoutVersions(module: Module): Module {
  return { ...module, source: { kind: "inline", versions: {} } };
}

function foundFrom(module: Module, baseFolder: string | undefined): Module {
  const { source } = module;
  if (baseFolder === undefined || source.kind !== "folder") return module;
  return { ...module, source: { ...source, path: resolve(baseFolder, source.path) } };
}
