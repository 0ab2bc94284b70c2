import type { SchemaDialect } from "../dialects/index.js";
import { type DatabaseModel, type ObjectName, sortModel } from "../schema/index.js";
import type { OwnedObjects } from "./owned-objects.js";

/**
 * What a database should become so that a module has what it desires: its own objects as desired, those that it no longer
 * asks for gone, everything else as it stands. Schemas and extensions are brought and never taken away.
 */
export function targetModel(
  current: DatabaseModel,
  desired: DatabaseModel,
  own: OwnedObjects,
  schema: SchemaDialect,
): DatabaseModel {
  const keyOf = (object: ObjectName) => `${object.schema}\0${schema.rules.nameKey(object.name)}`;
  const replace = <T extends ObjectName>(
    standing: readonly T[],
    wanted: readonly T[],
    owned: readonly ObjectName[],
    alsoOurs: (object: T) => boolean = () => false,
  ): readonly T[] => {
    const ours = new Set([...wanted, ...owned].map(keyOf));
    return [...standing.filter((object) => !ours.has(keyOf(object)) && !alsoOurs(object)), ...wanted];
  };
  const tables = new Set([...desired.tables, ...own.tables].map(keyOf));
  const added = <T extends { readonly name: string }>(standing: readonly T[], wanted: readonly T[]) => [
    ...standing,
    ...wanted.filter((each) => !standing.some((other) => other.name === each.name)),
  ];
  return sortModel({
    ...current,
    schemas: added(current.schemas, desired.schemas),
    extensions: added(current.extensions, desired.extensions),
    types: replace(current.types, desired.types, own.types),
    sequences: replace(
      current.sequences,
      desired.sequences,
      own.sequences,
      ({ ownedBy }) =>
        ownedBy !== undefined && tables.has(keyOf({ schema: ownedBy.schema, name: ownedBy.table })),
    ),
    tables: replace(current.tables, desired.tables, own.tables),
    views: replace(current.views, desired.views, own.views),
  });
}
