import type { Row } from "../../../connection/index.js";
import type { SequenceOptions } from "../../../schema/index.js";
import { type Catalogue, notOfExtension } from "./catalogue.js";

export interface SequenceRow extends Row {
  readonly relation: string;
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cache: string;
  readonly cycle: boolean;
  /** The column that owns it. */
  readonly owner: string | null;
  readonly owner_column: number | null;
  /** It is the one behind an identity column. */
  readonly internal: boolean | null;
}

export function readSequences({ connection, namespaces }: Catalogue): Promise<SequenceRow[]> {
  return connection.query<SequenceRow>(
    `SELECT
      s.seqrelid::text AS relation,
      pg_catalog.format_type(s.seqtypid, NULL) AS type,
      s.seqstart::text AS start,
      s.seqincrement::text AS increment,
      s.seqmin::text AS minimum,
      s.seqmax::text AS maximum,
      s.seqcache::text AS cache,
      s.seqcycle AS cycle,
      d.refobjid::text AS owner,
      d.refobjsubid AS owner_column,
      d.deptype = 'i' AS internal
    FROM pg_catalog.pg_sequence AS s
    JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
    LEFT JOIN pg_catalog.pg_depend AS d
      ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.objid = s.seqrelid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.refobjsubid > 0
      AND d.deptype IN ('a', 'i')
    WHERE c.relnamespace = ANY ($1::oid[])
      AND ${notOfExtension("pg_class", "c.oid")}`,
    [namespaces],
  );
}

const HIGHEST: Readonly<Record<string, bigint>> = {
  smallint: 2n ** 15n - 1n,
  integer: 2n ** 31n - 1n,
  bigint: 2n ** 63n - 1n,
};

/** The options of a sequence, without those that the engine gives a sequence of its type by itself. */
export function sequenceOptionsFrom(row: SequenceRow): SequenceOptions {
  const highest = HIGHEST[row.type] ?? 0n;
  const ascending = !row.increment.startsWith("-");
  const minimum = ascending ? "1" : String(-highest - 1n);
  const maximum = ascending ? String(highest) : "-1";
  const unless = (value: string, usual: string) => (value === usual ? undefined : value);
  return {
    start: unless(row.start, ascending ? row.minimum : row.maximum),
    increment: unless(row.increment, "1"),
    minimum: unless(row.minimum, minimum),
    maximum: unless(row.maximum, maximum),
    cache: unless(row.cache, "1"),
    cycle: row.cycle || undefined,
  };
}
