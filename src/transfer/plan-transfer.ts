import type { Connection } from "../connection/index.js";
import { type Dialect, loadDialect, loadTranslation, type Untranslated } from "../dialects/index.js";
import { TenonError } from "../errors.js";
import {
  type DatabaseModel,
  emptyModel,
  formatAddress,
  type ObjectAddress,
  type ObjectName,
  type Table,
} from "../schema/index.js";
import { findFilled } from "./find-filled.js";
import { type Fit, fitTables, type Mapping, type Presumption } from "./fit/index.js";
import { placeInSchema } from "./place-in-schema.js";
import type { LeftOut } from "./report.js";
import type { TablePlan } from "./table-plan.js";

export interface PlanRequest {
  /** In the snapshot from which the rows will be read. */
  readonly from: Connection;
  readonly to: Connection;
  /** Tables that stay behind: a journal that means nothing to the other engine. */
  readonly exclude: readonly string[];
  /** What the target is to look like, where modules say it. */
  readonly modules: DatabaseModel | undefined;
  readonly mapping: Mapping | undefined;
  /** What may be taken for what its declarations say until it is loaded. */
  readonly presume?: Presumption | undefined;
  readonly intoSchema: string | undefined;
  /** Names of objects that may be left out where the target cannot have them; `*` for all. */
  readonly leaveOut: readonly string[];
  readonly onTable: (table: string, done: number, of: number) => void;
}

