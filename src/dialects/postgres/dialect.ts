import type { Dialect } from "../dialect.js";
import { capabilities } from "./capabilities.js";
import { catalogueGrowth } from "./catalogue-growth.js";
import { settleConstraints } from "./constraints.js";
import { postgresJournal } from "./journal.js";
import { begin, inOnePiece, lock } from "./lock.js";
import { watchLosses } from "./losses.js";
import { listMadeObjects } from "./made-objects.js";
import { offline } from "./offline.js";
import { refuseInPlugin } from "./plugin-statements.js";
import { recover } from "./recover.js";
import { openScratch } from "./scratch.js";
import { canRunInTransaction, prepareScript, refuseInCode } from "./script.js";
import { applySettings } from "./session.js";
import { isTransient } from "./transient.js";

/** PostgreSQL, as a server and as PGlite. */
export const postgres: Dialect = {
  ...postgresJournal,
  engine: "postgres",
  syntax: "postgres",
  capabilities,
  nameKey: (name) => name,
  rowsOf: (json, columns) => {
    const values = Array.from({ length: columns }, (_, index) => `entry.value ->> ${index}`);
    return `SELECT ${values.join(", ")} FROM pg_catalog.jsonb_array_elements(${json}::jsonb) AS entry (value)`;
  },
  listObjects: listMadeObjects,
  catalogueGrowth,
  prepareScript,
  refuseInCode,
  canRunInTransaction,
  recover,
  lock,
  begin,
  inOnePiece,
  applySettings,
  settleConstraints,
  refuseInPlugin,
  watchPlugin: async (...given) => (await import("./plugin-watch.js")).watchPlugin(...given),
  watchLosses,
  offline,
  openScratch,
  loadRows: async () => (await import("./exact-rows.js")).exactRows,
  loadSchema: async () => (await import("./schema.js")).postgresSchema,
  isTransient,
};
