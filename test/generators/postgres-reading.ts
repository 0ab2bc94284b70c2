// What a PostgreSQL database looks like, read from pg_catalog with the engine's own functions alone: nothing of Tenon's
// reading is used.
import type { Connection } from "../../src/connection/index.js";

/**
 * Sorted lines that describe a database; two databases of the same shape give the same, in whatever order columns stand.
 * What a partition has from its parent has a name that nobody gave it, and is told without.
 */
export async function readShape(connection: Connection): Promise<readonly string[]> {
  const lines: string[] = [];
  await connection.transaction(async (session) => {
    const [before] = await session.query<{ path: string }>("SELECT current_setting('search_path') AS path");
    await session.query("SELECT set_config('search_path', '', true)");
    for (const query of QUERIES) {
      for (const row of await session.query(query)) lines.push(Object.values(row).map(plain).join(" | "));
    }
    await session.query("SELECT set_config('search_path', $1, true)", [before?.path ?? ""]);
  });
  return lines.sort();
}

/**
 * The engine deparses a list of varchar constants in another way once it has read its own text: the casts go inside. Both mean
 * the same.
 */
function plain(value: unknown): string {
  const text = String(value ?? "");
  if (!text.includes("ARRAY[")) return text;
  return text
    .replaceAll(/ARRAY\[[^\]]*\]/g, (list) => (list.match(/'(?:[^']|'')*'/g) ?? [list]).join(","))
    .replaceAll(/[()]|::[\w ]+\[\]/g, "");
}

const IN_SCOPE = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";
const NOT_EXTENSION = (catalogue: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '${catalogue}'::regclass AND x.objid = ${oid} AND x.deptype IN ('e', 'i'))`;

const QUERIES = [
  `SELECT 'schema', nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace n
   WHERE ${IN_SCOPE} AND nspname <> 'public'`,
  `SELECT 'relation', c.oid::regclass, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
     (SELECT array_agg(o ORDER BY o) FROM unnest(c.reloptions) o), am.amname,
     CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
     pg_get_expr(c.relpartbound, c.oid), obj_description(c.oid, 'pg_class'),
     CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
     (SELECT array_agg(h.inhparent::regclass ORDER BY h.inhseqno) FROM pg_inherits h WHERE h.inhrelid = c.oid)
   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am am ON am.oid = c.relam
   WHERE ${IN_SCOPE} AND c.relkind IN ('r', 'p', 'v', 'm', 'c', 'S') AND ${NOT_EXTENSION("pg_class", "c.oid")}`,
  `SELECT 'column', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attcollation::regcollation,
     a.attidentity, a.attgenerated, a.attstorage, a.attcompression, a.attislocal, a.attinhcount,
     pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE ${IN_SCOPE} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm')`,
  `SELECT 'attribute', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation,
     row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum)
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${IN_SCOPE} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'c'`,
  `SELECT 'constraint', COALESCE(NULLIF(k.conrelid, 0)::regclass::text, k.contypid::regtype::text), CASE WHEN k.conparentid = 0 THEN k.conname END, k.contype,
     pg_get_constraintdef(k.oid), k.convalidated, k.condeferrable, k.condeferred, k.connoinherit, k.conislocal, k.coninhcount,
     obj_description(k.oid, 'pg_constraint')
   FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${IN_SCOPE} AND k.contype <> 't'`,
  `SELECT 'index', CASE WHEN c.relispartition THEN regexp_replace(pg_get_indexdef(i.indexrelid), 'INDEX .* ON ', 'INDEX ON ')
       ELSE pg_get_indexdef(i.indexrelid) END, i.indisvalid, i.indisprimary, i.indisunique, i.indisreplident, i.indisclustered,
     obj_description(i.indexrelid, 'pg_class'), (SELECT h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
   FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${IN_SCOPE}`,
  `SELECT 'sequence', s.seqrelid::regclass, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle,
     (SELECT d.refobjid::regclass || '.' || (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = d.refobjid AND a.attnum = d.refobjsubid)
        || d.deptype::text FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype IN ('a', 'i'))
   FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${IN_SCOPE} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = s.seqrelid AND d.deptype = 'i')`,
  `SELECT 'identity', d.refobjid::regclass, a.attname, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle
   FROM pg_sequence s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype = 'i'
   JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid`,
  `SELECT 'type', t.oid::regtype, t.typtype, t.typnotnull, t.typdefault, format_type(NULLIF(t.typbasetype, 0), t.typtypmod),
     t.typcollation::regcollation, obj_description(t.oid, 'pg_type'),
     (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
   FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${IN_SCOPE} AND t.typtype IN ('e', 'd', 'r')`,
  `SELECT 'routine', pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc')
   FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE ${IN_SCOPE} AND p.prokind <> 'a' AND ${NOT_EXTENSION("pg_proc", "p.oid")}`,
  `SELECT 'trigger', pg_get_triggerdef(t.oid), t.tgenabled, t.tgparentid <> 0, obj_description(t.oid, 'pg_trigger')
   FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${IN_SCOPE} AND NOT t.tgisinternal`,
  `SELECT 'policy', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive,
     (SELECT array_agg(r.rolname ORDER BY r.rolname) FROM pg_roles r WHERE r.oid = ANY (p.polroles)),
     pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy')
   FROM pg_policy p`,
  `SELECT 'extension', extname, extnamespace::regnamespace FROM pg_extension`,
  `SELECT 'rights', c.oid::regclass, a.attname, x.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   JOIN pg_attribute a ON a.attrelid = c.oid CROSS JOIN aclexplode(a.attacl) x WHERE ${IN_SCOPE}`,
  `SELECT 'rights', c.oid::regclass, x.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN aclexplode(c.relacl) x WHERE ${IN_SCOPE} AND x.grantee <> c.relowner`,
];
