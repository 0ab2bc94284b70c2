import { literal, qualified } from "../names.js";

/** Something that is dropped and created again. */
export interface Kept {
  readonly kind: "relation" | "routine" | "type" | "column";
  readonly schema: string;
  readonly name: string;
  /** Of a routine its arguments, of a column its name. */
  readonly detail: string;
}

/**
 * Statements around a script that takes objects down and puts them back: the first write down, as SQL, who owns them and who has
 * which rights on them; the last gives that back. They are read when the script runs, because rights are each
 * database's own.
 */
export function keepRights(kept: readonly Kept[], { inTransaction }: { readonly inTransaction: boolean }) {
  const sources = (["relation", "column", "routine", "type"] as const).flatMap((kind) => {
    const items = kept.filter((item) => item.kind === kind);
    return items.length === 0 ? [] : SOURCES[kind](items);
  });
  const hasRoutine = kept.some((item) => item.kind === "routine");
  const setPath = "set_config('search_path', current_setting('tenon.search_path'), false)";
  const write = [
    `SELECT set_config('tenon.rights', COALESCE(json_agg(statement)::text, '[]'), ${inTransaction})${hasRoutine ? "," : ""}`,
    ...(hasRoutine ? [`  ${setPath.replace("false", String(inTransaction))}`] : []),
    "FROM (",
    sources.map((source) => source.replaceAll(/^/gm, "  ")).join("\n  UNION ALL\n"),
    ") AS kept (target, owner, acl, columns), LATERAL (",
    ...STATEMENTS,
    ") AS statements (statement)",
  ].join("\n");
  // Arguments are spelled by the search path.
  const plainPath = [
    `SELECT set_config('tenon.search_path', current_setting('search_path'), ${inTransaction}),`,
    `  set_config('search_path', 'pg_catalog', ${inTransaction})`,
  ].join("\n");
  return { before: hasRoutine ? [plainPath, write] : [write], after: GIVE_BACK };
}

/** https://www.postgresql.org/docs/current/ddl-priv.html; an access list that is NULL is the usual one. */
const STATEMENTS: readonly string[] = [
  "  SELECT format('ALTER %s OWNER TO %s', target, owner::regrole)",
  "  WHERE owner IS NOT NULL",
  "  UNION ALL",
  "  SELECT format('REVOKE ALL ON %s FROM PUBLIC', target)",
  "  WHERE acl IS NOT NULL AND columns = ''",
  "  UNION ALL",
  "  SELECT format('GRANT %s%s ON %s TO %s%s', a.privilege_type, columns, target,",
  "    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,",
  "    CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)",
  "  FROM aclexplode(acl) AS a",
  "  WHERE a.grantee IS DISTINCT FROM owner",
];

const GIVE_BACK = [
  "DO $rights$",
  "DECLARE",
  "  statement text;",
  "BEGIN",
  "  FOR statement IN SELECT json_array_elements_text(current_setting('tenon.rights')::json) LOOP",
  "    EXECUTE statement;",
  "  END LOOP;",
  "END",
  "$rights$",
].join("\n");

const SOURCES: Readonly<Record<Kept["kind"], (items: readonly Kept[]) => readonly string[]>> = {
  relation: (items) => {
    const oids = items.map((item) => `${literal(qualified(item))}::regclass`).join(", ");
    return [
      `SELECT 'TABLE ' || oid::regclass, relowner, relacl, ''\nFROM pg_class\nWHERE oid IN (${oids})`,
      `SELECT 'TABLE ' || attrelid::regclass, NULL::oid, attacl, format(' (%I)', attname)\nFROM pg_attribute\nWHERE attrelid IN (${oids})`,
    ];
  },
  column: (items) => [
    [
      "SELECT 'TABLE ' || attrelid::regclass, NULL::oid, attacl, format(' (%I)', attname)",
      "FROM pg_attribute",
      `WHERE ${items.map((item) => `attrelid = ${literal(qualified(item))}::regclass AND attname = ${literal(item.detail)}`).join("\n  OR ")}`,
    ].join("\n"),
  ],
  routine: (items) => {
    const isItem = ({ schema, name, detail }: Kept) =>
      [
        `pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = ${literal(schema)})`,
        `proname = ${literal(name)}`,
        `pg_get_function_identity_arguments(oid) = ${literal(detail)}`,
      ].join(" AND ");
    return [
      `SELECT 'ROUTINE ' || oid::regprocedure, proowner, proacl, ''\nFROM pg_proc\nWHERE ${items.map(isItem).join("\n  OR ")}`,
    ];
  },
  type: (items) => {
    const oids = items.map((item) => `${literal(qualified(item))}::regtype`).join(", ");
    return [`SELECT 'TYPE ' || oid::regtype, typowner, typacl, ''\nFROM pg_type\nWHERE oid IN (${oids})`];
  },
};
