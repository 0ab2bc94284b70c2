import type { Row } from "../../../connection/index.js";
import { type Catalogue, notOfExtension } from "./catalogue.js";

/** A table, view, sequence, foreign table or composite type. */
export interface RelationRow extends Row {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** https://www.postgresql.org/docs/current/catalog-pg-class.html: `r`, `p`, `v`, `m`, `S`, `f`, `c`. */
  readonly kind: string;
  readonly unlogged: boolean;
  readonly method: string | null;
  readonly options: string | null;
  readonly toast_options: string | null;
  readonly partition_key: string | null;
  readonly bound: string | null;
  readonly replica_identity: string;
  readonly row_security: boolean;
  readonly force_row_security: boolean;
  readonly query: string | null;
  readonly tablespace: string | null;
  readonly of_type: string | null;
}

export function readRelations({ connection, namespaces }: Catalogue): Promise<RelationRow[]> {
  return connection.query<RelationRow>(
    `SELECT
      c.oid::text AS oid,
      n.nspname AS schema,
      c.relname AS name,
      c.relkind::text AS kind,
      c.relpersistence = 'u' AS unlogged,
      am.amname AS method,
      array_to_json(c.reloptions)::text AS options,
      CASE WHEN c.reltoastrelid <> 0 THEN (
        SELECT array_to_json(t.reloptions)::text FROM pg_catalog.pg_class AS t WHERE t.oid = c.reltoastrelid
      ) END AS toast_options,
      CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS partition_key,
      CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END AS bound,
      c.relreplident::text AS replica_identity,
      c.relrowsecurity AS row_security,
      c.relforcerowsecurity AS force_row_security,
      CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END AS query,
      ts.spcname AS tablespace,
      CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END AS of_type
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_am AS am ON am.oid = c.relam
    LEFT JOIN pg_catalog.pg_tablespace AS ts ON ts.oid = c.reltablespace
    WHERE c.relnamespace = ANY ($1::oid[])
      AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
      AND ${notOfExtension("pg_class", "c.oid")}`,
    [namespaces],
  );
}

export interface ParentRow extends Row {
  readonly child: string;
  readonly schema: string;
  readonly name: string;
}

/** The parents of a table by INHERITS, in their order, or the one of a partition. Indexes have some too. */
export function readParents({ connection, namespaces }: Catalogue): Promise<ParentRow[]> {
  return connection.query<ParentRow>(
    `SELECT i.inhrelid::text AS child, n.nspname AS schema, p.relname AS name
    FROM pg_catalog.pg_inherits AS i
    JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
    JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.relnamespace
    WHERE c.relnamespace = ANY ($1::oid[]) AND c.relkind IN ('r', 'p', 'f')
    ORDER BY i.inhrelid, i.inhseqno`,
    [namespaces],
  );
}
