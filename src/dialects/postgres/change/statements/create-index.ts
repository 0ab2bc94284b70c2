import type { IndexDefinition, IndexPart } from "../../../../schema/index.js";
import { qualified, quote } from "../../names.js";
import { optionList } from "./option-list.js";

export interface IndexedRelation {
  readonly schema: string;
  readonly name: string;
}

/** CREATE INDEX, one clause a line. */
export function createIndex(
  index: IndexDefinition,
  relation: IndexedRelation,
  options: { readonly concurrently?: boolean; readonly tablespace?: string | undefined } = {},
): string {
  const unique = index.unique === true ? "UNIQUE " : "";
  const concurrently = options.concurrently === true ? "CONCURRENTLY " : "";
  const method = index.method === undefined ? "" : ` USING ${index.method}`;
  const lines = [
    `CREATE ${unique}INDEX ${concurrently}${quote(index.name)}`,
    `  ON ${qualified(relation)}${method} (${index.parts.map(indexPart).join(", ")})`,
  ];
  if (index.include !== undefined) lines.push(`  INCLUDE (${index.include.map(quote).join(", ")})`);
  if (index.nullsNotDistinct === true) lines.push("  NULLS NOT DISTINCT");
  if (index.options !== undefined) lines.push(`  WITH (${optionList(index.options)})`);
  if (options.tablespace !== undefined) lines.push(`  TABLESPACE ${quote(options.tablespace)}`);
  if (index.where !== undefined) lines.push(`  WHERE ${index.where}`);
  return lines.join("\n");
}

export function indexPart(part: IndexPart): string {
  const words = [part.column === undefined ? `(${part.expression})` : quote(part.column)];
  if (part.collation !== undefined) words.push(`COLLATE ${part.collation}`);
  if (part.operatorClass !== undefined) words.push(part.operatorClass);
  if (part.descending === true) words.push("DESC");
  if (part.nulls !== undefined) words.push(`NULLS ${part.nulls.toUpperCase()}`);
  return words.join(" ");
}
