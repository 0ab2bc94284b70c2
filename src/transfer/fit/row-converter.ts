import type { SqlInput, SqlOutput } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { ColumnPlan, ConvertedRow, RowConverter, SourceRow, TablePlan } from "../table-plan.js";
import { MISFITS } from "./misfit.js";
import { readTagged } from "./tagged-value.js";
import { toSqlite } from "./to-sqlite.js";
import { storedValue, type ToPostgres, treatValue } from "./treatment.js";
import { NotUtf8, StoredReal } from "./verdict.js";

/**
 * Makes rows of the source into rows of the target. For PostgreSQL every value of a row is the text that its type reads, or null.
 *
 * @param options.values `selected`: as the plan's `select` gives them; `plain`: as `plainRow` or the callback of a table gave them.
 */
export function makeRowConverter(
  plan: TablePlan,
  options: { readonly values?: "selected" | "plain" } = {},
): RowConverter {
  const cells = plan.columns.map((column) => cellConverter(column, options.values ?? "selected"));
  return (row) => {
    const values: SqlInput[] = [];
    for (const [index, cell] of cells.entries()) {
      const made = cell(row[index] ?? null);
      if (made.kind === "reject") return made;
      values.push(made.value);
    }
    return { kind: "row", values };
  };
}

type Cell =
  | { readonly kind: "value"; readonly value: SqlInput }
  | (ConvertedRow & { readonly kind: "reject" });

function cellConverter(
  { source, treatment }: ColumnPlan,
  values: "selected" | "plain",
): (value: SqlOutput) => Cell {
  switch (treatment.kind) {
    case "identity":
      return (value) => ({ kind: "value", value });
    case "to-sqlite":
      return (value) => ({ kind: "value", value: toSqlite(value, treatment.form) });
    case "to-postgres": {
      const reading = values === "plain" ? "plain" : treatment.reading;
      return (value) => cellForPostgres(value, treatment, reading, source.name);
    }
  }
}

/** @throws TenonError `TRANSFER_MISFITS` for a value that nobody looked at before: a callback made it */
function cellForPostgres(
  value: SqlOutput,
  treatment: ToPostgres,
  reading: ToPostgres["reading"],
  column: string,
): Cell {
  const treated = treatValue(storedValue(value, reading), treatment);
  if (treated.kind === "value") return { kind: "value", value: treated.text };
  const reason = MISFITS[treated.misfit];
  if (treatment.otherwise === "reject") return { kind: "reject", column, reason };
  throw new TenonError("TRANSFER_MISFITS", `The column ${column} was given ${reason}.`, {
    hint: "Change the callback of the table, or say in a mapping file what becomes of such values.",
  });
}

/** A row of the source as a program wants it: without the letters that tell storage classes; text that is not UTF-8 as its bytes. */
export function plainRow(plan: TablePlan, row: SourceRow): SourceRow {
  return row.map((value, index) => {
    const treatment = plan.columns[index]?.treatment;
    if (treatment?.kind !== "to-postgres" || treatment.reading === "plain") return value;
    const stored = readTagged(value);
    if (stored instanceof NotUtf8) return stored.bytes;
    return stored instanceof StoredReal ? stored.number : stored;
  });
}
