import type { Row } from "../../../connection/index.js";
import type { IndexDefinition, IndexPart } from "../../../schema/index.js";
import { withoutOuterParentheses } from "../expression.js";
import { type Catalogue, listOf, notOfExtension, numbersOf, optionsOf } from "./catalogue.js";
import type { OperatorClasses } from "./operator-classes.js";
import { type PackedRow, PackedRows } from "./packed-rows.js";

export interface IndexRow {
  readonly oid: string;
  readonly relation: string;
  readonly name: string;
  readonly method: string;
  readonly unique: boolean;
  readonly nulls_not_distinct: boolean;
  readonly valid: boolean;
  readonly clustered: boolean;
  readonly replica_identity: boolean;
  /** Of a partition, made by the index of its parent. */
  readonly attached: boolean;
  /** Behind a key or an exclusion. */
  readonly constraint: boolean;
  /** How many of the columns are key columns; the others are INCLUDE. */
  readonly key_columns: number;
  readonly columns: string;
  readonly flags: string;
  readonly classes: string;
  readonly collations: string;
  readonly where: string | null;
  readonly options: string | null;
  readonly tablespace: string | null;
}

export type Indexes = PackedRows<IndexRow, IndexFacts, string>;

type IndexFacts = readonly [
  name: string,
  method: string,
  unique: boolean,
  nullsNotDistinct: boolean,
  valid: boolean,
  clustered: boolean,
  replicaIdentity: boolean,
  attached: boolean,
  constraint: boolean,
  keyColumns: number,
  columns: string,
  flags: string,
  /** Oids: of another database only those that came with the server mean the same. */
  classes: string,
  collations: string,
  where: string | null,
  options: string | null,
  tablespace: string | null,
];

/** All indexes by their relation, those behind keys too: their INCLUDE and options belong to the key. */
export async function readIndexes({ connection, namespaces, version }: Catalogue): Promise<Indexes> {
  const rows = await connection.query<PackedRow>(
    `SELECT
      i.indrelid::text AS owner,
      json_agg(json_build_array(
        c.relname,
        am.amname,
        i.indisunique,
        ${version >= 150000 ? "i.indnullsnotdistinct" : "false"},
        i.indisvalid,
        i.indisclustered,
        i.indisreplident,
        c.relispartition,
        EXISTS (
          SELECT FROM pg_catalog.pg_constraint AS k
          WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
        ),
        i.indnkeyatts::int,
        i.indkey::text,
        i.indoption::text,
        i.indclass::text,
        i.indcollation::text,
        pg_catalog.pg_get_expr(i.indpred, i.indrelid),
        array_to_json(c.reloptions)::text,
        ts.spcname
      ) ORDER BY i.indexrelid)::text AS facts,
      json_agg(i.indexrelid::text ORDER BY i.indexrelid)::text AS oids,
      bool_or(NOT i.indisvalid OR i.indisclustered OR c.reltablespace <> 0) AS special
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_am AS am ON am.oid = c.relam
    LEFT JOIN pg_catalog.pg_tablespace AS ts ON ts.oid = c.reltablespace
    WHERE c.relnamespace = ANY ($1::oid[])
      AND ${notOfExtension("pg_class", "c.oid")}
    GROUP BY i.indrelid`,
    [namespaces],
  );
  return new PackedRows(rows, unpackIndex);
}

function unpackIndex(facts: IndexFacts, oid: string, relation: string): IndexRow {
  const [name, method, unique, nullsNotDistinct, valid, clustered, replicaIdentity, attached, ...others] =
    facts;
  const [constraint, keyColumns, columns, flags, classes, collations, where, options, tablespace] = others;
  return {
    oid,
    relation,
    name,
    method,
    unique,
    nulls_not_distinct: nullsNotDistinct,
    valid,
    clustered,
    replica_identity: replicaIdentity,
    attached,
    constraint,
    key_columns: keyColumns,
    columns,
    flags,
    classes,
    collations,
    where,
    options,
    tablespace,
  };
}

export interface IndexPartRow extends Row {
  readonly index: string;
  readonly relation: string;
  readonly number: number;
  readonly expression: string | null;
  readonly type_oid: string;
  readonly options: string | null;
  readonly statistics_target: number | null;
}

