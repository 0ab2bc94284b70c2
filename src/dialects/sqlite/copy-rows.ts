import { type Column, primaryKeyOf, type Table } from "../../schema/index.js";
import { ROWID_NAMES } from "./expression-scope.js";
import { quote } from "./names.js";
import { nameKey } from "./rules.js";

/** Where one column of the new table gets its values from, as an expression over the old one. */
interface Source {
  readonly target: string;
  readonly expression: string;
}

/**
 * Copies all rows of a table into its successor: columns by name, generated ones left out, new ones filled by
 * their default. The rowid goes along, because others may point to it (the content of an FTS table).
 */
export function renderCopy(before: Table, after: Table, successor: string): string {
  const sources = sourcesOf(before, after);
  const targets = sources.map((source) => source.target).join(", ");
  const expressions = sources.map((source) => source.expression).join(", ");
  // ABORT overrides the ON CONFLICT clauses of the table, which could leave rows out in silence:
  // https://sqlite.org/lang_conflict.html
  return `INSERT OR ABORT INTO ${quote(successor)} (${targets})\nSELECT ${expressions}\nFROM ${quote(before.name)}`;
}

function sourcesOf(before: Table, after: Table): readonly Source[] {
  const old = new Map(before.columns.map((column) => [nameKey(column.name), column]));
  const sources: Source[] = [];
  const writable = after.columns.filter((column) => column.generated === undefined);
  for (const column of writable) {
    const source = old.get(nameKey(column.name));
    if (source !== undefined) sources.push({ target: quote(column.name), expression: quote(source.name) });
  }
  const rowid = rowidSource(before, after, old);
  if (rowid !== undefined) sources.unshift(rowid);
  if (sources.length > 0) return sources;
  // Nothing in common: NULL makes a row of the new table, or fails where that is not allowed.
  return writable.slice(0, 1).map((column) => ({ target: quote(column.name), expression: "NULL" }));
}

function rowidSource(before: Table, after: Table, old: ReadonlyMap<string, Column>): Source | undefined {
  if (before.withoutRowid === true || after.withoutRowid === true) return undefined;
  const newAlias = rowidAliasOf(after);
  if (newAlias !== undefined && old.has(nameKey(newAlias))) return undefined;
  const target = newAlias === undefined ? freeRowidName(after) : quote(newAlias);
  const oldAlias = rowidAliasOf(before);
  const expression = oldAlias === undefined ? freeRowidName(before) : quote(oldAlias);
  return target === undefined || expression === undefined ? undefined : { target, expression };
}

/** The column that is another name of the rowid. */
export function rowidAliasOf(table: Table): string | undefined {
  const key = primaryKeyOf(table);
  return key?.rowidAlias === true ? key.columns[0]?.name : undefined;
}

/** A name of the rowid that no column hides; undefined when all three are taken. */
export function freeRowidName(table: Table): string | undefined {
  const taken = new Set(table.columns.map((column) => nameKey(column.name)));
  return ROWID_NAMES.find((name) => !taken.has(name));
}
