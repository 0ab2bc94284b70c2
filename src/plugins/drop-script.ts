import { type ObjectOwner, planScript, type RunContext, readModel } from "../engine/index.js";
import type { DatabaseModel, ObjectName, Routine, Table, View } from "../schema/index.js";
import { ownedBy } from "./removal.js";

/**
 * A script that drops exactly what a module owns, in an order in which nothing stands in the way: for a module without
 * downs. Empty when it owns nothing.
 */
export async function dropScript(context: RunContext, module: string): Promise<string> {
  const { connection, dialect, journal } = context;
  const owned = await ownedBy(context, module);
  if (owned.length === 0) return "";
  const schema = await dialect.loadSchema();
  const model = await readModel(connection, dialect, journal);
  return planScript(await schema.planChanges(model, without(model, owned)), dialect);
}

/** The model without these objects. A schema stays: it may hold what others made. */
function without(model: DatabaseModel, owned: readonly ObjectOwner[]): DatabaseModel {
  const wholes = new Set(owned.filter((object) => object.table === undefined).map(keyOf));
  // A sequence of a column is listed as a part of its table, and is an object of its own in the model.
  const sequences = new Set(
    owned.filter((object) => object.kind === "sequence").map(({ schema, name }) => keyOf({ schema, name })),
  );
  const parts = new Set(owned.filter((object) => object.table !== undefined).map(keyOf));
  const stays = (object: ObjectName) => !wholes.has(keyOf(object));
  const partStays = (table: ObjectName) => (part: { readonly name: string }) =>
    !parts.has(keyOf({ schema: table.schema, name: part.name, table: table.name }));
  const withoutParts = <T extends Table | View>(whole: T): T => ({
    ...whole,
    indexes: whole.indexes.filter(partStays(whole)),
    triggers: whole.triggers.filter(partStays(whole)),
  });
  return {
    ...model,
    types: model.types.filter(stays),
    sequences: model.sequences.filter((sequence) => !sequences.has(keyOf(sequence))),
    routines: model.routines.filter((routine) => !owned.some((object) => isRoutine(routine, object))),
    tables: model.tables.filter(stays).map((table) => {
      const kept = withoutParts(table);
      return kept.policies === undefined
        ? kept
        : { ...kept, policies: kept.policies.filter(partStays(table)) };
    }),
    views: model.views.filter(stays).map(withoutParts),
  };
}

/** The catalogue lists the types of the arguments, `next(date)`; the model has their names too, `next(day date)`. */
function isRoutine(routine: Routine, object: ObjectOwner): boolean {
  const [, name, types = ""] = /^(.*)\((.*)\)$/s.exec(object.name) ?? [];
  if (object.schema !== routine.schema || name !== routine.name) return false;
  const wanted = types === "" ? [] : types.split(", ");
  const found = routine.arguments === "" ? [] : routine.arguments.split(", ");
  return (
    wanted.length === found.length &&
    found.every((argument, index) => {
      const type = wanted[index] ?? "";
      return argument === type || argument.endsWith(` ${type}`) || argument.endsWith(`.${type}`);
    })
  );
}

function keyOf({ schema, name, table }: ObjectName & { readonly table?: string | undefined }): string {
  return JSON.stringify([schema, name, table ?? ""]);
}
