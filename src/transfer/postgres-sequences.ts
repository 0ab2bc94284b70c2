import type { Connection, SqlInput } from "../connection/index.js";
import type { OwnSequence } from "./last-numbers.js";
import { qualified, quote } from "./quote.js";
import type { TablePlan } from "./table-plan.js";

/** The last number that the source gave out, for a column that numbers its rows; undefined where it does not tell. */
export type LastNumber = (plan: TablePlan, column: string) => bigint | undefined;

/**
 * Lets every sequence behind a column go on above the highest key, and above what the source has given out before.
 * https://www.postgresql.org/docs/current/functions-sequence.html
 */
export async function bringSequences(
  connection: Connection,
  plans: readonly TablePlan[],
  lastNumber: LastNumber,
): Promise<void> {
  for (const plan of plans) {
    for (const { target } of plan.columns) {
      if (!INTEGERS.has(target.type)) continue;
      const known: SqlInput = lastNumber(plan, target.name) ?? null;
      await connection.query(
        `SELECT pg_catalog.setval(found.sequence::regclass, highest.value)
        FROM (SELECT pg_catalog.pg_get_serial_sequence($1, $2) AS sequence) AS found,
          (SELECT greatest(max(${quote(target.name)}), $3::bigint) AS value FROM ${qualified(plan.target)}) AS highest
        WHERE found.sequence IS NOT NULL AND highest.value > 0`,
        [qualified(plan.target), target.name, known],
      );
    }
  }
}

/** Lets sequences that number no column go on where those of the source are. */
export async function bringOwnSequences(
  connection: Connection,
  sequences: readonly OwnSequence[],
): Promise<void> {
  for (const sequence of sequences) {
    await connection.query("SELECT pg_catalog.setval($1::text::regclass, $2)", [
      qualified(sequence),
      sequence.last,
    ]);
  }
}

const INTEGERS: ReadonlySet<string> = new Set(["smallint", "integer", "bigint"]);
