import type { Connection } from "../connection/index.js";
import type { Dialect } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import type { DatabaseModel, Dependency, ObjectName, Table } from "../schema/index.js";
import type { DesiredModel } from "./desired-model.js";
import { extensionsFor } from "./drizzle/extensions.js";

export interface NormaliseRequest {
  readonly desired: DesiredModel;
  /** What stands in the database: tables of other modules are taken from it where the desired ones refer to them. */
  readonly current: DatabaseModel;
  readonly dialect: Dialect;
  readonly connection: Connection | undefined;
}

/**
 * The desired model as the engine itself tells it: built in a scratch database (or in this one, in a transaction that is
 * rolled back), together with those objects of others that it needs there, and read back without them.
 */
export async function normaliseDesired(request: NormaliseRequest): Promise<DatabaseModel> {
  const { desired, current, dialect } = request;
  const schema = await dialect.loadSchema();
  const context = contextFor(desired, current);
  const model = withContext(desired.model, context);
  const { connection } = request;
  if (dialect.capabilities.normalisesInPlace && connection !== undefined) {
    try {
      return withoutContext(await schema.normalise(model, connection), context);
    } catch (error) {
      if (!needsScratch(error)) throw error;
    }
  }
  const scratch = await openScratch(request);
  try {
    return withoutContext(await schema.normalise(model, scratch, { isThrownAway: true }), context);
  } finally {
    await scratch.close();
  }
}

/**
 * Whoever may create no schemas here (insufficient_privilege), or has more tables than one transaction can lock (out_of_memory), may still
 * have a database of his own for a moment.
 */
function needsScratch(error: unknown): boolean {
  return error instanceof TenonError && ["42501", "53200"].includes(String(error.details["sqlState"]));
}

/** The server's own scratch where it gives one; what cannot (a pool that was handed in) is served in memory. */
async function openScratch({ dialect, connection }: NormaliseRequest): Promise<Connection> {
  try {
    return await dialect.openScratch(connection);
  } catch (error) {
    if (!(error instanceof TenonError) || error.code !== "UNSUPPORTED" || connection === undefined)
      throw error;
    try {
      return await dialect.openScratch(undefined);
    } catch (second) {
      if (second instanceof TenonError && second.code === "MISSING_DEPENDENCY") throw error;
      throw second;
    }
  }
}

type Context = Pick<
  DatabaseModel,
  "schemas" | "extensions" | "types" | "sequences" | "routines" | "tables" | "views"
>;

const NAME = /[\p{L}_][\p{L}\p{N}_$]*/gu;

/** Objects of others that the texts and keys of the desired model name, and what those need themselves. */
function contextFor({ model, parents }: DesiredModel, current: DatabaseModel): Context {
  const own = new Set([...model.tables, ...model.views, ...model.types, ...model.sequences].map(plainKey));
  const named = new Set(textsOf(model).flatMap((text) => text.match(NAME) ?? []));
  const wanted = new Set<string>();
  const take = (object: ObjectName): boolean => {
    const key = plainKey(object);
    if (own.has(key) || wanted.has(key)) return false;
    wanted.add(key);
    return true;
  };
  const needs = (list: readonly Dependency[] | undefined): void => {
    for (const each of list ?? []) {
      const found = [
        ...current.types,
        ...current.routines,
        ...current.views,
        ...current.tables,
        ...current.sequences,
      ].find((object) => plainKey(object) === plainKey(each));
      if (found === undefined || !take(found)) continue;
      if ("dependsOn" in found) needs(found.dependsOn);
    }
  };
  const pick = <T extends ObjectName & { readonly dependsOn?: readonly Dependency[] | undefined }>(
    objects: readonly T[],
    isNeeded: (object: T) => boolean,
  ) => {
    for (const object of objects) if (isNeeded(object) && take(object)) needs(object.dependsOn);
  };
  const parentKeys = new Set(parents.map(plainKey));
  pick(current.tables, (table) => parentKeys.has(plainKey(table)) || named.has(table.name));
  pick(current.views, (view) => named.has(view.name));
  pick(current.routines, (routine) => named.has(routine.name));
  pick(current.types, (type) => named.has(type.name));
  const isWanted = (object: ObjectName) => wanted.has(plainKey(object));
  const standing = current.tables.filter(isWanted);
  const missing = parents.filter((parent) => !standing.some((table) => plainKey(table) === plainKey(parent)));
  const parts = {
    types: current.types.filter(isWanted),
    sequences: current.sequences.filter(isWanted),
    routines: current.routines.filter(isWanted),
    tables: [...standing.map(bareTable), ...missing],
    views: current.views
      .filter(isWanted)
      .map((view) => ({ ...view, triggers: [], indexes: [], grants: undefined })),
  };
  const schemas = new Set(
    Object.values(parts)
      .flat()
      .map((object) => object.schema),
  );
  return {
    ...parts,
    schemas: current.schemas
      .filter((each) => schemas.has(each.name))
      .concat(
        [...schemas]
          .filter((name) => !current.schemas.some((each) => each.name === name))
          .map((name) => ({ name })),
      ),
    extensions: extensionsFor({ tables: parts.tables, views: [] }, "public").filter(
      (extension) => !model.extensions.some((each) => each.name === extension.name),
    ),
  };
}

