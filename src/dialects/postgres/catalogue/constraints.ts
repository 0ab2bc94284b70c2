import type { Constraint, ForeignKey, ForeignKeyAction, KeyColumn } from "../../../schema/index.js";
import { withoutOuterParentheses } from "../expression.js";
import { type Catalogue, numbersOf } from "./catalogue.js";
import { type PackedRow, PackedRows } from "./packed-rows.js";

export interface ConstraintRow {
  readonly oid: string;
  /** The table, or the domain. */
  readonly owner: string;
  readonly name: string;
  /** https://www.postgresql.org/docs/current/catalog-pg-constraint.html: `p`, `u`, `c`, `f`, `x`, `n`. */
  readonly kind: string;
  readonly index: string;
  readonly columns: string | null;
  readonly expression: string | null;
  readonly definition: string | null;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly valid: boolean;
  readonly no_inherit: boolean;
  readonly enforced: boolean;
  readonly period: boolean;
  readonly target: string;
  readonly target_columns: string | null;
  readonly on_update: string;
  readonly on_delete: string;
  readonly on_delete_columns: string | null;
  readonly match: string;
}

export type Constraints = PackedRows<ConstraintRow, ConstraintFacts, ConstraintOids>;

type ConstraintFacts = readonly [
  name: string,
  kind: string,
  columns: string | null,
  expression: string | null,
  definition: string | null,
  deferrable: boolean,
  deferred: boolean,
  valid: boolean,
  noInherit: boolean,
  enforced: boolean,
  period: boolean,
  targetColumns: string | null,
  onUpdate: string,
  onDelete: string,
  onDeleteColumns: string | null,
  match: string,
  /** What the oids stand for. */
  indexName: string,
  targetName: string,
];
type ConstraintOids = readonly [oid: string, index: string, target: string];

/** Constraints that a table or domain has by itself: not those that a partition or child has from its parent. */
export async function readConstraints({ connection, namespaces, version }: Catalogue): Promise<Constraints> {
  const rows = await connection.query<PackedRow>(
    `SELECT
      (CASE WHEN k.conrelid = 0 THEN k.contypid ELSE k.conrelid END)::text AS owner,
      json_agg(json_build_array(
        k.conname,
        k.contype::text,
        k.conkey::text,
        CASE WHEN k.contype = 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid) END,
        CASE WHEN k.contype = 'x' THEN pg_catalog.pg_get_constraintdef(k.oid) END,
        k.condeferrable,
        k.condeferred,
        k.convalidated,
        k.connoinherit,
        ${version >= 180000 ? "k.conenforced" : "true"},
        ${version >= 180000 ? "k.conperiod" : "false"},
        k.confkey::text,
        k.confupdtype::text,
        k.confdeltype::text,
        ${version >= 150000 ? "k.confdelsetcols::text" : "NULL"},
        k.confmatchtype::text,
        k.conindid::regclass::text,
        k.confrelid::regclass::text
      ) ORDER BY k.oid)::text AS facts,
      json_agg(json_build_array(k.oid::text, k.conindid::text, k.confrelid::text) ORDER BY k.oid)::text AS oids,
      false AS special
    FROM pg_catalog.pg_constraint AS k
    LEFT JOIN pg_catalog.pg_class AS c ON k.contype = 'n' AND c.oid = k.conrelid
    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
    WHERE k.connamespace = ANY ($1::oid[])
      AND k.conparentid = 0
      AND (
        k.contype IN ('p', 'u', 'f', 'x')
        OR k.contype = 'c' AND k.conislocal
        -- In PostgreSQL 18 every NOT NULL has a row; those that are as usual are not worth reading.
        OR k.contype = 'n' AND k.conislocal AND (
          k.conname <> concat(c.relname, '_', a.attname, '_not_null') OR NOT k.convalidated OR k.connoinherit
        )
      )
    GROUP BY 1`,
    [namespaces],
  );
  return new PackedRows(rows, unpackConstraint);
}

function unpackConstraint(
  facts: ConstraintFacts,
  [oid, index, target]: ConstraintOids,
  owner: string,
): ConstraintRow {
  const [name, kind, columns, expression, definition, deferrable, deferred, valid, noInherit, ...others] =
    facts;
  const [enforced, period, targetColumns, onUpdate, onDelete, onDeleteColumns, match] = others;
  return {
    oid,
    owner,
    index,
    target,
    name,
    kind,
    columns,
    expression,
    definition,
    deferrable,
    deferred,
    valid,
    no_inherit: noInherit,
    enforced,
    period,
    target_columns: targetColumns,
    on_update: onUpdate,
    on_delete: onDelete,
    on_delete_columns: onDeleteColumns,
    match,
  };
}

export type ColumnNames = (relation: string, numbers: readonly number[]) => readonly string[];

/** What is known of a constraint from elsewhere in the catalogue. */
export interface ConstraintExtras {
  readonly nameOf: ColumnNames;
  readonly target?: { readonly schema: string; readonly name: string } | undefined;
  readonly comment?: string | undefined;
  /** Of the index behind a key. */
  readonly include?: readonly string[] | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly nullsNotDistinct?: boolean | undefined;
}

/** The constraint of a row; undefined for what belongs to the column (NOT NULL). */
export function constraintFrom(row: ConstraintRow, extras: ConstraintExtras): Constraint | undefined {
  const named = { name: row.name, comment: extras.comment };
  const deferral = {
    deferrable: row.deferrable || undefined,
    initiallyDeferred: row.deferred || undefined,
  };
  const columns = extras.nameOf(row.owner, numbersOf(row.columns));
  switch (row.kind) {
    case "p":
    case "u": {
      const key = {
        ...named,
        ...deferral,
        columns: columns.map((name): KeyColumn => ({ name })),
        include: extras.include,
        options: extras.options,
        withoutOverlaps: row.period || undefined,
      };
      return row.kind === "p"
        ? { kind: "primary-key", ...key }
        : { kind: "unique", ...key, nullsNotDistinct: extras.nullsNotDistinct };
    }
    case "c":
      return {
        kind: "check",
        ...named,
        expression: withoutOuterParentheses(row.expression ?? ""),
        // A constraint that is not enforced is never valid: it says so only once.
        notValid: (row.enforced && !row.valid) || undefined,
        noInherit: row.no_inherit || undefined,
        notEnforced: !row.enforced || undefined,
      };
    case "f":
      return foreignKeyFrom(row, columns, extras, { ...named, ...deferral });
    case "x":
      return { kind: "exclusion", ...named, ...deferral, definition: row.definition ?? "" };
    default:
      return undefined;
  }
}

const ACTIONS: Readonly<Record<string, ForeignKeyAction>> = {
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

function foreignKeyFrom(
  row: ConstraintRow,
  columns: readonly string[],
  { nameOf, target }: ConstraintExtras,
  base: Pick<ForeignKey, "name" | "comment" | "deferrable" | "initiallyDeferred">,
): ForeignKey {
  return {
    kind: "foreign-key",
    ...base,
    columns,
    references: {
      schema: target?.schema ?? "",
      table: target?.name ?? "",
      columns: nameOf(row.target, numbersOf(row.target_columns)),
    },
    onUpdate: ACTIONS[row.on_update],
    onDelete: ACTIONS[row.on_delete],
    onDeleteColumns:
      row.on_delete_columns === null ? undefined : nameOf(row.owner, numbersOf(row.on_delete_columns)),
    match: row.match === "f" ? "full" : row.match === "p" ? "partial" : undefined,
    notValid: (row.enforced && !row.valid) || undefined,
    notEnforced: !row.enforced || undefined,
    period: row.period || undefined,
  };
}
