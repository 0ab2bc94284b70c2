import type { Capabilities } from "../dialect.js";

/**
 * A server is shared: one transaction for each migration keeps the locks of each short. Many sessions write at
 * once, so a lock of its own keeps other migrators out. Foreign keys always hold.
 */
export const capabilities: Capabilities = {
  hasSchemas: true,
  defaultTransaction: "each",
  transactionIsLock: false,
  canViolateForeignKeys: false,
  readsModels: true,
  normalisesInPlace: true,
};
