import { randomBytes } from "node:crypto";
import type { Connection } from "../../connection/index.js";
import type { Statement } from "../../sql/index.js";
import type { ObjectIdentity } from "../listed-object.js";
import type { PluginWatchRequest } from "../plugin-watch.js";
import { qualified, quote } from "./names.js";

/** A role that lives as long as one step of a plugin, and owns what the plugin owns meanwhile. */
export interface PluginRole {
  readonly name: string;
  readonly oid: number;
  /** Gives what was lent back to whom it belonged, hands over what is new, and takes the role away. */
  end(): Promise<void>;
}

/** Whether this session may make such a role: a superuser's, for whom nothing else would be refused either. */
export async function canMakeRole(connection: Connection): Promise<boolean> {
  const [row] = await connection.query("SELECT pg_catalog.current_setting('is_superuser') = 'on' AS super");
  return row?.["super"] === true;
}

/**
 * Makes the role within the transaction of the step, so that a rollback takes it away as well. It may read, refer to
 * the tables that the step's text names behind REFERENCES, and create in the schemas that are the plugin's.
 */
export async function makeRole(connection: Connection, request: PluginWatchRequest): Promise<PluginRole> {
  const name = `tenon_plugin_${randomBytes(8).toString("hex")}`;
  const role = quote(name);
  // A GRANT of it would look into the table of passwords, and what the plugin reads there could not be told from that.
  const reading = request.bounds.reads === undefined ? " IN ROLE pg_read_all_data" : "";
  await connection.execute(`CREATE ROLE ${role} NOLOGIN BYPASSRLS${reading}`);
  const [row] = await connection.query<{ oid: number; schema: string | null }>(
    "SELECT pg_catalog.to_regrole($1)::oid::int8 AS oid, current_schema()::text AS schema",
    [name],
  );
  const lent = await readOwners(connection, request);
  const schemas = new Set(request.owned.map(({ schema }) => schema).filter((schema) => schema !== ""));
  if (request.bounds.schema !== undefined) schemas.add(request.bounds.schema);
  else if (typeof row?.schema === "string") schemas.add(row.schema);
  const statements = [
    ...(await readingRights(connection, request, role)),
    ...[...schemas].map((schema) => `GRANT USAGE, CREATE ON SCHEMA ${quote(schema)} TO ${role}`),
    ...(await referringRights(connection, request.statements, role)),
    ...lent.map(({ target }) => `ALTER ${target} OWNER TO ${role}`),
    ...(await defaultRights(connection, role)),
  ];
  await connection.executeScript(statements.join(";\n"));
  return { name, oid: Number(row?.oid), end: () => endRole(connection, role, lent) };
}

interface Lent {
  readonly key: string;
  readonly target: string;
  readonly owner: string;
}

