// The one translation of schemas between engines: types, defaults, constraints, expressions. Pure; described in docs/types.md.
export { type PostgresType, readPostgresType } from "./postgres-type.js";
export { translateModel } from "./translate-model.js";
export type { TranslateOptions, Translation, Untranslated } from "./translation.js";
export { postgresTypeOf, readSqliteType } from "./types-to-postgres.js";
