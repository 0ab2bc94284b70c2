import type { Row } from "../../../connection/index.js";
import type { Grant } from "../../../schema/index.js";
import { type Catalogue, groupRows, notOfExtension, stringsOf } from "./catalogue.js";

interface GrantRow extends Row {
  readonly catalogue: string;
  readonly object: string;
  readonly part: number;
  readonly grantee: string;
  readonly grantable: boolean;
  readonly privileges: string;
}

/** Gives the rights on an object, or on one of its columns; undefined when they were not read. */
export type GrantsOf = (catalogue: string, oid: string, column?: number) => readonly Grant[] | undefined;

export const noGrants: GrantsOf = () => undefined;

/**
 * Rights of all roles but the owner, whose name says nothing about the schema. An object without an access list has the
 * engine's default one, in which everyone may call a function and use a type.
 * https://www.postgresql.org/docs/current/ddl-priv.html
 */
export async function readGrants({ connection, namespaces }: Catalogue): Promise<GrantsOf> {
  const rows = await connection.query<GrantRow>(
    `SELECT
      o.catalogue,
      o.oid::text AS object,
      o.part,
      COALESCE(pg_catalog.pg_get_userbyid(NULLIF(acl.grantee, 0)), 'PUBLIC') AS grantee,
      acl.is_grantable AS grantable,
      json_agg(acl.privilege_type ORDER BY acl.privilege_type)::text AS privileges
    FROM (
      SELECT 'pg_class' AS catalogue, c.oid, 0 AS part, c.relowner AS owner, c.relacl AS acl
      FROM pg_catalog.pg_class AS c
      WHERE c.relnamespace = ANY ($1::oid[]) AND c.relacl IS NOT NULL AND ${notOfExtension("pg_class", "c.oid")}
      UNION ALL
      SELECT 'pg_class', a.attrelid, a.attnum, c.relowner, a.attacl
      FROM pg_catalog.pg_attribute AS a
      JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
      WHERE c.relnamespace = ANY ($1::oid[]) AND a.attacl IS NOT NULL
      UNION ALL
      SELECT 'pg_proc', p.oid, 0, p.proowner, COALESCE(p.proacl, acldefault('f', p.proowner))
      FROM pg_catalog.pg_proc AS p
      WHERE p.pronamespace = ANY ($1::oid[]) AND ${notOfExtension("pg_proc", "p.oid")}
      UNION ALL
      SELECT 'pg_type', t.oid, 0, t.typowner, COALESCE(t.typacl, acldefault('T', t.typowner))
      FROM pg_catalog.pg_type AS t
      WHERE t.typnamespace = ANY ($1::oid[]) AND t.typtype IN ('e', 'd')
      UNION ALL
      SELECT 'pg_namespace', n.oid, 0, n.nspowner, n.nspacl
      FROM pg_catalog.pg_namespace AS n
      WHERE n.oid = ANY ($1::oid[]) AND n.nspacl IS NOT NULL
    ) AS o,
    LATERAL pg_catalog.aclexplode(o.acl) AS acl
    WHERE acl.grantee <> o.owner
    GROUP BY 1, 2, 3, 4, 5`,
    [namespaces],
  );
  const byObject = groupRows(rows, (row) => `${row.catalogue} ${row.object} ${row.part}`);
  // Of what has rights by itself, none are told too: they were taken away.
  const usually = (catalogue: string) =>
    catalogue === "pg_proc" || catalogue === "pg_type" ? [] : undefined;
  return (catalogue, oid, column = 0) =>
    (byObject.get(`${catalogue} ${oid} ${column}`) ?? usually(catalogue))
      ?.map((row) => ({
        grantee: row.grantee,
        privileges: stringsOf(row.privileges),
        grantable: row.grantable || undefined,
      }))
      .sort((a, b) => compareTexts(a.grantee, b.grantee));
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
