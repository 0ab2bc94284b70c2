import type { DatabaseModel, Extension } from "../../schema/index.js";

/**
 * The extensions that the types, operator classes and functions of a model come from. A module that uses `vector(3)` says nothing more in
 * Drizzle, and could be built nowhere without it.
 */
export function extensionsFor(
  model: Pick<DatabaseModel, "tables" | "views">,
  schema: string,
): readonly Extension[] {
  const types = model.tables.flatMap((table) => table.columns.map((column) => column.type));
  const classes = model.tables.flatMap((table) =>
    table.indexes.flatMap((index) => index.parts.map((part) => part.operatorClass ?? "")),
  );
  const methods = model.tables.flatMap((table) => table.indexes.map((index) => index.method ?? ""));
  const defaults = model.tables.flatMap((table) => table.columns.map((column) => column.default ?? ""));
  const names = new Set<string>();
  for (const text of [...types, ...classes, ...methods, ...defaults]) {
    for (const word of text.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? []) {
      const extension = SOURCES[word];
      if (extension !== undefined) names.add(extension);
    }
  }
  return [...names].map((name) => ({ name, schema }));
}

const SOURCES: Readonly<Record<string, string>> = {
  // https://github.com/pgvector/pgvector
  vector: "vector",
  halfvec: "vector",
  sparsevec: "vector",
  // https://postgis.net/docs/
  geometry: "postgis",
  geography: "postgis",
  // https://www.postgresql.org/docs/current/contrib.html
  citext: "citext",
  hstore: "hstore",
  ltree: "ltree",
  lquery: "ltree",
  cube: "cube",
  bloom: "bloom",
  gin_trgm_ops: "pg_trgm",
  gist_trgm_ops: "pg_trgm",
  uuid_generate_v1: "uuid-ossp",
  uuid_generate_v1mc: "uuid-ossp",
  uuid_generate_v4: "uuid-ossp",
};
