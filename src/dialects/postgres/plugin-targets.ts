import type { Connection } from "../../connection/index.js";
import { tokenize, unquoteName } from "../../sql/index.js";
import type { ListedObject } from "../listed-object.js";
import type { TableUse } from "../plugin-watch.js";
import type { KeptCode } from "./plugin-kept-code.js";
import type { Target } from "./plugin-touched-tables.js";

/**
 * The tables in which what is written to these targets arrives. Without a schema a name is every table of that name; a
 * view through which the server writes by itself is the tables behind it; a sequence of a column is its table.
 */
export async function resolveTargets(
  connection: Connection,
  targets: readonly Target[],
): Promise<readonly TableUse[]> {
  if (targets.length === 0) return [];
  const rows = await connection.query<{ position: number; schema: string; table: string }>(REACHED, [
    JSON.stringify(targets.map(({ schema, name }, position) => ({ position, schema, name }))),
  ]);
  const known = new Set(rows.map(({ position }) => Number(position)));
  const nowhere = targets.filter((_, position) => !known.has(position));
  return [
    ...rows.map(({ schema, table }): TableUse => ({ kind: "write", schema, table })),
    ...nowhere.map(({ schema = "", name }): TableUse => ({ kind: "write", schema, table: name })),
  ];
}

// A view with an INSTEAD OF trigger or a rule of its own does what these say, and they are judged by themselves:
// https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS
const REACHED = `
  WITH RECURSIVE wanted AS (
    SELECT position, schema, name FROM json_to_recordset(CAST($1 AS json)) AS t (position int, schema text, name text)
  ),
  reached AS (
    SELECT w.position, c.oid
    FROM wanted w
    JOIN pg_catalog.pg_class c ON c.relname = w.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = w.schema OR (w.schema IS NULL AND n.nspname !~ '^pg_toast')
    UNION
    SELECT r.position, d.refobjid
    FROM reached r
    JOIN pg_catalog.pg_class v ON v.oid = r.oid AND v.relkind = 'v'
    JOIN pg_catalog.pg_rewrite w ON w.ev_class = v.oid AND w.rulename = '_RETURN'
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> v.oid
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = v.oid AND (t.tgtype & 64) <> 0)
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite o WHERE o.ev_class = v.oid AND o.rulename <> '_RETURN')
  )
  SELECT DISTINCT r.position, n.nspname::text AS schema, coalesce(o.relname, c.relname)::text AS "table"
  FROM reached r
  JOIN pg_catalog.pg_class c ON c.oid = r.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_depend d ON c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
    AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_catalog.pg_class o ON o.oid = d.refobjid`;

/** The tables that kept code would read: what the server knows of views, and every table whose name a function's text holds. */
export async function findReadTables(
  connection: Connection,
  kept: readonly KeptCode[],
): Promise<readonly TableUse[]> {
  const words = new Set(kept.flatMap(({ text }) => namesIn(text)));
  const rows = await connection.query<{ schema: string; table: string }>(
    `SELECT n.nspname::text AS schema, c.relname::text AS "table"
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`,
  );
  return rows
    .filter(({ table }) => words.has(table))
    .map(({ schema, table }): TableUse => ({ kind: "read", schema, table }));
}

/** The tables to which foreign keys of these refer. */
export async function findParents(
  connection: Connection,
  objects: readonly ListedObject[],
): Promise<readonly TableUse[]> {
  const tables = objects.filter(({ kind }) => kind === "table").map(({ schema, name }) => ({ schema, name }));
  if (tables.length === 0) return [];
  const rows = await connection.query<{ schema: string; table: string }>(
    `SELECT DISTINCT p.nspname::text AS schema, c.relname::text AS "table"
     FROM json_to_recordset(CAST($1 AS json)) AS own (schema text, name text)
     JOIN pg_catalog.pg_namespace n ON n.nspname = own.schema
     JOIN pg_catalog.pg_class t ON t.relnamespace = n.oid AND t.relname = own.name
     JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
     JOIN pg_catalog.pg_class c ON c.oid = k.confrelid
     JOIN pg_catalog.pg_namespace p ON p.oid = c.relnamespace`,
    [JSON.stringify(tables)],
  );
  return rows.map(({ schema, table }) => ({ kind: "refer", schema, table }));
}

/** Tables whose names, said without a schema, now lead to one of these objects, which stands before them in the path. */
export async function findHidden(
  connection: Connection,
  path: readonly string[],
  objects: readonly ListedObject[],
): Promise<readonly TableUse[]> {
  const fronts = objects.filter(({ table, schema }) => table === undefined && path.indexOf(schema) >= 0);
  if (fronts.length === 0 || path.length < 2) return [];
  const rows = await connection.query<{ schema: string; table: string }>(
    `SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS "table"
     FROM json_to_recordset(CAST($1 AS json)) AS own (place int, name text)
     CROSS JOIN json_array_elements_text(CAST($2 AS json)) WITH ORDINALITY AS behind (schema, place)
     JOIN pg_catalog.pg_namespace n ON n.nspname = behind.schema
     JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = own.name
     WHERE behind.place > own.place AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')`,
    [
      JSON.stringify(fronts.map(({ schema, name }) => ({ place: path.indexOf(schema) + 1, name }))),
      JSON.stringify(path),
    ],
  );
  return rows.map(({ schema, table }) => ({ kind: "hide", schema, table }));
}

function namesIn(text: string): readonly string[] {
  return tokenize(text, "postgres")
    .filter(({ kind }) => kind === "word" || kind === "quoted-name")
    .map((token) => unquoteName(token, "postgres"));
}