/** A table of others as far as keys and queries need it. */
function bareTable(table: Table): Table {
  const constraints = table.constraints.filter(({ kind }) => kind === "primary-key" || kind === "unique");
  const indexes = table.indexes.filter((index) => index.unique === true && index.where === undefined);
  return {
    ...table,
    kind: "ordinary",
    columns: table.columns.map((column) => ({
      ...column,
      default: undefined,
      identity: undefined,
      generated: undefined,
    })),
    constraints,
    indexes: indexes.filter((index) => index.parts.every((part) => part.column !== undefined)),
    triggers: [],
    policies: [],
    rowSecurity: undefined,
    partitionBy: undefined,
    partitionOf: undefined,
    inherits: undefined,
    grants: undefined,
    virtual: undefined,
  };
}

function withContext(model: DatabaseModel, context: Context): DatabaseModel {
  const schemas = model.schemas.filter((each) => !context.schemas.some((other) => other.name === each.name));
  return {
    ...model,
    schemas: [...schemas, ...context.schemas],
    extensions: [...model.extensions, ...context.extensions],
    types: [...model.types, ...context.types],
    sequences: [...model.sequences, ...context.sequences],
    routines: [...model.routines, ...context.routines],
    tables: [...model.tables, ...context.tables],
    views: [...model.views, ...context.views],
  };
}

function withoutContext(model: DatabaseModel, context: Context): DatabaseModel {
  const others = (list: readonly ObjectName[]) => new Set(list.map(plainKey));
  const remove = <T extends ObjectName>(objects: readonly T[], list: readonly ObjectName[]) => {
    const gone = others(list);
    return objects.filter((object) => !gone.has(plainKey(object)));
  };
  const extensions = new Set(context.extensions.map((extension) => extension.name));
  return {
    ...model,
    extensions: model.extensions.filter((extension) => !extensions.has(extension.name)),
    types: remove(model.types, context.types),
    sequences: remove(model.sequences, context.sequences),
    routines: remove(model.routines, context.routines),
    tables: remove(model.tables, context.tables),
    views: remove(model.views, context.views),
    others: [],
  };
}

/** Everything in a model that is SQL and may name what is not in it. */
function textsOf(model: DatabaseModel): readonly string[] {
  const texts: (string | undefined)[] = model.views.map((view) => view.definition);
  for (const table of model.tables) {
    for (const column of table.columns) texts.push(column.type, column.default, column.generated?.expression);
    for (const policy of table.policies ?? []) texts.push(policy.using, policy.check);
    for (const constraint of table.constraints)
      if (constraint.kind === "check") texts.push(constraint.expression);
    for (const index of table.indexes) texts.push(index.where, ...index.parts.map((part) => part.expression));
  }
  return texts.filter((text) => text !== undefined);
}

function plainKey({ schema, name }: ObjectName): string {
  return `${schema}\0${name.toLowerCase()}`;
}
