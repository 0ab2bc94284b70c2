import type { IndexDefinition, IndexPart, View } from "../../schema/index.js";
import { quote } from "./names.js";

export function renderCreateIndex(index: IndexDefinition, table: string): string {
  const unique = index.unique === true ? "UNIQUE " : "";
  const parts = index.parts.map(renderIndexPart).join(", ");
  const where = index.where === undefined ? "" : `\nWHERE ${index.where}`;
  return `CREATE ${unique}INDEX ${quote(index.name)}\nON ${quote(table)} (${parts})${where}`;
}

/** One part of an index, also as GROUP BY takes it when `direction` is left out. */
export function renderIndexPart(part: IndexPart): string {
  const collation = part.collation === undefined ? "" : ` COLLATE ${quote(part.collation)}`;
  const what = part.column === undefined ? part.expression : quote(part.column);
  return `${what}${collation}${part.descending === true ? " DESC" : ""}`;
}

export function renderCreateView(view: View): string {
  const columns = view.columns?.map((column) => quote(column.name)) ?? [];
  const list = columns.length === 0 ? "" : ` (${columns.join(", ")})`;
  return `CREATE VIEW ${quote(view.name)}${list} AS\n${view.definition}`;
}
