import type { Connection } from "../../connection/index.js";
import type { ListedObject } from "../listed-object.js";
import { forbidden } from "../plugin-refusal.js";
import type { TableUse } from "../plugin-watch.js";
import { buildsItsSql, findForbiddenCode } from "./plugin-code.js";
import { findTouchedTables } from "./plugin-touched-tables.js";

/**
 * Judges what a plugin leaves behind that acts later, with the rights of whoever sets it off: functions, rules, views,
 * triggers, defaults. Their texts come from the catalogue, so that it does not matter how they were made.
 *
 * @throws TenonError `PLUGIN_FORBIDDEN`
 */
export async function judgeMade(
  connection: Connection,
  made: readonly ListedObject[],
  role: number | undefined,
): Promise<readonly TableUse[]> {
  if (role !== undefined) await refuseOddities(connection, role);
  const uses: TableUse[] = [];
  for (const { kind, schema, name, text, language, definer, settings } of await readCode(connection, made)) {
    const what = `${kind} ${name}`;
    if (definer)
      throw forbidden(
        `SECURITY DEFINER in ${what}`,
        "It would act with the rights of the host whenever it is called.",
      );
    if (language !== "" && !LANGUAGES.has(language)) {
      throw forbidden(
        `The language ${language} in ${what}`,
        `What is kept is written in ${[...LANGUAGES].join(" or ")}.`,
      );
    }
    const setting =
      settings === "" ? undefined : settings.split("\n").find((each) => !each.startsWith("search_path="));
    if (setting !== undefined)
      throw forbidden(`SET ${setting} in ${what}`, "A function of a plugin may set search_path alone.");
    if (buildsItsSql(text)) {
      throw forbidden(
        `SQL that is made at run time, in ${what}`,
        "Nobody can tell what it will do when the application sets it off.",
      );
    }
    const found =
      findForbiddenCode(text) ??
      (kind === "function" || kind === "procedure" ? findDefinition(text) : undefined);
    if (found !== undefined) throw forbidden(`${found.what} in ${what}`, found.why);
    uses.push(...findTouchedTables(text, schema));
  }
  return uses;
}

const LANGUAGES: ReadonlySet<string> = new Set(["sql", "plpgsql"]);

/** A function that makes, alters or drops objects would do so where nobody watches. */
function findDefinition(text: string): { readonly what: string; readonly why: string } | undefined {
  const found =
    /\b(CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE)\s+(?:OR\s+REPLACE\s+)?(?:TEMP\w*\s+)?[a-z]+/i.exec(
      withoutTexts(text),
    );
  return found === null
    ? undefined
    : { what: found[0].toUpperCase(), why: "It would happen where nobody watches: do it in a migration." };
}

function withoutTexts(text: string): string {
  return text.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, " ");
}

interface CodeRow extends Record<string, string | boolean> {
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly text: string;
  readonly language: string;
  readonly definer: boolean;
  /** One a line: `search_path=public`. */
  readonly settings: string;
}

async function readCode(connection: Connection, made: readonly ListedObject[]): Promise<readonly CodeRow[]> {
  const wanted = made.map(({ kind, schema, name, table }) =>
    JSON.stringify([kind, schema, name, table ?? null]),
  );
  if (wanted.length === 0) return [];
  const names = new Set(wanted);
  const rows = await connection.query<CodeRow & { relation: string | null }>(CODE);
  return rows.filter(({ kind, schema, name, relation }) =>
    names.has(JSON.stringify([kind, schema, name, relation])),
  );
}

const CODE = `
  SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
         n.nspname::text AS schema, p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' AS name,
         NULL AS relation,
         CASE WHEN p.prokind = 'a' THEN '' ELSE concat_ws(E'\\n', p.prosrc, pg_catalog.pg_get_function_sqlbody(p.oid),
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
  WHERE i.indexprs IS NOT NULL AND c.oid >= 16384`;

/** Everything that the role owns must be of a kind that a plugin can have: large objects, for one, are not. */
async function refuseOddities(connection: Connection, role: number): Promise<void> {
  const [odd] = await connection.query<{ what: string }>(
    `SELECT pg_catalog.pg_describe_object(d.classid, d.objid, 0) AS what
     FROM pg_catalog.pg_shdepend d
     WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = CAST($1 AS oid) AND d.deptype = 'o'
       AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_namespace'::regclass,
                             'pg_statistic_ext'::regclass, 'pg_default_acl'::regclass)
     LIMIT 1`,
    [String(role)],
  );
  if (odd !== undefined)
    throw forbidden(`To make ${odd.what}`, "It is none of the objects that a plugin can have.");
}
