import type { Column, IdentityColumn } from "../../../schema/index.js";
import { withoutOuterParentheses } from "../expression.js";
import { type Catalogue, notOfExtension } from "./catalogue.js";
import { type PackedRow, PackedRows } from "./packed-rows.js";

export interface ColumnRow {
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

export type Columns = PackedRows<ColumnRow, ColumnFacts, ColumnOids>;

type ColumnFacts = readonly [
  number: number,
  name: string,
  type: string,
  notNull: boolean,
  value: string | null,
  rare: string | null,
];
type ColumnOids = readonly [type: string, collation: string];

/** Columns of tables, views and composite types, by their relation. */
export async function readColumns({ connection, namespaces }: Catalogue): Promise<Columns> {
  const rows = await connection.query<PackedRow>(
    `SELECT
      a.attrelid::text AS owner,
      json_agg(json_build_array(
        a.attnum,
        a.attname,
        pg_catalog.format_type(a.atttypid, a.atttypmod),
        a.attnotnull,
        ${DEFAULT},
        ${RARE_TRAITS}
      ) ORDER BY a.attnum)::text AS facts,
      json_agg(json_build_array(a.atttypid::text, a.attcollation::text) ORDER BY a.attnum)::text AS oids,
      bool_or(
        a.attoptions IS NOT NULL
        OR COALESCE(a.attstattarget, -1) <> -1
        OR a.atthasdef AND c.relkind = 'v'
      ) AS special
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    WHERE c.relnamespace = ANY ($1::oid[])
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
      AND a.attnum > 0
      AND NOT a.attisdropped
      AND ${notOfExtension("pg_class", "c.oid")}
    GROUP BY a.attrelid`,
    [namespaces],
  );
  return new PackedRows(rows, unpackColumn);
}

function unpackColumn(
  [number, name, type, notNull, value, rare]: ColumnFacts,
  [typeOid, collationOid]: ColumnOids,
  relation: string,
): ColumnRow {
  return {
    relation,
    number,
    name,
    type,
    type_oid: typeOid,
    collation_oid: collationOid,
    not_null: notNull,
    default: value,
    rare,
  };
}

const DEFAULT = `CASE WHEN a.atthasdef THEN (
          SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid)
          FROM pg_catalog.pg_attrdef AS d
          WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum
        ) END`;

const RARE_TRAITS = `CASE
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
        END`;

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
