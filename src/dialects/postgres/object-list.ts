import type { Connection } from "../../connection/index.js";
import type { Named } from "./named-objects.js";

/** One object of the database, as far as it must be known to tell that it is gone. */
export interface ListedObject extends Named {
  readonly key: string;
  /** What it is a part of, and goes away with: the table of an index, the constraint that the index serves, … */
  readonly containers: readonly string[];
  /** The columns that it is about, by their keys; it goes away with the last of them. */
  readonly columns: readonly string[];
  /** For tables: the file that holds the rows (another one after TRUNCATE), and whether it holds any bytes. */
  readonly file: number | undefined;
  readonly hasBytes: boolean;
}

export type ObjectList = ReadonlyMap<string, ListedObject>;

/** Lists the objects that people make, those of one table or of the whole database. Members of extensions are left out. */
export async function listObjects(connection: Connection, table?: string): Promise<ObjectList> {
  const rows = await connection.query<ObjectRow>(OBJECTS, [table ?? null]);
  return new Map(
    rows.map((row) => [
      row.key,
      {
        key: row.key,
        schema: row.schema,
        name: row.name,
        table: row.relation ?? undefined,
        containers: row.containers.split(" ").filter((key) => key !== ""),
        columns: row.columns.split(" ").filter((key) => key !== ""),
        file: row.file ?? undefined,
        hasBytes: row.has_bytes ?? false,
      },
    ]),
  );
}

/**
 * The objects that are gone and that nobody named: not the parts of what was named (the indexes of a dropped
 * table), and not the parts of what is told anyway. An object that was made anew under its old name, or that was
 * renamed, is not gone.
 */
export function lostObjects(
  before: ObjectList,
  after: ObjectList,
  isNamed: (object: ListedObject) => boolean,
): ListedObject[] {
  const names = new Set([...after.values()].map(nameOf));
  const gone = new Map([...before].filter(([key, object]) => !after.has(key) && !names.has(nameOf(object))));
  const isTold = (object: ListedObject): boolean => isNamed(object) || isPartOfGone(object);
  const isPartOfGone = ({ containers, columns }: ListedObject): boolean =>
    containers.some((key) => gone.has(key)) || (columns.length > 0 && columns.every((key) => gone.has(key)));
  return [...gone.values()].filter((object) => !isTold(object));
}

function nameOf({ schema, table, name }: ListedObject): string {
  return JSON.stringify([schema, table, name]);
}

interface ObjectRow extends Record<string, string | number | boolean | null> {
  readonly key: string;
  readonly schema: string;
  readonly relation: string | null;
  readonly name: string;
  readonly containers: string;
  readonly columns: string;
  readonly file: number | null;
  readonly has_bytes: boolean | null;
}

