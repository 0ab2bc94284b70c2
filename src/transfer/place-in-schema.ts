import type { DatabaseModel } from "../schema/index.js";

/**
 * A translated model in another schema than `public`. What refers to tables by name only (views) is made with that schema in the search path.
 */
export function placeInSchema(model: DatabaseModel, schema: string): DatabaseModel {
  const at = <T extends { readonly schema: string }>(object: T): T =>
    object.schema === HOME ? { ...object, schema } : object;
  return {
    ...model,
    schemas: [...model.schemas.filter(({ name }) => name !== schema), { name: schema }],
    types: model.types.map(at),
    sequences: model.sequences.map((sequence) => ({
      ...at(sequence),
      ...(sequence.ownedBy === undefined ? {} : { ownedBy: at(sequence.ownedBy) }),
    })),
    routines: model.routines.map(at),
    tables: model.tables.map((table) => ({
      ...at(table),
      constraints: table.constraints.map((constraint) =>
        constraint.kind === "foreign-key"
          ? { ...constraint, references: at(constraint.references) }
          : constraint,
      ),
    })),
    views: model.views.map(at),
  };
}

const HOME = "public";
