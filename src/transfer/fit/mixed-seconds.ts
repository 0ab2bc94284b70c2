import type { Connection } from "../../connection/index.js";
import type { Table } from "../../schema/index.js";
import type { SettledColumn } from "./settle-type.js";
import { quoteName } from "./table-reader.js";

/**
 * Counts moments that mean the same on the target and are written in another way when they come back: there a column has one number of
 * digits behind its seconds, as many as any of its values needs, so that the order of texts is the order of times.
 */
export async function countMixedSeconds(
  source: Connection,
  table: Table,
  columns: readonly SettledColumn[],
): Promise<ReadonlyMap<string, number>> {
  const moments = columns.filter(
    ({ type, cleanValues }) => cleanValues > 0 && (type.kind === "timestamp" || type.kind === "time"),
  );
  const found = new Map<string, number>();
  if (moments.length === 0) return found;
  const from = `FROM main.${quoteName(table.name)}`;
  const counts = moments.map(
    ({ question: { column } }, index) =>
      `coalesce(sum(instr(${quoteName(column.name)}, '.') > 0), 0) AS c${index}`,
  );
  const [row = {}] = await source.query(`SELECT ${counts.join(", ")} ${from}`);
  for (const [index, { question, cleanValues }] of moments.entries()) {
    const fractions = Number(row[`c${index}`] ?? 0);
    if (fractions === 0) continue;
    const name = quoteName(question.column.name);
    const needed = await source.query(
      `SELECT 1 ${from} WHERE instr(${name}, '.') > 0 AND ${name} NOT GLOB '*.000' AND ${name} NOT GLOB '*.000Z' LIMIT 1`,
    );
    const others = needed.length === 0 ? fractions : Math.max(0, cleanValues - fractions);
    if (others > 0) found.set(question.column.name, others);
  }
  return found;
}
