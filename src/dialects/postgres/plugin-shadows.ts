import type { Connection } from "../../connection/index.js";
import { forbidden } from "../plugin-refusal.js";

/**
 * Refuses what a plugin has made to stand in for something of the server's own: a function, type or operator that
 * other statements would find in its place, ours with the host's rights among them. Asked right after each of the
 * plugin's statements, and in words that nothing can stand in for.
 *
 * @throws TenonError `PLUGIN_FORBIDDEN`
 */
export async function refuseShadows(connection: Connection, role: number): Promise<void> {
  const [found] = await connection.query<{ kind: string; name: string }>(shadowsOf(role));
  if (found === undefined) return;
  throw forbidden(
    `The ${found.kind} ${found.name}`,
    "It is temporary, or has the name of something of the server's own, or changes what operators and casts mean.",
  );
}

// A WHERE without OPERATOR(…), or a type without its schema, could already be the plugin's.
function shadowsOf(role: number): string {
  const isTheirs = (owner: string) => `${owner} OPERATOR(pg_catalog.=) CAST(${role} AS pg_catalog.oid)`;
  const isServers = (namespace: string) => `${namespace} OPERATOR(pg_catalog.=) CAST(11 AS pg_catalog.oid)`;
  const isTemporary = (namespace: string) =>
    `${namespace} OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()`;
  return `
    SELECT CAST('function' AS pg_catalog.text) AS kind, CAST(p.proname AS pg_catalog.text) AS name
    FROM pg_catalog.pg_proc p
    WHERE ${isTheirs("p.proowner")} AND (${isTemporary("p.pronamespace")} OR EXISTS (
      SELECT FROM pg_catalog.pg_proc b WHERE b.proname OPERATOR(pg_catalog.=) p.proname AND ${isServers("b.pronamespace")}))
    UNION ALL
    SELECT CAST('type' AS pg_catalog.text), CAST(t.typname AS pg_catalog.text)
    FROM pg_catalog.pg_type t
    WHERE ${isTheirs("t.typowner")} AND (${isTemporary("t.typnamespace")} OR EXISTS (
      SELECT FROM pg_catalog.pg_type b WHERE b.typname OPERATOR(pg_catalog.=) t.typname AND ${isServers("b.typnamespace")}))
    UNION ALL
    SELECT CAST('operator' AS pg_catalog.text), CAST(o.oprname AS pg_catalog.text)
    FROM pg_catalog.pg_operator o WHERE ${isTheirs("o.oprowner")}
    UNION ALL
    SELECT CAST('cast with the function' AS pg_catalog.text), CAST(p.proname AS pg_catalog.text)
    FROM pg_catalog.pg_cast c JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) c.castfunc
    WHERE ${isTheirs("p.proowner")}
    UNION ALL
    SELECT CAST('table' AS pg_catalog.text), CAST(c.relname AS pg_catalog.text)
    FROM pg_catalog.pg_class c WHERE ${isTheirs("c.relowner")} AND ${isTemporary("c.relnamespace")}
    LIMIT 1`;
}
