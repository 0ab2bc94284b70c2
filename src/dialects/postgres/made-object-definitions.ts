/**
 * What DDL changes of each object, as rows of (catalog, oid, definition); any number of rows for one object. Nothing
 * that other statements change is in it: not statistics, not the place of the rows, not the marks that a foreign key
 * leaves in the table that it refers to.
 */
export const DEFINITIONS = `
  definition (catalog, oid, definition) AS (
    SELECT 'pg_class', c.oid, concat_ws(',', 'class', c.relkind, c.relpersistence, c.relowner,
             coalesce(c.relacl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))::text,
             c.reloptions::text, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reltablespace,
             c.relispartition, c.relpartbound::text, c.reloftype, c.relam,
             -- ALTER SEQUENCE … RESTART writes it anew, nextval and setval do not.
             CASE WHEN c.relkind = 'S' THEN c.relfilenode END)
    FROM pg_catalog.pg_class c JOIN relation r ON r.oid = c.oid
    UNION ALL
    SELECT 'pg_class', a.attrelid, 'columns ' || md5(string_agg(concat_ws(',', a.attnum, a.attname, a.atttypid, a.atttypmod,
             a.attnotnull, a.attisdropped, a.attidentity, a.attgenerated, a.attcollation, a.attacl::text,
             a.attoptions::text, a.attstorage, a.attislocal, a.attinhcount), ';' ORDER BY a.attnum))
    FROM pg_catalog.pg_attribute a JOIN relation r ON r.oid = a.attrelid
    WHERE a.attnum > 0
    GROUP BY a.attrelid
    UNION ALL
    SELECT 'pg_class', d.adrelid, 'defaults ' || md5(string_agg(d.adnum || ' ' || d.adbin::text, ';' ORDER BY d.adnum))
    FROM pg_catalog.pg_attrdef d JOIN relation r ON r.oid = d.adrelid
    GROUP BY d.adrelid
    UNION ALL
    SELECT 'pg_class', k.conrelid, 'constraints ' || md5(string_agg(concat_ws(',', k.conname, k.contype, k.condeferrable,
             k.condeferred, k.convalidated, k.conkey::text, k.confrelid, k.confkey::text, k.confupdtype, k.confdeltype,
             k.conbin::text), ';' ORDER BY k.conname))
    FROM pg_catalog.pg_constraint k JOIN relation r ON r.oid = k.conrelid
    GROUP BY k.conrelid
    UNION ALL
    SELECT 'pg_class', t.tgrelid, 'off ' || string_agg(concat_ws(' ', t.tgname, t.tgenabled), ';' ORDER BY t.tgname)
    FROM pg_catalog.pg_trigger t JOIN relation r ON r.oid = t.tgrelid
    WHERE t.tgisinternal AND t.tgenabled <> 'O'
    GROUP BY t.tgrelid
    UNION ALL
    SELECT 'pg_class', i.inhparent, 'heirs ' || md5(string_agg(i.inhrelid::text, ';' ORDER BY i.inhrelid))
    FROM pg_catalog.pg_inherits i JOIN relation r ON r.oid = i.inhparent
    GROUP BY i.inhparent
    UNION ALL
    SELECT 'pg_class', i.indexrelid, 'index ' || concat_ws(',', i.indrelid, i.indisunique, i.indisprimary, i.indkey::text,
             i.indclass::text, i.indcollation::text, i.indoption::text, md5(i.indexprs::text), md5(i.indpred::text),
             i.indisclustered, i.indisreplident)
    FROM pg_catalog.pg_index i JOIN relation r ON r.oid = i.indexrelid
    UNION ALL
    SELECT 'pg_class', w.ev_class, 'query ' || md5(w.ev_action::text)
    FROM pg_catalog.pg_rewrite w JOIN relation r ON r.oid = w.ev_class
    WHERE w.rulename = '_RETURN'
    UNION ALL
    SELECT 'pg_class', s.seqrelid, concat_ws(',', 'sequence', s.seqtypid, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle)
    FROM pg_catalog.pg_sequence s JOIN relation r ON r.oid = s.seqrelid
    UNION ALL
    SELECT d.classoid::regclass::text, d.objoid, 'comment ' || d.objsubid || md5(d.description)
    FROM pg_catalog.pg_description d
    WHERE d.objoid >= 16384
    UNION ALL
    SELECT 'pg_trigger', t.oid, concat_ws(',', t.tgfoid, t.tgtype, t.tgenabled, t.tgattr::text, t.tgargs::text, t.tgqual::text,
             t.tgdeferrable, t.tginitdeferred)
    FROM pg_catalog.pg_trigger t
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'pg_policy', p.oid, concat_ws(',', p.polcmd, p.polpermissive, p.polroles::text, p.polqual::text, p.polwithcheck::text)
    FROM pg_catalog.pg_policy p
    UNION ALL
    SELECT 'pg_rewrite', w.oid, concat_ws(',', w.ev_type, w.ev_enabled, w.is_instead, md5(w.ev_qual::text), md5(w.ev_action::text))
    FROM pg_catalog.pg_rewrite w
    WHERE w.rulename <> '_RETURN' AND w.oid >= 16384
    UNION ALL
    SELECT 'pg_proc', p.oid, concat_ws(',', p.proowner, p.prolang, p.prosecdef, p.proleakproof, p.proisstrict, p.provolatile,
             p.proparallel, p.prorettype, p.proargnames::text, p.proargdefaults::text, md5(p.prosrc), p.probin,
             p.proconfig::text, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))::text)
    FROM pg_catalog.pg_proc p
    WHERE p.oid >= 16384
    UNION ALL
    SELECT 'pg_type', t.oid, concat_ws(',', t.typowner, t.typbasetype, t.typtypmod, t.typnotnull, md5(t.typdefaultbin::text),
             coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))::text)
    FROM pg_catalog.pg_type t
    WHERE t.oid >= 16384
    UNION ALL
    SELECT 'pg_type', e.enumtypid, 'labels ' || md5(string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
    FROM pg_catalog.pg_enum e
    GROUP BY e.enumtypid
    UNION ALL
    SELECT 'pg_type', k.contypid, 'checks ' || md5(string_agg(concat_ws(',', k.conname, k.contype, k.convalidated, k.conbin::text), ';' ORDER BY k.conname))
    FROM pg_catalog.pg_constraint k
    WHERE k.contypid <> 0
    GROUP BY k.contypid
    UNION ALL
    SELECT 'pg_namespace', n.oid, concat_ws(',', n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))::text)
    FROM pg_catalog.pg_namespace n
  )`;
