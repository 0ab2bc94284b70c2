import type { Row, SqlOutput } from "../connection/index.js";
import { TenonError } from "../errors.js";
import { makeRowConverter, plainRow } from "./fit/index.js";
import type { ConvertedRow, SourceRow, TablePlan } from "./table-plan.js";

/**
 * Gets each row of a table, by the names of its columns in the source, and gives the row that is to arrive instead; undefined leaves it out.
 * Values of PostgreSQL come as text.
 */
export type TransformRow = (row: Row) => Row | undefined;

/** Makes rows of the source into rows of the target, through the callback of the table where there is one. */
export function rowsOf(
  plan: TablePlan,
  transform: TransformRow | undefined,
): (values: SourceRow) => ConvertedRow | undefined {
  if (transform === undefined) return makeRowConverter(plan);
  const convert = makeRowConverter(plan, { values: "plain" });
  const names = plan.columns.map(({ source }) => source.name);
  const known = new Set(names);
  return (values) => {
    const plain = plainRow(plan, values);
    const given = transform(Object.fromEntries(names.map((name, index) => [name, plain[index] ?? null])));
    if (given === undefined) return undefined;
    const unknown = Object.keys(given).find((name) => !known.has(name));
    if (unknown !== undefined) {
      throw new TenonError(
        "USAGE",
        `The callback of ${plan.source.name} gave a column ${unknown}, which does not move.`,
        {
          hint: `Its columns are: ${names.join(", ")}.`,
        },
      );
    }
    return convert(names.map((name): SqlOutput => given[name] ?? null));
  };
}
