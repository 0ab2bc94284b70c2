import { connect } from "../../connection/index.js";
import type { Dialect } from "../dialect.js";
import { capabilities } from "./capabilities.js";
import { catalogueGrowth } from "./catalogue-growth.js";
import { readViolations, watchForeignKeys } from "./foreign-keys.js";
import { sqliteJournal } from "./journal.js";
import { begin, lock } from "./lock.js";
import { watchLosses } from "./losses.js";
import { listMadeObjects } from "./made-objects.js";
import { offline } from "./offline.js";
import { refuseInPlugin } from "./plugin-statements.js";
import { readQuotedTexts } from "./quoted-texts.js";
import { key } from "./reach.js";
import { canRunInTransaction, prepareScript, refuseInCode } from "./script.js";
import { applySettings } from "./session.js";

/** SQLite and libSQL. */
export const sqlite: Dialect = {
  ...sqliteJournal,
  engine: "sqlite",
  syntax: "sqlite",
  capabilities,
  nameKey: key,
  listObjects: listMadeObjects,
  catalogueGrowth,
  prepareScript,
  refuseInCode,
  readQuotedTexts,
  canRunInTransaction,
  lock,
  begin,
  applySettings,
  refuseInPlugin,
  watchPlugin: async (...given) => (await import("./plugin-watch.js")).watchPlugin(...given),
  watchLosses,
  watchForeignKeys,
  readViolations,
  offline,
  openScratch: () => connect(":memory:"),
  loadRows: async () => (await import("./exact-rows.js")).exactRows,
  loadSchema: async () => (await import("./schema.js")).sqliteSchema,
  // A busy database is waited for where the transaction begins; inside it nobody else can write.
  isTransient: () => false,
};
