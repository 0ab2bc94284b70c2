import type { Connection } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { TableAddress } from "../dialect.js";
import { qualified } from "./names.js";

/**
 * Where the journal of this session lives: in the schema where a CREATE TABLE without a schema would put it, or
 * in the one that the name gives (`ops.schema_migrations`).
 *
 * One case needs care. With the default search path `"$user", public` the journal goes to `public`; a migration
 * that then creates a schema called like the user would, for the next run, put another in front of it, and
 * everything would be applied twice. So a schema that is only there through `$user` gives way to a later one in
 * the path that has a journal. A schema that is named in the path does not: with `tenant_a, public` the journal of
 * `tenant_a` is its own, also before it exists.
 */
export async function journalAddress(connection: Connection, table: string): Promise<TableAddress> {
  const explicit = explicitAddress(table);
  if (explicit !== undefined) return explicit;
  const [first] = await connection.query<{ readonly name: string }>(FIRST_SCHEMA_WITH_JOURNAL, [table]);
  if (first !== undefined) return addressOf(first.name, table);
  const rows = await connection.query<SchemaRow>(SCHEMAS, [table]);
  const found = chooseSchema(rows);
  if (found === undefined) throw noSchema(connection, rows);
  return addressOf(found, table);
}

/** The address that a name with a schema spells; undefined for a bare name. */
export function explicitAddress(table: string): TableAddress | undefined {
  const dot = table.indexOf(".");
  return dot > 0 ? addressOf(table.slice(0, dot), table.slice(dot + 1)) : undefined;
}

export function addressOf(schema: string, table: string): TableAddress {
  return { schema, table, sql: qualified({ schema, name: table }) };
}

export async function readColumns(
  connection: Connection,
  address: TableAddress,
): Promise<readonly string[] | undefined> {
  const rows = await connection.query(
    `SELECT a.attname::text AS name
     FROM pg_catalog.pg_attribute a
     JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
       AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum`,
    [address.schema, address.table],
  );
  return rows.length === 0 ? undefined : rows.map((row) => String(row["name"]));
}

interface SchemaRow extends Record<string, string | boolean> {
  readonly name: string;
  /** It stands in the path as `$user`. */
  readonly byUser: boolean;
  readonly mayCreate: boolean;
  readonly hasJournal: boolean;
}

// The journal is nearly always in the first schema of the path. To ask for that alone costs a session that has just begun a tenth
// of what it costs to look all of them up in the catalogs.
const FIRST_SCHEMA_WITH_JOURNAL = `
  SELECT path.name
  FROM (SELECT (pg_catalog.current_schemas(false))[1]::text AS name) AS path
  WHERE path.name !~ '^pg_' AND path.name <> 'information_schema'
    AND pg_catalog.to_regclass(pg_catalog.quote_ident(path.name) || '.' || pg_catalog.quote_ident($1)) IS NOT NULL`;

// current_schemas gives the schemas of the path that exist and may be used, in their order. A path may name
// pg_catalog, and a superuser seems to have the right to create there; the server refuses it all the same.
const SCHEMAS = `
  SELECT n.nspname::text AS name,
         n.nspname = current_user AND current_setting('search_path') ~ '(^|,)\\s*"?\\$user"?\\s*(,|$)' AS "byUser",
         pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS "mayCreate",
         EXISTS (
           SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relname = $1
         ) AS "hasJournal"
  FROM unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS path (name, place)
  JOIN pg_catalog.pg_namespace n ON n.nspname = path.name
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ORDER BY path.place`;

function chooseSchema(rows: readonly SchemaRow[]): string | undefined {
  const [first] = rows;
  if (first === undefined || first.hasJournal) return first?.name;
  const elsewhere = first.byUser || !first.mayCreate ? rows.find((row) => row.hasJournal) : undefined;
  return (elsewhere ?? rows.find((row) => row.mayCreate))?.name;
}

function noSchema(connection: Connection, rows: readonly SchemaRow[]): TenonError {
  const why =
    rows.length === 0
      ? "the search path leads to no schema that exists"
      : `this user may create nothing in ${rows.map((row) => row.name).join(", ")}`;
  return new TenonError(
    "UNSUPPORTED",
    `There is no place for the journal in ${connection.description}: ${why}.`,
    {
      hint: "Grant CREATE on a schema of the search path, or name one that you own: `--journal SCHEMA.schema_migrations`.",
    },
  );
}
