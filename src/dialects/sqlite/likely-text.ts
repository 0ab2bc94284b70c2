import type { Connection } from "../../connection/index.js";

/**
 * The one text that a query without values gives, where it is likely the one that it gave last: whoever has a database for each
 * customer migrates many that are alike, one after the other. The engine compares for itself, for a text that is read
 * needs a prepared statement, and that the garbage collector when the session ends.
 */
export async function readLikelyText(connection: Connection, sql: string): Promise<string> {
  const likely = LAST.get(sql);
  if (likely !== undefined && (await connection.gives?.(sql, likely))) return likely;
  const [row] = await connection.query(sql);
  const text = String(Object.values(row ?? {})[0]);
  if (text.length <= LONGEST_KEPT) LAST.set(sql, text);
  return text;
}

/** By query; there are a few of them. */
const LAST = new Map<string, string>();

const LONGEST_KEPT = 200_000;
