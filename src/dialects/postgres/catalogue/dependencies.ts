import type { Row } from "../../../connection/index.js";
import type { Dependency, ObjectName } from "../../../schema/index.js";
import { type Catalogue, FIRST_USER_OID, groupRows } from "./catalogue.js";

export interface DependencyRow extends Row {
  readonly catalogue: string;
  readonly object: string;
  readonly target_catalogue: string;
  readonly target: string;
  readonly target_part: number;
}

/**
 * Who needs whom, as far as it decides about order: not what belongs to a table as a matter of course (its keys, its own
 * columns in its indexes).
 * https://www.postgresql.org/docs/current/catalog-pg-depend.html
 */
export function readDependencies({ connection }: Catalogue): Promise<DependencyRow[]> {
  return connection.query<DependencyRow>(
    `SELECT
      CASE
        WHEN r.rulename = '_RETURN' OR ad.oid IS NOT NULL THEN 'pg_class'
        WHEN pr.oid IS NOT NULL THEN 'pg_publication'
        ELSE owner.relname
      END AS catalogue,
      COALESCE(CASE WHEN r.rulename = '_RETURN' THEN r.ev_class END, ad.adrelid, pr.prpubid, d.objid)::text AS object,
      CASE WHEN t.typrelid > 0 THEN 'pg_class' ELSE target.relname END AS target_catalogue,
      COALESCE(NULLIF(t.typrelid, 0), t.oid, d.refobjid)::text AS target,
      d.refobjsubid AS target_part
    FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_class AS owner ON owner.oid = d.classid
    JOIN pg_catalog.pg_class AS target ON target.oid = d.refclassid
    LEFT JOIN pg_catalog.pg_rewrite AS r
      ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_catalog.pg_attrdef AS ad
      ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND ad.oid = d.objid
    LEFT JOIN pg_catalog.pg_publication_rel AS pr
      ON d.classid = 'pg_catalog.pg_publication_rel'::regclass AND pr.oid = d.objid
    LEFT JOIN pg_catalog.pg_type AS a
      ON d.refclassid = 'pg_catalog.pg_type'::regclass AND a.oid = d.refobjid
    LEFT JOIN pg_catalog.pg_type AS t
      ON t.oid = CASE WHEN a.typcategory = 'A' AND a.typelem <> 0 THEN a.typelem ELSE a.oid END
    WHERE d.objid >= ${FIRST_USER_OID}
      AND d.refobjid >= ${FIRST_USER_OID}
      -- Every default needs the table that it belongs to.
      AND NOT (d.refclassid = 'pg_catalog.pg_class'::regclass AND ad.adrelid IS NOT DISTINCT FROM d.refobjid)
      AND (
        d.deptype IN ('n', 'a')
          AND d.refclassid IN ('pg_catalog.pg_type'::regclass, 'pg_catalog.pg_proc'::regclass)
        OR d.deptype IN ('n', 'a')
          AND d.refclassid = 'pg_catalog.pg_class'::regclass
          AND d.classid IN (
            'pg_catalog.pg_rewrite'::regclass,
            'pg_catalog.pg_attrdef'::regclass,
            'pg_catalog.pg_proc'::regclass,
            'pg_catalog.pg_trigger'::regclass,
            'pg_catalog.pg_policy'::regclass,
            'pg_catalog.pg_statistic_ext'::regclass,
            'pg_catalog.pg_publication_rel'::regclass
          )
      )`,
  );
}

/** Finds the object that an oid stands for; undefined for what has no place in a model (a system or extension object). */
export type ObjectByOid = (catalogue: string, oid: string, column: number) => FoundObject | undefined;

export interface FoundObject {
  readonly kind: Dependency["kind"];
  readonly schema: string;
  readonly name: string;
  /** Of a table or view, when the reference is to a column. */
  readonly column?: string | undefined;
}

/** Gives what some objects (a table with its indexes and checks) need together, without themselves. */
export type DependenciesOf = (
  objects: readonly (readonly [catalogue: string, oid: string])[],
  self?: ObjectName,
) => readonly Dependency[] | undefined;

export function dependenciesBy(rows: readonly DependencyRow[], find: ObjectByOid): DependenciesOf {
  const byOwner = groupRows(rows, (row) => `${row.catalogue} ${row.object}`);
  return (objects, self) => {
    const found = new Map<string, FoundDependency>();
    for (const [catalogue, oid] of objects) {
      for (const row of byOwner.get(`${catalogue} ${oid}`) ?? []) {
        const target = find(row.target_catalogue, row.target, row.target_part);
        if (target === undefined) continue;
        const { kind, schema, name, column } = target;
        if (schema === self?.schema && name === self.name) continue;
        const key = `${kind} ${schema}.${name}`;
        const known = found.get(key) ?? { kind, schema, name, columns: new Set<string>() };
        if (column !== undefined) known.columns.add(column);
        found.set(key, known);
      }
    }
    if (found.size === 0) return undefined;
    return [...found.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { kind, schema, name, columns }]) => ({
        kind,
        schema,
        name,
        columns: columns.size === 0 ? undefined : [...columns].sort(),
      }));
  };
}

interface FoundDependency {
  readonly kind: Dependency["kind"];
  readonly schema: string;
  readonly name: string;
  readonly columns: Set<string>;
}
