import { type Change, formatAddress, type ObjectAddress, type Table } from "../../schema/index.js";
import type { DataCheck } from "../schema-dialect.js";
import { isMaterialised } from "./change/alter-columns.js";
import type { ChangeWork } from "./change/change-work.js";
import { convertColumn } from "./change/convert-column.js";
import { nameKey, partKey } from "./change/model-index.js";
import { qualified, quote } from "./names.js";

/**
 * Questions to the rows as they are, under the names that they have now. A change that fails leaves nothing behind anyhow; but a
 * value that would be rounded or cut off does not fail.
 */
export function dataChecks(work: ChangeWork): readonly DataCheck[] {
  const { from, renamed } = work.comparison;
  const originals = new Map(
    renamed.tables.map((table, index) => [nameKey(table), from.tables[index] ?? table]),
  );
  const checks: DataCheck[] = [];
  for (const change of work.comparison.changes) {
    const { kind, schema, table, name } = change.object;
    if (kind !== "column") continue;
    const owner = { schema, name: table ?? "" };
    const before = work.before.table(owner);
    const original = originals.get(nameKey(owner));
    if (before === undefined || original === undefined) continue;
    const names = new Map(
      before.columns.map((column, index) => [column.name, original.columns[index]?.name]),
    );
    const column = quote(names.get(name) ?? name);
    checks.push(...checksOf(change, { work, original, column }));
  }
  checks.push(...rebuiltTypeChecks(work, originals));
  return checks;
}

interface Rows {
  readonly work: ChangeWork;
  readonly original: Table;
  /** The column's present name as SQL. */
  readonly column: string;
}

function checksOf(change: Change, { work, original, column }: Rows): readonly DataCheck[] {
  const { object } = change;
  if (change.kind === "add-column") {
    const { notNull, default: value, generated, identity, inherited } = change.to;
    const isFilled = value !== undefined || generated !== undefined || identity !== undefined;
    if (notNull !== true || isFilled || inherited === true) return [];
    return [
      {
        object,
        query: `SELECT 1 AS "row"\nFROM ${qualified(original)}`,
        message: `${formatAddress(object)} allows no NULL and has no default, and there are rows`,
      },
    ];
  }
  if (change.kind !== "change-column") return [];
  const { from, to, differences } = change;
  const isRemade = work.aside.remade.has(
    partKey({ schema: object.schema, name: object.table ?? "" }, to.name),
  );
  if (isRemade && !isMaterialised(from, to)) return [];
  const checks: DataCheck[] = [];
  if (differences.includes("type")) {
    const { renamed, to: after } = work.comparison;
    const { loses, fails } = convertColumn({ from, to, before: renamed, after, name: column });
    const becomes = `${formatAddress(object)} becomes ${to.type}`;
    if (fails !== undefined) {
      checks.push({
        object,
        query: rowsWhere(original, column, fails),
        message: `${becomes}, which values are not`,
      });
    }
    if (loses !== undefined) {
      checks.push({
        object,
        query: rowsWhere(original, column, loses),
        message: `${becomes}, and values would not come out the same`,
        loses: "values",
      });
    }
  }
  if (differences.includes("notNull") && to.notNull === true && to.notNullOptions?.notValid !== true) {
    checks.push({
      object,
      query: rowsWhere(original, column, `${column} IS NULL`),
      message: `${formatAddress(object)} allows no NULL, and rows have it`,
    });
  }
  return checks;
}

/** Values that a column has and its rebuilt type does not. */
function rebuiltTypeChecks(work: ChangeWork, originals: ReadonlyMap<string, Table>): readonly DataCheck[] {
  const { renamed, to } = work.comparison;
  const checks: DataCheck[] = [];
  for (const { item, owner } of work.aside.retyped.values()) {
    const before = work.before.table(owner);
    const original = originals.get(nameKey(owner));
    const position = before?.columns.indexOf(item) ?? -1;
    const name = original?.columns[position]?.name;
    const target = work.after.table(owner)?.columns.find((column) => column.name === item.name);
    if (original === undefined || name === undefined || target === undefined) continue;
    const { fails } = convertColumn({
      from: item,
      to: target,
      before: renamed,
      after: to,
      name: quote(name),
      isRebuilt: true,
    });
    if (fails === undefined) continue;
    const object: ObjectAddress = {
      kind: "column",
      schema: owner.schema,
      table: owner.name,
      name: item.name,
    };
    checks.push({
      object,
      query: rowsWhere(original, quote(name), fails),
      message: `rows of ${formatAddress(object)} use values that ${item.type} no longer has`,
    });
  }
  return checks;
}

function rowsWhere(table: Table, column: string, condition: string): string {
  return `SELECT ${column}\nFROM ${qualified(table)}\nWHERE ${condition}`;
}
