import type { Connection } from "../../connection/index.js";
import type { ListedObject, ListOptions } from "../listed-object.js";
import { DEFINITIONS } from "./made-object-definitions.js";

/**
 * All objects that people make, in one query: those of extensions and of the server itself are left out, and so are
 * those that only come and go with another (the type of a row, the index of a constraint is told, its trigger is
 * not). Objects of the session's temporary schema are told as those of `pg_temp`.
 */
export async function listMadeObjects(
  connection: Connection,
  { definitions }: ListOptions,
): Promise<readonly ListedObject[]> {
  const rows = await connection.query<MadeRow>(definitions ? WITH_DEFINITIONS : OBJECTS);
  return rows.map(({ kind, schema, name, relation, definition }) => {
    const temporary = schema === "pg_temp";
    return { kind, schema, name, table: relation ?? undefined, temporary, definition: definition ?? "" };
  });
}

interface MadeRow extends Record<string, string | null> {
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly relation: string | null;
  readonly definition: string | null;
}

/** Objects of one catalog that has a name and perhaps a schema, and that nobody asks more of. */
function named(catalog: string, kind: string, name: string, schema: string | undefined): string {
  const schemaName = schema === undefined ? "''" : "n.name";
  const join = schema === undefined ? "" : ` JOIN user_schema n ON n.oid = o.${schema}`;
  const filter = schema === undefined ? " AND o.oid >= 16384" : "";
  return `
  SELECT '${kind}', ${schemaName}, o.${name}::text, NULL, o.oid, 'pg_${catalog}'
  FROM pg_catalog.pg_${catalog} o${join}
  WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_${catalog}'::regclass AND m.objid = o.oid)${filter}`;
}

// From 16384 on objects are made by people: https://www.postgresql.org/docs/current/system-catalog-initial-data.html
const CTES = `
  user_schema AS (
    SELECT oid, CASE WHEN oid = pg_catalog.pg_my_temp_schema() THEN 'pg_temp' ELSE nspname::text END AS name, nspname
    FROM pg_catalog.pg_namespace
    WHERE (nspname !~ '^pg_' AND nspname <> 'information_schema') OR oid = pg_catalog.pg_my_temp_schema()
  ),
  member AS MATERIALIZED (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
  ),
  relation AS MATERIALIZED (
    SELECT c.oid, c.relname::text AS name, c.relkind, n.name AS schema
    FROM pg_catalog.pg_class c JOIN user_schema n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c')
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
  SELECT CASE r.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                        WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type'
                        ELSE 'table' END,
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
  SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, n.name,
         p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')', NULL, p.oid, 'pg_proc'
  FROM pg_catalog.pg_proc p JOIN user_schema n ON n.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid)
  UNION ALL
  SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, n.name, t.typname::text, NULL, t.oid, 'pg_type'
  FROM pg_catalog.pg_type t JOIN user_schema n ON n.oid = t.typnamespace
  WHERE t.typrelid = 0 AND t.typtype IN ('b', 'd', 'e', 'r') AND t.typelem = 0
    AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = t.oid)
  UNION ALL
  SELECT 'schema', '', n.name, NULL, n.oid, 'pg_namespace'
  FROM user_schema n WHERE n.name NOT IN ('public', 'pg_temp')
  UNION ALL${[
    named("extension", "extension", "extname", undefined),
    named("collation", "collation", "collname", "collnamespace"),
    named("operator", "operator", "oprname", "oprnamespace"),
    named("opclass", "operator class", "opcname", "opcnamespace"),
    named("opfamily", "operator family", "opfname", "opfnamespace"),
    named("conversion", "conversion", "conname", "connamespace"),
    named("ts_config", "text search configuration", "cfgname", "cfgnamespace"),
    named("ts_dict", "text search dictionary", "dictname", "dictnamespace"),
    named("ts_parser", "text search parser", "prsname", "prsnamespace"),
    named("ts_template", "text search template", "tmplname", "tmplnamespace"),
    named("cast", "cast", "oid", undefined),
    named("event_trigger", "event trigger", "evtname", undefined),
    named("publication", "publication", "pubname", undefined),
    named("foreign_data_wrapper", "foreign data wrapper", "fdwname", undefined),
    named("foreign_server", "server", "srvname", undefined),
    named("language", "language", "lanname", undefined),
  ].join("\n  UNION ALL")}
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
