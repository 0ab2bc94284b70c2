import { createHash } from "node:crypto";
import type { TableAddress } from "../dialect.js";

/**
 * The number of the advisory lock: the first 8 bytes of SHA-256 over `tenon`, the database, and the journal's
 * schema and name, each ended by a NUL, read as a signed big-endian integer. Advisory locks are kept apart by
 * database already; a journal of another name, or in another schema, is another line of migrations.
 */
export function lockKey(database: string, journal: Pick<TableAddress, "schema" | "table">): bigint {
  const hash = createHash("sha256");
  for (const part of ["tenon", database, journal.schema, journal.table]) hash.update(`${part}\0`);
  return hash.digest().readBigInt64BE(0);
}