/** What only few index parts have: an expression, parameters of the operator class, a statistics target. */
export function readIndexParts({ connection, namespaces }: Catalogue): Promise<IndexPartRow[]> {
  return connection.query<IndexPartRow>(
    `SELECT
      i.indexrelid::text AS index,
      i.indrelid::text AS relation,
      a.attnum AS number,
      CASE WHEN i.indkey[a.attnum - 1] = 0 THEN
        pg_catalog.pg_get_indexdef(i.indexrelid, a.attnum, false)
      END AS expression,
      a.atttypid::text AS type_oid,
      array_to_json(a.attoptions)::text AS options,
      NULLIF(a.attstattarget, -1) AS statistics_target
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indexrelid
    WHERE c.relnamespace = ANY ($1::oid[])
      AND (i.indexprs IS NOT NULL OR a.attoptions IS NOT NULL OR a.attstattarget >= 0)
      AND (a.attoptions IS NOT NULL OR a.attstattarget >= 0 OR i.indkey[a.attnum - 1] = 0)`,
    [namespaces],
  );
}

export interface CollationRow extends Row {
  readonly oid: string;
  readonly name: string;
}

/** Collations that are used in an index. */
export function readIndexCollations({ connection, namespaces }: Catalogue): Promise<CollationRow[]> {
  return connection.query<CollationRow>(
    `SELECT co.oid::text AS oid, quote_ident(n.nspname) || '.' || quote_ident(co.collname) AS name
    FROM pg_catalog.pg_collation AS co
    JOIN pg_catalog.pg_namespace AS n ON n.oid = co.collnamespace
    WHERE co.oid IN (
      SELECT unnest(i.indcollation)
      FROM pg_catalog.pg_index AS i
      JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
      WHERE c.relnamespace = ANY ($1::oid[])
    )`,
    [namespaces],
  );
}

/** A column as far as an index must know it. */
export interface IndexedColumn {
  readonly name: string;
  readonly typeOid: string;
  readonly collationOid: string;
}

/** What the parts of all indexes are looked up in. */
export interface IndexLookup {
  readonly column: (relation: string, number: number) => IndexedColumn | undefined;
  readonly parts: ReadonlyMap<string, IndexPartRow>;
  readonly classes: OperatorClasses;
  readonly collations: ReadonlyMap<string, string>;
}

/** Bits of `indoption`: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_index.h */
const DESCENDING = 1;
const NULLS_FIRST = 2;

/** The collation `default`. */
const DEFAULT_COLLATION = "100";

export function indexFrom(row: IndexRow, lookup: IndexLookup, comment: string | undefined): IndexDefinition {
  const columns = numbersOf(row.columns);
  const flags = numbersOf(row.flags);
  const classes = listOf(row.classes);
  const collations = listOf(row.collations);

  const parts = columns.slice(0, row.key_columns).map((number, position): IndexPart => {
    const extra = lookup.parts.get(`${row.oid}.${position + 1}`);
    const column = lookup.column(row.relation, number);
    const flag = flags[position] ?? 0;
    const descending = (flag & DESCENDING) !== 0;
    const nullsFirst = (flag & NULLS_FIRST) !== 0;
    const collation = collations[position] ?? "0";
    const ownCollation = column?.collationOid ?? DEFAULT_COLLATION;
    const type = column?.typeOid ?? extra?.type_oid ?? "0";
    const options = {
      descending: descending || undefined,
      nulls: descending === nullsFirst ? undefined : nullsFirst ? ("first" as const) : ("last" as const),
      collation:
        collation === "0" || collation === ownCollation ? undefined : lookup.collations.get(collation),
      operatorClass: lookup.classes.special(classes[position] ?? "0", type, extra?.options ?? null),
    };
    return column === undefined
      ? { expression: withoutOuterParentheses(extra?.expression ?? ""), ...options }
      : { column: column.name, ...options };
  });
  return {
    name: row.name,
    parts,
    unique: row.unique || undefined,
    where: row.where === null ? undefined : withoutOuterParentheses(row.where),
    method: row.method === "btree" ? undefined : row.method,
    include: includeOf(row, lookup),
    nullsNotDistinct: row.nulls_not_distinct || undefined,
    options: optionsOf(row.options),
    invalid: !row.valid || undefined,
    comment,
  };
}

export function includeOf(row: IndexRow, lookup: Pick<IndexLookup, "column">): readonly string[] | undefined {
  const names = numbersOf(row.columns)
    .slice(row.key_columns)
    .map((number) => lookup.column(row.relation, number)?.name ?? "");
  return names.length === 0 ? undefined : names;
}
