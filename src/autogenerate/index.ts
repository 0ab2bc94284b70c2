// From tables in TypeScript to the database: reads Drizzle tables, brings a database after them, writes migrations from them.
export { buildFromTables } from "./build-from-tables.js";
export { engineOfTables } from "./desired-model.js";
export { type Generated, type GenerateRequest, generateMigrations } from "./generate.js";
export {
  isSynced,
  planSync,
  type SyncOptions,
  type SyncPlan,
  syncedVersion,
  syncTables,
} from "./sync.js";
