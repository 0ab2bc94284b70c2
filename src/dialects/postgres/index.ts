import type { Dialect } from "../dialect.js";
import { journalStatements } from "../journal-statements.js";
import { capabilities } from "./capabilities.js";
import { catalogueStamp } from "./catalogue-stamp.js";
import { settleConstraints } from "./constraints.js";
import { addressOf, journalAddress, readColumns } from "./journal-address.js";
import { begin, inOnePiece, lock } from "./lock.js";
import { watchLosses } from "./losses.js";
import { listMadeObjects } from "./made-objects.js";
import { quote } from "./names.js";
import { literal, offline } from "./offline.js";
import { refuseInPlugin } from "./plugin-statements.js";
import { recover } from "./recover.js";
import { openScratch } from "./scratch.js";
import { canRunInTransaction, prepareScript, refuseInCode } from "./script.js";
import { applySettings } from "./session.js";
import { isTransient } from "./transient.js";

/** PostgreSQL, as a server and as PGlite. */
export const postgres: Dialect = {
  engine: "postgres",
  syntax: "postgres",
  capabilities,
  quote,
  nameKey: (name) => name,
  placeholder: (position) => `$${position}`,
  literal,
  journalAddress,
  addressBeside: (address, table) => addressOf(address.schema, table),
  catalogueStamp,
  readColumns,
  listObjects: listMadeObjects,
  journalStatements: (journal, state, columns) => journalStatements(postgres, journal, state, columns),
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
