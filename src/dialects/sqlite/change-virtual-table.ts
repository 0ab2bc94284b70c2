import { TenonError } from "../../errors.js";
import type { Table, VirtualTable } from "../../schema/index.js";
import { quote } from "./names.js";
import { renderCreateTable } from "./render-table.js";
import { nameKey, sqliteRules } from "./rules.js";

/** How a virtual table gets other arguments: built again from the table that it indexes, or copied. */
export type VirtualMethod = "index again" | "copy";

/**
 * What keeps the content of a virtual table that is made anew with other arguments: an FTS table over another
 * table is built from it again, one that holds its own text and an R-tree are copied.
 * @throws TenonError `CHANGE_UNSUPPORTED` when nothing does.
 */
export function virtualMethod(before: Table, after: Table): VirtualMethod {
  const [old, now] = [before.virtual, after.virtual];
  if (old === undefined || now === undefined) throw cannotKeep(before, after);
  if (FTS.test(old.module) && FTS.test(now.module)) {
    if (contentOf(now) === "external") return "index again";
    if (contentOf(now) === "own" && contentOf(old) !== "none") return "copy";
  }
  if (RTREE.test(old.module) && RTREE.test(now.module)) return "copy";
  throw cannotKeep(before, after);
}

/** An FTS table over another table, created and filled from it. */
export function renderIndexAgain(after: Table): readonly string[] {
  const name = quote(after.name);
  return [renderCreateTable(after), `INSERT INTO ${name} (${name})\nVALUES ('rebuild')`];
}

export function renderVirtualCopy(before: Table, after: Table, successor: string): readonly string[] {
  const withRowid = FTS.test(after.virtual?.module ?? "");
  return [
    renderCreateTable(after, successor),
    renderCopy(before, after, successor, withRowid),
    `DROP TABLE ${quote(before.name)}`,
    `ALTER TABLE ${quote(successor)}\nRENAME TO ${quote(after.name)}`,
  ];
}

const FTS = /^fts[345]$/;
const RTREE = /^rtree(?:_i32)?$/;

/**
 * Where an FTS table has its text: in itself, in another table, or nowhere.
 * https://sqlite.org/fts5.html#external_content_and_contentless_tables
 */
export function contentOf(virtual: VirtualTable): "own" | "external" | "none" {
  for (const argument of virtual.arguments) {
    const [option = "", value] = sqliteRules.textKey(argument).split(" = ");
    if (option !== "content" || value === undefined) continue;
    return value === "" || value === "''" ? "none" : "external";
  }
  return "own";
}

function renderCopy(before: Table, after: Table, successor: string, withRowid: boolean): string {
  const old = new Map(before.columns.map((column) => [nameKey(column.name), column]));
  const common = after.columns.filter(
    (column) =>
      column.hidden !== true &&
      old.get(nameKey(column.name))?.hidden !== true &&
      old.has(nameKey(column.name)),
  );
  const names = [...(withRowid ? ["rowid"] : []), ...common.map((column) => quote(column.name))].join(", ");
  return `INSERT INTO ${quote(successor)} (${names})\nSELECT ${names}\nFROM ${quote(before.name)}`;
}

function cannotKeep(before: Table, after: Table): TenonError {
  return new TenonError(
    "CHANGE_UNSUPPORTED",
    `The virtual table ${before.name} cannot be changed without losing what is in it: its content cannot be read back (${before.virtual?.module ?? "?"} to ${after.virtual?.module ?? "?"}).`,
    {
      where: { object: before.name },
      hint: "Write a migration that drops it, creates it anew and fills it again.",
    },
  );
}
