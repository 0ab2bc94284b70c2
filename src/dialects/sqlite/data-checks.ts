import type { Change, Column, Comparison, Constraint, ObjectAddress } from "../../schema/index.js";
import type { DataCheck } from "../schema-dialect.js";
import { rowidAliasOf } from "./copy-rows.js";
import { FutureRows } from "./future-rows.js";
import { quote } from "./names.js";
import { renderIndexPart } from "./render-objects.js";
import { nameKey } from "./rules.js";
import type { TableWork } from "./table-work.js";
import { alteredBy, refusedByStrict } from "./types.js";

/**
 * Questions to the rows as they are, one for everything that may fail on them. The change itself would fail
 * too, and leave nothing behind; but only a question tells how many rows are in the way, and which.
 */
export function dataChecks(comparison: Comparison, works: readonly TableWork[]): readonly DataCheck[] {
  const originals = new Map(
    comparison.renamed.tables.map((table, index) => [table, comparison.from.tables[index]]),
  );
  const byTable = new Map<string, Change[]>();
  for (const change of comparison.changes) {
    const table = nameKey(change.object.table ?? change.object.name);
    const list = byTable.get(table);
    if (list === undefined) byTable.set(table, [change]);
    else list.push(change);
  }
  const checks: DataCheck[] = [];
  const worked = new Map(works.map((work) => [nameKey(work.after.name), work]));
  const targets = new Map(comparison.to.tables.map((table) => [nameKey(table.name), table]));
  for (const before of comparison.renamed.tables) {
    const after = targets.get(nameKey(before.name));
    const original = originals.get(before);
    const changes = byTable.get(nameKey(before.name));
    if (changes === undefined || after === undefined || original === undefined || after.kind === "virtual")
      continue;
    const rows = new FutureRows(original, before, after);
    for (const change of changes) checks.push(...checksOf(change, rows));
    if (worked.has(nameKey(after.name))) checks.push(...strictChecks(rows, changes));
  }
  return checks;
}

function checksOf(change: Change, rows: FutureRows): readonly DataCheck[] {
  const { object } = change;
  switch (change.kind) {
    case "add-column": {
      const { name, notNull, default: value, generated } = change.to;
      // The rows already have a number that becomes the value of such a column.
      const isRowid = rowidAliasOf(rows.after) === name;
      if (notNull !== true || value !== undefined || generated !== undefined || isRowid) return [];
      return [
        {
          object,
          query: rows.any(),
          message: `${nameOf(object)} allows no NULL and has no default, and there are rows`,
        },
      ];
    }
    case "change-column":
      return columnChecks(object, change.from, change.to, change.differences, rows);
    case "add-constraint":
    case "change-constraint":
      return constraintChecks(object, change.to, rows);
    case "create-index":
    case "change-index": {
      const { unique, parts, where } = change.to;
      if (unique !== true) return [];
      const notNull = parts.map((part) => `${renderIndexPart({ ...part, descending: false })} IS NOT NULL`);
      const condition = [...notNull, ...(where === undefined ? [] : [`(${where})`])].join(" AND ");
      const columns = parts.map((part) => renderIndexPart({ ...part, descending: false }));
      return [
        {
          object,
          query: rows.groups(columns, condition),
          message: `${nameOf(object)} is unique, and rows have the same values`,
        },
      ];
    }
    default:
      return [];
  }
}

function columnChecks(
  object: ObjectAddress,
  from: Column,
  to: Column,
  differences: readonly string[],
  rows: FutureRows,
): readonly DataCheck[] {
  const checks: DataCheck[] = [];
  if (to.generated !== undefined) return checks;
  if (differences.includes("notNull") && to.notNull === true)
    checks.push({
      object,
      query: rows.where(`${quote(to.name)} IS NULL`),
      message: `${nameOf(object)} allows no NULL, and rows have it`,
    });
  if (differences.includes("type")) {
    const altered = alteredBy(to.name, from.type, to.type, rows.after.strict === true);
    if (altered !== undefined)
      checks.push({
        object,
        query: rows.where(altered),
        message: `${nameOf(object)} becomes ${to.type || "a column without a type"}, and values would not come out the same`,
        loses: "values",
      });
  }
  return checks;
}

function constraintChecks(
  object: ObjectAddress,
  constraint: Constraint,
  rows: FutureRows,
): readonly DataCheck[] {
  switch (constraint.kind) {
    case "primary-key":
    case "unique": {
      const names = constraint.columns.map((column) => column.name);
      const columns = constraint.columns.map((column) =>
        renderIndexPart({ column: column.name, collation: column.collation }),
      );
      const condition = names.map((name) => `${quote(name)} IS NOT NULL`).join(" AND ");
      return [
        {
          object,
          query: rows.groups(columns, condition),
          message: `${nameOf(object)} is unique, and rows have the same values`,
        },
      ];
    }
    case "check":
      return [
        {
          object,
          query: rows.where(`NOT (${constraint.expression})`),
          message: `rows do not satisfy ${nameOf(object)}`,
        },
      ];
    case "foreign-key":
    case "exclusion":
      // Foreign keys are compared as a whole, before and after.
      return [];
  }
}

/** What a table refuses that is STRICT from now on, or whose column has another type from now on. */
function strictChecks(rows: FutureRows, changes: readonly Change[]): readonly DataCheck[] {
  if (rows.after.strict !== true) return [];
  const becomesStrict = changes.some(
    (change) => change.kind === "change-table" && change.differences.includes("strict"),
  );
  const retyped = new Set<string>();
  for (const change of changes)
    if (change.kind === "change-column" && change.differences.includes("type"))
      retyped.add(change.object.name);
  const { schema, name: table } = rows.after;
  return rows.after.columns.flatMap((column) => {
    const refused = refusedByStrict(column.name, column.type);
    const isConcerned = becomesStrict || retyped.has(column.name);
    if (refused === undefined || !isConcerned || rows.isAdded(column) || column.generated !== undefined)
      return [];
    const object: ObjectAddress = { kind: "column", schema, table, name: column.name };
    return [
      {
        object,
        query: rows.where(refused),
        message: `${nameOf(object)} of a STRICT table must be ${column.type}, and rows have other values`,
      },
    ];
  });
}

function nameOf({ table, name }: ObjectAddress): string {
  return table === undefined ? name : `${table}.${name}`;
}
