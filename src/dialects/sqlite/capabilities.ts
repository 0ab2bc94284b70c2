import type { Capabilities } from "../dialect.js";

/**
 * SQLite writes one transaction at a time, so the write transaction is the lock; and since every commit waits for
 * the disk, one transaction for the whole run is several times faster than one for each migration.
 */
export const capabilities: Capabilities = {
  hasSchemas: false,
  defaultTransaction: "run",
  transactionIsLock: true,
  canViolateForeignKeys: true,
  readsModels: true,
  normalisesInPlace: false,
};