async function endRole(connection: Connection, role: string, lent: readonly Lent[]): Promise<void> {
  const now = await connection.query<OwnerRow>(`${OWNABLE} WHERE o.key = ANY (CAST($1 AS text[]))`, [
    `{${lent.map(({ key }) => `"${key}"`).join(",")}}`,
  ]);
  const owners = new Map(lent.map(({ key, owner }) => [key, owner]));
  const back = now.map(({ key, target }) => `ALTER ${target} OWNER TO ${quote(owners.get(key) ?? "")}`);
  await connection.executeScript(
    [...back, `REASSIGN OWNED BY ${role} TO CURRENT_USER`, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`].join(
      ";\n",
    ),
  );
}

interface OwnerRow extends Record<string, string> {
  readonly key: string;
  readonly target: string;
  readonly owner: string;
}

/** What the plugin owns by Tenon's books and the step may need to own, and by whose name it stands in the server's. */
async function readOwners(connection: Connection, request: PluginWatchRequest): Promise<readonly Lent[]> {
  const objects = lendable(request);
  if (objects.length === 0) return [];
  return connection.query<OwnerRow>(
    `${OWNABLE} JOIN json_to_recordset(CAST($1 AS json)) AS wanted (kind text, schema text, name text)
       ON wanted.kind = o.kind AND wanted.schema = o.schema AND wanted.name = o.name`,
    [JSON.stringify(objects.map(({ kind, schema, name }) => ({ kind, schema, name })))],
  );
}

/**
 * A plugin of plain tables needs those that its step names, for whatever else is touched with them (cascading keys)
 * is so with the rights of their owner. Where code of its own may run, or a table is part of another, it needs all.
 */
function lendable({ owned, statements }: PluginWatchRequest): readonly ObjectIdentity[] {
  const whole = owned.filter(({ table, kind }) => table === undefined && kind !== "extension");
  const isPlain =
    whole.every(({ kind }) => PLAIN_OBJECTS.has(kind)) &&
    owned.every(({ kind }) => kind !== "trigger" && kind !== "rule") &&
    statements.every(({ text }) => PLAIN_STATEMENT.test(text) && !/\b(?:PARTITION|INHERIT)/i.test(text));
  if (!isPlain) return whole;
  const words = new Set(
    statements.flatMap(({ text }) => text.match(WORDS) ?? []).map((word) => word.toLowerCase()),
  );
  const named = (name: string) => (name.match(WORDS) ?? []).some((word) => words.has(word.toLowerCase()));
  const tables = new Set(
    owned.flatMap(({ name, table }) => (table !== undefined && named(name) ? [table] : [])),
  );
  return whole.filter(({ name }) => named(name) || tables.has(name));
}

const PLAIN_OBJECTS: ReadonlySet<string> = new Set([
  "table",
  "sequence",
  "type",
  "domain",
  "schema",
  "statistics",
]);
const PLAIN_STATEMENT = /^\s*(?:CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|COMMENT|TRUNCATE)\b/i;
const WORDS = /[\p{L}\p{N}_$]+/gu;

/** What can be owned: its kind and name as in the list of made objects, and how ALTER names it. */
const OWNABLE = `
  SELECT o.key, o.target, o.owner::text AS owner
  FROM (
    SELECT 'c' || c.oid AS key, n.nspname::text AS schema, c.relname::text AS name,
           CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                          WHEN 'c' THEN 'type' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
           CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                          WHEN 'c' THEN 'TYPE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END
             || format(' %I.%I', n.nspname, c.relname) AS target,
           pg_catalog.pg_get_userbyid(c.relowner) AS owner
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'c', 'f')
      -- A sequence of a column follows its table by itself, and refuses to go alone.
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                      AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i'))
    UNION ALL
    SELECT 'f' || p.oid, n.nspname::text, p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
           CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
           format('ROUTINE %I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)),
           pg_catalog.pg_get_userbyid(p.proowner)
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE p.oid >= 16384
    UNION ALL
    SELECT 't' || t.oid, n.nspname::text, t.typname::text, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END,
           format('TYPE %I.%I', n.nspname, t.typname), pg_catalog.pg_get_userbyid(t.typowner)
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typrelid = 0 AND t.typelem = 0 AND t.typtype IN ('b', 'd', 'e', 'r') AND t.oid >= 16384
    UNION ALL
    SELECT 'x' || s.oid, n.nspname::text, s.stxname::text, 'statistics', format('STATISTICS %I.%I', n.nspname, s.stxname),
           pg_catalog.pg_get_userbyid(s.stxowner)
    FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
    UNION ALL
    SELECT 'n' || n.oid, '', n.nspname::text, 'schema', format('SCHEMA %I', n.nspname),
           pg_catalog.pg_get_userbyid(n.nspowner)
    FROM pg_catalog.pg_namespace n
  ) AS o`;

async function readingRights(
  connection: Connection,
  { bounds }: PluginWatchRequest,
  role: string,
): Promise<readonly string[]> {
  if (bounds.reads === undefined) return [];
  const tables = await findTables(connection, bounds.reads);
  return tables.flatMap((table) => [
    `GRANT USAGE ON SCHEMA ${quote(table.schema)} TO ${role}`,
    `GRANT SELECT ON ${qualified(table)} TO ${role}`,
  ]);
}

/** Foreign keys need a right on the table that they refer to; it is given where the text says REFERENCES. */
async function referringRights(
  connection: Connection,
  statements: readonly Statement[],
  role: string,
): Promise<readonly string[]> {
  const names = statements.flatMap(({ text }) => [...text.matchAll(REFERENCES)].map(([, name = ""]) => name));
  const tables = await findTables(connection, names);
  return tables.flatMap((table) => [
    `GRANT USAGE ON SCHEMA ${quote(table.schema)} TO ${role}`,
    `GRANT REFERENCES ON ${qualified(table)} TO ${role}`,
  ]);
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[\w$\x80-\uffff]+)`;
const REFERENCES = new RegExp(String.raw`\bREFERENCES\s+(${NAME}(?:\s*\.\s*${NAME})?)`, "gi");

async function findTables(connection: Connection, names: readonly string[]) {
  if (names.length === 0) return [];
  return connection.query<{ schema: string; name: string }>(
    `SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS name
     FROM json_array_elements_text(CAST($1 AS json)) AS wanted (name)
     JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(wanted.name)
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [JSON.stringify(names)],
  );
}

/** What this user gives away of everything that it makes, so that it is given of what the role makes for it as well. */
async function defaultRights(connection: Connection, role: string): Promise<readonly string[]> {
  const rows = await connection.query<{ statement: string }>(
    `SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %s %s GRANT %s ON %s TO %s%s', $1::text,
                   CASE WHEN d.defaclnamespace = 0 THEN '' ELSE format('IN SCHEMA %I', n.nspname) END, a.privilege_type,
                   CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                        WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' END,
                   CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END,
                   CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
     FROM pg_catalog.pg_default_acl d
     CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
     LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
     WHERE d.defaclrole = pg_catalog.to_regrole(quote_ident(current_user))::oid
       AND a.grantee <> d.defaclrole AND d.defaclobjtype IN ('r', 'S', 'f', 'T', 'n')`,
    [role],
  );
  return rows.map(({ statement }) => statement);
}
