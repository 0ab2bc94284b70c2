// What people make in a PostgreSQL database, and what we call it; shared by the queries that list it.

/** From here on objects are made by people: https://www.postgresql.org/docs/current/system-catalog-initial-data.html */
export const FIRST_MADE = 16384;

/** The schemas in which people make things; the session's temporary one is told as `pg_temp`. */
export const USER_SCHEMAS = `
    SELECT oid, CASE WHEN oid = pg_catalog.pg_my_temp_schema() THEN 'pg_temp' ELSE nspname::text END AS name, nspname, xmin
    FROM pg_catalog.pg_namespace
    WHERE (nspname !~ '^pg_' AND nspname <> 'information_schema') OR oid = pg_catalog.pg_my_temp_schema()`;

/** Values of pg_class.relkind. */
export const RELATION_KINDS = "'r', 'p', 'f', 'v', 'm', 'S', 'i', 'I', 'c'";

export function relationKind(relkind: string): string {
  return `CASE ${relkind} WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
    WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'table' END`;
}

export function routineKind(prokind: string): string {
  return `CASE ${prokind} WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END`;
}

export function routineName(row: string): string {
  return `${row}.proname || '(' || pg_catalog.oidvectortypes(${row}.proargtypes) || ')'`;
}

export function typeKind(typtype: string): string {
  return `CASE ${typtype} WHEN 'd' THEN 'domain' ELSE 'type' END`;
}

/** A catalog, without its `pg_`, whose objects have a name and perhaps a schema, and that nobody asks more of. */
export interface NamedCatalog {
  readonly catalog: string;
  readonly kind: string;
  readonly name: string;
  readonly schema?: string;
}

export const NAMED_CATALOGS: readonly NamedCatalog[] = [
  { catalog: "extension", kind: "extension", name: "extname" },
  { catalog: "collation", kind: "collation", name: "collname", schema: "collnamespace" },
  { catalog: "operator", kind: "operator", name: "oprname", schema: "oprnamespace" },
  { catalog: "opclass", kind: "operator class", name: "opcname", schema: "opcnamespace" },
  { catalog: "opfamily", kind: "operator family", name: "opfname", schema: "opfnamespace" },
  { catalog: "conversion", kind: "conversion", name: "conname", schema: "connamespace" },
  { catalog: "ts_config", kind: "text search configuration", name: "cfgname", schema: "cfgnamespace" },
  { catalog: "ts_dict", kind: "text search dictionary", name: "dictname", schema: "dictnamespace" },
  { catalog: "ts_parser", kind: "text search parser", name: "prsname", schema: "prsnamespace" },
  { catalog: "ts_template", kind: "text search template", name: "tmplname", schema: "tmplnamespace" },
  { catalog: "cast", kind: "cast", name: "oid" },
  { catalog: "event_trigger", kind: "event trigger", name: "evtname" },
  { catalog: "publication", kind: "publication", name: "pubname" },
  { catalog: "foreign_data_wrapper", kind: "foreign data wrapper", name: "fdwname" },
  { catalog: "foreign_server", kind: "server", name: "srvname" },
  { catalog: "language", kind: "language", name: "lanname" },
];
