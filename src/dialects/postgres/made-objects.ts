import type { Connection } from "../../connection/index.js";
import type { ListedObject, ListOptions } from "../listed-object.js";
import { DEFINITIONS } from "./made-object-definitions.js";
import {
  FIRST_MADE,
  NAMED_CATALOGS,
  type NamedCatalog,
  RELATION_KINDS,
  relationKind,
  routineKind,
  routineName,
  typeKind,
  USER_SCHEMAS,
} from "./made-object-kinds.js";

/**
 * All objects that people make, in one query: those of extensions and of the server itself are left out, and so are
 * those that only come and go with another (the type of a row, the index of a constraint is told, its trigger is
 * not). Objects of the session's temporary schema are told as those of `pg_temp`.
 */
export async function listMadeObjects(
  connection: Connection,
  { definitions }: ListOptions,
): Promise<readonly ListedObject[]> {
  return listed(await connection.query<MadeRow>(definitions ? WITH_DEFINITIONS : OBJECTS));
}

/** The objects of rows with the columns kind, schema, name, relation and, where they were asked for, definition. */
export function listed(rows: readonly MadeRow[]): readonly ListedObject[] {
  return rows.map(({ kind, schema, name, relation, definition }) => {
    const temporary = schema === "pg_temp";
    return { kind, schema, name, table: relation ?? undefined, temporary, definition: definition ?? "" };
  });
}

export interface MadeRow extends Record<string, string | null> {
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly relation: string | null;
  readonly definition: string | null;
}

/** Objects of one catalog that has a name and perhaps a schema, and that nobody asks more of. */
function named({ catalog, kind, name, schema }: NamedCatalog): string {
  const schemaName = schema === undefined ? "''" : "n.name";
  const join = schema === undefined ? "" : ` JOIN user_schema n ON n.oid = o.${schema}`;
  const filter = schema === undefined ? ` AND o.oid >= ${FIRST_MADE}` : "";
  return `
  SELECT '${kind}', ${schemaName}, o.${name}::text, NULL, o.oid, 'pg_${catalog}'
  FROM pg_catalog.pg_${catalog} o${join}
  WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_${catalog}'::regclass AND m.objid = o.oid)${filter}`;
}

const CTES = `
  user_schema AS (${USER_SCHEMAS}),
  member AS MATERIALIZED (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
  ),
  relation AS MATERIALIZED (
    SELECT c.oid, c.relname::text AS name, c.relkind, n.name AS schema
    FROM pg_catalog.pg_class c JOIN user_schema n ON n.oid = c.relnamespace
    WHERE c.relkind IN (${RELATION_KINDS})
      AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid)
  ),
  part AS (
    -- An index of its table, a sequence of its column.
    SELECT indexrelid AS oid, indrelid AS whole FROM pg_catalog.pg_index
    UNION ALL
    SELECT d.objid, min(d.refobjid::bigint)::oid
    FROM pg_catalog.pg_depend d
    JOIN relation r ON r.oid = d.objid AND r.relkind = 'S'
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0 AND d.deptype IN ('a', 'i')
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
    GROUP BY d.objid
  ),
  object (kind, schema, name, relation, oid, catalog) AS (
  SELECT ${relationKind("r.relkind")},
         r.schema, r.name, w.name, r.oid, 'pg_class'
  FROM relation r
  LEFT JOIN part p ON p.oid = r.oid
  LEFT JOIN relation w ON w.oid = p.whole
  UNION ALL
  SELECT 'trigger', r.schema, t.tgname::text, r.name, t.oid, 'pg_trigger'
  FROM pg_catalog.pg_trigger t JOIN relation r ON r.oid = t.tgrelid
  WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'policy', r.schema, p.polname::text, r.name, p.oid, 'pg_policy'
  FROM pg_catalog.pg_policy p JOIN relation r ON r.oid = p.polrelid
  UNION ALL
  SELECT 'rule', r.schema, w.rulename::text, r.name, w.oid, 'pg_rewrite'
  FROM pg_catalog.pg_rewrite w JOIN relation r ON r.oid = w.ev_class
  WHERE w.rulename <> '_RETURN'
  UNION ALL
  SELECT 'statistics', n.name, s.stxname::text, NULL, s.oid, 'pg_statistic_ext'
  FROM pg_catalog.pg_statistic_ext s JOIN user_schema n ON n.oid = s.stxnamespace
  UNION ALL
  SELECT ${routineKind("p.prokind")}, n.name, ${routineName("p")}, NULL, p.oid, 'pg_proc'
  FROM pg_catalog.pg_proc p JOIN user_schema n ON n.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid)
  UNION ALL
  SELECT ${typeKind("t.typtype")}, n.name, t.typname::text, NULL, t.oid, 'pg_type'
  FROM pg_catalog.pg_type t JOIN user_schema n ON n.oid = t.typnamespace
  WHERE t.typrelid = 0 AND t.typtype IN ('b', 'd', 'e', 'r') AND t.typelem = 0
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)
  UNION ALL
  SELECT 'schema', '', n.name, NULL, n.oid, 'pg_namespace'
  FROM user_schema n WHERE n.name NOT IN ('public', 'pg_temp')
  UNION ALL${NAMED_CATALOGS.map((each) => named(each)).join("\n  UNION ALL")}
  )`;

const OBJECTS = `WITH${CTES}
  SELECT kind, schema, name, relation, NULL AS definition FROM object`;

const WITH_DEFINITIONS = `WITH${CTES},
  ${DEFINITIONS}
  SELECT o.kind, o.schema, o.name, o.relation, d.definition
  FROM object o
  LEFT JOIN (
    SELECT catalog, oid, string_agg(definition, '|' ORDER BY definition) AS definition
    FROM definition GROUP BY catalog, oid
  ) d ON d.catalog = o.catalog AND d.oid = o.oid`;
