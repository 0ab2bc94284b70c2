import type { Connection } from "../../connection/index.js";
import { TenonError } from "../../errors.js";

/** How many rows a table has won, changed and lost in this session since its counters were last sent away. */
export interface RowCounts {
  readonly oid: number;
  /** The partitioned table that it is a part of, or itself. */
  readonly root: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export type Counters = ReadonlyMap<number, RowCounts>;

/**
 * Reads the session's own counters of rows. The server counts every row that goes in or out of a table, whoever
 * has it done: cascading keys, triggers, rules, functions, DO blocks. So nothing has to be guessed from the
 * statement, and no table has to be scanned. The counters run on from transaction to transaction, so that only
 * their difference means something; rows of a savepoint that was rolled back stay counted.
 * https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-STATS-FUNCTIONS
 */
export async function readCounters(connection: Connection): Promise<Counters> {
  const rows = await connection.query<CounterRow>(COUNTERS);
  if (rows[0]?.tracked === false) throw cannotCount(connection);
  return new Map(rows.flatMap((row) => (row.oid === null ? [] : [[row.oid, { ...row, oid: row.oid }]])));
}

/** What has changed between two readings. */
export function changesBetween(before: Counters, after: Counters): RowCounts[] {
  return [...after.values()].map((now) => {
    const then = before.get(now.oid);
    // TRUNCATE sets a counter back.
    const grown = (part: "inserted" | "updated" | "deleted") => Math.max(0, now[part] - (then?.[part] ?? 0));
    return { ...now, inserted: grown("inserted"), updated: grown("updated"), deleted: grown("deleted") };
  });
}

interface CounterRow extends Record<string, number | boolean | null> {
  readonly oid: number | null;
  readonly root: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly tracked: boolean;
}

// One row comes also when nothing was counted, for the setting.
const COUNTERS = `
  SELECT counted.*, current_setting('track_counts')::bool AS tracked
  FROM (VALUES (1)) AS always
  LEFT JOIN (
    SELECT c.oid, coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid) AS root, i AS inserted, u AS updated, d AS deleted
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
    LATERAL (
      SELECT pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) AS i,
             pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) AS u,
             pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) AS d
    ) AS counters
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND i + u + d > 0
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ) AS counted ON true`;

function cannotCount(connection: Connection): TenonError {
  return new TenonError(
    "UNSUPPORTED",
    `${connection.description} does not count rows (track_counts is off), so a loss of rows could not be seen.`,
    { hint: "Turn track_counts on for this session's user or server: autovacuum needs it as well." },
  );
}
