import type { Connection } from "../../connection/index.js";
import { type Effect, readEffects, type StatementText } from "../../sql/index.js";
import type { CatalogueGrowth } from "../dialect.js";
import {
  FIRST_MADE,
  NAMED_CATALOGS,
  type NamedCatalog,
  RELATION_KINDS,
  relationKind,
  routineKind,
  routineName,
  typeKind,
  USER_SCHEMAS,
} from "./made-object-kinds.js";
import { listed, type MadeRow } from "./made-objects.js";

/**
 * Each row of the catalogs holds the transaction that wrote it, so what is new is found without joining all that is
 * old: https://www.postgresql.org/docs/current/ddl-system-columns.html. A row that was only altered is told as well.
 */
export const catalogueGrowth: CatalogueGrowth = {
  isExact: false,
  mark: async (connection) => {
    const [row] = await connection.query<{ readonly mark: string }>(MARK);
    return row?.mark ?? "3";
  },
  madeSince: async (connection: Connection, mark: string) =>
    listed(await connection.query<MadeRow>(MADE_SINCE, [mark])),
  onlyGrows,
};

// Numbers of transactions have 32 bits in a row, and start at 3.
const MARK = "SELECT pg_catalog.pg_current_xact_id()::xid::text AS mark";

function onlyGrows(statement: StatementText): boolean {
  return readEffects(statement, "postgres").every((effect) => grows(effect, statement));
}

/** What triggers and functions of the database drop meanwhile is found at the end of the run. */
function grows({ kind, temporary }: Effect, { text }: StatementText): boolean {
  if (kind === "create-table" || kind === "create-other") return temporary !== true;
  if (kind === "alter-table") return !TAKES_A_NAME.test(text);
  return kind === "insert" || kind === "update" || kind === "delete";
}

/** Also of a constraint, whose index goes with it, or of a sequence that follows its table. */
const TAKES_A_NAME = /\b(?:rename|drop|schema|attach|detach|inherit)\b/i;

/** A scalar subquery is looked up for each row through an index; a join would read all of pg_depend. */
const isOwn = (catalog: string) => `(
    SELECT true FROM pg_catalog.pg_depend m
    WHERE m.classid = 'pg_catalog.pg_${catalog}'::regclass AND m.objid = o.oid AND m.deptype = 'e' LIMIT 1) IS NULL`;

const IS_NEW = "pg_catalog.age(o.xmin) <= pg_catalog.age($1::text::xid)";

function ofRelation(catalog: string, kind: string, name: string, relation: string, filter: string): string {
  return `
  SELECT '${kind}', n.name, o.${name}::text, c.relname::text
  FROM pg_catalog.pg_${catalog} o
  JOIN pg_catalog.pg_class c ON c.oid = o.${relation}
  JOIN user_schema n ON n.oid = c.relnamespace
  WHERE ${IS_NEW} AND ${filter}`;
}

function named({ catalog, kind, name, schema }: NamedCatalog): string {
  const join = schema === undefined ? "" : ` JOIN user_schema n ON n.oid = o.${schema}`;
  return `
  SELECT '${kind}', ${schema === undefined ? "''" : "n.name"}, o.${name}::text, NULL
  FROM pg_catalog.pg_${catalog} o${join}
  WHERE o.oid >= ${FIRST_MADE} AND ${IS_NEW} AND ${isOwn(catalog)}`;
}

const MADE_SINCE = `
  WITH user_schema AS MATERIALIZED (${USER_SCHEMAS})
  SELECT ${relationKind("o.relkind")} AS kind, n.name AS schema, o.relname::text AS name, (
    SELECT w.relname::text FROM pg_catalog.pg_class w WHERE w.oid = CASE
      WHEN o.relkind IN ('i', 'I') THEN (SELECT i.indrelid FROM pg_catalog.pg_index i WHERE i.indexrelid = o.oid)
      WHEN o.relkind = 'S' THEN (
        SELECT d.refobjid FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = o.oid AND d.objsubid = 0
          AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
        ORDER BY d.refobjid LIMIT 1)
    END) AS relation
  FROM pg_catalog.pg_class o JOIN user_schema n ON n.oid = o.relnamespace
  WHERE o.relkind IN (${RELATION_KINDS}) AND ${IS_NEW} AND ${isOwn("class")}
  UNION ALL${ofRelation("trigger", "trigger", "tgname", "tgrelid", "NOT o.tgisinternal")}
  UNION ALL${ofRelation("policy", "policy", "polname", "polrelid", "true")}
  UNION ALL${ofRelation("rewrite", "rule", "rulename", "ev_class", "o.rulename <> '_RETURN'")}
  UNION ALL
  SELECT 'statistics', n.name, o.stxname::text, NULL
  FROM pg_catalog.pg_statistic_ext o JOIN user_schema n ON n.oid = o.stxnamespace WHERE ${IS_NEW}
  UNION ALL
  SELECT ${routineKind("o.prokind")}, n.name, ${routineName("o")}, NULL
  FROM pg_catalog.pg_proc o JOIN user_schema n ON n.oid = o.pronamespace
  WHERE ${IS_NEW} AND ${isOwn("proc")}
  UNION ALL
  SELECT ${typeKind("o.typtype")}, n.name, o.typname::text, NULL
  FROM pg_catalog.pg_type o JOIN user_schema n ON n.oid = o.typnamespace
  WHERE o.typrelid = 0 AND o.typtype IN ('b', 'd', 'e', 'r') AND o.typelem = 0 AND ${IS_NEW} AND ${isOwn("type")}
  UNION ALL
  SELECT 'schema', '', o.name, NULL FROM user_schema o WHERE o.name NOT IN ('public', 'pg_temp') AND ${IS_NEW}
  UNION ALL${NAMED_CATALOGS.map(named).join("\n  UNION ALL")}`;