export interface TransferPlan {
  readonly fit: Fit;
  readonly plans: readonly TablePlan[];
  /** What the target is to look like, as its engine tells it. */
  readonly wanted: DatabaseModel;
  readonly leftOut: readonly LeftOut[];
  /** What the target cannot have and nobody has said that it may be left out. */
  readonly refused: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** Looks at the source, and works out what the target becomes and how each column gets there. Writes nothing. */
export async function planTransfer(request: PlanRequest): Promise<TransferPlan> {
  const { from, to, exclude, mapping, intoSchema, leaveOut } = request;
  const [source, target] = [await loadDialect(from.engine), await loadDialect(to.engine)];
  const everything = await (await source.loadSchema()).introspect(from, { exclude });
  const { model, leftOut, refused: unmoved } = withoutLeftOut(everything, leaveOut);
  const standing = await (await target.loadSchema()).introspect(to);
  const engine = standing.engine;
  await refuseFilled(request, model, standing);
  const given = givenModel(request, model, standing);
  const fit = await fitTables({
    source: from,
    model,
    to: engine,
    wanted: given,
    mapping,
    presume: request.presume,
    onTable: request.onTable,
  });
  const { translateModel } = await loadTranslation();
  const translation = translateModel(model, engine, { typeOf: (table, column) => fit.typeOf(table, column) });
  const translated = merge(given, translation.model);
  const placed = intoSchema === undefined ? translated : placeInSchema(translated, intoSchema);
  const wanted = await normalised(placed, target, to);
  const isAllowed = ({ object }: LeftOut) => leaveOut.includes("*") || leaveOut.includes(object);
  const open = translation.refused.filter(({ object }) => !isGiven(object, given));
  const refused = [...open.map(told), ...unmoved];
  return {
    fit,
    plans: fit.plan(wanted),
    wanted,
    leftOut: [...leftOut, ...refused.filter(isAllowed)],
    refused: refused.filter((each) => !isAllowed(each)),
    notes: translation.notes.map(({ reason }) => reason),
  };
}

/** @throws TenonError `CHANGE_UNSUPPORTED` for what the target cannot have and nobody left out */
export function refuseUntranslated({ refused }: TransferPlan): void {
  const [first] = refused;
  if (first === undefined) return;
  throw new TenonError("CHANGE_UNSUPPORTED", refused.map(({ reason }) => reason).join(" "), {
    where: { object: first.object },
    hint: `Leave these out by name, and bring them yourself: ${refused
      .slice(0, 5)
      .map(({ object }) => `--leave-out ${JSON.stringify(object)}`)
      .join(" ")}${refused.length > 5 ? " …" : ""}. Nothing was changed.`,
    details: { objects: refused.map(({ object }) => object) },
  });
}

/** What is known of the target beforehand: the tables of modules, and those that stand in it already. */
function givenModel(
  { modules, intoSchema }: PlanRequest,
  model: DatabaseModel,
  standing: DatabaseModel,
): DatabaseModel | undefined {
  const home = intoSchema ?? (standing.engine === "postgres" ? "public" : "main");
  const key = nameKeyOf(standing.engine);
  const moved = new Set(model.tables.map(({ name }) => key(name)));
  const there = standing.tables.filter((table) => table.schema === home && moved.has(key(table.name)));
  if (modules === undefined && there.length === 0) return undefined;
  // What tables that stand need stands as well: their types, and the functions of their checks.
  const needed =
    there.length === 0 ? emptyModel(standing.engine) : { ...standing, tables: [], views: [], others: [] };
  const base = modules ?? needed;
  const known = new Set(there.map(({ name }) => key(name)));
  return { ...base, tables: [...base.tables.filter(({ name }) => !known.has(key(name))), ...there] };
}

/** Told before the long look at all values, and by a dry run too. An interrupted transfer has its tables elsewhere. */
async function refuseFilled(
  { to, intoSchema }: PlanRequest,
  model: DatabaseModel,
  standing: DatabaseModel,
): Promise<void> {
  const home = intoSchema ?? "public";
  const places = model.tables.map(({ schema, name }) => ({
    schema: model.engine === "postgres" && schema !== "public" ? schema : home,
    name,
  }));
  if (to.engine === "postgres") await findFilled(to, standing, places);
}

/** What is given stands; the rest comes from the translation. */
function merge(given: DatabaseModel | undefined, translated: DatabaseModel): DatabaseModel {
  if (given === undefined) return translated;
  const key = nameKeyOf(translated.engine);
  const add = <T extends { readonly name: string }>(
    first: readonly T[],
    second: readonly T[],
  ): readonly T[] => {
    const known = new Set(first.map(({ name }) => key(name)));
    return [...first, ...second.filter(({ name }) => !known.has(key(name)))];
  };
  return {
    ...translated,
    schemas: add(given.schemas, translated.schemas),
    extensions: add(given.extensions, translated.extensions),
    types: add(given.types, translated.types),
    sequences: add(given.sequences, translated.sequences),
    routines: add(given.routines, translated.routines),
    tables: add<Table>(given.tables, translated.tables),
    views: add(given.views, translated.views),
  };
}

/** What is given has not to be translated. */
function isGiven(object: ObjectAddress, given: DatabaseModel | undefined): boolean {
  if (given === undefined) return false;
  const key = nameKeyOf(given.engine);
  const name = key(object.table ?? object.name);
  return [...given.tables, ...given.views].some((each) => key(each.name) === name);
}

function nameKeyOf(engine: DatabaseModel["engine"]): (name: string) => string {
  return engine === "sqlite" ? (name) => name.toLowerCase() : (name) => name;
}

async function normalised(model: DatabaseModel, dialect: Dialect, to: Connection): Promise<DatabaseModel> {
  const schema = await dialect.loadSchema();
  if (dialect.capabilities.normalisesInPlace) return schema.normalise(model, to);
  const scratch = await dialect.openScratch(to);
  try {
    return await schema.normalise(model, scratch);
  } finally {
    await scratch.close();
  }
}

function told({ object, reason }: Untranslated): LeftOut {
  return { object: formatAddress(object), reason };
}

/** A source without the tables and views that are to stay behind, and without those that cannot be moved. */
function withoutLeftOut(
  model: DatabaseModel,
  leaveOut: readonly string[],
): {
  readonly model: DatabaseModel;
  readonly leftOut: readonly LeftOut[];
  readonly refused: readonly LeftOut[];
} {
  const nameOf = (object: ObjectName) =>
    formatAddress({ kind: "table", schema: object.schema, name: object.name });
  const isNamed = (object: ObjectName) => leaveOut.includes(nameOf(object));
  const isMoved = (table: Table) =>
    model.engine === "sqlite" ||
    (table.kind === "ordinary" && table.partitionOf === undefined && table.inherits === undefined);
  const named = [...model.tables, ...model.views].filter(isNamed);
  const unmoved = model.tables.filter((table) => !isNamed(table) && !isMoved(table));
  const gone = new Set<ObjectName>([...named, ...unmoved]);
  const stays = (object: ObjectName) => !gone.has(object);
  return {
    model: { ...model, tables: model.tables.filter(stays), views: model.views.filter(stays) },
    leftOut: named.map((object) => ({ object: nameOf(object), reason: "left out by name" })),
    refused: unmoved.map((object) => ({
      object: nameOf(object),
      reason: `${object.name} is partitioned, foreign, or has a parent, and its rows cannot be moved yet.`,
    })),
  };
}
