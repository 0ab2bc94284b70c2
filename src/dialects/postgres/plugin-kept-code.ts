import type { Connection } from "../../connection/index.js";
import type { ListedObject } from "../listed-object.js";

/** A piece of code that is kept in the database and acts later. */
export interface KeptCode extends Record<string, string | boolean> {
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly text: string;
  readonly language: string;
  readonly definer: boolean;
  /** One a line: `search_path=public`. */
  readonly settings: string;
}

/** The code of these objects, as the catalogue has it. */
export async function readKeptCode(
  connection: Connection,
  made: readonly ListedObject[],
): Promise<readonly KeptCode[]> {
  const wanted = made.map(({ kind, schema, name, table }) =>
    JSON.stringify([kind, schema, name, table ?? null]),
  );
  if (wanted.length === 0) return [];
  const names = new Set(wanted);
  const rows = await connection.query<KeptCode & { relation: string | null }>(CODE, [
    JSON.stringify([...new Set(made.map(({ name }) => name))]),
  ]);
  return rows.filter(({ kind, schema, name, relation }) =>
    names.has(JSON.stringify([kind, schema, name, relation])),
  );
}

// The names are asked for in the query, so that the server spells out no code of others.
const CODE = `
  SELECT * FROM (
  SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
         n.nspname::text AS schema, p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' AS name,
         NULL AS relation,
         CASE WHEN p.prokind = 'a' THEN (
                -- An aggregate calls these as it is called itself.
                SELECT string_agg(f.proname || '()', ' ') FROM pg_catalog.pg_aggregate a JOIN pg_catalog.pg_proc f
                  ON f.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn,
                               a.aggminvtransfn, a.aggmfinalfn)
                WHERE a.aggfnoid = p.oid
              ) ELSE concat_ws(E'\\n', p.prosrc, pg_catalog.pg_get_function_sqlbody(p.oid),
              pg_catalog.pg_get_expr(p.proargdefaults, 0)) END AS text,
         CASE WHEN p.prokind = 'a' THEN '' ELSE l.lanname::text END AS language, p.prosecdef AS definer,
         coalesce(array_to_string(p.proconfig, E'\\n'), '') AS settings
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  WHERE p.oid >= 16384
  UNION ALL
  SELECT 'rule', n.nspname::text, w.rulename::text, c.relname::text, pg_catalog.pg_get_ruledef(w.oid), '', false, ''
  FROM pg_catalog.pg_rewrite w
  JOIN pg_catalog.pg_class c ON c.oid = w.ev_class
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE w.oid >= 16384 AND w.rulename <> '_RETURN'
  UNION ALL
  SELECT CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, n.nspname::text, c.relname::text, NULL,
         pg_catalog.pg_get_viewdef(c.oid), '', false, ''
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384
  UNION ALL
  SELECT 'trigger', n.nspname::text, t.tgname::text, c.relname::text, pg_catalog.pg_get_triggerdef(t.oid), '', false, ''
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'table', n.nspname::text, c.relname::text, NULL,
         concat_ws(E'\\n', (SELECT string_agg(pg_catalog.pg_get_expr(d.adbin, d.adrelid), E'\\n') FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid),
                   (SELECT string_agg(pg_catalog.pg_get_constraintdef(k.oid), E'\\n') FROM pg_catalog.pg_constraint k
                    WHERE k.conrelid = c.oid AND k.contype = 'c')), '', false, ''
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
  UNION ALL
  SELECT 'policy', n.nspname::text, p.polname::text, c.relname::text,
         concat_ws(E'\\n', pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)), '', false, ''
  FROM pg_catalog.pg_policy p
  JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  UNION ALL
  SELECT 'index', n.nspname::text, c.relname::text, x.relname::text, pg_catalog.pg_get_indexdef(c.oid), '', false, ''
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_class x ON x.oid = i.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE i.indexprs IS NOT NULL AND c.oid >= 16384
  UNION ALL
  SELECT 'domain', n.nspname::text, t.typname::text, NULL,
         concat_ws(E'\\n', t.typdefault, (SELECT string_agg(pg_catalog.pg_get_constraintdef(k.oid), E'\\n')
                                         FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid)), '', false, ''
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype = 'd' AND t.oid >= 16384
  ) AS kept
  WHERE name = ANY (ARRAY(SELECT json_array_elements_text(CAST($1 AS json))))`;