// A key is the catalog's letter, the object's number, and the column's number where it is a column.
const OBJECTS = `
  WITH user_schema AS (
    SELECT oid, nspname::text AS name FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
  ),
  member AS (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
  ),
  relation AS (
    SELECT c.oid, c.relname::text AS name, c.relkind, n.name AS schema
    FROM pg_catalog.pg_class c JOIN user_schema n ON n.oid = c.relnamespace
    WHERE $1::text IS NULL OR c.oid = pg_catalog.to_regclass($1)
       OR c.oid IN (SELECT indexrelid FROM pg_catalog.pg_index WHERE indrelid = pg_catalog.to_regclass($1))
  ),
  dependency AS (
    -- A sequence on its column, an index on its constraint and on the columns in it, its expressions and its WHERE.
    SELECT objid,
           string_agg('c' || refobjid || '.' || refobjsubid, ' ') FILTER (WHERE refclassid = 'pg_class'::regclass) AS columns,
           string_agg('k' || refobjid, ' ') FILTER (WHERE refclassid = 'pg_constraint'::regclass) AS constraints
    FROM pg_catalog.pg_depend
    WHERE classid = 'pg_class'::regclass AND objsubid = 0 AND deptype IN ('a', 'i')
      AND (refclassid = 'pg_constraint'::regclass OR (refclassid = 'pg_class'::regclass AND refobjsubid > 0))
    GROUP BY objid
  ),
  partition AS (
    SELECT h.inhrelid AS oid, 'c' || h.inhparent AS parent
    FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
    WHERE p.relkind IN ('p', 'I')
  )
  SELECT 'c' || r.oid AS key, r.schema, NULL AS relation, r.name,
         concat_ws(' ', h.parent, d.columns) AS containers,
         '' AS columns,
         CASE WHEN r.relkind = 'r' THEN pg_catalog.pg_relation_filenode(r.oid) END AS file,
         CASE WHEN r.relkind = 'r' THEN pg_catalog.pg_relation_size(r.oid) > 0 END AS has_bytes
  FROM relation r
  LEFT JOIN dependency d ON d.objid = r.oid
  LEFT JOIN partition h ON h.oid = r.oid
  WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
    AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = r.oid)
  UNION ALL
  SELECT 'c' || r.oid, r.schema, x.name, r.name,
         concat_ws(' ', 'c' || x.oid, h.parent, d.constraints),
         coalesce(d.columns, ''), NULL, NULL
  FROM relation r
  JOIN pg_catalog.pg_index i ON i.indexrelid = r.oid
  JOIN relation x ON x.oid = i.indrelid
  LEFT JOIN dependency d ON d.objid = r.oid
  LEFT JOIN partition h ON h.oid = r.oid
  UNION ALL
  SELECT 'c' || r.oid || '.' || a.attnum, r.schema, r.name, a.attname::text, 'c' || r.oid, '', NULL, NULL
  FROM pg_catalog.pg_attribute a JOIN relation r ON r.oid = a.attrelid
  WHERE r.relkind IN ('r', 'p', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0
  UNION ALL
  SELECT 'd' || d.oid, r.schema, r.name, a.attname || ' DEFAULT', concat('c', r.oid, ' c', r.oid, '.', d.adnum), '', NULL, NULL
  FROM pg_catalog.pg_attrdef d
  JOIN relation r ON r.oid = d.adrelid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  UNION ALL
  SELECT 'k' || k.oid, r.schema, r.name, k.conname::text, 'c' || r.oid,
         coalesce((SELECT string_agg('c' || r.oid || '.' || number, ' ') FROM unnest(k.conkey) AS number), ''), NULL, NULL
  FROM pg_catalog.pg_constraint k JOIN relation r ON r.oid = k.conrelid
  WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND k.conparentid = 0 AND k.coninhcount = 0
  UNION ALL
  SELECT 'g' || t.oid, r.schema, r.name, t.tgname::text, 'c' || r.oid, '', NULL, NULL
  FROM pg_catalog.pg_trigger t JOIN relation r ON r.oid = t.tgrelid
  WHERE NOT t.tgisinternal AND t.tgparentid = 0
  UNION ALL
  SELECT 'p' || p.oid, r.schema, r.name, p.polname::text, 'c' || r.oid, '', NULL, NULL
  FROM pg_catalog.pg_policy p JOIN relation r ON r.oid = p.polrelid
  UNION ALL
  SELECT 'w' || w.oid, r.schema, r.name, w.rulename::text, 'c' || r.oid, '', NULL, NULL
  FROM pg_catalog.pg_rewrite w JOIN relation r ON r.oid = w.ev_class
  WHERE w.rulename <> '_RETURN'
  UNION ALL
  SELECT 's' || s.oid, r.schema, r.name, s.stxname::text, 'c' || r.oid,
         coalesce((SELECT string_agg('c' || r.oid || '.' || number, ' ') FROM unnest(s.stxkeys::int2[]) AS number), ''), NULL, NULL
  FROM pg_catalog.pg_statistic_ext s JOIN relation r ON r.oid = s.stxrelid
  UNION ALL
  SELECT 'f' || p.oid, n.name, NULL, p.proname::text, '', '', NULL, NULL
  FROM pg_catalog.pg_proc p JOIN user_schema n ON n.oid = p.pronamespace
  WHERE $1::text IS NULL AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
  UNION ALL
  SELECT 't' || t.oid, n.name, NULL, t.typname::text, '', '', NULL, NULL
  FROM pg_catalog.pg_type t JOIN user_schema n ON n.oid = t.typnamespace
  WHERE $1::text IS NULL AND t.typrelid = 0 AND t.typtype IN ('b', 'd', 'e', 'r') AND t.typelem = 0
    AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_type'::regclass AND objid = t.oid)
  UNION ALL
  SELECT 'n' || n.oid, '', NULL, n.name, '', '', NULL, NULL
  FROM user_schema n WHERE $1::text IS NULL
  UNION ALL
  SELECT 'e' || e.oid, '', NULL, e.extname::text, '', '', NULL, NULL
  FROM pg_catalog.pg_extension e WHERE $1::text IS NULL`;
