import type { Connection } from "../connection/index.js";
import { primaryKeyOf } from "../schema/index.js";
import type { LastNumber } from "./postgres-sequences.js";
import { qualified } from "./quote.js";
import type { TablePlan } from "./table-plan.js";

/** The last numbers that a source has given out itself; rows with them may be gone. */
export async function lastNumbers(from: Connection, plans: readonly TablePlan[]): Promise<LastNumber> {
  const numbers = from.engine === "sqlite" ? await ofSqlite(from, plans) : await ofPostgres(from, plans);
  return ({ source }, column) => numbers.get(keyOf(source.schema, source.name, column));
}

async function ofSqlite(from: Connection, plans: readonly TablePlan[]): Promise<ReadonlyMap<string, bigint>> {
  const numbers = new Map<string, bigint>();
  if (!(await from.tableExists("sqlite_sequence"))) return numbers;
  const rows = await from.query("SELECT name, seq FROM sqlite_sequence WHERE typeof(seq) = 'integer'");
  const byName = new Map(rows.map((row) => [String(row["name"]).toLowerCase(), row["seq"]]));
  for (const { source } of plans) {
    const column = primaryKeyOf(source)?.columns[0]?.name;
    const last = byName.get(source.name.toLowerCase());
    if (column === undefined || (typeof last !== "number" && typeof last !== "bigint")) continue;
    numbers.set(keyOf(source.schema, source.name, column), BigInt(last));
  }
  return numbers;
}

async function ofPostgres(
  from: Connection,
  plans: readonly TablePlan[],
): Promise<ReadonlyMap<string, bigint>> {
  const numbers = new Map<string, bigint>();
  for (const { source, columns } of plans) {
    for (const { source: column } of columns) {
      if (column.identity === undefined && !/\bnextval\(/.test(column.default ?? "")) continue;
      const [row] = await from.query(
        `SELECT pg_catalog.pg_sequence_last_value(found.name::regclass) AS last
        FROM (SELECT pg_catalog.pg_get_serial_sequence($1, $2) AS name) AS found WHERE found.name IS NOT NULL`,
        [qualified(source), column.name],
      );
      const last = row?.["last"];
      if (typeof last === "number" || typeof last === "bigint")
        numbers.set(keyOf(source.schema, source.name, column.name), BigInt(last));
    }
  }
  return numbers;
}

function keyOf(schema: string, table: string, column: string): string {
  return JSON.stringify([schema, table, column]);
}
