import type { Row } from "../../../connection/index.js";
import type { Check, CompositeType, DomainType, EnumType } from "../../../schema/index.js";
import { withoutOuterParentheses } from "../expression.js";
import { type Catalogue, notOfExtension, stringsOf } from "./catalogue.js";
import { type ColumnRow, rareTraits } from "./columns.js";

export interface TypeRow extends Row {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  /** `e` enum, `d` domain. */
  readonly kind: string;
  readonly labels: string | null;
  readonly base: string | null;
  readonly not_null: boolean;
  readonly default: string | null;
  readonly collation: string | null;
}

/** Enums and domains. Composite types are relations, everything else is `others`. */
export function readTypes({ connection, namespaces }: Catalogue): Promise<TypeRow[]> {
  return connection.query<TypeRow>(
    `SELECT
      t.oid::text AS oid,
      n.nspname AS schema,
      t.typname AS name,
      t.typtype::text AS kind,
      CASE WHEN t.typtype = 'e' THEN (
        SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)::text
        FROM pg_catalog.pg_enum AS e
        WHERE e.enumtypid = t.oid
      ) END AS labels,
      CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base,
      t.typnotnull AS not_null,
      COALESCE(pg_catalog.pg_get_expr(t.typdefaultbin, 0), t.typdefault) AS default,
      CASE WHEN t.typcollation NOT IN (0, b.typcollation) THEN
        (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
        FROM pg_catalog.pg_collation AS co
        JOIN pg_catalog.pg_namespace AS cn ON cn.oid = co.collnamespace
        WHERE co.oid = t.typcollation)
      END AS collation
    FROM pg_catalog.pg_type AS t
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype
    WHERE t.typnamespace = ANY ($1::oid[])
      AND t.typtype IN ('e', 'd')
      AND ${notOfExtension("pg_type", "t.oid")}`,
    [namespaces],
  );
}

export function enumFrom(row: TypeRow, comment: string | undefined): EnumType {
  return { kind: "enum", schema: row.schema, name: row.name, values: stringsOf(row.labels), comment };
}

export function domainFrom(row: TypeRow, checks: readonly Check[], comment: string | undefined): DomainType {
  return {
    kind: "domain",
    schema: row.schema,
    name: row.name,
    type: row.base ?? "",
    notNull: row.not_null || undefined,
    default: row.default === null ? undefined : withoutOuterParentheses(row.default),
    collation: row.collation ?? undefined,
    checks: [...checks].sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1)),
    comment,
  };
}

export function compositeFrom(
  { schema, name }: { readonly schema: string; readonly name: string },
  columns: readonly ColumnRow[],
  comment: string | undefined,
): CompositeType {
  return {
    kind: "composite",
    schema,
    name,
    attributes: columns.map((column) => ({
      name: column.name,
      type: column.type,
      collation: rareTraits(column).collation ?? undefined,
    })),
    comment,
  };
}
