import type { DatabaseModel, ObjectName } from "../schema/index.js";

/**
 * The model without the schemas that other tools made for tables of their own (`drizzle`, `sqitch`): they go with these tables,
 * unless something else lives there.
 *
 * @param patterns - what was left out of the model, with its schema: `drizzle.__drizzle_migrations`
 * @param home - the schema of the session, which stays
 */
export function withoutForeignSchemas(
  model: DatabaseModel,
  patterns: readonly string[],
  home: string,
): DatabaseModel {
  const lists: readonly (readonly ObjectName[])[] = [
    model.tables,
    model.views,
    model.types,
    model.sequences,
    model.routines,
    model.others,
  ];
  const used = new Set(lists.flatMap((list) => list.map((object) => object.schema)));
  const isForeign = (name: string) =>
    name !== home && !used.has(name) && patterns.some((pattern) => pattern.startsWith(`${name}.`));
  return { ...model, schemas: model.schemas.filter(({ name }) => !isForeign(name)) };
}
