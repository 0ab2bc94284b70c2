import type { TableAddress } from "../dialect.js";
import { literal } from "./offline.js";

/**
 * What holds when just these digests stand beside the journal: of no other number of rows than it has, and in a layout that is known.
 * https://sqlite.org/json1.html
 */
export function appliedCondition(
  journal: TableAddress,
  state: TableAddress,
  digests: ReadonlyMap<string, string>,
  layout: number,
): string {
  return [
    `(`,
    `  SELECT json_extract(kept."value", '$.total') = (SELECT count(*) FROM ${journal.sql})`,
    `    AND ${digests.size > MOST_BY_NAME ? holdsAll(digests) : holdsEach(digests)}`,
    `  FROM ${state.sql} AS kept`,
    `  WHERE kept."key" = 'applied'`,
    `) AND NOT EXISTS (`,
    `  SELECT 1 FROM ${state.sql} WHERE "key" = 'layout' AND CAST("value" AS INTEGER) > ${layout}`,
    `)`,
  ].join("\n");
}

/** For a few it is quicker to look each one up, for many to go through both lists once. */
const MOST_BY_NAME = 5;

function holdsEach(digests: ReadonlyMap<string, string>): string {
  const each = [...digests].map(([module, digest]) => {
    const path = literal(`$.modules.${JSON.stringify(module)}`);
    return `json_extract(kept."value", ${path}) IS ${literal(digest)}`;
  });
  return each.length === 0 ? "1" : each.join(" AND ");
}

function holdsAll(digests: ReadonlyMap<string, string>): string {
  const wanted = literal(JSON.stringify(Object.fromEntries(digests)));
  return [
    `NOT EXISTS (`,
    `  SELECT "key", "value" FROM json_each(${wanted})`,
    `  EXCEPT SELECT each."key", each."value" FROM json_each(kept."value", '$.modules') AS each`,
    `)`,
  ].join("\n");
}
