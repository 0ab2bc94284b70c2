import type { LiveDatabase } from "../engines.js";

/** All that a database holds, read through the second connection: objects, rows, and what its session is set to. */
export async function readEverything(database: LiveDatabase): Promise<unknown> {
  const all = database.engine === "sqlite" ? await readSqlite(database) : await readPostgres(database);
  const [rows, owners] = [await database.look(JOURNAL), await database.look(OWNERS)];
  return { all, journal: { rows: plain(rows), owners: plain(owners) } };
}

/** Of the plugin itself the journal keeps that it failed. */
const JOURNAL =
  "SELECT module, version, status, checksum, applied_at FROM schema_migrations WHERE module NOT LIKE 'evil%' ORDER BY 1, 2";
const OWNERS = "SELECT * FROM schema_migrations_objects ORDER BY 1, 2, 3, 4";

// Each look opens the file anew, so there are but two.
async function readSqlite({ look }: LiveDatabase): Promise<unknown> {
  const objects = await look(
    `SELECT type, name, tbl_name, sql FROM sqlite_schema
     UNION ALL SELECT type, name, 'temp', sql FROM sqlite_temp_schema
     UNION ALL SELECT 'database', name, '', '' FROM pragma_database_list
     UNION ALL SELECT 'pragma', 'user_version', '', user_version FROM pragma_user_version
     ORDER BY type, name`,
  );
  const tables = objects
    .filter(({ type, sql }) => type === "table" && !/^CREATE VIRTUAL/i.test(String(sql)))
    .map(({ name }) => String(name))
    .filter((name) => !isJournal(name));
  const columns = await look(
    `SELECT t.name AS "table", group_concat(quote(c.name) || ', quote("' || c.name || '")') AS list
     FROM pragma_table_list t JOIN pragma_table_info(t.name) c WHERE t.schema = 'main' GROUP BY t.name`,
  );
  const listOf = new Map(columns.map(({ table, list }) => [String(table), String(list)]));
  const parts = tables.map(
    (name) => `SELECT '${name}' AS name, json_object(${listOf.get(name)}) AS row FROM "${name}"`,
  );
  const rows = await look(`${parts.join(" UNION ALL ")} ORDER BY 1, 2`);
  return { objects: plain(objects), rows: plain(rows) };
}

async function readPostgres({ look }: LiveDatabase): Promise<unknown> {
  const schemas = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'";
  const relations = await look(
    `SELECT n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner) AS owner, c.relrowsecurity,
            obj_description(c.oid, 'pg_class') AS comment,
            (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))) AS a) AS rights
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${schemas} ORDER BY 1, 2`,
  );
  const columns = await look(
    "SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, ordinal_position",
  );
  const others = await look(
    `SELECT 'function' AS kind, p.oid::regprocedure::text AS name, md5(pg_get_functiondef(p.oid)) AS text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${schemas} AND p.prokind <> 'a'
     UNION ALL SELECT 'constraint', k.conrelid::regclass || '.' || k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${schemas}
     UNION ALL SELECT 'trigger', t.tgrelid::regclass || '.' || t.tgname, concat(pg_get_triggerdef(t.oid), t.tgenabled) FROM pg_trigger t WHERE NOT t.tgisinternal
     UNION ALL SELECT 'type', t.oid::regtype::text, t.typtype::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${schemas}
     UNION ALL SELECT 'schema', n.nspname, (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a) FROM pg_namespace n WHERE ${schemas}
     UNION ALL SELECT 'role', rolname, rolsuper::text FROM pg_roles WHERE rolname LIKE '%evil%' OR rolname LIKE 'tenon_plugin%'
     UNION ALL SELECT 'extension', extname, extversion FROM pg_extension
     UNION ALL SELECT 'policy', polname, '' FROM pg_policy
     UNION ALL SELECT 'rule', rulename, '' FROM pg_rewrite WHERE rulename <> '_RETURN' AND oid >= 16384
     UNION ALL SELECT 'large object', oid::text, '' FROM pg_largeobject_metadata
     UNION ALL SELECT 'operator', oprname, '' FROM pg_operator WHERE oid >= 16384
     UNION ALL SELECT 'cast', oid::text, '' FROM pg_cast WHERE oid >= 16384
     UNION ALL SELECT 'publication', pubname, '' FROM pg_publication
     UNION ALL SELECT 'event trigger', evtname, '' FROM pg_event_trigger
     UNION ALL SELECT 'sequence', schemaname || '.' || sequencename, coalesce(last_value::text, '') FROM pg_sequences
     ORDER BY 1, 2, 3`,
  );
  const rows: Record<string, unknown> = {};
  for (const { nspname, relname, relkind } of relations) {
    if (relkind !== "r" || isJournal(String(relname))) continue;
    rows[`${nspname}.${relname}`] = plain(
      await look(`SELECT * FROM "${nspname}"."${relname}" AS t ORDER BY t::text`),
    );
  }
  return { relations: plain(relations), columns: plain(columns), others: plain(others), rows };
}

/** What a failed try leaves in the journal is no change of the database. */
function isJournal(name: string): boolean {
  return name.startsWith("schema_migrations");
}

function plain(rows: readonly Readonly<Record<string, unknown>>[]): unknown {
  return rows.map(({ _metadata: _, ...row }) => row);
}
