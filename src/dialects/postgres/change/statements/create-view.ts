import type { View } from "../../../../schema/index.js";
import { qualified, quote } from "../../names.js";
import { optionList } from "./option-list.js";

export function createView(
  view: View,
  { replace = false, tablespace = undefined as string | undefined } = {},
): string {
  const kind = view.materialized === true ? "MATERIALIZED VIEW" : replace ? "OR REPLACE VIEW" : "VIEW";
  const lines = [`CREATE ${kind} ${qualified(view)}`];
  if (view.options !== undefined) lines.push(`WITH (${optionList(view.options)})`);
  if (tablespace !== undefined) lines.push(`TABLESPACE ${quote(tablespace)}`);
  return `${lines.join(" ")} AS\n${view.definition}`;
}

export function dropView(view: View): string {
  return `DROP ${view.materialized === true ? "MATERIALIZED VIEW" : "VIEW"} ${qualified(view)}`;
}

/**
 * Whether CREATE OR REPLACE VIEW can make one view of the other: it may only add columns at the end.
 * https://www.postgresql.org/docs/current/sql-createview.html
 */
export function isReplaceable(from: View, to: View): boolean {
  if (from.materialized === true || to.materialized === true) return false;
  const before = from.columns ?? [];
  const after = to.columns ?? [];
  return before.every((column, index) => {
    const successor = after[index];
    return successor?.name === column.name && successor.type === column.type;
  });
}
