import { TenonError } from "../../errors.js";
import type { Table, VirtualTable } from "../../schema/index.js";
import { quote } from "./names.js";
import { renderCreateTable } from "./render-table.js";
import { nameKey, sqliteRules } from "./rules.js";

/**
 * Makes a virtual table anew with other arguments and keeps what is in it: an FTS table that indexes another
 * table is built from it again, one that holds its own text and an R-tree are copied.
 */
export function renderVirtualChange(before: Table, after: Table, successor: string): readonly string[] {
  const content = after.virtual === undefined ? undefined : contentOf(after.virtual);
  const isFts = FTS.test(after.virtual?.module ?? "") && FTS.test(before.virtual?.module ?? "");
  if (isFts && content === "external") {
    const name = quote(after.name);
    return [
      `DROP TABLE ${quote(before.name)}`,
      renderCreateTable(after),
      `INSERT INTO ${name} (${name})\nVALUES ('rebuild')`,
    ];
  }
  const isRtree = RTREE.test(after.virtual?.module ?? "") && RTREE.test(before.virtual?.module ?? "");
  const keepsItsText =
    isFts && content === "own" && before.virtual !== undefined && contentOf(before.virtual) !== "none";
  if (!isRtree && !keepsItsText) throw cannotKeep(before, after);
  return [
    renderCreateTable(after, successor),
    renderCopy(before, after, successor, isFts),
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
