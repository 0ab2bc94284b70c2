import type { Row } from "../../../connection/index.js";
import type { Column, IdentityColumn } from "../../../schema/index.js";
import { withoutOuterParentheses } from "../expression.js";
import { type Catalogue, notOfExtension } from "./catalogue.js";

export interface ColumnRow extends Row {
  readonly relation: string;
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly type_oid: string;
  readonly collation_oid: string;
  readonly not_null: boolean;
  readonly default: string | null;
  /** `RareTraits` as JSON, where there are any. */
  readonly rare: string | null;
}

/** What only few columns have: it would make every row of a large catalogue longer. */
export interface RareTraits {
  /** Where it is not the type's own. */
  readonly collation?: string | null;
  /** `a` always, `d` by default, empty for none. */
  readonly identity?: string;
  /** `s` stored, `v` virtual, empty for none. */
  readonly generated?: string;
  readonly inherited?: boolean;
  readonly storage?: string | null;
  readonly compression?: string;
  readonly options?: readonly string[] | null;
  readonly statistics_target?: number | null;
}

export function rareTraits(row: ColumnRow): RareTraits {
  return row.rare === null ? {} : JSON.parse(row.rare);
}

/** Columns of tables, views and composite types. */
export function readColumns({ connection, namespaces }: Catalogue): Promise<ColumnRow[]> {
  return connection.query<ColumnRow>(
    `SELECT
      a.attrelid::text AS relation,
      a.attnum AS number,
      a.attname AS name,
      pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
      a.atttypid::text AS type_oid,
      a.attcollation::text AS collation_oid,
      a.attnotnull AS not_null,
      CASE WHEN a.atthasdef THEN (
        SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid)
        FROM pg_catalog.pg_attrdef AS d
        WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum
      ) END AS default,
      CASE
        WHEN a.attcollation IN (0, t.typcollation)
          AND a.attidentity = ''
          AND a.attgenerated = ''
          AND a.attinhcount = 0
          AND a.attstorage = t.typstorage
          AND a.attcompression = ''
          AND a.attoptions IS NULL
          AND COALESCE(a.attstattarget, -1) = -1
        THEN NULL
        ELSE json_build_object(
          'collation', CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN (
            SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
            FROM pg_catalog.pg_collation AS co
            JOIN pg_catalog.pg_namespace AS cn ON cn.oid = co.collnamespace
            WHERE co.oid = a.attcollation
          ) END,
          'identity', a.attidentity,
          'generated', a.attgenerated,
          'inherited', a.attinhcount > 0 AND NOT a.attislocal,
          'storage', CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END,
          'compression', a.attcompression,
          'options', array_to_json(a.attoptions),
          'statistics_target', NULLIF(a.attstattarget, -1)
        )::text
      END AS rare
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    WHERE c.relnamespace = ANY ($1::oid[])
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
      AND a.attnum > 0
      AND NOT a.attisdropped
      AND ${notOfExtension("pg_class", "c.oid")}
    ORDER BY a.attrelid, a.attnum`,
    [namespaces],
  );
}

const STORAGE: Readonly<Record<string, string>> = {
  p: "plain",
  e: "external",
  m: "main",
  x: "extended",
};

const COMPRESSION: Readonly<Record<string, string>> = { p: "pglz", l: "lz4" };

const IDENTITY: Readonly<Record<string, IdentityColumn["generation"]>> = { a: "always", d: "by default" };

/** What is known of a table's column from elsewhere in the catalogue. */
export interface ColumnExtras {
  readonly comment?: string | undefined;
  readonly identity?: Omit<IdentityColumn, "generation"> | undefined;
  readonly notNullOptions?: Column["notNullOptions"];
  readonly grants?: Column["grants"];
}

export function columnFrom(row: ColumnRow, extras: ColumnExtras): Column {
  const rare = rareTraits(row);
  const expression = row.default === null ? undefined : withoutOuterParentheses(row.default);
  const generation = IDENTITY[rare.identity ?? ""];
  const isGenerated = rare.generated === "s" || rare.generated === "v";
  return {
    name: row.name,
    type: row.type,
    notNull: row.not_null || undefined,
    notNullOptions: extras.notNullOptions,
    default: isGenerated ? undefined : expression,
    collation: rare.collation ?? undefined,
    generated: isGenerated
      ? { expression: expression ?? "", storage: rare.generated === "v" ? "virtual" : "stored" }
      : undefined,
    identity: generation && { generation, ...extras.identity },
    inherited: rare.inherited || undefined,
    storage: STORAGE[rare.storage ?? ""],
    compression: COMPRESSION[rare.compression ?? ""],
    comment: extras.comment,
    grants: extras.grants,
  };
}
