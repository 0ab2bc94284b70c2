import type { Connection } from "../../connection/index.js";
import type { ObjectName } from "../../schema/index.js";
import { quoteName } from "../fit/table-reader.js";
import { NULL_NUMBER, NULL_TEXT } from "./row-hasher.js";

export interface TableSums {
  readonly rows: number;
  /** The sum of each column, and behind them the sum of the rows. */
  readonly sums: readonly string[];
}

/**
 * Has PostgreSQL sum up a table as `RowHasher` does, in one pass that no row leaves.
 * `hashtextextended` in the collation "C" is the hash of the text's bytes: https://www.postgresql.org/docs/current/collation.html
 *
 * @param columns SQL over a row for each value, and SQL over it under the names `c0`, `c1`, … for its canonical text.
 */
export async function sumInPostgres(
  connection: Connection,
  table: ObjectName,
  keys: readonly number[],
  columns: readonly { readonly value: string; readonly cell: string }[],
): Promise<TableSums> {
  const hash = (cell: string, seed: string) => `pg_catalog.hashtextextended((${cell}) COLLATE "C", ${seed})`;
  const chained = keys.length === 0 ? columns.map((_, index) => index) : keys;
  const chain = chained.reduce(
    (seed, index) => hash(`coalesce(${columns[index]?.cell ?? "NULL"}, ${NULL_LITERAL})`, seed),
    "0",
  );
  const sums = columns.map(({ cell }, index) => {
    const seed = keys.length === 0 || keys.includes(index) ? "0::bigint" : "seed";
    return `coalesce(sum(coalesce(${hash(cell, seed)}, ${seed} # ${NULL_NUMBER}::bigint)), 0)::text AS s${index}`;
  });
  const named = columns.map(({ value }, index) => `${value} AS c${index}`);
  const from = `${quoteName(table.schema)}.${quoteName(table.name)}`;
  // OFFSET 0 keeps the seed from being worked out anew for each column.
  const [row = {}] = await connection.query(
    `SELECT count(*)::text AS rows, ${[...sums, "coalesce(sum(seed), 0)::text AS whole"].join(", ")}
     FROM (SELECT *, ${chain} AS seed FROM (SELECT ${named.join(", ")} FROM ONLY ${from}) AS cells OFFSET 0) AS rows`,
  );
  const { rows, whole, ...rest } = row;
  return { rows: Number(rows), sums: [...Object.values(rest).map(String), String(whole)] };
}

const NULL_LITERAL = `E'\\x01${NULL_TEXT.slice(1)}'`;
