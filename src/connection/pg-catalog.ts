import type { ColumnInfo, Connection } from "./connection.js";

/** Whether the search path leads from this name to a table, view, or what reads like one. */
export async function relationExists(connection: Connection, name: string): Promise<boolean> {
  const rows = await connection.query(
    `SELECT 1 AS found
     FROM pg_catalog.pg_class
     WHERE oid = ${RESOLVE} AND relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [name],
  );
  return rows.length > 0;
}

export async function readRelationColumns(
  connection: Connection,
  name: string,
): Promise<readonly ColumnInfo[]> {
  const rows = await connection.query<{
    name: string;
    type: string;
    nullable: boolean;
    default_value: string | null;
    primary_key: number;
  }>(
    `SELECT a.attname::text AS name,
            pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
            NOT a.attnotnull AS nullable,
            CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS default_value,
            coalesce((
              SELECT key.place::int
              FROM pg_catalog.pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS key (attnum, place)
              WHERE i.indrelid = a.attrelid AND i.indisprimary AND key.attnum = a.attnum
            ), 0) AS primary_key
     FROM pg_catalog.pg_attribute a
     LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = ${RESOLVE} AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attnum`,
    [name],
  );
  return rows.map((row) => ({
    name: row.name,
    type: row.type,
    nullable: row.nullable,
    defaultValue: row.default_value,
    primaryKey: row.primary_key,
  }));
}

/** The relation of the name in $1, taken as it is; where there is none, a dot parts schema and name. */
const RESOLVE = `coalesce(
         pg_catalog.to_regclass(pg_catalog.quote_ident($1)),
         pg_catalog.to_regclass(
           pg_catalog.quote_ident(pg_catalog.split_part($1, '.', 1)) || '.' ||
           pg_catalog.quote_ident(pg_catalog.substr($1, pg_catalog.strpos($1, '.') + 1))
         )
       )`;
