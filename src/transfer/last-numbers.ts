import type { Connection } from "../connection/index.js";
import { type ObjectName, primaryKeyOf } from "../schema/index.js";
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

/** A sequence of its own, and the last number that it gave out. */
export interface OwnSequence extends ObjectName {
  readonly last: bigint;
}

/** The sequences of a source that number no column. */
export async function ownSequences(from: Connection): Promise<readonly OwnSequence[]> {
  if (from.engine !== "postgres") return [];
  const rows = await from.query(
    `SELECT s.schemaname AS schema, s.sequencename AS name, s.last_value AS last
    FROM pg_catalog.pg_sequences AS s
    WHERE s.last_value IS NOT NULL AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i')
        AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0
        AND d.objid = (SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
          WHERE n.nspname = s.schemaname AND c.relname = s.sequencename))`,
  );
  return rows.flatMap(({ schema, name, last }) =>
    typeof last === "number" || typeof last === "bigint"
      ? [{ schema: String(schema), name: String(name), last: BigInt(last) }]
      : [],
  );
}

function keyOf(schema: string, table: string, column: string): string {
  return JSON.stringify([schema, table, column]);
}
